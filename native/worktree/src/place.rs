//! Where the working copy lives: what the file system must be like, and what time it says it is.

use amalgam_formats::dirstate::Timestamp;
use amalgam_types::{LegacyBuild, Outcome, Reason, Stop};
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::os::fd::OwnedFd;
use std::path::Path;

/// A working copy and the legacy that it is compared for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The root of the working copy.
    pub root: &'a Path,
    /// Its `.hg` folder.
    pub dot_hg: &'a Path,
    /// Which implementation of Mercurial gives the answers to match.
    pub build: LegacyBuild,
    /// Whether the repository requires dirstate-v2.
    pub dirstate_v2: bool,
}

/// `f_type` of file systems that have executable bits, symbolic links and names that differ by case:
/// ext2/3/4, XFS, Btrfs, tmpfs, overlayfs, F2FS, ZFS, ramfs, bcachefs.
const PLAIN: [u32; 9] =
    [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630, 0xf2f5_2010, 0x2fc1_2fc1, 0x8584_58f6, 0xca45_1a4e];

impl Place<'_> {
    /// Opens the root, on a file system where files are what they seem.
    pub(crate) fn open(&self) -> Outcome<OwnedFd> {
        let unsupported = |what: &str| Stop::unsupported(Reason::FilesystemUnsupported, what);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(self.root, flags, Mode::empty())
            .map_err(|error| unsupported(&format!("{}: {error}", self.root.display())))?;
        let magic = rustix::fs::fstatfs(&root).map_err(|_| unsupported("unknown file system"))?.f_type as u32;
        if !PLAIN.contains(&magic) {
            return Err(unsupported(&format!("file system {magic:x}")));
        }
        // As legacy tells: a folder that also answers to its name in capitals.
        match rustix::fs::statat(&root, ".HG", AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(root),
            _ => Err(unsupported("names do not differ by case")),
        }
    }

    /// The time that a file written now gets; `None` if nothing can be written.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        let flags = OFlags::RDWR | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = match rustix::fs::open(self.dot_hg, flags | OFlags::TMPFILE, mode) {
            Ok(file) => Some(file),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOENT) => self.named_file(flags, mode),
            Err(_) => None,
        };
        let stat = rustix::fs::fstat(file?).ok()?;
        Some(Timestamp::new(stat.st_mtime as i64, stat.st_mtime_nsec as u32))
    }

    /// For file systems without nameless files.
    fn named_file(&self, flags: OFlags, mode: Mode) -> Option<OwnedFd> {
        let name = self.dot_hg.join(format!("tmp{}", crate::refresh::random_name()));
        let file = rustix::fs::open(&name, flags | OFlags::CREATE | OFlags::EXCL, mode).ok()?;
        rustix::fs::unlink(&name).ok()?;
        Some(file)
    }
}
