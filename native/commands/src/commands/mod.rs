//! One file per native command; a command of several parts is a folder.

pub(crate) mod cat;
pub(crate) mod config;
pub(crate) mod files;
pub(crate) mod locate;
pub(crate) mod manifest;
pub(crate) mod paths;
pub(crate) mod root;
pub(crate) mod status;
pub(crate) mod version;
