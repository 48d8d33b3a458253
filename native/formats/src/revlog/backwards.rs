//! Reading the entries of a chain of deltas from its end: each is mostly a little before the last one, and a read of its
//! own for each costs more than the reading.

use super::index::{ENTRY_SIZE, Entry, Index, NEAR};
use crate::damaged;
use amalgam_types::{Outcome, Rev};
use std::borrow::Cow;

/// Reads entries together with those before them.
pub(super) struct Backwards<'i> {
    index: &'i Index,
    /// The first revision of what was read, and what was read.
    low: Rev,
    bytes: Cow<'i, [u8]>,
}

impl<'i> Backwards<'i> {
    /// With nothing read yet.
    pub(super) fn new(index: &'i Index) -> Self {
        Backwards { index, low: 0, bytes: Cow::Borrowed(&[]) }
    }

    /// The entry of `rev`.
    pub(super) fn entry(&mut self, rev: Rev) -> Outcome<Entry> {
        if rev < 0 || rev >= self.index.len() || self.index.is_inline() {
            return self.index.entry(rev);
        }
        let at = |low: Rev| (rev - low) as usize * ENTRY_SIZE;
        if rev < self.low || at(self.low) >= self.bytes.len() {
            self.low = (rev + 1 - NEAR).max(0);
            let len = (rev + 1 - self.low) as usize * ENTRY_SIZE;
            self.bytes = self.index.source.read(self.index.place(self.low), len)?;
        }
        let bytes = self.bytes.get(at(self.low)..).and_then(|bytes| bytes.get(..ENTRY_SIZE));
        self.index.parse(rev, bytes.ok_or_else(|| damaged("the index ends within an entry"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revlog::index::{GENERAL_DELTA, VERSION_1};

    /// An index of `len` entries whose ids begin with their number.
    fn index(len: u32) -> Index {
        let mut bytes = Vec::new();
        for rev in 0..len {
            let mut entry = [0; ENTRY_SIZE];
            entry[16..20].copy_from_slice(&rev.to_be_bytes());
            entry[24..32].copy_from_slice(&[0xff; 8]);
            entry[32..36].copy_from_slice(&rev.to_be_bytes());
            bytes.extend_from_slice(&entry);
        }
        if let Some(header) = bytes.first_chunk_mut() {
            *header = (VERSION_1 | GENERAL_DELTA).to_be_bytes();
        }
        Index::new("test", Box::new(bytes)).expect("an index")
    }

    #[test]
    fn what_is_searched_for_is_found_from_either_end() {
        let index = index(3000);
        let node = |rev: u32| {
            let mut node = amalgam_types::NULL_NODE;
            node.0[..4].copy_from_slice(&rev.to_be_bytes());
            node
        };
        for rev in [0, 1, 63, 64, 1023, 1024, 2999] {
            assert_eq!(index.find_from_tip(0, &node(rev)).expect("whole"), Some(rev as Rev));
        }
        assert_eq!(index.find_from_tip(64, &node(63)).expect("whole"), None);
        assert_eq!(index.find_from_tip(0, &node(3000)).expect("whole"), None);
        let mut seen = Vec::new();
        index.walk_parents(1500, |rev, parents| seen.push((rev, parents))).expect("whole");
        assert_eq!(seen, (1500..3000).map(|rev| (rev, [-1, -1])).collect::<Vec<_>>());
    }

    #[test]
    fn entries_read_backwards_are_those_read_one_by_one() {
        let index = index(200);
        let mut backwards = Backwards::new(&index);
        for rev in [199, 198, 136, 135, 134, 150, 199, 70, 7, 6, 3, 0, 64, 63] {
            assert_eq!(backwards.entry(rev).expect("there"), index.entry(rev).expect("there"), "{rev}");
        }
        assert!(backwards.entry(200).is_err() && backwards.entry(-1).is_err());
    }

    #[test]
    fn ids_are_seen_from_the_tip_down_each_once() {
        let index = index(3000);
        for floor in [-1, 0, 1, 2936, 2999] {
            let mut seen = Vec::new();
            let visit = |rev: Rev, id: &[u8; 20]| {
                assert_eq!(id[..4], rev.to_be_bytes());
                seen.push(rev);
                true
            };
            index.nodes_from_tip(floor, visit).expect("whole");
            assert_eq!(seen, (floor.max(0)..3000).rev().collect::<Vec<_>>(), "from {floor}");
        }
    }
}
