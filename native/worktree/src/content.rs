//! What tracked files of the working copy hold now.

use crate::WorkingCopy;
use crate::filters::Filters;
use crate::lookup::audit;
use amalgam_types::{EXEC_BIT, Outcome, Reason, Stop};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;

/// A file of the working copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingFile {
    /// Its bytes; of a symbolic link, its target.
    pub content: Vec<u8>,
    /// `x` for an executable, `l` for a symbolic link, 0 for neither.
    pub flags: u8,
}

/// Reads files relative to the working copy's root, which is opened once; safe to ask from many threads.
#[derive(Debug)]
pub struct WorkingFiles<'a> {
    root: OwnedFd,
    filters: Filters<'a>,
}

impl<'a> WorkingCopy<'a> {
    /// Makes its files ready to be read.
    ///
    /// # Errors
    /// `ConfigUnsupported` for filters that are not understood, `RepositoryChanged` when the root has gone.
    pub fn files(&self) -> Outcome<WorkingFiles<'a>> {
        let filters = Filters::of(self)?;
        let root =
            rustix::fs::open(self.repository.root(), OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        root.map(|root| WorkingFiles { root, filters })
            .map_err(|error| Stop::unsupported(Reason::RepositoryChanged, error.to_string()))
    }
}

impl WorkingFiles<'_> {
    /// Reads a file that status found to be there. `folder` is the caller's note of where it read last, empty at first.
    ///
    /// # Errors
    /// `RepositoryChanged` when it has gone, `PathUnsupported` inside another repository, `ConfigUnsupported` where a
    /// filter would change what is read.
    pub fn read(&self, path: &[u8], folder: &mut Vec<u8>) -> Outcome<WorkingFile> {
        self.filters.refuse(path)?;
        audit(&self.root, path, folder)?;
        let changed = |_| Stop::unsupported(Reason::RepositoryChanged, String::from_utf8_lossy(path));
        let stat = rustix::fs::statat(&self.root, path, AtFlags::SYMLINK_NOFOLLOW).map_err(changed)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(&self.root, path, Vec::new()).map_err(changed)?;
                Ok(WorkingFile { content: target.into_bytes(), flags: b'l' })
            }
            FileType::RegularFile => {
                let file = rustix::fs::openat(&self.root, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
                let mut content = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0).min(1 << 30) + 1);
                File::from(file.map_err(changed)?)
                    .read_to_end(&mut content)
                    .map_err(|error| Stop::unsupported(Reason::RepositoryChanged, error.to_string()))?;
                Ok(WorkingFile { content, flags: if stat.st_mode & EXEC_BIT != 0 { b'x' } else { 0 } })
            }
            _ => Err(Stop::unsupported(Reason::FileUnsupported, String::from_utf8_lossy(path))),
        }
    }

    /// The same for a tracked file that may have gone; `None` then.
    ///
    /// # Errors
    /// As [`WorkingFiles::read`]; `PathUnsupported` below a symbolic link.
    pub fn read_if_there(&self, path: &[u8], folder: &mut Vec<u8>) -> Outcome<Option<WorkingFile>> {
        match self.stat_if_there(path, folder)? {
            None => Ok(None),
            Some(_) => self.read(path, folder).map(Some),
        }
    }

    /// The size of a file, or of a symbolic link's target; `None` if it has gone.
    ///
    /// # Errors
    /// As [`WorkingFiles::read_if_there`].
    pub fn size_if_there(&self, path: &[u8], folder: &mut Vec<u8>) -> Outcome<Option<u64>> {
        let Some(stat) = self.stat_if_there(path, folder)? else { return Ok(None) };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile | FileType::Symlink => Ok(Some(u64::try_from(stat.st_size).unwrap_or(0))),
            _ => Err(Stop::unsupported(Reason::FileUnsupported, String::from_utf8_lossy(path))),
        }
    }

    fn stat_if_there(&self, path: &[u8], folder: &mut Vec<u8>) -> Outcome<Option<rustix::fs::Stat>> {
        let above = &path[..memchr::memrchr(b'/', path).unwrap_or(0)];
        if above != folder.as_slice() {
            for end in memchr::memchr_iter(b'/', above).chain([above.len()]).filter(|&end| end > 0) {
                match rustix::fs::statat(&self.root, &above[..end], AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {}
                    Err(rustix::io::Errno::NOENT) => return Ok(None),
                    _ => return Err(Stop::unsupported(Reason::PathUnsupported, String::from_utf8_lossy(path))),
                }
            }
        }
        audit(&self.root, path, folder)?;
        match rustix::fs::statat(&self.root, path, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => {
                Err(Stop::unsupported(Reason::FileUnsupported, format!("{}: {error}", String::from_utf8_lossy(path))))
            }
            Ok(stat) => Ok(Some(stat)),
        }
    }
}
