//! Which revisions an expression selects (`hg help revisions`, `hg help revsets`), and what dates mean.
//!
//! An expression is split into words (`token`), parsed (`parse`), its aliases are expanded (`alias`), it is rewritten
//! as legacy rewrites it (`optimize`), and then evaluated (`evaluate`, `predicates`) to a set that is worked out as it
//! is read (`set`). What is not certainly the same as legacy's answer is `Unsupported`, most often as
//! `revset.predicate` with the name of the function.

mod alias;
mod contents;
mod dag;
mod dates;
mod evaluate;
mod optimize;
mod parse;
mod pattern;
mod predicates;
mod query;
mod set;
mod strings;
mod token;
mod topo;
mod tree;
mod unknown;

pub use contents::{Contents, Functions};
pub use dates::{Clock, Interval, parse_date};
pub use pattern::Pattern as StringPattern;
pub use query::{Context, Pair, Revisions};
pub use strings::unescape;
