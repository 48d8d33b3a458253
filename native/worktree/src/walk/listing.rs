//! Reading one folder: the names and kinds that the kernel hands out, kept in buffers that are used again
//! for the next folder.

use rustix::fs::{AtFlags, FileType, RawDir};
use rustix::io::Errno;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

/// What stands behind a name, as far as status cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file or a symbolic link.
    File,
    Folder,
    /// A device, a pipe, a socket.
    Other,
}

impl Kind {
    pub(super) fn of(file_type: FileType) -> Option<Kind> {
        match file_type {
            FileType::RegularFile | FileType::Symlink => Some(Kind::File),
            FileType::Directory => Some(Kind::Folder),
            FileType::Unknown => None,
            _ => Some(Kind::Other),
        }
    }
}

/// One name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    start: u32,
    len: u16,
    pub(super) kind: Kind,
}

/// The buffers.
pub(super) struct Listing {
    kernel: Vec<MaybeUninit<u8>>,
    names: Vec<u8>,
    items: Vec<Item>,
}

impl Listing {
    pub(super) fn new() -> Self {
        Listing { kernel: vec![MaybeUninit::uninit(); 64 * 1024], names: Vec::new(), items: Vec::new() }
    }

    /// Stands in while the real one is in use.
    pub(super) fn empty() -> Self {
        Listing { kernel: Vec::new(), names: Vec::new(), items: Vec::new() }
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(super) fn name(&self, item: Item) -> &[u8] {
        &self.names[item.start as usize..item.start as usize + usize::from(item.len)]
    }

    /// Reads the whole folder, without `.` and `..`. Returns false for a folder that is itself a
    /// repository, which is then left out: at the root, `.hg` is only skipped.
    pub(super) fn read(&mut self, folder: &OwnedFd, is_root: bool) -> Result<bool, Errno> {
        self.names.clear();
        self.items.clear();
        let mut entries = RawDir::new(folder, &mut self.kernel);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            let bytes = name.to_bytes();
            if bytes == b"." || bytes == b".." || (is_root && bytes == b".hg") {
                continue;
            }
            let kind = match Kind::of(entry.file_type()) {
                Some(kind) => kind,
                None => match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => Kind::of(FileType::from_raw_mode(stat.st_mode)).unwrap_or(Kind::Other),
                    Err(Errno::NOENT) => continue,
                    Err(error) => return Err(error),
                },
            };
            if kind == Kind::Folder && bytes == b".hg" {
                self.names.clear();
                self.items.clear();
                return Ok(false);
            }
            let start = u32::try_from(self.names.len()).map_err(|_| Errno::OVERFLOW)?;
            self.names.extend_from_slice(bytes);
            self.items.push(Item { start, len: bytes.len() as u16, kind });
        }
        Ok(true)
    }
}
