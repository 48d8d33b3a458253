//! Walks the working copy and the dirstate's tree side by side.
//!
//! Every folder is one task. A folder whose untracked names matter is read and joined with its tracked
//! names; otherwise only the tracked names are looked at, one `lstat` each, relative to the open folder.
//! Nothing is looked at twice and nothing is looked at that the caller did not ask for.

mod decide;
mod files;
mod folder;
mod found;
mod listing;
mod names;
mod pool;
mod untracked;

pub(crate) use decide::Stat;
pub(crate) use found::{Found, Unsure};

use crate::lookup::Parent;
use crate::selection::{Ignoring, Selecting};
use amalgam_formats::dirstate::{Timestamp, Tree};
use amalgam_types::{LegacyBuild, Outcome, Reason, Stop};
use folder::{Folder, Task, Walker};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the caller wants to know, and what the rules depend on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Modified, deleted or clean files are wanted: unchanged-looking files need a stat.
    pub(crate) tracked: bool,
    pub(crate) clean: bool,
    pub(crate) unknown: bool,
    pub(crate) ignored: bool,
    pub(crate) build: LegacyBuild,
    /// The file system's time when the walk began; `None` if it could not be had.
    pub(crate) boundary: Option<Timestamp>,
    pub(crate) folder_times: FolderTimes,
    pub(crate) threads: usize,
}

impl Rules {
    /// Whether names that are not in the dirstate matter.
    fn reads_folders(&self) -> bool {
        self.unknown || self.ignored
    }

    fn is_rust(&self) -> bool {
        self.build == LegacyBuild::Rust
    }

    /// The C build looks at what its walk did not meet by whole path, through symbolic links, unless
    /// unknown files are listed too.
    fn follows_links(&self) -> bool {
        !self.is_rust() && !self.unknown
    }
}

/// Whether the folder times of a dirstate-v2 can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FolderTimes {
    /// There are none, or this legacy does not look at them.
    None,
    /// They were recorded under the same ignore patterns.
    Current,
    /// The ignore patterns have changed since.
    Outdated,
}

/// Everything that the walk of one working copy shares.
pub(crate) struct Walk<'a, T: Tree> {
    pub(crate) tree: &'a T,
    pub(crate) selection: &'a dyn Selecting,
    /// Needed only where unknown or ignored files are wanted.
    pub(crate) ignore: Option<&'a dyn Ignoring>,
    pub(crate) rules: Rules,
    parent: &'a dyn Parent,
    expects: AtomicBool,
    stop: Mutex<Option<Stop>>,
}

impl<'a, T: Tree> Walk<'a, T> {
    pub(crate) fn new(
        tree: &'a T,
        selection: &'a dyn Selecting,
        ignore: Option<&'a dyn Ignoring>,
        parent: &'a dyn Parent,
        rules: Rules,
    ) -> Self {
        Walk { tree, selection, ignore, rules, parent, expects: AtomicBool::new(false), stop: Mutex::new(None) }
    }

    /// Says that a file is unsure. The thread that finds the first one reads what comparing it needs, which is as much
    /// work as a good part of the walk in a large repository.
    fn expect_comparison(&self) {
        if !self.expects.swap(true, Ordering::Relaxed) {
            self.parent.expect();
        }
    }

    /// Walks everything below the open folder `root`.
    pub(crate) fn run(&self, root: OwnedFd) -> Outcome<Found<'a>> {
        // The C build asks its ignore rules about the root as well, under the empty name.
        let ignored = !self.rules.is_rust() && self.ignore.is_some_and(|ignore| ignore.at(b""));
        let first = Task::Folder(Folder::root(root, self.tree.root(), ignored));
        let mut found = Found::default();
        for worker in pool::run(first, self.rules.threads, || Walker::new(self)) {
            found.append(worker.found);
        }
        match self.stop.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(stop) => Err(stop),
            None => Ok(found),
        }
    }

    /// Remembers the first reason to stop.
    fn stop(&self, stop: Stop) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
    }
}

fn unusable(path: &[u8], error: rustix::io::Errno) -> Stop {
    Stop::unsupported(Reason::FileUnsupported, format!("{}: {error}", String::from_utf8_lossy(path)))
}
