//! What the walk asks of patterns and ignore rules.

use std::borrow::Cow;
use std::collections::HashSet;

/// What may match inside one folder.
#[derive(Debug, Clone)]
pub enum Visit<'a> {
    /// Nothing in it or below it.
    Nothing,
    /// All of it.
    Everything,
    /// Only what has one of these names, or lies below one of them.
    Names(Cow<'a, HashSet<Box<[u8]>>>),
    /// Each path has to be asked about.
    Ask,
}

impl Visit<'_> {
    pub(crate) fn includes(&self, name: &[u8]) -> bool {
        match self {
            Visit::Nothing => false,
            Visit::Everything | Visit::Ask => true,
            Visit::Names(names) => names.contains(name),
        }
    }

    pub(crate) fn is_every_name(&self) -> bool {
        matches!(self, Visit::Everything | Visit::Ask)
    }
}

/// Which files a command is about.
pub trait Selecting: Sync {
    /// Whether the file at `path` is meant.
    fn matches(&self, path: &[u8]) -> bool;
    /// What may match inside `folder`; the root is empty.
    fn visit(&self, folder: &[u8]) -> Visit<'_>;
    /// Whether `path` was named as it is, not by a pattern or a folder.
    fn names_exactly(&self, path: &[u8]) -> bool;
}

/// Every file.
#[derive(Debug, Clone, Copy, Default)]
pub struct All;

impl Selecting for All {
    fn matches(&self, _: &[u8]) -> bool {
        true
    }

    fn visit(&self, _: &[u8]) -> Visit<'_> {
        Visit::Everything
    }

    fn names_exactly(&self, _: &[u8]) -> bool {
        false
    }
}

/// Which untracked files are not worth mentioning.
pub trait Ignoring: Sync {
    /// Whether a rule matches `path` itself.
    fn at(&self, path: &[u8]) -> bool;
    /// Whether a rule matches `path` or a folder above it.
    fn at_or_above(&self, path: &[u8]) -> bool;
    /// What dirstate-v2 records of the rules.
    fn hash(&self) -> [u8; 20];
}
