//! The working copy: what changed in it since the first parent, or since another revision.
//!
//! The walk reads the dirstate in place and compares it with the disk; only files whose metadata cannot
//! tell are read. What was learned is written back when legacy would write it.

mod ancestry;
mod compare;
mod content;
mod copies;
mod dirstate;
mod explicit;
mod filters;
mod lookup;
mod narrow;
mod paths;
mod place;
mod refresh;
mod repository;
mod selection;
mod sparse;
mod status;
mod subrepositories;
mod walk;

pub use compare::status_between;
pub use content::{WorkingFile, WorkingFiles};
pub use copies::{Copies, Target};
pub use dirstate::{Dirstate, FileEntry};
pub use explicit::BadReason;
pub use lookup::{NoParent, Parent};
pub use paths::PathList;
pub use place::Place;
pub use refresh::{Refresh, Written};
pub use repository::{LoadIgnore, WorkingCopy, known_files, tracked_files};
pub use selection::{All, Ignoring, Selecting, Visit};
pub use status::{Request, StatusOptions, StatusResult, status};
