//! One file per native command; a command of several parts is a folder.

pub(crate) mod annotate;
pub(crate) mod bookmarks;
pub(crate) mod branch;
pub(crate) mod branches;
pub(crate) mod cat;
pub(crate) mod config;
pub(crate) mod diff;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod grep;
pub(crate) mod heads;
pub(crate) mod identify;
pub(crate) mod locate;
pub(crate) mod log;
pub(crate) mod manifest;
pub(crate) mod parents;
pub(crate) mod paths;
pub(crate) mod phase;
pub(crate) mod resolve;
pub(crate) mod root;
pub(crate) mod status;
pub(crate) mod summary;
pub(crate) mod tags;
pub(crate) mod tip;
pub(crate) mod version;
