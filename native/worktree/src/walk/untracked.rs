//! Names that the dirstate does not know.

use super::folder::{Folder, Ignored, Task, Walker};
use super::listing::Kind;
use super::unusable;
use amalgam_formats::dirstate::Tree;
use amalgam_types::{Reason, Stop};
use rustix::fs::{Mode, OFlags};
use std::borrow::Cow;
use std::os::fd::OwnedFd;
use std::sync::Arc;

impl<'a, T: Tree> Walker<'_, 'a, T> {
    /// A file where the dirstate has a folder.
    pub(super) fn untracked_file(&mut self, above: Ignored, path: &[u8], whole: bool) {
        if !whole && !self.walk.selection.matches(path) {
            return;
        }
        let ignored = above == Ignored::Yes || self.walk.ignore.is_some_and(|ignore| ignore.at_or_above(path));
        self.report(path, ignored);
    }

    pub(super) fn report(&mut self, path: &[u8], ignored: bool) {
        if ignored && self.walk.rules.ignored {
            self.found.ignored.push(path);
        } else if !ignored && self.walk.rules.unknown {
            self.found.unknown.push(path);
        }
    }

    /// A name that the dirstate does not know. Returns whether it leaves the folder's time usable.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn untracked(
        &mut self,
        folder: &Folder<'a, T::Dir>,
        above: &mut Ignored,
        opened: &Arc<OwnedFd>,
        name: &[u8],
        kind: Kind,
        whole: bool,
        tasks: &mut Vec<Task<'a, T::Dir>>,
    ) -> Result<bool, Stop> {
        let rules = &self.walk.rules;
        if kind == Kind::Other {
            return Ok(true);
        }
        let mut path = Vec::with_capacity(folder.path.len() + 1 + name.len());
        path.extend_from_slice(&folder.path);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        if kind == Kind::File && !whole && !self.walk.selection.matches(&path) {
            return Ok(false);
        }
        let Some(ignore) = self.walk.ignore else {
            return Err(Stop::unsupported(Reason::FileUnsupported, "no ignore rules"));
        };
        *above = above.known(&folder.path, ignore);
        let ignored = *above == Ignored::Yes || ignore.at(&path);
        if kind == Kind::File {
            self.report(&path, ignored);
            if self.found.unknown.is_full() || self.found.ignored.is_full() {
                return Err(Stop::unsupported(Reason::OutputUnsupported, "too many names"));
            }
            return Ok(ignored);
        }
        if !ignored || rules.ignored {
            tasks.push(Task::Folder(Folder {
                parent: Arc::clone(opened),
                path: Cow::Owned(path),
                name_len: name.len(),
                dir: None,
                node: None,
                ignored: if ignored { Ignored::Yes } else { Ignored::No },
                whole,
                tracked_only: false,
                unseen: false,
            }));
        } else if rules.is_rust() {
            // The Rust extension opens ignored folders too, and complains about those that it cannot read.
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            rustix::fs::openat(&**opened, name, flags, Mode::empty()).map_err(|error| unusable(&path, error))?;
        }
        Ok(ignored)
    }
}
