//! Files of the repository as bytes. Large files are read in pieces with positioned reads, not mapped: a
//! mapped file that another process cuts short (as a strip does) kills the reader, a read only fails.

use amalgam_formats::revlog::Revlog;
use amalgam_formats::{Source, damaged};
use amalgam_types::{Outcome, Reason, Stop};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Files up to this size are read as a whole when opened.
const SMALL: u64 = 128 * 1024;
/// One more read of a piece costs about as much as so many bytes of one large read.
const PIECE_COST: u64 = 8 * 1024;
/// No file is held in memory beyond this.
const LARGEST_HELD: u64 = 512 << 20;

/// One open file.
pub(crate) struct FileSource {
    file: File,
    size: u64,
    whole: OnceLock<Vec<u8>>,
    pieces: AtomicU32,
}

/// A revlog in two files; without an index it is empty.
pub(crate) fn open_revlog(name: impl Into<String>, index: &Path, data: PathBuf) -> Outcome<Revlog> {
    let Some(index) = FileSource::open(index)? else {
        return Ok(Revlog::empty(name));
    };
    let open = move || match FileSource::open(&data)? {
        Some(source) => Ok(Box::new(source) as Box<dyn Source>),
        None => Err(damaged("the data file is missing")),
    };
    Revlog::new(name, Box::new(index), Box::new(open))
}

impl FileSource {
    /// Opens `path`; `None` when it does not exist.
    pub(crate) fn open(path: &Path) -> Outcome<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(unreadable(path, &e)),
        };
        let metadata = file.metadata().map_err(|e| unreadable(path, &e))?;
        if !metadata.is_file() {
            return Err(damaged(format!("{} is not a file", name_of(path))));
        }
        let size = metadata.len();
        let source = FileSource { file, size, whole: OnceLock::new(), pieces: AtomicU32::new(0) };
        if size <= SMALL {
            source.load()?;
        }
        Ok(Some(source))
    }

    fn piece(&self, offset: u64, len: usize) -> Outcome<Vec<u8>> {
        if offset.checked_add(len as u64).is_none_or(|end| end > self.size) {
            return Err(damaged("a read past the end"));
        }
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, offset).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => {
                Stop::unsupported(Reason::RepositoryChanged, "a file became shorter while it was read")
            }
            _ => damaged(format!("a file cannot be read: {e}")),
        })?;
        Ok(bytes)
    }

    fn load(&self) -> Outcome<()> {
        if self.whole.get().is_none() {
            let len = usize::try_from(self.size).map_err(|_| damaged("a file is too long"))?;
            let _ = self.whole.set(self.piece(0, len)?);
        }
        Ok(())
    }
}

impl Source for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, len: usize) -> Outcome<Cow<'_, [u8]>> {
        if self.whole.get().is_none() && self.size <= LARGEST_HELD {
            let pieces = self.pieces.fetch_add(1, Ordering::Relaxed);
            if u64::from(pieces) * PIECE_COST >= self.size {
                self.load()?;
            }
        }
        match self.whole.get() {
            Some(whole) => whole.read(offset, len),
            None => self.piece(offset, len).map(Cow::Owned),
        }
    }

    fn expect_scan(&self) {
        let enough = u32::try_from(self.size / PIECE_COST + 1).unwrap_or(u32::MAX / 2);
        self.pieces.fetch_max(enough, Ordering::Relaxed);
    }
}

/// The whole file; `None` when it (or a folder above it) does not exist.
pub(crate) fn read_optional(path: &Path) -> Outcome<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unreadable(path, &e)),
    }
}

/// The whole of a cache file; `None` when it cannot be had: it is then made anew.
pub(crate) fn read_cache(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

/// The first `len` bytes, or fewer if the file is shorter; `None` when it does not exist.
pub(crate) fn read_start(path: &Path, len: usize) -> Outcome<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(unreadable(path, &e)),
    };
    let mut bytes = Vec::with_capacity(len);
    file.take(len as u64).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    Ok(Some(bytes))
}

fn unreadable(path: &Path, error: &io::Error) -> Stop {
    damaged(format!("{} cannot be read: {}", name_of(path), error.kind()))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
