//! What a walk found. Tracked paths are slices of the dirstate; only untracked ones are copied.

use crate::paths::PathList;
use amalgam_formats::dirstate::Timestamp;

/// A tracked file and its record in the dirstate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unsure<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) record: u32,
}

/// The result of one worker, and of all of them together.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    pub(crate) modified: Vec<&'a [u8]>,
    pub(crate) added: Vec<&'a [u8]>,
    pub(crate) removed: Vec<&'a [u8]>,
    pub(crate) deleted: Vec<&'a [u8]>,
    pub(crate) clean: Vec<&'a [u8]>,
    /// Only their content can tell.
    pub(crate) unsure: Vec<Unsure<'a>>,
    pub(crate) unknown: PathList,
    pub(crate) ignored: PathList,
    /// Folders whose time may be recorded, and those whose recorded time no longer counts.
    pub(crate) cached: Vec<(u32, Timestamp)>,
    pub(crate) outdated: Vec<u32>,
    /// Whether a folder with tracked files is a repository of its own.
    pub(crate) nested: bool,
}

fn join<T>(all: &mut Vec<T>, mut more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.append(&mut more);
    }
}

impl<'a> Found<'a> {
    pub(crate) fn append(&mut self, other: Found<'a>) {
        join(&mut self.modified, other.modified);
        join(&mut self.added, other.added);
        join(&mut self.removed, other.removed);
        join(&mut self.deleted, other.deleted);
        join(&mut self.clean, other.clean);
        join(&mut self.unsure, other.unsure);
        self.unknown.append(&other.unknown);
        self.ignored.append(&other.ignored);
        join(&mut self.cached, other.cached);
        join(&mut self.outdated, other.outdated);
        self.nested |= other.nested;
    }
}
