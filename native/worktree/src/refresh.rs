//! Writing back what a status found out, when and only when legacy would: after the answer, without
//! waiting for the lock, if the dirstate is still the file that was read. Not writing is always safe; the
//! next status is merely as slow as this one.

use crate::dirstate::{Dirstate, Identity};
use amalgam_formats::dirstate::{Refreshed, Timestamp, v1, v2};
use std::fs::{self, OpenOptions, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Something to record, together with the dirstate it was found against.
#[derive(Debug)]
pub struct Refresh {
    pub(crate) dirstate: Dirstate,
    pub(crate) refreshed: Vec<Refreshed>,
    pub(crate) cached: Vec<(u32, Timestamp)>,
    pub(crate) outdated: Vec<u32>,
    pub(crate) ignore_hash: Option<[u8; 20]>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The dirstate now says so.
    Yes,
    /// Someone holds the lock, the dirstate has changed, or nothing can be written here.
    No,
}

impl Refresh {
    /// Writes it, if that can be done at once. Failing is not an error.
    pub fn write(&self) -> Written {
        match self.try_write() {
            Ok(()) => Written::Yes,
            Err(_) => Written::No,
        }
    }

    fn try_write(&self) -> io::Result<()> {
        let path = self.dirstate.path();
        let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
        let _lock = WorkingCopyLock::try_take(folder)?;
        let now = fs::symlink_metadata(path)?;
        if self.dirstate.identity() != Some(Identity::of(&now)) {
            return Err(io::ErrorKind::StaleNetworkFileHandle.into());
        }
        match self.dirstate.raw() {
            (None, data) => replace(path, &v1::patch(data, &self.refreshed).map_err(io::Error::other)?, &now),
            (Some(docket), data) => {
                let id = random_name();
                let changes = v2::Changes {
                    refreshed: &self.refreshed,
                    cached: &self.cached,
                    outdated: &self.outdated,
                    ignore_hash: self.ignore_hash,
                };
                let (new, bytes) = v2::patch(docket, data, &changes, id.as_bytes()).map_err(io::Error::other)?;
                let file = |docket: &v2::Docket| {
                    docket.data_file().map(|name| folder.join(std::ffi::OsStr::from_bytes(&name)))
                };
                let (Some(old), Some(next)) = (file(docket), file(&new)) else { return Ok(()) };
                let mode = fs::metadata(&old)?.permissions().mode() & 0o777;
                let written = write_new(&next, &bytes, mode).and_then(|()| replace(path, &new.serialize(), &now));
                let _ = fs::remove_file(if written.is_ok() { &old } else { &next });
                written
            }
        }
    }
}

/// Eight hexadecimal digits that nobody else is likely to use.
pub(crate) fn random_name() -> String {
    let hash = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("{:08x}", hash as u32)
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.set_permissions(Permissions::from_mode(mode)).and_then(|()| file.write_all(bytes));
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Replaces `path`, of which `old` is the metadata, by renaming. Readers that go by its time see a change
/// even if it happens within one second.
fn replace(path: &Path, bytes: &[u8], old: &fs::Metadata) -> io::Result<()> {
    let temporary = path.with_file_name(format!(".dirstate-{}~", random_name()));
    write_new(&temporary, bytes, old.mode() & 0o777)?;
    if let Err(error) = fs::rename(&temporary, path) {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    let new = fs::symlink_metadata(path)?;
    if new.ctime() == old.ctime() {
        let advanced = ((old.mtime() + 1) & 0x7fff_ffff) as u64;
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(advanced);
        let times = fs::FileTimes::new().set_accessed(time).set_modified(time);
        OpenOptions::new().write(true).open(path)?.set_times(times)?;
    }
    Ok(())
}

/// `.hg/wlock`: a symbolic link that names its holder.
struct WorkingCopyLock {
    path: PathBuf,
    holder: Vec<u8>,
}

impl WorkingCopyLock {
    /// Takes the lock if it is free; never waits and never breaks one that seems stale.
    fn try_take(folder: &Path) -> io::Result<Self> {
        let path = folder.join("wlock");
        let mut holder = rustix::system::uname().nodename().to_bytes().to_vec();
        if let Ok(namespace) = fs::metadata("/proc/self/ns/pid") {
            holder.extend_from_slice(format!("/{:x}", namespace.ino()).as_bytes());
        }
        holder.extend_from_slice(format!(":{}", std::process::id()).as_bytes());
        std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(&holder), &path)?;
        Ok(WorkingCopyLock { path, holder })
    }
}

impl Drop for WorkingCopyLock {
    fn drop(&mut self) {
        let ours = fs::read_link(&self.path).is_ok_and(|target| target.as_os_str().as_bytes() == self.holder);
        if ours {
            let _ = fs::remove_file(&self.path);
        }
    }
}
