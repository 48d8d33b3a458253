//! What the commands that show changesets share: looking things up about a changeset, the revisions that a command
//! line names, and the forms in which changesets are printed.

pub(crate) mod changesets;
pub(crate) mod evolution;
pub(crate) mod printer;
pub(crate) mod query;
pub(crate) mod show;

pub(crate) use changesets::{Changeset, History};
pub(crate) use show::Displayer;
