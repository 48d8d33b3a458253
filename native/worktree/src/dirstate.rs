//! The dirstate of one working copy, held open: its bytes, and which file they came from.

use amalgam_formats::dirstate::v1::{self, DirstateV1};
use amalgam_formats::dirstate::v2::{DirstateV2, Docket};
use amalgam_formats::dirstate::{Child, Damaged, Parents, Tree};
use amalgam_types::{Outcome, Reason, Stop};
use memmap2::Mmap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::PathList;

/// Files from this size on are mapped: reading twenty megabytes costs several milliseconds, mapping none.
const MAP_FROM: u64 = 128 * 1024;

/// A v2 docket that names a file which is gone was replaced meanwhile; legacy tries as often.
const ATTEMPTS: usize = 5;

/// Bytes of a file, read or mapped.
#[derive(Debug)]
enum Bytes {
    Read(Vec<u8>),
    Mapped(Mmap),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Bytes::Read(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }

    fn of(mut file: File, size: u64) -> std::io::Result<Bytes> {
        if size >= MAP_FROM {
            // SAFETY: Mercurial never changes the used part of these files in place: they are replaced by
            // renaming, or appended to behind the part that is looked at.
            return unsafe { Mmap::map(&file) }.map(Bytes::Mapped);
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.read_to_end(&mut bytes)?;
        Ok(Bytes::Read(bytes))
    }
}

/// Tells whether a file is still the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity([i64; 10]);

impl Identity {
    pub(crate) fn of(meta: &std::fs::Metadata) -> Self {
        Identity([
            i64::from(meta.mode()),
            meta.dev() as i64,
            meta.ino() as i64,
            meta.nlink() as i64,
            i64::from(meta.uid()) << 32 | i64::from(meta.gid()),
            meta.size() as i64,
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec(),
        ])
    }
}

/// A working copy's dirstate.
#[derive(Debug)]
pub struct Dirstate {
    path: PathBuf,
    /// `None` when there is no file.
    identity: Option<Identity>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    V1(Bytes),
    V2(Docket, Bytes),
}

/// The parsed form, for code that is generic over [`Tree`].
pub(crate) enum Parsed<'m> {
    V1(DirstateV1<'m>),
    V2(DirstateV2<'m>),
}

fn damaged(error: Damaged) -> Stop {
    Stop::unsupported(Reason::RepositoryDamaged, error.to_string())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::unsupported(Reason::RepositoryDamaged, format!("{}: {error}", path.display()))
}

fn open(path: &Path) -> Outcome<Option<(Bytes, Identity)>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let read = file.metadata().and_then(|meta| Ok((Bytes::of(file, meta.size())?, Identity::of(&meta))));
    read.map(Some).map_err(|error| unreadable(path, &error))
}

impl Dirstate {
    /// Reads `.hg/dirstate`, in the format that the repository's requirements ask for.
    pub fn load(dot_hg: &Path, v2: bool) -> Outcome<Self> {
        let path = dot_hg.join("dirstate");
        for _ in 0..ATTEMPTS {
            let (bytes, identity) = match open(&path)? {
                Some((bytes, identity)) => (bytes, Some(identity)),
                None => (Bytes::Read(Vec::new()), None),
            };
            if !v2 {
                return Ok(Dirstate { path, identity, form: Form::V1(bytes) });
            }
            let docket = Docket::parse(bytes.get()).map_err(damaged)?;
            let Some(name) = docket.data_file() else {
                return Ok(Dirstate { path, identity, form: Form::V2(docket, Bytes::Read(Vec::new())) });
            };
            if let Some((data, _)) = open(&dot_hg.join(std::ffi::OsStr::from_bytes(&name)))? {
                return Ok(Dirstate { path, identity, form: Form::V2(docket, data) });
            }
        }
        Err(Stop::unsupported(Reason::RepositoryChanged, "the dirstate is replaced faster than it can be read"))
    }

    /// The parents of the working copy.
    pub fn parents(&self) -> Outcome<Parents> {
        match &self.form {
            Form::V1(bytes) => {
                v1::parents(bytes.get()).ok_or_else(|| damaged(Damaged("too short for its parents".into())))
            }
            Form::V2(docket, _) => Ok(docket.parents),
        }
    }

    /// The hash of the ignore patterns that folder times were recorded under (dirstate-v2).
    pub(crate) fn ignore_hash(&self) -> Option<[u8; 20]> {
        match &self.form {
            Form::V1(_) => None,
            Form::V2(docket, _) => Some(docket.ignore_hash()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// The raw parts: the docket if there is one, and the bytes that records point into.
    pub(crate) fn raw(&self) -> (Option<&Docket>, &[u8]) {
        match &self.form {
            Form::V1(bytes) => (None, bytes.get()),
            Form::V2(docket, data) => (Some(docket), data.get()),
        }
    }

    pub(crate) fn parse(&self) -> Outcome<Parsed<'_>> {
        match &self.form {
            Form::V1(bytes) => DirstateV1::parse(bytes.get()).map(Parsed::V1).map_err(damaged),
            Form::V2(docket, data) => DirstateV2::new(docket, data.get()).map(Parsed::V2).map_err(damaged),
        }
    }

    /// Every file that is tracked in the working copy, present or not, sorted.
    pub fn tracked(&self) -> Outcome<PathList> {
        let mut files = PathList::default();
        self.parse()?.each(&mut |entry| {
            if entry.tracked {
                files.push(entry.path);
            }
        })?;
        files.sort();
        Ok(files)
    }

    /// Calls `each` with every file of the dirstate, in no particular order.
    pub fn for_each(&self, each: &mut dyn FnMut(FileEntry<'_>)) -> Outcome<()> {
        self.parse()?.each(each)
    }

    /// Tracked files that were copied or renamed: (destination, source), sorted.
    pub fn copies(&self) -> Outcome<Vec<(Vec<u8>, Vec<u8>)>> {
        self.parse()?.copies()
    }
}

/// One file of the dirstate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileEntry<'a> {
    /// The path from the root of the repository.
    pub path: &'a [u8],
    /// Tracked in the working copy.
    pub tracked: bool,
    /// Tracked in the first parent.
    pub in_p1: bool,
    /// Touched by a merge.
    pub merged: bool,
    /// Copied or renamed from another file.
    pub copied: bool,
    /// `n`, `a`, `r` or `m`, mode, size and time as `hg debugstate` knows them.
    pub v1: (u8, u32, i32, i32),
}

impl<'a> FileEntry<'a> {
    fn of<D>(child: &Child<'a, D>) -> Option<Self> {
        use amalgam_formats::dirstate::State;
        let entry = child.entry?;
        let letter = match entry.state() {
            State::Normal => b'n',
            State::Added => b'a',
            State::Removed => b'r',
            State::Merged => b'm',
        };
        let mode = entry.mode_size.map_or(0, |(mode, _)| mode);
        Some(FileEntry {
            path: child.path,
            tracked: entry.wc_tracked,
            in_p1: entry.p1_tracked,
            merged: entry.p2_info,
            copied: child.copied,
            v1: (letter, mode, entry.v1_size(), entry.v1_mtime()),
        })
    }
}

impl Parsed<'_> {
    fn each(&self, each: &mut dyn FnMut(FileEntry<'_>)) -> Outcome<()> {
        match self {
            Parsed::V1(tree) => tree.for_each_entry(&mut |c| FileEntry::of(c).into_iter().for_each(&mut *each)),
            Parsed::V2(tree) => tree.for_each_entry(&mut |c| FileEntry::of(c).into_iter().for_each(&mut *each)),
        }
        .map_err(damaged)
    }

    /// Whether the path has an entry, and whether there are entries below it.
    pub(crate) fn look_up(&self, path: &[u8]) -> Outcome<(Option<FileEntry<'_>>, bool)> {
        fn of<'a, T: Tree>(tree: &'a T, path: &[u8]) -> Result<(Option<FileEntry<'a>>, bool), Damaged> {
            let Some(child) = tree.find(path)? else { return Ok((None, false)) };
            Ok((FileEntry::of(&child), child.dir.is_some()))
        }
        match self {
            Parsed::V1(tree) => of(tree, path),
            Parsed::V2(tree) => of(tree, path),
        }
        .map_err(damaged)
    }

    fn copies(&self) -> Outcome<Vec<(Vec<u8>, Vec<u8>)>> {
        let copies = match self {
            Parsed::V1(tree) => tree.copies(),
            Parsed::V2(tree) => tree.copies(),
        };
        let mut tracked = Vec::new();
        for (to, from) in copies.map_err(damaged)? {
            if self.look_up(to)?.0.is_some_and(|entry| entry.tracked) {
                tracked.push((to.to_vec(), from.to_vec()));
            }
        }
        let mut copies = tracked;
        copies.sort_unstable();
        Ok(copies)
    }
}
