//! Files whose metadata cannot tell: compares them with the first parent.

use crate::place::Place;
use crate::walk::{Found, Stat, Unsure};
use amalgam_formats::dirstate::{DayAhead, Refreshed, Timestamp};
use amalgam_types::{EXEC_BIT, Node, Outcome, Reason, Stop};
use rustix::fs::{AtFlags, FileType};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

/// The first parent's files.
pub trait Parent: Sync {
    /// Some file is going to be compared: what that needs may be read now, while other threads go on with the walk.
    fn expect(&self) {}
    /// The file's id and flags (0, `x` or `l`) there.
    fn entry(&self, path: &[u8]) -> Outcome<Option<(Node, u8)>>;
    /// Its content, as a checkout would write it.
    fn content(&self, path: &[u8], node: &Node) -> Outcome<Vec<u8>>;
}

/// A parent that must not be needed.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoParent;

impl Parent for NoParent {
    fn entry(&self, _: &[u8]) -> Outcome<Option<(Node, u8)>> {
        Err(Stop::unsupported(Reason::RepositoryState, "no parent to compare with"))
    }

    fn content(&self, _: &[u8], _: &Node) -> Outcome<Vec<u8>> {
        Err(Stop::unsupported(Reason::RepositoryState, "no parent to compare with"))
    }
}

/// Settles the unsure files. Returns what may be recorded of those that are clean.
pub(crate) fn settle<'a>(
    root: &OwnedFd,
    place: &Place<'_>,
    parent: &dyn Parent,
    boundary: Option<Timestamp>,
    found: &mut Found<'a>,
) -> Outcome<Vec<Refreshed>> {
    let mut refreshed = Vec::new();
    let mut unsure = std::mem::take(&mut found.unsure);
    unsure.sort_unstable();
    let mut audited = Vec::new();
    for file in unsure {
        audit(root, file.path, &mut audited)?;
        if !is_same(root, place, parent, file)? {
            found.modified.push(file.path);
            continue;
        }
        found.clean.push(file.path);
        let Some(boundary) = boundary else { continue };
        let stat = stat(root, file.path)?;
        if let Some(mtime) = stat.mtime.reliable(boundary, DayAhead::Reliable) {
            refreshed.push(Refreshed { record: file.record, mode: stat.mode, size: stat.size, mtime });
        }
    }
    Ok(refreshed)
}

/// Legacy refuses to read a file inside another repository, or behind a symbolic link. `audited` is the folder of the
/// last file that passed; files come sorted, so few folders are looked at twice.
pub(crate) fn audit(root: &OwnedFd, path: &[u8], audited: &mut Vec<u8>) -> Outcome<()> {
    let folder = &path[..memchr::memrchr(b'/', path).unwrap_or(0)];
    if folder == audited.as_slice() {
        return Ok(());
    }
    let refused = |what: &str| {
        Err(Stop::unsupported(Reason::PathUnsupported, format!("{} is {what}", String::from_utf8_lossy(path))))
    };
    let ends = memchr::memchr_iter(b'/', folder).chain([folder.len()]);
    for end in ends.filter(|&end| end > 0 && !is_at_or_above(&folder[..end], audited)) {
        match rustix::fs::statat(root, &folder[..end], AtFlags::SYMLINK_NOFOLLOW) {
            Ok(raw) if FileType::from_raw_mode(raw.st_mode) == FileType::Symlink => {
                return refused("behind a symbolic link");
            }
            _ => {}
        }
        let inside = [&folder[..end], b"/.hg"].concat();
        let is_folder = |raw: rustix::fs::Stat| FileType::from_raw_mode(raw.st_mode) == FileType::Directory;
        if rustix::fs::statat(root, inside, AtFlags::empty()).is_ok_and(is_folder) {
            return refused("inside a nested repository");
        }
    }
    audited.clear();
    audited.extend_from_slice(folder);
    Ok(())
}

fn is_at_or_above(folder: &[u8], other: &[u8]) -> bool {
    other.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

fn changed(path: &[u8]) -> Stop {
    Stop::unsupported(Reason::RepositoryChanged, String::from_utf8_lossy(path))
}

fn stat(root: &OwnedFd, path: &[u8]) -> Outcome<Stat> {
    match rustix::fs::statat(root, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(raw) => Ok(Stat::from(&raw)),
        Err(_) => Err(changed(path)),
    }
}

fn is_same(root: &OwnedFd, place: &Place<'_>, parent: &dyn Parent, file: Unsure<'_>) -> Outcome<bool> {
    let Some((node, flags)) = parent.entry(file.path)? else { return Ok(false) };
    let stat = stat(root, file.path)?;
    let is_link = stat.file_type() == FileType::Symlink;
    let seen = if is_link {
        b'l'
    } else if stat.mode & EXEC_BIT != 0 {
        b'x'
    } else {
        0
    };
    if seen != flags {
        return Ok(false);
    }
    let expected = parent.content(file.path, &node)?;
    let path = place.root.join(std::ffi::OsStr::from_bytes(file.path));
    if is_link {
        let target = std::fs::read_link(&path).map_err(|_| changed(file.path))?;
        return Ok(target.as_os_str().as_bytes() == expected);
    }
    if stat.size != expected.len() as u64 {
        return Ok(false);
    }
    let content = std::fs::File::open(&path).and_then(|file| {
        let mut content = Vec::with_capacity(expected.len() + 1);
        file.take(expected.len() as u64 + 1).read_to_end(&mut content).map(|_| content)
    });
    match content {
        Ok(content) => Ok(content == expected),
        Err(error) => {
            Err(Stop::unsupported(Reason::FileUnsupported, format!("{}: {error}", String::from_utf8_lossy(file.path))))
        }
    }
}
