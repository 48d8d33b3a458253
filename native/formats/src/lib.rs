//! The file formats of a Mercurial repository: bytes in, values out. Nothing here opens a file; callers
//! hand in bytes, or a [`Source`] when only parts of a large file are needed.
//!
//! Every reader takes its input as untrusted: what does not parse is a `repository.damaged` stop, and no
//! length found in a file decides an allocation before it was checked against what is really there.

pub mod branch_cache;
pub mod changelog;
pub mod dirstate;
pub mod filelog;
pub mod manifest;
pub mod merge_state;
pub mod names;
pub mod narrowspec;
pub mod nodemap;
pub mod obsstore;
pub mod phaseroots;
pub mod rev_branch_cache;
pub mod revlog;
pub mod source;
pub mod sparse;
pub mod store_path;
pub mod subrepositories;
pub mod tags;

pub use source::Source;

use amalgam_types::{Reason, Stop};

/// The stop for a file that is not what its format asks for.
pub fn damaged(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::RepositoryDamaged, detail)
}
