//! The persistent nodemap: a trie over hexadecimal node ids, so that finding a revision by id needs no
//! scan of the index (`hg help config.format.use-persistent-nodemap`).
//!
//! `00changelog.n`, the docket, big-endian: version (1 byte, 1), length of the data file's name (1), tip
//! revision (8), length of the data (8), unused bytes in it (8), length of the tip's id (8), then the name
//! and the id. `00changelog-NAME.nd`, the data: blocks of 16 signed 32-bit numbers, one for each next
//! digit: -1 nothing, `-2 - rev` a revision, otherwise the number of the next block. The root is the last
//! block within the length that the docket gives.

use crate::{Source, damaged};
use amalgam_types::{Node, NodePrefix, Outcome, Rev};

const BLOCK: u64 = 64;

/// The small file that says which data file is valid and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docket {
    /// The middle part of the data file's name.
    pub name: Vec<u8>,
    /// The last revision in the data.
    pub tip_rev: Rev,
    /// Its id; when the index has another one there, the nodemap is stale.
    pub tip_node: Node,
    /// How much of the data file counts.
    pub data_length: u64,
}

impl Docket {
    /// Parses a docket; `None` for another version or anything unusual: it is only a cache.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (&[version, name_length], rest) = bytes.split_first_chunk::<2>()?;
        if version != 1 {
            return None;
        }
        let number = |at: usize| rest.get(at..)?.first_chunk().map(|b| u64::from_be_bytes(*b));
        let (tip_rev, data_length, node_length) = (number(0)?, number(8)?, number(24)?);
        let rest = rest.get(32..)?;
        let (name, rest) = rest.split_at_checked(usize::from(name_length))?;
        if node_length != 20 || rest.len() < 20 || !name.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        Some(Docket {
            name: name.to_vec(),
            tip_rev: Rev::try_from(tip_rev).ok()?,
            tip_node: Node::from_slice(rest)?,
            data_length,
        })
    }
}

/// The trie.
pub struct Nodemap {
    data: Box<dyn Source>,
    blocks: u64,
    tip_rev: Rev,
}

impl Nodemap {
    /// Joins a docket and its data; `None` when the data is too short or not whole.
    pub fn new(docket: &Docket, data: Box<dyn Source>) -> Option<Self> {
        let whole = docket.data_length.is_multiple_of(BLOCK) && docket.data_length > 0;
        (whole && data.size() >= docket.data_length).then(|| Nodemap {
            data,
            blocks: docket.data_length / BLOCK,
            tip_rev: docket.tip_rev,
        })
    }

    /// The last revision that is in the trie.
    pub fn tip_rev(&self) -> Rev {
        self.tip_rev
    }

    fn block(&self, number: u64) -> Outcome<[i32; 16]> {
        if number >= self.blocks {
            return Err(damaged("the nodemap points past its end"));
        }
        let bytes = self.data.read(number * BLOCK, BLOCK as usize)?;
        let mut out = [0; 16];
        for (value, raw) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *value = i32::from_be_bytes(*raw);
        }
        Ok(out)
    }

    /// The only revision whose id can be `node`, if there is one. The caller compares the ids.
    pub fn candidate(&self, node: &Node) -> Outcome<Option<Rev>> {
        let mut at = self.blocks - 1;
        for digit in digits(&node.0) {
            match self.block(at)?[digit] {
                -1 => return Ok(None),
                value if value < 0 => return Ok(Some(-2 - value)),
                value => at = u64::from(value.unsigned_abs()),
            }
        }
        Err(damaged("the nodemap is deeper than an id is long"))
    }

    /// Up to `limit` revisions that may have this prefix; the caller compares the ids. Where there are
    /// exactly `limit` there may be more.
    pub fn candidates(&self, prefix: &NodePrefix, limit: usize) -> Outcome<Vec<Rev>> {
        let mut at = self.blocks - 1;
        for i in 0..prefix.len() {
            match self.block(at)?[usize::from(prefix.digit(i))] {
                -1 => return Ok(Vec::new()),
                value if value < 0 => return Ok(vec![-2 - value]),
                value => at = u64::from(value.unsigned_abs()),
            }
        }
        let mut found = Vec::new();
        let mut open = vec![(at, prefix.len())];
        while let Some((number, depth)) = open.pop() {
            if depth >= 40 {
                return Err(damaged("the nodemap is deeper than an id is long"));
            }
            for value in self.block(number)? {
                match value {
                    -1 => {}
                    value if value < 0 => found.push(-2 - value),
                    value => open.push((u64::from(value.unsigned_abs()), depth + 1)),
                }
                if found.len() >= limit {
                    return Ok(found);
                }
            }
            // A damaged trie may share blocks and so seem endless.
            if open.len() > 16 * 40 {
                return Err(damaged("the nodemap has too many branches"));
            }
        }
        Ok(found)
    }
}

fn digits(bytes: &[u8; 20]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().flat_map(|b| [usize::from(b >> 4), usize::from(b & 15)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn trie(blocks: &[[i32; 16]]) -> Nodemap {
        let data: Vec<u8> = blocks.iter().flatten().flat_map(|v| v.to_be_bytes()).collect();
        let docket = Docket { name: vec![], tip_rev: 9, tip_node: Node([1; 20]), data_length: data.len() as u64 };
        Nodemap::new(&docket, Box::new(data)).expect("whole blocks")
    }

    fn node(hex: &str) -> Node {
        Node::from_hex(format!("{hex:0<40}").as_bytes()).expect("hex")
    }

    #[test]
    fn finds_by_id_and_prefix() {
        let (mut leaf, mut root) = ([-1; 16], [-1; 16]);
        leaf[1] = -2;
        leaf[2] = -3;
        root[10] = 0;
        root[11] = -4;
        let map = trie(&[leaf, root]);
        assert_eq!(map.candidate(&node("a1")).expect("whole"), Some(0));
        assert_eq!(map.candidate(&node("a2")).expect("whole"), Some(1));
        assert_eq!(map.candidate(&node("b")).expect("whole"), Some(2));
        assert_eq!(map.candidate(&node("a3")).expect("whole"), None);
        let prefix = |hex: &str| NodePrefix::from_hex(hex.as_bytes()).expect("hex");
        assert_eq!(map.candidates(&prefix("a"), 10).expect("whole"), [0, 1]);
        assert_eq!(map.candidates(&prefix("b1"), 10).expect("whole"), [2]);
        assert_eq!(map.candidates(&prefix("c"), 10).expect("whole"), []);
    }

    #[test]
    fn a_loop_is_a_stop() {
        let map = trie(&[[0; 16]]);
        assert!(map.candidate(&node("a")).is_err());
        assert!(map.candidates(&NodePrefix::from_hex(b"a").expect("hex"), 1 << 20).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..120), blocks in proptest::collection::vec(-5i32..4, 16..64)) {
            let _ = Docket::parse(&bytes);
            let mut valid = bytes.clone();
            valid.splice(0..0, [1, 2]);
            let _ = Docket::parse(&valid);
            let (blocks, _) = blocks.as_chunks::<16>();
            let map = trie(blocks);
            let _ = map.candidate(&node("123"));
            let _ = map.candidates(&NodePrefix::from_hex(b"1").expect("hex"), 1000);
        }
    }
}
