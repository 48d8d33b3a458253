//! The index of a revlog: 64-byte big-endian entries.
//!
//! | at | size | field |
//! |---|---|---|
//! | 0 | 6 | where the chunk starts, in bytes, without the entries of an inline index |
//! | 6 | 2 | revision flags |
//! | 8 | 4 | length of the stored chunk |
//! | 12 | 4 | length of the text, -1 when unknown |
//! | 16 | 4 | delta base (the revision itself: a whole text); without general delta, where the chain starts |
//! | 20 | 4 | the changeset that this revision belongs to |
//! | 24 | 4 + 4 | parents |
//! | 32 | 32 | node id, 20 bytes used |
//!
//! The first four bytes of the file are the header (flags and version); they lie in the first entry's
//! offset, which is always 0.

use crate::{Source, damaged};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::borrow::Cow;

/// Length of an entry.
pub const ENTRY_SIZE: usize = 64;

/// Entries that a scan reads at once.
const SCAN: Rev = 1024;

/// Entries that are read at first: what is looked for is mostly near.
pub(super) const NEAR: Rev = 64;

pub(super) const VERSION_1: u32 = 1;
const INLINE: u32 = 1 << 16;
pub(super) const GENERAL_DELTA: u32 = 1 << 17;
const FILELOG_META: u32 = 1 << 18;
const DELTA_INFO: u32 = 1 << 19;

/// Revision flags.
pub mod flags {
    /// The text was removed on purpose.
    pub const CENSORED: u16 = 1 << 15;
    /// Stands for a range of history.
    pub const ELLIPSIS: u16 = 1 << 14;
    /// The text is somewhere else (large files).
    pub const EXTERNAL: u16 = 1 << 13;
    /// A changeset that records copies.
    pub const HAS_COPIES: u16 = 1 << 12;
    /// A file revision that begins with a metadata block.
    pub const HAS_META: u16 = 1 << 11;
    /// Notes on deltas; they do not change the text.
    pub const DELTA_NOTES: u16 = 0b11111 << 6;
    /// Flags under which the stored text is not the text.
    pub const TEXT_CHANGING: u16 = CENSORED | ELLIPSIS | EXTERNAL;
    /// All flags that have a meaning.
    pub const KNOWN: u16 = TEXT_CHANGING | HAS_COPIES | HAS_META | DELTA_NOTES;
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Where the chunk starts.
    pub offset: u64,
    /// See [`flags`].
    pub flags: u16,
    /// Length of the stored chunk.
    pub compressed: u32,
    /// Length of the text, when the index knows it.
    pub size: Option<u32>,
    /// Delta base, or start of the delta chain.
    pub base: Rev,
    /// The changeset that introduced this revision.
    pub link: Rev,
    /// Both parents; -1 is none.
    pub parents: [Rev; 2],
    /// The id.
    pub node: Node,
}

/// The index of one revlog.
pub struct Index {
    pub(super) source: Box<dyn Source>,
    /// Where each entry starts, for an inline index.
    inline: Option<Vec<u64>>,
    len: Rev,
    header: u32,
}

impl Index {
    pub(super) fn empty() -> Self {
        Index { source: Box::new(Vec::new()), inline: None, len: 0, header: VERSION_1 }
    }

    pub(super) fn new(name: &str, source: Box<dyn Source>) -> Outcome<Self> {
        let size = source.size();
        if size == 0 {
            return Ok(Index { source, ..Self::empty() });
        }
        let header = be32(&source.read(0, 4)?, 0);
        if header & 0xffff != VERSION_1 || header & !0xffff & !(INLINE | GENERAL_DELTA | FILELOG_META | DELTA_INFO) != 0
        {
            return Err(Stop::unsupported(Reason::RequirementUnknown, format!("{name}: revlog header {header:#x}")));
        }
        if header & INLINE != 0 {
            let starts = walk_inline(source.as_ref())?;
            let len = Rev::try_from(starts.len()).map_err(|_| damaged("too many revisions"))?;
            return Ok(Index { source, inline: Some(starts), len, header });
        }
        if !size.is_multiple_of(ENTRY_SIZE as u64) {
            return Err(damaged(format!("{name}: the index ends within an entry")));
        }
        let len = Rev::try_from(size / ENTRY_SIZE as u64).map_err(|_| damaged("too many revisions"))?;
        Ok(Index { source, inline: None, len, header })
    }

    /// How many entries there are.
    pub fn len(&self) -> Rev {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the chunks are between the entries.
    pub fn is_inline(&self) -> bool {
        self.inline.is_some()
    }

    /// Whether a delta may be against any earlier revision.
    pub fn general_delta(&self) -> bool {
        self.header & GENERAL_DELTA != 0
    }

    /// Whether the flag [`flags::HAS_META`] is kept (otherwise only the text tells).
    pub fn has_meta_flags(&self) -> bool {
        self.header & FILELOG_META != 0
    }

    /// The entry of `rev`.
    pub fn entry(&self, rev: Rev) -> Outcome<Entry> {
        if rev < 0 || rev >= self.len {
            return Err(damaged(format!("no revision {rev} among {}", self.len)));
        }
        self.parse(rev, &self.source.read(self.place(rev), ENTRY_SIZE)?)
    }

    pub(super) fn place(&self, rev: Rev) -> u64 {
        match &self.inline {
            Some(starts) => starts[rev as usize],
            None => rev as u64 * ENTRY_SIZE as u64,
        }
    }

    /// `bytes` is one whole entry.
    pub(super) fn parse(&self, rev: Rev, bytes: &[u8]) -> Outcome<Entry> {
        let head = u64::from(be32(bytes, 0)) << 32 | u64::from(be32(bytes, 4));
        let signed = |at| be32(bytes, at) as i32;
        let entry = Entry {
            offset: if rev == 0 { 0 } else { head >> 16 },
            flags: head as u16,
            compressed: u32::try_from(signed(8))
                .map_err(|_| damaged(format!("revision {rev} has a negative length")))?,
            size: u32::try_from(signed(12)).ok(),
            base: signed(16),
            link: signed(20),
            parents: [signed(24), signed(28)],
            node: Node::from_slice(&bytes[32..]).unwrap_or(amalgam_types::NULL_NODE),
        };
        // Legacy looks for an inline chunk where the offset says, behind the entries before it.
        if self.inline.is_some() && entry.offset != self.place(rev) - rev as u64 * ENTRY_SIZE as u64 {
            return Err(damaged(format!("revision {rev} is not where its offset says")));
        }
        check_parents(rev, entry.parents)?;
        Ok(entry)
    }

    /// The stored chunk of an inline revision.
    pub(super) fn inline_chunk(&self, rev: Rev, entry: &Entry) -> Outcome<Cow<'_, [u8]>> {
        self.source.read(self.place(rev) + ENTRY_SIZE as u64, entry.compressed as usize)
    }

    /// Tells that all entries will be looked at.
    pub fn expect_scan(&self) {
        self.source.expect_scan();
    }

    /// Calls `visit` with (revision, parents, id) from the tip down to `floor` until it says stop (`false`), holding
    /// no more than a piece of the index at a time.
    pub fn walk_from_tip(&self, floor: Rev, mut visit: impl FnMut(Rev, [Rev; 2], &[u8; 20]) -> bool) -> Outcome<()> {
        self.pieces_from_tip(floor, SCAN, |low, entries| {
            for (rev, entry) in numbered(low, entries).rev() {
                if !visit(rev, parents_in(rev, entry)?, node_in(entry)) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Calls `visit` with (revision, id) from the tip down to `floor` until it says stop (`false`).
    pub fn nodes_from_tip(&self, floor: Rev, mut visit: impl FnMut(Rev, &[u8; 20]) -> bool) -> Outcome<()> {
        self.pieces_from_tip(floor, NEAR, |low, entries| {
            Ok(numbered(low, entries).rev().all(|(rev, entry)| visit(rev, node_in(entry))))
        })
    }

    /// The highest revision with this id that is not below `floor`.
    pub fn find_from_tip(&self, floor: Rev, node: &Node) -> Outcome<Option<Rev>> {
        let mut found = None;
        self.pieces_from_tip(floor, NEAR, |low, entries| {
            // Most entries are told apart by one comparison.
            let is_it = |entry: &RawEntry| entry[32..40] == node.0[..8] && *node_in(entry) == node.0;
            found = entries.iter().rposition(is_it).map(|at| low + at as Rev);
            Ok(found.is_none())
        })?;
        Ok(found)
    }

    /// Calls `visit` with (revision, parents) from `base` up to the tip.
    pub fn walk_parents(&self, base: Rev, mut visit: impl FnMut(Rev, [Rev; 2])) -> Outcome<()> {
        let mut low = base.max(0);
        while low < self.len {
            let high = if self.inline.is_some() { low + 1 } else { (low + SCAN).min(self.len) };
            let bytes = self.source.read(self.place(low), (high - low) as usize * ENTRY_SIZE)?;
            for (rev, entry) in numbered(low, bytes.as_chunks().0) {
                visit(rev, parents_in(rev, entry)?);
            }
            low = high;
        }
        Ok(())
    }

    /// Calls `visit` with the first revision and the entries of each piece of the index, from the tip down to `floor`,
    /// until it says stop (`false`). The pieces grow from `step` entries on.
    fn pieces_from_tip(
        &self,
        floor: Rev,
        mut step: Rev,
        mut visit: impl FnMut(Rev, &[RawEntry]) -> Outcome<bool>,
    ) -> Outcome<()> {
        let mut high = self.len;
        while high > floor.max(0) {
            let low = if self.inline.is_some() { high - 1 } else { (high - step).max(floor).max(0) };
            step = (2 * step).min(SCAN);
            let bytes = self.source.read(self.place(low), (high - low) as usize * ENTRY_SIZE)?;
            if !visit(low, bytes.as_chunks().0)? {
                return Ok(());
            }
            high = low;
        }
        Ok(())
    }

    /// The highest revision with this id.
    pub fn rev_of(&self, node: &Node) -> Outcome<Option<Rev>> {
        self.find_from_tip(0, node)
    }
}

/// The bytes of one entry.
type RawEntry = [u8; ENTRY_SIZE];

/// The entries with their revisions, from `low` on.
fn numbered(low: Rev, entries: &[RawEntry]) -> impl DoubleEndedIterator<Item = (Rev, &RawEntry)> {
    entries.iter().enumerate().map(move |(at, entry)| (low + at as Rev, entry))
}

fn node_in(entry: &RawEntry) -> &[u8; 20] {
    entry[32..].first_chunk().unwrap_or(&[0; 20])
}

fn parents_in(rev: Rev, entry: &RawEntry) -> Outcome<[Rev; 2]> {
    let parents = [24, 28].map(|at| be32(entry, at) as i32);
    check_parents(rev, parents)?;
    Ok(parents)
}

fn check_parents(rev: Rev, parents: [Rev; 2]) -> Outcome<()> {
    if parents.iter().any(|&parent| parent < NULL_REV || parent >= rev) {
        return Err(damaged(format!("revision {rev} has the parents {parents:?}")));
    }
    Ok(())
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_be_bytes(*b))
}

/// Where the entries of an inline index start; it must end exactly after a chunk.
fn walk_inline(source: &dyn Source) -> Outcome<Vec<u64>> {
    let size = source.size();
    let whole = source.read(0, usize::try_from(size).map_err(|_| damaged("the index is too long"))?)?;
    let mut starts = Vec::new();
    let mut at = 0;
    while at < whole.len() {
        let entry = whole.get(at..at + ENTRY_SIZE).ok_or_else(|| damaged("the index ends within an entry"))?;
        let length = usize::try_from(be32(entry, 8) as i32).map_err(|_| damaged("an entry has a negative length"))?;
        starts.push(at as u64);
        at += ENTRY_SIZE + length;
    }
    if at == whole.len() { Ok(starts) } else { Err(damaged("the index ends within a chunk")) }
}
