//! Opens a repository and answers questions about it: requirements, shared stores, history, file
//! contents, which changesets are visible, and what a revision symbol means.
//!
//! Everything is read when it is first asked for, so that a command pays only for what it needs. Nothing
//! here writes, and every file is taken as untrusted: damage is a typed stop, never a panic.

mod ancestors;
mod branches;
mod changelog;
mod file_revisions;
mod files;
mod fncache;
mod instability;
mod manifests;
mod names;
mod open;
mod parents;
mod prefix;
mod requirements;
mod resolve;
mod source;
mod state;
mod symbol;
mod tags;
mod topics;
mod visibility;

pub use branches::{BranchHead, BranchNames, Branches};
pub use changelog::Changelog;
pub use file_revisions::{FileRev, FileWalk};
pub use files::{CopySource, FileRevision, Filelog, SharedContent};
pub use instability::Instabilities;
pub use names::Bookmarks;
pub use open::{Repository, find_root, repo_config_files};
pub use requirements::Requirements;
pub use resolve::Resolved;
pub use state::{MergeSides, UnfinishedState};
pub use tags::{Tag, Tags};
pub use visibility::{Phase, Visibility};
