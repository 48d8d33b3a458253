//! Templates as Mercurial has them, and what is printed through them: dates, padding by columns, JSON.
//!
//! Nothing here knows a repository; who renders a template passes the keywords in ([`Resources`]). A mistake in a
//! template, and what native does not have, ends in `Unsupported`: legacy words its own errors.

pub mod cbor;
mod compile;
pub mod dates;
mod engine;
mod fill;
mod filters;
mod functions;
pub mod json;
mod mailmap;
pub mod python;
mod regex;
mod render;
mod syntax;
mod text;
mod value;
pub mod width;

pub use engine::{At, Engine, Found, Resources};
pub use mailmap::Mailmap;
pub use value::{Date, DateForm, Item, List, Map, ShownBy, Value, Whole};

/// A template as configuration holds it: quotes around all of it do not belong to it.
pub fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        plain => plain,
    }
}

/// `text` with Python's `string_escape` escapes, as extra values are shown.
pub fn string_escaped(value: &[u8]) -> Vec<u8> {
    text::string_escape(value)
}

/// The short name of a user, as listings show it.
pub fn short_user(user: &[u8]) -> &[u8] {
    text::short_user(user)
}
