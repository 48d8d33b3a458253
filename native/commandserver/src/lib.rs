//! The client's side of Mercurial's command server as chg uses it: one connection is one command, run by a process
//! that the server forks for it. Speaks over a socket that the caller has connected, and does nothing else: no
//! process, no signal, no file.
//!
//! The server greets first. Each request is a line with its name; most have a payload, and few an answer. Messages
//! from the server have a channel (one byte), a length and data; those on upper-case channels want a reply.
//! Source: <https://wiki.mercurial-scm.org/CommandServer>, and what the running program does.

mod connection;
mod error;
mod hello;
mod message;
mod validity;

pub use connection::{Connecting, Connection, Surroundings};
pub use error::Error;
pub use hello::Hello;
pub use message::{Message, Shell};
pub use validity::Validity;
