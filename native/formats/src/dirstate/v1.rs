//! dirstate-v1, read in place.
//!
//! ```text
//! 0   20  first parent
//! 20  20  second parent
//! then records until the end, in no particular order, big-endian:
//! 0   1   state: n, a, r, m
//! 1   4   mode
//! 5   4   size   (-1 unknown, -2 from the second parent; for r: -1 merged, -2 from the second parent)
//! 9   4   mtime  (-1 unset)
//! 13  4   length of what follows
//! 17  ..  path, and if the file was copied a NUL and the path of its source
//! ```
//! An empty file has null parents and no records.
//!
//! Records come in any order but mostly in runs of one folder, so they are grouped by folder as they are
//! read, without sorting and without copying a path.

use super::{Child, CopyPair, Damaged, Entry, Parents, Refreshed, Timestamp, Tree, be32};
use amalgam_types::{NULL_NODE, Node};
use std::collections::{HashMap, HashSet};

const HEADER: usize = 40;
const RECORD: usize = 17;

type Folders<'m> = HashMap<&'m [u8], u32, foldhash::fast::RandomState>;

/// A parsed dirstate-v1 over its bytes.
#[derive(Debug)]
pub struct DirstateV1<'m> {
    data: &'m [u8],
    parents: Parents,
    dirs: Vec<Dir<'m>>,
    files: Vec<File>,
    subdirs: Vec<u32>,
    /// Folders whose path is also that of a removed file, with the file's record.
    shadowed: HashMap<u32, File>,
    /// Those files' records, which are reported with the folder.
    shadowing: HashSet<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Dir<'m> {
    path: &'m [u8],
    parent: u32,
    files: (u32, u32),
    subdirs: (u32, u32),
}

#[derive(Debug, Clone, Copy)]
struct File {
    record: u32,
    path_len: u32,
}

/// Reads the parents alone; `None` for bytes that are too few and not none.
pub fn parents(data: &[u8]) -> Option<Parents> {
    if data.is_empty() {
        return Some(Parents { p1: NULL_NODE, p2: NULL_NODE });
    }
    Some(Parents { p1: Node::from_slice(data)?, p2: Node::from_slice(data.get(20..)?)? })
}

impl<'m> DirstateV1<'m> {
    /// Checks every record and groups them by folder.
    pub fn parse(data: &'m [u8]) -> Result<Self, Damaged> {
        let parents = parents(data).ok_or_else(|| Damaged("too short for its parents".into()))?;
        if u32::try_from(data.len()).is_err() {
            return Err(Damaged("larger than four gigabytes".into()));
        }
        let mut grouping = Grouping::new(data.len() / 64);
        let mut at = HEADER;
        while at < data.len() {
            let (path, next) = record_path(data, at)?;
            grouping.add(at, path, data[at] == b'r')?;
            at = next;
        }
        Ok(grouping.finish(data, parents))
    }

    /// The parents of the working copy.
    pub fn parents(&self) -> Parents {
        self.parents
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no record at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn child(&self, file: File, folder_len: usize) -> Child<'_, u32> {
        let at = file.record as usize;
        let start = at + RECORD;
        let prefix = if folder_len == 0 { 0 } else { folder_len as u32 + 1 };
        Child {
            path: &self.data[start..start + file.path_len as usize],
            name_len: file.path_len - prefix,
            record: file.record,
            copied: be32(self.data, at + 13) != file.path_len,
            entry: Some(entry(&self.data[at..])),
            dir: None,
            dir_mtime: None,
        }
    }
}

/// The path of the record at `at`, and where the next record starts.
fn record_path(data: &[u8], at: usize) -> Result<(&[u8], usize), Damaged> {
    let header = data.get(at..at + RECORD).ok_or_else(|| Damaged::at("truncated record", at))?;
    if !matches!(header[0], b'n' | b'a' | b'r' | b'm') {
        return Err(Damaged::at("unknown state", at));
    }
    if header[0] == b'n' && ((be32(header, 5) as i32) < -2 || (be32(header, 9) as i32) < -1) {
        return Err(Damaged::at("impossible size or time", at));
    }
    let next = (at + RECORD).checked_add(be32(header, 13) as usize).filter(|&next| next <= data.len());
    let next = next.ok_or_else(|| Damaged::at("truncated path", at))?;
    let names = &data[at + RECORD..next];
    let path = memchr::memchr(0, names).map_or(names, |nul| &names[..nul]);
    Ok((path, next))
}

/// The entry of the record that `bytes` starts with, at least [`RECORD`] bytes.
fn entry(bytes: &[u8]) -> Entry {
    let (mode, size, mtime) = (be32(bytes, 1), be32(bytes, 5) as i32, be32(bytes, 9) as i32);
    let tracked = |wc_tracked, p1_tracked, p2_info| Entry { wc_tracked, p1_tracked, p2_info, ..Entry::default() };
    match (bytes[0], size) {
        (b'm', _) => tracked(true, true, true),
        (b'a', _) => tracked(true, false, false),
        (b'r', -1) => tracked(false, true, true),
        (b'r', -2) => tracked(false, false, true),
        (b'r', _) => tracked(false, true, false),
        (_, -2) => tracked(true, false, true),
        (_, -1) => tracked(true, true, false),
        _ => Entry {
            mode_size: Some((mode, size)),
            mtime: (mtime != -1).then_some(Timestamp { seconds: mtime as u32, nanoseconds: 0, ambiguous: false }),
            ..tracked(true, true, false)
        },
    }
}

struct Grouping<'m> {
    ids: Folders<'m>,
    dirs: Vec<Dir<'m>>,
    records: Vec<(File, u32)>,
    removed: HashMap<&'m [u8], File, foldhash::fast::RandomState>,
    last: (&'m [u8], u32),
}

impl<'m> Grouping<'m> {
    fn new(expected: usize) -> Self {
        let root = Dir { path: b"", parent: 0, files: (0, 0), subdirs: (0, 0) };
        let mut ids = Folders::with_capacity_and_hasher(expected / 8, Default::default());
        ids.insert(b"", 0);
        Grouping {
            ids,
            dirs: vec![root],
            records: Vec::with_capacity(expected),
            removed: HashMap::default(),
            last: (b"", 0),
        }
    }

    fn add(&mut self, at: usize, path: &'m [u8], removed: bool) -> Result<(), Damaged> {
        let (folder, name) = match memchr::memrchr(b'/', path) {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&path[..0], path),
        };
        if path.first() == Some(&b'/') || !super::is_plain_name(name) {
            return Err(Damaged::at("unusable path", at));
        }
        if folder != self.last.0 {
            let id = match self.above_last(folder) {
                Some(id) => id,
                None => self.folder(folder).ok_or_else(|| Damaged::at("unusable path", at))?,
            };
            self.last = (folder, id);
        }
        let file = File { record: at as u32, path_len: path.len() as u32 };
        self.dirs[self.last.1 as usize].files.1 += 1;
        self.records.push((file, self.last.1));
        if removed {
            self.removed.insert(path, file);
        }
        Ok(())
    }

    /// The folder's number if it is one of those above the last one: the usual way back in a sorted file.
    fn above_last(&self, folder: &[u8]) -> Option<u32> {
        let mut id = self.last.1;
        while self.dirs[id as usize].path.len() > folder.len() {
            id = self.dirs[id as usize].parent;
        }
        (self.dirs[id as usize].path == folder).then_some(id)
    }

    /// The folder's number; it and its parents are made as needed. `None` if a component cannot be a name.
    fn folder(&mut self, path: &'m [u8]) -> Option<u32> {
        let mut missing = Vec::new();
        let mut rest = path;
        let mut parent = loop {
            if let Some(&id) = self.ids.get(rest) {
                break id;
            }
            missing.push(rest);
            rest = memchr::memrchr(b'/', rest).map_or(&rest[..0], |slash| &rest[..slash]);
        };
        while let Some(path) = missing.pop() {
            let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]);
            if !super::is_plain_name(name) {
                return None;
            }
            let id = self.dirs.len() as u32;
            self.dirs[parent as usize].subdirs.1 += 1;
            self.dirs.push(Dir { path, parent, files: (0, 0), subdirs: (0, 0) });
            self.ids.insert(path, id);
            parent = id;
        }
        Some(parent)
    }

    fn finish(mut self, data: &'m [u8], parents: Parents) -> DirstateV1<'m> {
        let (mut file_at, mut subdir_at) = (0, 0);
        for dir in &mut self.dirs {
            dir.files.0 = file_at;
            file_at += std::mem::take(&mut dir.files.1);
            dir.subdirs.0 = subdir_at;
            subdir_at += std::mem::take(&mut dir.subdirs.1);
        }
        let mut files = vec![File { record: 0, path_len: 0 }; self.records.len()];
        for (file, dir) in &self.records {
            let (start, len) = &mut self.dirs[*dir as usize].files;
            files[(*start + *len) as usize] = *file;
            *len += 1;
        }
        let mut subdirs = vec![0; self.dirs.len() - 1];
        for id in 1..self.dirs.len() {
            let parent = self.dirs[id].parent as usize;
            let (start, len) = &mut self.dirs[parent].subdirs;
            subdirs[(*start + *len) as usize] = id as u32;
            *len += 1;
        }
        let shadowed: HashMap<_, _> =
            self.removed.iter().filter_map(|(path, file)| Some((*self.ids.get(path)?, *file))).collect();
        let shadowing = shadowed.values().map(|file| file.record).collect();
        DirstateV1 { data, parents, dirs: self.dirs, files, subdirs, shadowed, shadowing }
    }
}

fn slice<T>(all: &[T], (start, len): (u32, u32)) -> &[T] {
    &all[start as usize..(start + len) as usize]
}

impl Tree for DirstateV1<'_> {
    type Dir = u32;

    fn root(&self) -> u32 {
        0
    }

    fn children<'a>(&'a self, dir: u32, out: &mut Vec<Child<'a, u32>>) -> Result<(), Damaged> {
        let folder = self.dirs[dir as usize];
        for &file in slice(&self.files, folder.files) {
            if self.shadowing.is_empty() || !self.shadowing.contains(&file.record) {
                out.push(self.child(file, folder.path.len()));
            }
        }
        for &id in slice(&self.subdirs, folder.subdirs) {
            let path = self.dirs[id as usize].path;
            let prefix = if folder.path.is_empty() { 0 } else { folder.path.len() + 1 };
            let plain = Child {
                path,
                name_len: (path.len() - prefix) as u32,
                record: 0,
                copied: false,
                entry: None,
                dir: Some(id),
                dir_mtime: None,
            };
            out.push(match self.shadowed.get(&id) {
                Some(&file) => Child { dir: Some(id), ..self.child(file, folder.path.len()) },
                None => plain,
            });
        }
        Ok(())
    }

    fn copies(&self) -> Result<Vec<CopyPair<'_>>, Damaged> {
        let mut copies = Vec::new();
        for file in &self.files {
            let (start, len) = (file.record as usize + RECORD, be32(self.data, file.record as usize + 13) as usize);
            let names = &self.data[start..start + len];
            if let Some(source) = names.get(file.path_len as usize + 1..) {
                copies.push((&names[..file.path_len as usize], source));
            }
        }
        Ok(copies)
    }
}

/// A copy of `data` in which the refreshed files are recorded as clean.
pub fn patch(data: &[u8], refreshed: &[Refreshed]) -> Result<Vec<u8>, Damaged> {
    let mut out = data.to_vec();
    for file in refreshed {
        let at = file.record as usize;
        record_path(data, at)?;
        let mtime = if file.mtime.ambiguous { u32::MAX } else { file.mtime.seconds };
        out[at] = b'n';
        out[at + 1..at + 5].copy_from_slice(&file.mode.to_be_bytes());
        out[at + 5..at + 9].copy_from_slice(&((file.size & super::entry::SECONDS_MASK) as u32).to_be_bytes());
        out[at + 9..at + 13].copy_from_slice(&mtime.to_be_bytes());
    }
    Ok(out)
}
