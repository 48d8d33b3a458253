//! The diff that Mercurial prints, to the byte. Pure functions over bytes: which files, and where their contents
//! come from, is the caller's affair.
//!
//! - [`matching`] -- which lines of two texts belong together, by Mercurial's own rules (`bdiff`, which is neither
//!   Myers' algorithm nor patience);
//! - [`whitespace`] -- what `-w`, `-b`, `-B` and `-Z` leave out of the comparison;
//! - [`hunks`] -- the unified hunks;
//! - [`binary`] -- binary content in the git format;
//! - [`file`] -- one file's part of a diff, headers included;
//! - [`selected`] -- the hunks that are about some lines;
//! - [`stat`] -- `--stat`;
//! - [`label`] -- the pieces of a diff with the labels that colours go by.
//!
//! Sources: `hg help diffs`, `hg help config.diff`, the behaviour of the running program.

mod anchors;
pub mod binary;
mod classes;
pub mod file;
pub mod hunks;
pub mod label;
pub mod lines;
pub mod matching;
pub mod options;
pub mod selected;
pub mod stat;
pub mod whitespace;
mod word;

pub use file::{Content, FileChange, FileDiff, Side, Unsupported, file_diff};
pub use options::{DiffOptions, GitBinary};
pub use selected::keep_hunks;
