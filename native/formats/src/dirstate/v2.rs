//! dirstate-v2: a docket (`.hg/dirstate`) and a tree of nodes in a data file (`.hg/dirstate.ID`), big-endian.
//!
//! ```text
//! docket                                  node (44 bytes)
//! 0    12  "dirstate-v2\n"                 0   4  path: position     22  4  entries below
//! 12   32  first parent, zero-padded       4   2  path: length       26  4  tracked files below
//! 44   32  second parent                   6   2  base name start    30  2  flags
//! 76   44  tree metadata:                  8   4  copy source pos.   32  4  size
//!   0   4  root nodes: position            12  2  copy source len.   36  4  mtime, seconds
//!   4   4  root nodes: count               14  4  children: position 40  4  mtime, nanoseconds
//!   8   4  nodes with an entry             18  4  children: count
//!   12  4  nodes with a copy source
//!   16  4  unreachable bytes
//!   20  4  unused
//!   24  20 hash of the ignore patterns
//! 120  4   used size of the data file
//! 124  1   length of ID, then ID
//! ```
//! Siblings are sorted by name. A reader of hostile bytes must end: every child's path has to be its
//! parent's path and one name more, and siblings have to ascend, so no node can be reached twice.

mod patch;

pub use patch::{Changes, patch};

use super::{Child, CopyPair, Damaged, Entry, Parents, Timestamp, Tree, be16, be32};
use amalgam_types::{NULL_NODE, Node};

/// What a docket starts with.
pub const MARKER: &[u8] = b"dirstate-v2\n";

const DOCKET: usize = 125;
const NODE: usize = 44;

pub(crate) mod flag {
    pub(crate) const WDIR_TRACKED: u16 = 1;
    pub(crate) const P1_TRACKED: u16 = 1 << 1;
    pub(crate) const P2_INFO: u16 = 1 << 2;
    pub(crate) const EXEC: u16 = 1 << 3;
    pub(crate) const SYMLINK: u16 = 1 << 4;
    /// The four bits on what a file system cannot store.
    pub(crate) const FALLBACK: u16 = 0b1111 << 5;
    pub(crate) const EXPECTED_MODIFIED: u16 = 1 << 9;
    pub(crate) const HAS_MODE_AND_SIZE: u16 = 1 << 10;
    pub(crate) const HAS_MTIME: u16 = 1 << 11;
    pub(crate) const SECOND_AMBIGUOUS: u16 = 1 << 12;
    pub(crate) const DIRECTORY: u16 = 1 << 13;
    pub(crate) const ALL_UNKNOWN_RECORDED: u16 = 1 << 14;
    pub(crate) const ANY_TRACKED: u16 = WDIR_TRACKED | P1_TRACKED | P2_INFO;
}

/// The docket, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docket {
    /// The parents of the working copy.
    pub parents: Parents,
    /// The 44 bytes that describe the tree.
    pub metadata: [u8; 44],
    /// How much of the data file belongs to the tree.
    pub data_size: u32,
    /// The end of the data file's name; empty when there is none yet.
    pub id: Vec<u8>,
}

impl Docket {
    /// Parses the bytes of `.hg/dirstate`; an empty file stands for a repository without a checkout.
    pub fn parse(bytes: &[u8]) -> Result<Self, Damaged> {
        if bytes.is_empty() {
            let parents = Parents { p1: NULL_NODE, p2: NULL_NODE };
            return Ok(Docket { parents, metadata: [0; 44], data_size: 0, id: Vec::new() });
        }
        if bytes.len() < DOCKET || !bytes.starts_with(MARKER) {
            return Err(Damaged("not a dirstate-v2 docket".into()));
        }
        let parent = |at| Node::from_slice(&bytes[at..]).ok_or_else(|| Damaged::at("truncated parent", at));
        let metadata = bytes[76..120].try_into().map_err(|_| Damaged::at("truncated metadata", 76))?;
        let id = &bytes[DOCKET..];
        if id.len() != usize::from(bytes[124]) || !id.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Damaged::at("unusable data file name", DOCKET));
        }
        let parents = Parents { p1: parent(12)?, p2: parent(44)? };
        Ok(Docket { parents, metadata, data_size: be32(bytes, 120), id: id.to_vec() })
    }

    /// The bytes of `.hg/dirstate`.
    pub fn serialize(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(DOCKET + self.id.len());
        out.extend_from_slice(MARKER);
        for parent in [self.parents.p1, self.parents.p2] {
            out.extend_from_slice(&parent.0);
            out.extend_from_slice(&[0; 12]);
        }
        out.extend_from_slice(&self.metadata);
        out.extend_from_slice(&self.data_size.to_be_bytes());
        out.push(self.id.len() as u8);
        out.extend_from_slice(&self.id);
        out
    }

    /// The name of the data file inside `.hg`; `None` when there is none.
    pub fn data_file(&self) -> Option<Vec<u8>> {
        (!self.id.is_empty()).then(|| [b"dirstate.", self.id.as_slice()].concat())
    }

    /// The hash of the ignore patterns for which folder times were recorded.
    pub fn ignore_hash(&self) -> [u8; 20] {
        let mut hash = [0; 20];
        hash.copy_from_slice(&self.metadata[24..44]);
        hash
    }
}

/// A dirstate-v2 tree over the bytes of its data file.
#[derive(Debug)]
pub struct DirstateV2<'m> {
    data: &'m [u8],
    root: DirV2,
}

/// Where a folder's children lie, and its own path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirV2 {
    start: u32,
    count: u32,
    path: (u32, u32),
}

impl<'m> DirstateV2<'m> {
    /// `data` is the whole data file; what lies behind the docket's size is not looked at.
    pub fn new(docket: &Docket, data: &'m [u8]) -> Result<Self, Damaged> {
        let data = data.get(..docket.data_size as usize).ok_or_else(|| Damaged("truncated data file".into()))?;
        let (start, count) = (be32(&docket.metadata, 0), be32(&docket.metadata, 4));
        // A data file without content has no root, whatever the docket says.
        let count = if data.is_empty() { 0 } else { count };
        Ok(DirstateV2 { data, root: DirV2 { start, count, path: (0, 0) } })
    }

    fn bytes(&self, start: u32, len: u32) -> Result<&[u8], Damaged> {
        let (start, len) = (start as usize, len as usize);
        let end = start.checked_add(len);
        end.and_then(|end| self.data.get(start..end)).ok_or_else(|| Damaged::at("path outside the file", start))
    }

    fn nodes(&self, dir: DirV2) -> Result<&[u8], Damaged> {
        let start = dir.start as usize;
        let end = (dir.count as usize).checked_mul(NODE).and_then(|len| start.checked_add(len));
        let nodes = end.and_then(|end| self.data.get(start..end));
        nodes.ok_or_else(|| Damaged::at("nodes outside the file", start))
    }

    fn child<'a>(&'a self, node: &[u8], record: u32, parent: &[u8]) -> Result<Child<'a, DirV2>, Damaged> {
        let path_at = (be32(node, 0), u32::from(be16(node, 4)));
        let path = self.bytes(path_at.0, path_at.1)?;
        let name_start = if parent.is_empty() { 0 } else { parent.len() + 1 };
        let name = path.get(name_start..).unwrap_or_default();
        let below = parent.is_empty() || (path.starts_with(parent) && path.get(parent.len()) == Some(&b'/'));
        if !below || !super::is_plain_name(name) || memchr::memchr(b'/', name).is_some() {
            return Err(Damaged::at("path does not belong to its folder", record as usize));
        }
        let flags = be16(node, 30);
        let has_entry = flags & flag::ANY_TRACKED != 0;
        let count = be32(node, 18);
        let cached = flag::DIRECTORY | flag::HAS_MTIME | flag::ALL_UNKNOWN_RECORDED;
        Ok(Child {
            path,
            name_len: name.len() as u32,
            record,
            copied: be32(node, 8) != 0,
            entry: has_entry.then(|| entry(node, flags)),
            dir: (!has_entry || count > 0).then_some(DirV2 { start: be32(node, 14), count, path: path_at }),
            dir_mtime: if !has_entry && flags & cached == cached { Some(timestamp(node, flags)) } else { None },
        })
    }
}

fn timestamp(node: &[u8], flags: u16) -> Timestamp {
    Timestamp { seconds: be32(node, 36), nanoseconds: be32(node, 40), ambiguous: flags & flag::SECOND_AMBIGUOUS != 0 }
}

fn entry(node: &[u8], flags: u16) -> Entry {
    let has = |bit| flags & bit != 0;
    let trusted = !has(flag::EXPECTED_MODIFIED);
    let kind = if has(flag::SYMLINK) { 0o120_000 } else { 0o100_000 };
    let mode = kind | if has(flag::EXEC) { 0o755 } else { 0o644 };
    Entry {
        wc_tracked: has(flag::WDIR_TRACKED),
        p1_tracked: has(flag::P1_TRACKED),
        p2_info: has(flag::P2_INFO),
        mode_size: (trusted && has(flag::HAS_MODE_AND_SIZE)).then(|| (mode, be32(node, 32) as i32)),
        mtime: (trusted && has(flag::HAS_MTIME) && !has(flag::DIRECTORY)).then(|| timestamp(node, flags)),
    }
}

impl Tree for DirstateV2<'_> {
    type Dir = DirV2;

    fn root(&self) -> DirV2 {
        self.root
    }

    fn children<'a>(&'a self, dir: DirV2, out: &mut Vec<Child<'a, DirV2>>) -> Result<(), Damaged> {
        let parent = self.bytes(dir.path.0, dir.path.1)?;
        let mut previous: &[u8] = b"";
        for (i, node) in self.nodes(dir)?.chunks_exact(NODE).enumerate() {
            let child = self.child(node, dir.start + (i * NODE) as u32, parent)?;
            if child.name() <= previous {
                return Err(Damaged::at("siblings out of order", child.record as usize));
            }
            previous = child.name();
            out.push(child);
        }
        Ok(())
    }

    fn find<'a>(&'a self, path: &[u8]) -> Result<Option<Child<'a, DirV2>>, Damaged> {
        let mut dir = self.root;
        let mut from = 0;
        loop {
            let end = memchr::memchr(b'/', &path[from..]).map_or(path.len(), |slash| from + slash);
            let nodes = self.nodes(dir)?;
            let parent = self.bytes(dir.path.0, dir.path.1)?;
            let (mut low, mut high) = (0, dir.count as usize);
            let found = loop {
                if low >= high {
                    break None;
                }
                let middle = low + (high - low) / 2;
                let at = middle * NODE;
                let child = self.child(&nodes[at..at + NODE], dir.start + at as u32, parent)?;
                match child.name().cmp(&path[from..end]) {
                    std::cmp::Ordering::Less => low = middle + 1,
                    std::cmp::Ordering::Greater => high = middle,
                    std::cmp::Ordering::Equal => break Some(child),
                }
            };
            match found {
                Some(child) if end == path.len() => return Ok(Some(child)),
                Some(Child { dir: Some(next), .. }) => (dir, from) = (next, end + 1),
                _ => return Ok(None),
            }
        }
    }

    fn copies(&self) -> Result<Vec<CopyPair<'_>>, Damaged> {
        let mut found = Vec::new();
        self.for_each_entry(&mut |child| {
            if child.copied {
                found.push((child.path, child.record as usize));
            }
        })?;
        let source = |at: usize| self.bytes(be32(self.data, at + 8), u32::from(be16(self.data, at + 12)));
        found.into_iter().map(|(path, at)| Ok((path, source(at)?))).collect()
    }
}
