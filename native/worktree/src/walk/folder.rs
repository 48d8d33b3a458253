//! One folder of the walk.

use super::decide::Stat;
use super::files::Seen;
use super::found::Found;
use super::listing::{Kind, Listing};
use super::names::Names;
use super::{FolderTimes, Walk, pool, unusable};
use crate::selection::{Ignoring, Visit};
use amalgam_formats::dirstate::{Child, DayAhead, Timestamp, Tree};
use amalgam_types::{Reason, Stop};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::borrow::Cow;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Whether a folder, or one above it, is ignored. Asked only where something untracked turns up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ignored {
    NotAsked,
    /// None of those above is; the folder itself was not asked about.
    NoneAbove,
    Yes,
    No,
}

impl Ignored {
    pub(super) fn known(self, path: &[u8], ignore: &dyn Ignoring) -> Ignored {
        let ignored = match self {
            Ignored::Yes | Ignored::No => return self,
            Ignored::NoneAbove => ignore.at(path),
            Ignored::NotAsked => ignore.at_or_above(path),
        };
        if ignored { Ignored::Yes } else { Ignored::No }
    }

    fn for_child(self) -> Ignored {
        match self {
            Ignored::Yes => Ignored::Yes,
            Ignored::No => Ignored::NoneAbove,
            Ignored::NotAsked | Ignored::NoneAbove => Ignored::NotAsked,
        }
    }
}

pub(super) struct Folder<'a, D> {
    /// The open parent, or the folder itself at the root.
    pub(super) parent: Arc<OwnedFd>,
    pub(super) path: Cow<'a, [u8]>,
    pub(super) name_len: usize,
    /// Its place in the dirstate; `None` for an untracked folder.
    pub(super) dir: Option<D>,
    /// Its node in the dirstate, if folder times are kept there.
    pub(super) node: Option<(u32, Option<Timestamp>)>,
    pub(super) ignored: Ignored,
    /// Everything in it matches.
    pub(super) whole: bool,
    /// Only what the dirstate knows is looked for.
    pub(super) tracked_only: bool,
    /// Known from the dirstate alone: it may be gone.
    pub(super) unseen: bool,
}

pub(super) enum Task<'a, D> {
    Folder(Folder<'a, D>),
    /// Those children of an open folder that stand at these places.
    Files(Arc<OwnedFd>, Arc<Vec<Child<'a, D>>>, Vec<u32>, Seen),
}

impl<'a, D> Folder<'a, D> {
    pub(super) fn root(root: OwnedFd, dir: D, ignored: bool) -> Self {
        Folder {
            parent: Arc::new(root),
            path: Cow::Borrowed(b""),
            name_len: 0,
            dir: Some(dir),
            node: None,
            ignored: if ignored { Ignored::Yes } else { Ignored::No },
            whole: false,
            tracked_only: false,
            unseen: false,
        }
    }

    fn name(&self) -> &[u8] {
        &self.path[self.path.len() - self.name_len..]
    }

    fn is_root(&self) -> bool {
        self.path.is_empty()
    }
}

/// One thread's part of the walk.
pub(super) struct Walker<'w, 'a, T: Tree> {
    pub(super) walk: &'w Walk<'a, T>,
    pub(super) found: Found<'a>,
    listing: Listing,
    names: Names,
    children: Vec<Child<'a, T::Dir>>,
    /// Parallel to `children`: what was found on disk under that name.
    seen: Vec<Option<Kind>>,
}

pub(super) type Step = Result<(), Stop>;

impl<'w, 'a, T: Tree> Walker<'w, 'a, T> {
    pub(super) fn new(walk: &'w Walk<'a, T>) -> Self {
        Walker {
            walk,
            found: Found::default(),
            listing: Listing::new(),
            names: Names::default(),
            children: Vec::new(),
            seen: Vec::new(),
        }
    }

    fn folder(&mut self, folder: Folder<'a, T::Dir>, tasks: &mut Vec<Task<'a, T::Dir>>) -> Step {
        let visit = if folder.whole { Visit::Everything } else { self.walk.selection.visit(&folder.path) };
        if matches!(visit, Visit::Nothing) {
            return Ok(());
        }
        let rules = &self.walk.rules;
        let tracked_only = folder.tracked_only || !rules.reads_folders();
        let light = tracked_only || self.may_be_unchanged(&folder).is_some();
        let opened = match self.open(&folder, light, tracked_only && rules.follows_links()) {
            Ok(opened) => opened,
            Err(error @ (Errno::NOENT | Errno::NOTDIR | Errno::LOOP)) if folder.unseen => {
                return self.no_folder(&folder, error);
            }
            Err(error) => return Err(unusable(&folder.path, error)),
        };
        let mut children = std::mem::take(&mut self.children);
        children.clear();
        if let Some(dir) = folder.dir {
            self.walk.tree.children(dir, &mut children).map_err(damaged)?;
        }
        let done = if tracked_only || self.unchanged(&folder, &opened, &children)? {
            self.known(&folder, &visit, opened, &mut children, tasks)
        } else {
            let readable = if light { self.reopen(&folder, &opened)? } else { opened };
            self.read(&folder, &visit, readable, &mut children, tasks)
        };
        self.children = children;
        done
    }

    /// The dirstate has a folder where there is none.
    fn no_folder(&mut self, folder: &Folder<'a, T::Dir>, error: Errno) -> Step {
        if !folder.tracked_only && self.walk.rules.reads_folders() {
            if error != Errno::NOENT {
                self.untracked_file(folder.ignored, &folder.path, folder.whole);
            } else if !self.walk.rules.tracked {
                // See `unchanged`: some file may be a folder instead.
                return Err(unusable(&folder.path, error));
            }
        }
        folder.dir.map_or(Ok(()), |dir| self.absent_tree(dir, folder.whole))
    }

    /// Opens the folder; `light` is enough to stat it and what is in it, but not to read it.
    fn open(&self, folder: &Folder<'a, T::Dir>, light: bool, follow: bool) -> Result<Arc<OwnedFd>, Errno> {
        if folder.is_root() {
            return Ok(Arc::clone(&folder.parent));
        }
        let mut flags = OFlags::DIRECTORY | OFlags::CLOEXEC | if light { OFlags::PATH } else { OFlags::RDONLY };
        if !follow {
            flags |= OFlags::NOFOLLOW;
        }
        rustix::fs::openat(&*folder.parent, folder.name(), flags, Mode::empty()).map(Arc::new)
    }

    fn reopen(&self, folder: &Folder<'a, T::Dir>, opened: &OwnedFd) -> Result<Arc<OwnedFd>, Stop> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
        let readable = rustix::fs::openat(opened, ".", flags, Mode::empty());
        readable.map(Arc::new).map_err(|error| unusable(&folder.path, error))
    }

    /// The time that the dirstate keeps for the folder, if it can be used.
    fn may_be_unchanged(&self, folder: &Folder<'a, T::Dir>) -> Option<Timestamp> {
        let rules = &self.walk.rules;
        let usable = !rules.ignored && rules.folder_times == FolderTimes::Current;
        folder.node.and_then(|(_, recorded)| recorded).filter(|_| usable)
    }

    /// Whether the dirstate already knows every name in this folder that matters.
    fn unchanged(
        &self,
        folder: &Folder<'a, T::Dir>,
        opened: &OwnedFd,
        children: &[Child<'a, T::Dir>],
    ) -> Result<bool, Stop> {
        let Some(recorded) = self.may_be_unchanged(folder) else { return Ok(false) };
        let stat = rustix::fs::fstat(opened).map_err(|error| unusable(&folder.path, error))?;
        if !recorded.likely_equal(Stat::from(&stat).mtime) {
            return Ok(false);
        }
        // A tracked file may have been a folder already when the time was recorded. Where files get no stat, the
        // number of links tells: two, and one for each folder inside, on file systems that count them.
        let folders = children.iter().filter(|child| child.dir.is_some()).count() as u64;
        Ok(self.walk.rules.tracked || stat.st_nlink as u64 == folders + 2)
    }

    fn stat_folder(&self, folder: &Folder<'a, T::Dir>, opened: &OwnedFd) -> Result<Timestamp, Stop> {
        let stat = rustix::fs::fstat(opened).map_err(|error| unusable(&folder.path, error))?;
        Ok(Stat::from(&stat).mtime)
    }

    /// Looks only at what the dirstate knows.
    fn known(
        &mut self,
        folder: &Folder<'a, T::Dir>,
        visit: &Visit<'_>,
        opened: Arc<OwnedFd>,
        children: &mut Vec<Child<'a, T::Dir>>,
        tasks: &mut Vec<Task<'a, T::Dir>>,
    ) -> Step {
        let whole = matches!(visit, Visit::Everything);
        // Below a folder that is itself compared by time, each folder decides again.
        let tracked_only = folder.tracked_only || !self.walk.rules.reads_folders();
        let seen = if tracked_only { Seen::Ask } else { Seen::AskAndEnter };
        let wanted = self.walk.rules.tracked || tracked_only;
        let mut places = Vec::new();
        let mut ascending = true;
        let mut previous: &[u8] = b"";
        for (at, child) in children.iter().enumerate() {
            ascending &= previous < child.name();
            previous = child.name();
            if !visit.includes(child.name()) {
                continue;
            }
            if wanted && child.entry.is_some() && (whole || self.walk.selection.matches(child.path)) {
                places.push(at as u32);
            }
            if child.dir.is_some() {
                let below = self.below(&opened, child, folder.ignored, whole, tracked_only);
                tasks.push(Task::Folder(Folder { unseen: true, ..below }));
            }
        }
        if !ascending {
            self.unique(children)?;
        }
        self.files(opened, children, places, seen, tasks)
    }

    fn unique(&mut self, children: &[Child<'a, T::Dir>]) -> Step {
        if self.names.fill(children) { Ok(()) } else { Err(damaged("a path twice")) }
    }

    pub(super) fn below(
        &mut self,
        opened: &Arc<OwnedFd>,
        child: &Child<'a, T::Dir>,
        above: Ignored,
        whole: bool,
        tracked_only: bool,
    ) -> Folder<'a, T::Dir> {
        let keeps_times = self.walk.rules.folder_times != FolderTimes::None && child.entry.is_none();
        if keeps_times {
            self.note_outdated(child);
        }
        Folder {
            parent: Arc::clone(opened),
            path: Cow::Borrowed(child.path),
            name_len: child.name_len as usize,
            dir: child.dir,
            node: keeps_times.then_some((child.record, child.dir_mtime)),
            ignored: above.for_child(),
            whole,
            tracked_only,
            unseen: tracked_only,
        }
    }

    pub(super) fn note_outdated(&mut self, child: &Child<'a, T::Dir>) {
        if self.walk.rules.folder_times == FolderTimes::Outdated && child.dir_mtime.is_some() {
            self.found.outdated.push(child.record);
        }
    }

    /// Reads the folder and joins what it holds with what the dirstate knows.
    fn read(
        &mut self,
        folder: &Folder<'a, T::Dir>,
        visit: &Visit<'_>,
        opened: Arc<OwnedFd>,
        children: &mut Vec<Child<'a, T::Dir>>,
        tasks: &mut Vec<Task<'a, T::Dir>>,
    ) -> Step {
        // Before the folder is read, so that a change meanwhile leaves a later time behind.
        let time = match folder.node {
            Some(_) if self.walk.rules.boundary.is_some() => Some(self.stat_folder(folder, &opened)?),
            _ => None,
        };
        self.unique(children)?;
        let mut listing = std::mem::replace(&mut self.listing, Listing::empty());
        let mut seen = std::mem::take(&mut self.seen);
        seen.clear();
        seen.resize(children.len(), None);
        let own = listing.read(&opened, folder.is_root()).map_err(|error| unusable(&folder.path, error))?;
        if !own && folder.node.is_some_and(|(_, recorded)| recorded.is_some()) {
            // Legacy records the time of a folder that is a repository, and then no longer notices that it is one.
            return Err(unusable(&folder.path, Errno::XDEV));
        }
        self.found.nested |= !own && folder.dir.is_some();
        let whole = matches!(visit, Visit::Everything);
        let mut ignored = folder.ignored;
        let mut complete = own && visit.is_every_name();
        for &item in listing.items() {
            let name = listing.name(item);
            match self.names.find(children, name) {
                Some(i) => seen[i] = Some(item.kind),
                None if !visit.includes(name) => {}
                None => {
                    // Anything but a folder, which may still lead to one.
                    self.found.nested |= name == b".hg" && folder.dir.is_some();
                    let covered = self.untracked(folder, &mut ignored, &opened, name, item.kind, whole, tasks)?;
                    complete &= covered;
                }
            }
        }
        self.listing = listing;
        let done = self.tracked(ignored, visit, opened, children, &seen, tasks);
        self.seen = seen;
        if complete {
            self.note_time(folder, time);
        }
        done
    }

    /// The tracked names of a folder that was read.
    fn tracked(
        &mut self,
        ignored: Ignored,
        visit: &Visit<'_>,
        opened: Arc<OwnedFd>,
        children: &mut Vec<Child<'a, T::Dir>>,
        seen: &[Option<Kind>],
        tasks: &mut Vec<Task<'a, T::Dir>>,
    ) -> Step {
        let whole = matches!(visit, Visit::Everything);
        let follows = self.walk.rules.follows_links();
        let mut places = Vec::new();
        for (at, (child, kind)) in children.iter().zip(seen).enumerate() {
            if !visit.includes(child.name()) {
                continue;
            }
            let selected = child.entry.is_some() && (whole || self.walk.selection.matches(child.path));
            let settled = child.entry.is_none_or(|e| e.added() || e.removed() || e.merged());
            match kind {
                Some(Kind::File) if selected && !settled && self.walk.rules.tracked => places.push(at as u32),
                Some(Kind::File) if !settled => {}
                Some(kind) if selected => self.file(&opened, child, Seen::Listed(*kind), tasks)?,
                None if selected && follows => places.push(at as u32),
                None if selected => self.absent(child),
                _ => {}
            }
            let is_folder = *kind == Some(Kind::Folder);
            if child.dir.is_some() || is_folder {
                if is_folder || follows {
                    let below = self.below(&opened, child, ignored, whole, !is_folder);
                    tasks.push(Task::Folder(below));
                } else {
                    self.note_outdated(child);
                    self.absent_below(child, whole)?;
                }
            }
            if *kind == Some(Kind::File) && child.entry.is_none() {
                self.untracked_file(ignored, child.path, whole);
            }
        }
        self.files(opened, children, places, Seen::Ask, tasks)
    }

    fn note_time(&mut self, folder: &Folder<'a, T::Dir>, time: Option<Timestamp>) {
        let (Some((record, recorded)), Some(time)) = (folder.node, time) else { return };
        let reliable = self.walk.rules.boundary.and_then(|now| time.reliable(now, DayAhead::Unreliable));
        let Some(time) = reliable else { return };
        let current = self.walk.rules.folder_times == FolderTimes::Current;
        if !(current && recorded.is_some_and(|recorded| recorded.likely_equal(time))) {
            self.found.cached.push((record, time));
        }
    }
}

pub(super) fn damaged(what: impl std::fmt::Display) -> Stop {
    Stop::unsupported(Reason::RepositoryDamaged, what.to_string())
}

impl<'a, T: Tree> pool::Worker<Task<'a, T::Dir>> for Walker<'_, 'a, T> {
    fn work(&mut self, task: Task<'a, T::Dir>, tasks: &mut Vec<Task<'a, T::Dir>>) -> Result<(), ()> {
        let done = match task {
            Task::Folder(folder) => self.folder(folder, tasks),
            Task::Files(opened, children, places, seen) => {
                places.iter().try_for_each(|&at| self.file(&opened, &children[at as usize], seen, tasks))
            }
        };
        done.map_err(|stop| self.walk.stop(stop))
    }

    fn is_large(task: &Task<'a, T::Dir>) -> bool {
        matches!(task, Task::Files(..))
    }
}
