//! Against other revisions: manifests are compared line by line; the working copy counts as the first
//! parent's manifest with what changed since laid over it.

use crate::repository::{FirstParent, LoadIgnore, WorkingCopy};
use crate::subrepositories::{SPEC, STATE};
use crate::{PathList, StatusOptions, StatusResult};
use amalgam_formats::manifest::{Iter, Manifest, ManifestEntry};
use amalgam_matching::Matcher;
use amalgam_repo::Repository;
use amalgam_types::{EXEC_BIT, NULL_REV, Node, Outcome, Reason, Rev, Stop};
use rustix::fs::FileType;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// A path with what each of two manifests has of it.
pub(crate) type Sides<'a> = (&'a [u8], Option<ManifestEntry<'a>>, Option<ManifestEntry<'a>>);

/// Calls `each` for every path of two manifests, in order.
pub(crate) fn merge_join<'a>(
    older: &'a Manifest,
    newer: &'a Manifest,
    each: impl FnMut(Sides<'a>) -> Outcome<()>,
) -> Outcome<()> {
    join([older.iter(), newer.iter()], each)
}

fn join<'a>([mut old, mut new]: [Iter<'a>; 2], mut each: impl FnMut(Sides<'a>) -> Outcome<()>) -> Outcome<()> {
    let (mut left, mut right) = (old.next().transpose()?, new.next().transpose()?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.path.cmp(b.path),
        };
        let a = if order.is_le() { std::mem::replace(&mut left, old.next().transpose()?) } else { None };
        let b = if order.is_ge() { std::mem::replace(&mut right, new.next().transpose()?) } else { None };
        if let Some(path) = a.as_ref().or(b.as_ref()).map(|entry| entry.path) {
            each((path, a, b))?;
        }
    }
}

fn same(a: &ManifestEntry<'_>, b: &ManifestEntry<'_>) -> bool {
    a.hex == b.hex && a.flags == b.flags
}

/// What changed from one revision to another, as their manifests tell it.
///
/// # Errors
/// `SubrepositoryPresent`, or what reading the history meets.
pub fn status_between(
    repository: &Repository,
    older: Rev,
    newer: Rev,
    matcher: &Matcher<'_>,
    options: &StatusOptions,
) -> Outcome<StatusResult> {
    let (older, newer) = (repository.manifest_of(older)?, repository.manifest_of(newer)?);
    refuse_subrepositories(options, &[&older, &newer])?;
    let mut result = StatusResult::default();
    let sides = if options.list_clean { [older.iter(), newer.iter()] } else { older.differing(&newer)? };
    join(sides, |(path, a, b)| {
        let list = match (&a, &b) {
            (Some(a), Some(b)) if same(a, b) => {
                if !options.list_clean {
                    return Ok(());
                }
                &mut result.clean
            }
            (Some(_), Some(_)) => &mut result.modified,
            (None, _) => &mut result.added,
            (Some(_), None) => &mut result.removed,
        };
        if matcher.matches(path) && repository.holds(path)? {
            list.push(path);
        }
        Ok(())
    })?;
    Ok(result)
}

fn refuse_subrepositories(options: &StatusOptions, manifests: &[&Manifest]) -> Outcome<()> {
    if options.beside_subrepositories {
        return Ok(());
    }
    for manifest in manifests {
        for name in [SPEC, STATE] {
            if manifest.get(name)?.is_some() {
                return Err(Stop::unsupported(Reason::SubrepositoryPresent, String::from_utf8_lossy(name)));
            }
        }
    }
    Ok(())
}

impl WorkingCopy<'_> {
    /// The working copy against any revision.
    ///
    /// # Errors
    /// As for [`WorkingCopy::status`].
    pub fn status_against(
        &self,
        rev: Rev,
        matcher: &Matcher<'_>,
        ignore: LoadIgnore<'_>,
        options: StatusOptions,
    ) -> Outcome<StatusResult> {
        let [p1, _] = self.repository.working_revs()?;
        if rev == p1 && rev != NULL_REV {
            return self.status(matcher, ignore, options);
        }
        let all = StatusOptions {
            list_unknown: options.list_unknown,
            list_ignored: options.list_ignored,
            beside_subrepositories: options.beside_subrepositories,
            ..StatusOptions::CHANGES
        };
        let mut now = self.status(matcher, ignore, all)?;
        let parent = FirstParent::new(self)?;
        let (older, newer) = (self.repository.manifest_of(rev)?, parent.manifest()?);
        refuse_subrepositories(&options, &[&older, newer])?;
        let mut bad = Vec::new();
        for (path, reason) in std::mem::take(&mut now.bad) {
            if older.get(&path)?.is_none() && !older.has_dir(&path)? {
                bad.push((path, reason));
            }
        }
        let mut result = Overlay { parent: &parent, now: &now, options: &options, result: StatusResult::default() };
        merge_join(&older, newer, |(path, a, b)| match matcher.matches(path) && self.repository.holds(path)? {
            true => result.file(path, a, b),
            false => Ok(()),
        })?;
        let mut result = result.added_since(&older)?;
        if !result.removed.is_empty() {
            for list in [&mut now.unknown, &mut now.ignored] {
                let mut damage = None;
                list.retain(|path| match older.get(path) {
                    Ok(found) => found.is_none(),
                    Err(stop) => {
                        damage = Some(stop);
                        false
                    }
                });
                damage.map_or(Ok(()), Err)?;
            }
        }
        for list in [&mut result.modified, &mut result.added, &mut result.removed, &mut result.clean] {
            list.sort();
        }
        result.bad = bad;
        (result.deleted, result.unknown, result.ignored) = (now.deleted, now.unknown, now.ignored);
        (result.refresh, result.parents) = (now.refresh, now.parents);
        Ok(result)
    }
}

/// Lays what changed in the working copy over its first parent.
struct Overlay<'a, 'w> {
    parent: &'a FirstParent<'w>,
    now: &'a StatusResult,
    options: &'a StatusOptions,
    result: StatusResult,
}

impl Overlay<'_, '_> {
    /// A file of the other revision, or of the first parent, or both.
    fn file(&mut self, path: &[u8], a: Option<ManifestEntry<'_>>, b: Option<ManifestEntry<'_>>) -> Outcome<()> {
        if self.now.deleted.contains(path) {
            return Ok(());
        }
        let changed = self.now.modified.contains(path) || self.now.added.contains(path);
        let there = changed || (b.is_some() && !self.now.removed.contains(path));
        let list = match (a, b) {
            (None, _) if !there => return Ok(()),
            (None, _) => &mut self.result.added,
            (Some(_), _) if !there => &mut self.result.removed,
            (Some(a), _) if changed => {
                if self.is_changed(path, &a)? {
                    &mut self.result.modified
                } else {
                    &mut self.result.clean
                }
            }
            (Some(a), Some(b)) if same(&a, &b) => {
                if !self.options.list_clean {
                    return Ok(());
                }
                &mut self.result.clean
            }
            (Some(_), _) => &mut self.result.modified,
        };
        list.push(path);
        Ok(())
    }

    /// Files of the working copy that neither manifest has.
    fn added_since(mut self, older: &Manifest) -> Outcome<StatusResult> {
        let parent = self.parent.manifest()?;
        let mut added = PathList::default();
        for path in self.now.added.iter().chain(self.now.modified.iter()) {
            if older.get(path)?.is_none() && parent.get(path)?.is_none() {
                added.push(path);
            }
        }
        self.result.added.append(&added);
        Ok(self.result)
    }

    /// Whether a changed file differs from that of the other revision.
    fn is_changed(&self, path: &[u8], other: &ManifestEntry<'_>) -> Outcome<bool> {
        let repository = self.parent.working_copy.repository;
        let full = repository.root().join(OsStr::from_bytes(path));
        let gone = |_| Stop::unsupported(Reason::RepositoryChanged, String::from_utf8_lossy(path));
        let meta = std::fs::symlink_metadata(&full).map_err(gone)?;
        let is_link = FileType::from_raw_mode(meta.mode()) == FileType::Symlink;
        let flag = match (is_link, meta.mode() & EXEC_BIT != 0) {
            (true, _) => b'l',
            (false, true) => b'x',
            (false, false) => 0,
        };
        if flag != other.flags {
            return Ok(true);
        }
        self.parent.filters()?.refuse(path)?;
        let node: Node = other.node()?;
        let expected = repository.file_content(path, &node)?;
        if is_link {
            let target = std::fs::read_link(&full).map_err(gone)?;
            return Ok(target.as_os_str().as_bytes() != expected);
        }
        Ok(meta.len() != expected.len() as u64 || std::fs::read(&full).map_err(gone)? != expected)
    }
}
