//! `cache/rbc-names-v2` and `cache/rbc-revs-v2`: the branch of every changeset, without reading it.
//!
//! Names are separated by NUL. For each revision there are eight bytes: the first four of its id (a record
//! that does not fit is stale) and, big-endian, the number of the name, with the highest bit set when the
//! changeset closes its branch.

use amalgam_types::{Node, Rev};

const CLOSED: u32 = 1 << 31;

/// Both files.
#[derive(Debug, Clone, Default)]
pub struct RevBranchCache {
    names: Vec<Vec<u8>>,
    revs: Vec<u8>,
}

impl RevBranchCache {
    /// Takes the two files; names that are not UTF-8 make the whole cache count for nothing.
    pub fn new(names: &[u8], revs: Vec<u8>) -> Self {
        if names.is_empty() || std::str::from_utf8(names).is_err() {
            return Self::default();
        }
        RevBranchCache { names: names.split(|&b| b == 0).map(<[u8]>::to_vec).collect(), revs }
    }

    /// The branch of `rev` and whether it closes it; `None` when the cache does not know.
    pub fn get(&self, rev: Rev, node: &Node) -> Option<(&[u8], bool)> {
        let at = usize::try_from(rev).ok()? * 8;
        let record = self.revs.get(at..at + 8)?;
        if record[..4] == [0; 4] || record[..4] != node.0[..4] {
            return None;
        }
        let number = u32::from_be_bytes(*record[4..].first_chunk()?);
        let name = self.names.get((number & !CLOSED) as usize)?;
        Some((name, number & CLOSED != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records() {
        let mut revs = vec![1, 1, 1, 1, 0, 0, 0, 1];
        revs.extend([2, 2, 2, 2, 0x80, 0, 0, 0]);
        revs.extend([3, 3, 3, 3, 0, 0, 0, 9]);
        revs.extend([0, 0, 0, 0, 0, 0, 0, 0]);
        let cache = RevBranchCache::new(b"default\0a b", revs);
        assert_eq!(cache.get(0, &Node([1; 20])), Some((&b"a b"[..], false)));
        assert_eq!(cache.get(1, &Node([2; 20])), Some((&b"default"[..], true)));
        assert_eq!(cache.get(2, &Node([3; 20])), None);
        assert_eq!(cache.get(0, &Node([2; 20])), None);
        assert_eq!(cache.get(3, &Node([0; 20])), None);
        assert_eq!(cache.get(4, &Node([1; 20])), None);
        assert_eq!(cache.get(-1, &Node([1; 20])), None);
    }
}
