//! What the commands that show changesets share: looking things up about a changeset, the revisions that a command
//! line names, and the forms in which changesets are printed.

mod as_json;
pub(crate) mod changesets;
pub(crate) mod copies;
mod evolution;
mod file_lists;
pub(crate) mod graph;
mod keywords;
mod printer;
pub(crate) mod query;
pub(crate) mod show;
mod template;
mod values;

pub(crate) use changesets::{Changeset, History};
pub(crate) use show::{Displayer, with_displayer};
