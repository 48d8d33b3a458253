//! What the commands that show changesets share: looking things up about a changeset, the revisions that a command
//! line names, and the forms in which changesets are printed.

pub(crate) mod calls;
pub(crate) mod changesets;
mod contents;
pub(crate) mod copies;
mod evolution;
mod fate;
mod fields;
mod file_lists;
pub(crate) mod graph;
pub(crate) mod keywords;
mod latest_tags;
pub(crate) mod pending;
mod printer;
pub(crate) mod query;
pub(crate) mod show;
mod subset;
mod template;
mod values;
mod working_directory;

pub(crate) use changesets::{Changeset, History};
pub(crate) use keywords::Keywords;
pub(crate) use show::{Displayer, with_displayer};
