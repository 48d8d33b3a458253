//! The dirstate: what Mercurial knows of the working copy since it last looked.
//!
//! `v1` is a flat list of records, `v2` a tree with a docket in front of it. Both are read in place, into
//! the same [`Entry`] and behind the same [`Tree`], so that the walk is written once. Writing is `patch`:
//! the refreshed facts are put into a copy of the bytes, everything else stays as it was.
//!
//! Sources: `hg help internals.dirstate-v2`, <https://wiki.mercurial-scm.org/DirState>, and `hg debugstate`.

mod entry;
pub mod v1;
pub mod v2;

#[cfg(test)]
mod tests;

pub use entry::{DayAhead, Entry, Refreshed, State, Timestamp};

use amalgam_types::Node;
use std::fmt;

/// The bytes are not a dirstate; the text says what is wrong and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged(pub String);

impl Damaged {
    pub(crate) fn at(what: &str, offset: usize) -> Self {
        Damaged(format!("{what} at byte {offset}"))
    }
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dirstate: {}", self.0)
    }
}

impl std::error::Error for Damaged {}

/// The two parents of the working copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parents {
    /// First parent.
    pub p1: Node,
    /// Second parent; null outside a merge.
    pub p2: Node,
}

/// A copied or renamed file, and where it came from.
pub type CopyPair<'a> = (&'a [u8], &'a [u8]);

/// One name inside a folder, as the dirstate knows it.
#[derive(Debug, Clone, Copy)]
pub struct Child<'a, D> {
    /// The whole path from the root of the repository.
    pub path: &'a [u8],
    /// Length of the last component; the name is the end of `path`.
    pub name_len: u32,
    /// Where the record lies in the file: what `patch` takes.
    pub record: u32,
    /// Whether a file of this name was copied or renamed from another.
    pub copied: bool,
    /// The file's entry, if the name is or was a file.
    pub entry: Option<Entry>,
    /// The folder below, if the name is a folder with entries.
    pub dir: Option<D>,
    /// When the folder was last read completely (dirstate-v2).
    pub dir_mtime: Option<Timestamp>,
}

impl<'a, D> Child<'a, D> {
    /// The last component of the path.
    pub fn name(&self) -> &'a [u8] {
        &self.path[self.path.len() - self.name_len as usize..]
    }
}

/// A dirstate as a tree of folders.
pub trait Tree: Sync {
    /// A folder of the tree.
    type Dir: Copy + Send + Sync;

    /// The repository's root folder.
    fn root(&self) -> Self::Dir;

    /// Appends the folder's children to `out`, in no particular order.
    fn children<'a>(&'a self, dir: Self::Dir, out: &mut Vec<Child<'a, Self::Dir>>) -> Result<(), Damaged>;

    /// The child that stands at `path`, found component by component.
    fn find<'a>(&'a self, path: &[u8]) -> Result<Option<Child<'a, Self::Dir>>, Damaged> {
        let mut dir = self.root();
        let mut rest = path;
        let mut children = Vec::new();
        loop {
            let (name, below) = match memchr::memchr(b'/', rest) {
                Some(at) => (&rest[..at], Some(&rest[at + 1..])),
                None => (rest, None),
            };
            children.clear();
            self.children(dir, &mut children)?;
            let Some(child) = children.iter().copied().find(|c| c.name() == name) else { return Ok(None) };
            match (below, child.dir) {
                (None, _) => return Ok(Some(child)),
                (Some(_), None) => return Ok(None),
                (Some(below), Some(next)) => (dir, rest) = (next, below),
            }
        }
    }

    /// Calls `each` for every entry of the tree.
    fn for_each_entry<'a>(&'a self, each: &mut dyn FnMut(&Child<'a, Self::Dir>)) -> Result<(), Damaged> {
        let mut pending = vec![self.root()];
        let mut children = Vec::new();
        while let Some(dir) = pending.pop() {
            children.clear();
            self.children(dir, &mut children)?;
            for child in &children {
                if child.entry.is_some() {
                    each(child);
                }
                pending.extend(child.dir);
            }
        }
        Ok(())
    }

    /// Every copied or renamed file: (destination, source).
    fn copies(&self) -> Result<Vec<CopyPair<'_>>, Damaged>;
}

pub(crate) fn be16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes)
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// Whether `name`, which holds no slash, can be one component of a tracked path.
pub(crate) fn is_plain_name(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".."
}
