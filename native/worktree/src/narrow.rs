//! The working copy of a narrow clone, which has a part of the files: a status passes over all others.
//!
//! Source: `hg help -e narrow`, and what legacy does.

use crate::repository::WorkingCopy;
use crate::{Selecting, Visit};
use amalgam_formats::narrowspec::{Narrowspec, Share};
use amalgam_matching::Matcher;
use amalgam_types::{LegacyBuild, Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

impl WorkingCopy<'_> {
    /// Which files the working copy is about; nothing where it is not a narrow clone's.
    ///
    /// # Errors
    /// `RepositoryNarrow` for files outside that `matcher` names, and where a narrow clone is something else besides.
    pub(crate) fn narrowed(&self, matcher: &Matcher<'_>) -> Outcome<Option<&Narrowspec>> {
        let Some(spec) = self.repository.narrowspec()? else { return Ok(None) };
        // Which part of such a status the Rust extension leaves to Python is not settled.
        if self.build != LegacyBuild::C {
            return Err(refused("a status of the Rust extension"));
        }
        if self.repository.sparse_rules()?.is_some() {
            return Err(refused("a sparse checkout"));
        }
        let is_outside = |name: &Vec<u8>| !spec.holds(name) && spec.share_of(name) == Share::Nothing;
        if matcher.explicit_files().iter().any(is_outside) {
            return Err(refused("files outside are named"));
        }
        let is_there = |path: &[u8]| {
            let meta = self.repository.root().join(OsStr::from_bytes(path)).symlink_metadata();
            meta.is_ok_and(|meta| meta.is_dir() || meta.is_file() || meta.is_symlink())
        };
        if spec.only_path().is_some_and(|path| !is_there(path)) {
            return Err(refused("the path that is included is not there"));
        }
        Ok(Some(spec))
    }
}

/// What is asked for, as far as a narrow clone has it.
pub(crate) struct Narrowed<'a> {
    asked: &'a dyn Selecting,
    spec: &'a Narrowspec,
}

impl<'a> Narrowed<'a> {
    pub(crate) fn new(asked: &'a dyn Selecting, spec: &'a Narrowspec) -> Self {
        Narrowed { asked, spec }
    }
}

impl Selecting for Narrowed<'_> {
    fn matches(&self, path: &[u8]) -> bool {
        self.spec.holds(path) && self.asked.matches(path)
    }

    fn visit(&self, folder: &[u8]) -> Visit<'_> {
        match (self.spec.share_of(folder), self.asked.visit(folder)) {
            (Share::Nothing, _) => Visit::Nothing,
            (Share::Some, Visit::Everything) => Visit::Ask,
            (_, visit) => visit,
        }
    }

    fn names_exactly(&self, path: &[u8]) -> bool {
        self.asked.names_exactly(path)
    }
}

fn refused(what: &str) -> Stop {
    Stop::unsupported(Reason::RepositoryNarrow, what)
}
