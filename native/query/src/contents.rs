//! What some functions ask about files, and which functions legacy has: the crates that read, compare and patch files
//! and that know of legacy stand beside or above this one, so who asks for revisions lends what is needed.

use amalgam_matching::LineSearch;
use amalgam_types::{Outcome, Rev};
use std::ops::Range;

/// Names of legacy's functions, with a blank between them.
#[derive(Debug, Clone, Copy)]
pub struct Functions<'a> {
    /// Those that its errors speak of.
    pub shown: &'a [u8],
    /// Its own.
    pub inner: &'a [u8],
}

/// Answers about the contents of files and about legacy.
pub trait Contents: Sync {
    /// The tracked files of the working directory.
    ///
    /// # Errors
    /// What reading them meets.
    fn tracked(&self) -> Outcome<Vec<Vec<u8>>>;

    /// What a changeset changed since its first parent, as a patch in the git format.
    ///
    /// # Errors
    /// What keeps it from being made exactly as legacy's.
    fn git_patch(&self, rev: Rev) -> Outcome<Vec<u8>>;

    /// Whether the matching lines of a file that a changeset has differ from those of its first parent.
    ///
    /// # Errors
    /// What reading the files meets.
    fn matches_differ(&self, rev: Rev, search: &LineSearch) -> Outcome<bool>;

    /// The changesets that changed some lines of a file, counted from 0, of the revision `rev`, and that revision's
    /// ancestors.
    ///
    /// # Errors
    /// What reading the files meets, and for a file or lines that are not there.
    fn line_history(&self, rev: Rev, path: &[u8], lines: Range<usize>) -> Outcome<Vec<Rev>>;

    /// The same among the revision's descendants, low to high, with the revision that introduced the file as it is
    /// there; renames are not followed.
    ///
    /// # Errors
    /// As [`Contents::line_history`].
    fn line_future(&self, rev: Rev, path: &[u8], lines: Range<usize>) -> Outcome<Vec<Rev>>;

    /// All functions that legacy has here; nothing where that is not certain.
    fn functions(&self) -> Option<Functions<'_>>;
}
