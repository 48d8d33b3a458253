//! `store/obsstore`: obsolescence markers. A byte with the version, then markers, big-endian.
//!
//! Version 0: number of successors (1), length of metadata (4), flags (1), predecessor (20), successors
//! (20 each), metadata (`key:value` joined by NUL; `date`, `p1`, `p2`, `p0` are fields of version 1).
//!
//! Version 1: length of the marker (4), date in seconds (8, a double), minutes west of UTC (2), flags (2),
//! successors (1), parents (1; 3 is "not recorded"), metadata pairs (1), predecessor, successors and
//! parents (20 or, by flag, 32 bytes each), two lengths (1 + 1) for each pair, then the pairs' bytes.

use crate::damaged;
use amalgam_types::{NULL_NODE, Node, Outcome, Reason, Stop};

/// A flag: ids are 32 bytes long.
const SHA256: u16 = 2;
const PARENTS_NOT_RECORDED: u8 = 3;

/// One marker.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// What was rewritten.
    pub predecessor: Node,
    /// What stands for it now; empty when it was pruned.
    pub successors: Vec<Node>,
    /// Bits: 1 a fix for phase divergence.
    pub flags: u16,
    /// When: seconds, and seconds west of UTC.
    pub date: (f64, i64),
    /// The predecessor's parents, when recorded.
    pub parents: Option<Vec<Node>>,
    /// Notes such as `operation` and `user`.
    pub metadata: Vec<(Vec<u8>, Vec<u8>)>,
}

/// All markers, in the order of the file. An empty file holds none.
pub fn parse(bytes: &[u8]) -> Outcome<Vec<Marker>> {
    let Some((&version, rest)) = bytes.split_first() else { return Ok(Vec::new()) };
    let read = match version {
        0 => version_0,
        1 => version_1,
        _ => {
            return Err(Stop::unsupported(Reason::RequirementUnknown, format!("obsstore version {version}")));
        }
    };
    let mut input = Input(rest);
    let mut out = Vec::new();
    while !input.0.is_empty() {
        let marker = read(&mut input).ok_or_else(|| damaged("obsstore ends within a marker"))?;
        if marker.successors.contains(&NULL_NODE) {
            return Err(damaged("obsstore has the null id as a successor"));
        }
        out.push(marker);
    }
    Ok(out)
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk().copied()
    }

    fn nodes(&mut self, count: u8) -> Option<Vec<Node>> {
        let raw = self.take(usize::from(count) * 20)?;
        raw.chunks_exact(20).map(Node::from_slice).collect()
    }
}

fn version_0(input: &mut Input<'_>) -> Option<Marker> {
    let [successors] = input.array()?;
    let length = u32::from_be_bytes(input.array()?);
    let [flags] = input.array()?;
    let predecessor = Node(input.array()?);
    let successors = input.nodes(successors)?;
    let raw = input.take(usize::try_from(length).ok()?)?;
    let mut metadata: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for part in raw.split(|&b| b == 0).filter(|p| !p.is_empty()) {
        let colon = part.iter().position(|&b| b == b':')?;
        let (key, value) = (&part[..colon], &part[colon + 1..]);
        metadata.retain(|(k, _)| k != key);
        metadata.push((key.to_vec(), value.to_vec()));
    }
    let mut pop = |key: &[u8]| metadata.iter().position(|(k, _)| k == key).map(|at| metadata.remove(at).1);
    let date = pop(b"date").and_then(|d| parse_date(&d)).unwrap_or((0.0, 0));
    let (p1, p2, p0) = (pop(b"p1"), pop(b"p2"), pop(b"p0"));
    let parents = match (&p1, &p2, &p0) {
        (Some(p1), Some(p2), _) => Some(vec![Node::from_hex(p1), Node::from_hex(p2)]),
        (Some(p1), None, _) => Some(vec![Node::from_hex(p1)]),
        (None, None, Some(_)) => Some(Vec::new()),
        _ => None,
    };
    let parents = parents.and_then(|list| list.into_iter().collect());
    metadata.sort();
    Some(Marker { predecessor, successors, flags: u16::from(flags), date, parents, metadata })
}

fn parse_date(text: &[u8]) -> Option<(f64, i64)> {
    let (seconds, offset) = std::str::from_utf8(text).ok()?.split_once(' ')?;
    Some((seconds.parse().ok()?, offset.parse().ok()?))
}

fn version_1(input: &mut Input<'_>) -> Option<Marker> {
    let total = u32::from_be_bytes(input.array()?);
    let seconds = f64::from_be_bytes(input.array()?);
    let minutes = i16::from_be_bytes(input.array()?);
    let flags = u16::from_be_bytes(input.array()?);
    let [successors, parents, pairs] = input.array()?;
    if flags & SHA256 != 0 {
        return None;
    }
    let before = input.0.len();
    let predecessor = Node(input.array()?);
    let successors = input.nodes(successors)?;
    let parents = if parents == PARENTS_NOT_RECORDED { None } else { Some(input.nodes(parents)?) };
    let lengths = input.take(usize::from(pairs) * 2)?;
    let mut metadata = Vec::with_capacity(usize::from(pairs));
    for pair in lengths.chunks_exact(2) {
        let key = input.take(usize::from(pair[0]))?;
        let value = input.take(usize::from(pair[1]))?;
        metadata.push((key.to_vec(), value.to_vec()));
    }
    let read = 19 + before - input.0.len();
    (u64::from(total) == read as u64).then_some(Marker {
        predecessor,
        successors,
        flags,
        date: (seconds, i64::from(minutes) * 60),
        parents,
        metadata,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn version_0_with_parents_in_metadata() {
        let metadata = format!("date:12.5 60\0p1:{}\0user:x", Node([9; 20]));
        let mut raw = vec![0, 1];
        raw.extend((metadata.len() as u32).to_be_bytes());
        raw.push(0);
        raw.extend([1; 20]);
        raw.extend([2; 20]);
        raw.extend(metadata.bytes());
        let markers = parse(&raw).expect("valid");
        assert_eq!(markers.len(), 1);
        assert_eq!(markers[0].successors, [Node([2; 20])]);
        assert_eq!(markers[0].date, (12.5, 60));
        assert_eq!(markers[0].parents, Some(vec![Node([9; 20])]));
        assert_eq!(markers[0].metadata, [(b"user".to_vec(), b"x".to_vec())]);
        assert!(parse(&raw[..raw.len() - 1]).is_err());
    }

    #[test]
    fn an_unknown_version_is_a_stop() {
        assert!(parse(b"\x02").is_err());
        assert_eq!(parse(b"\x01").expect("no marker"), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 0u8..3) {
            bytes.insert(0, version);
            let _ = parse(&bytes);
        }
    }
}
