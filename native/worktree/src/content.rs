//! What a tracked file of the working copy holds now.

use crate::WorkingCopy;
use crate::lookup::audit;
use amalgam_types::{EXEC_BIT, Outcome, Reason, Stop};
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// A file of the working copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingFile {
    /// Its bytes; of a symbolic link, its target.
    pub content: Vec<u8>,
    /// `x` for an executable, `l` for a symbolic link, 0 for neither.
    pub flags: u8,
}

impl WorkingCopy<'_> {
    /// Reads a file that status found to be there.
    ///
    /// # Errors
    /// `RepositoryChanged` when it has gone, `PathUnsupported` inside another repository, `ConfigUnsupported` where a
    /// filter would change what is read.
    pub fn read_file(&self, path: &[u8]) -> Outcome<WorkingFile> {
        self.refuse_filters()?;
        let changed = |_| Stop::unsupported(Reason::RepositoryChanged, String::from_utf8_lossy(path));
        let root = rustix::fs::open(
            self.repository.root(),
            rustix::fs::OFlags::PATH | rustix::fs::OFlags::CLOEXEC,
            rustix::fs::Mode::empty(),
        )
        .map_err(|error| Stop::unsupported(Reason::RepositoryChanged, error.to_string()))?;
        audit(&root, path, &mut Vec::new())?;
        let full = self.repository.root().join(OsStr::from_bytes(path));
        let meta = std::fs::symlink_metadata(&full).map_err(changed)?;
        match FileType::from_raw_mode(meta.mode()) {
            FileType::Symlink => {
                let target = std::fs::read_link(&full).map_err(changed)?;
                Ok(WorkingFile { content: target.into_os_string().into_encoded_bytes(), flags: b'l' })
            }
            FileType::RegularFile => {
                let content = std::fs::read(&full).map_err(changed)?;
                Ok(WorkingFile { content, flags: if meta.mode() & EXEC_BIT != 0 { b'x' } else { 0 } })
            }
            _ => Err(Stop::unsupported(Reason::FileUnsupported, String::from_utf8_lossy(path))),
        }
    }
}
