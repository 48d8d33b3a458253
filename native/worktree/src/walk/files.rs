//! Tracked files: what becomes of each, found or not.

use super::decide::{Stat, Verdict};
use super::folder::{Ignored, Step, Task, Walker, damaged};
use super::found::Unsure;
use super::listing::Kind;
use super::unusable;
use amalgam_formats::dirstate::{Child, Tree};
use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Files of one folder that are looked at in one go; more are shared with other threads.
const CHUNK: usize = 512;

/// What is known of a tracked file before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The folder's listing has it.
    Listed(Kind),
    /// Nothing, or that it was there a moment ago.
    Ask,
    /// Nothing; if it is a folder by now, that folder is walked.
    AskAndEnter,
}

impl<'a, T: Tree> Walker<'_, 'a, T> {
    /// Looks at the children at these places: now, or in chunks that other threads can take.
    pub(super) fn files(
        &mut self,
        opened: Arc<OwnedFd>,
        children: &mut Vec<Child<'a, T::Dir>>,
        places: Vec<u32>,
        seen: Seen,
        tasks: &mut Vec<Task<'a, T::Dir>>,
    ) -> Step {
        if places.len() <= CHUNK {
            return places.iter().try_for_each(|&at| self.file(&opened, &children[at as usize], seen, tasks));
        }
        let children = Arc::new(std::mem::take(children));
        for chunk in places.chunks(CHUNK) {
            tasks.push(Task::Files(Arc::clone(&opened), Arc::clone(&children), chunk.to_vec(), seen));
        }
        Ok(())
    }

    /// A tracked file that matches.
    pub(super) fn file(
        &mut self,
        opened: &Arc<OwnedFd>,
        child: &Child<'a, T::Dir>,
        seen: Seen,
        tasks: &mut Vec<Task<'a, T::Dir>>,
    ) -> Step {
        let Some(entry) = &child.entry else { return Ok(()) };
        let rules = &self.walk.rules;
        match seen {
            _ if entry.removed() && seen != Seen::AskAndEnter => {
                self.found.removed.push(child.path);
                return Ok(());
            }
            Seen::Listed(Kind::Folder | Kind::Other) => {
                self.found.deleted.push(child.path);
                return Ok(());
            }
            Seen::Listed(Kind::File) if entry.added() => {
                self.found.added.push(child.path);
                return Ok(());
            }
            Seen::Listed(Kind::File) if entry.merged() => {
                self.found.modified.push(child.path);
                return Ok(());
            }
            _ if !rules.tracked && !entry.added() => return Ok(()),
            _ => {}
        }
        let stat = match rustix::fs::statat(opened, child.name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(raw) => Stat::from(&raw),
            Err(Errno::NOENT) => {
                self.absent(child);
                return Ok(());
            }
            Err(error) => return Err(unusable(child.path, error)),
        };
        if seen == Seen::AskAndEnter && stat.file_type() == FileType::Directory && child.dir.is_none() {
            let entered = self.below(opened, child, Ignored::NotAsked, false, false);
            tasks.push(Task::Folder(entered));
        }
        let which = if entry.removed() {
            &mut self.found.removed
        } else if !matches!(stat.file_type(), FileType::RegularFile | FileType::Symlink) {
            &mut self.found.deleted
        } else if entry.merged() {
            &mut self.found.modified
        } else if entry.added() {
            &mut self.found.added
        } else {
            let precise = self.walk.selection.names_exactly(child.path);
            match rules.judge(entry, child.copied, &stat, precise) {
                Verdict::Modified => &mut self.found.modified,
                Verdict::Clean if rules.clean => &mut self.found.clean,
                Verdict::Clean => return Ok(()),
                Verdict::Unsure => {
                    self.found.unsure.push(Unsure { path: child.path, record: child.record });
                    self.walk.expect_comparison();
                    return Ok(());
                }
            }
        };
        which.push(child.path);
        Ok(())
    }

    pub(super) fn absent(&mut self, child: &Child<'a, T::Dir>) {
        match &child.entry {
            Some(entry) if entry.removed() => self.found.removed.push(child.path),
            Some(entry) if entry.wc_tracked => self.found.deleted.push(child.path),
            _ => {}
        }
    }

    pub(super) fn absent_below(&mut self, child: &Child<'a, T::Dir>, whole: bool) -> Step {
        child.dir.map_or(Ok(()), |dir| self.absent_tree(dir, whole))
    }

    /// Nothing of this folder is on disk.
    pub(super) fn absent_tree(&mut self, dir: T::Dir, whole: bool) -> Step {
        let mut pending = vec![dir];
        let mut children = Vec::new();
        while let Some(dir) = pending.pop() {
            children.clear();
            self.walk.tree.children(dir, &mut children).map_err(damaged)?;
            for child in &children {
                if child.entry.is_some() {
                    if whole || self.walk.selection.matches(child.path) {
                        self.absent(child);
                    }
                } else {
                    self.note_outdated(child);
                }
                pending.extend(child.dir);
            }
        }
        Ok(())
    }
}
