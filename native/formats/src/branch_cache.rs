//! `cache/branch2-FILTER`: the heads of every named branch. The first line says for which state of the
//! repository it holds: `TIP-HEX TIP-REV [HASH-HEX]`; every other line is `HEAD-HEX o|c BRANCH` (open,
//! closed), the heads of a branch from low to high.

use crate::names::{strip, utf8};
use amalgam_types::{Node, Outcome, Rev};

/// One head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedHead {
    /// The changeset.
    pub node: Node,
    /// Whether it closes its branch.
    pub closed: bool,
    /// The branch.
    pub branch: Vec<u8>,
}

/// A parsed cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchCache {
    /// The last changeset that was taken into account.
    pub tip_node: Node,
    /// Its revision.
    pub tip_rev: Rev,
    /// SHA-1 over the hidden and obsolete revisions, when there are any.
    pub filtered: Option<Node>,
    /// All heads, in the order of the file.
    pub heads: Vec<CachedHead>,
}

/// Parses a cache; `None` when it is not as it should be (it is then made anew).
pub fn parse(bytes: &[u8]) -> Outcome<Option<BranchCache>> {
    let mut lines = bytes.split(|&b| b == b'\n');
    let mut head = lines.next().unwrap_or_default().splitn(3, |&b| b == b' ');
    let tip_node = head.next().and_then(Node::from_hex);
    let tip_rev = head.next().and_then(|w| std::str::from_utf8(w).ok()?.parse().ok());
    let (Some(tip_node), Some(tip_rev)) = (tip_node, tip_rev) else { return Ok(None) };
    let filtered = match head.next().map(Node::from_hex) {
        None => None,
        Some(Some(hash)) => Some(hash),
        Some(None) => return Ok(None),
    };
    let mut heads = Vec::new();
    for line in lines.filter(|l| !l.is_empty()) {
        let mut words = line.splitn(3, |&b| b == b' ');
        let parts = (words.next().and_then(Node::from_hex), words.next(), words.next());
        let (Some(node), Some(state @ (b"o" | b"c")), Some(branch)) = parts else { return Ok(None) };
        heads.push(CachedHead { node, closed: state == b"c", branch: utf8(strip(branch), "a branch")?.to_vec() });
    }
    Ok(Some(BranchCache { tip_node, tip_rev, filtered, heads }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache() {
        let (a, b) = (Node([1; 20]), Node([2; 20]));
        let text = format!("{a} 12\n{a} o default\n{b} c a b\n");
        let cache = parse(text.as_bytes()).expect("valid").expect("whole");
        assert_eq!((cache.tip_rev, cache.filtered, cache.heads.len()), (12, None, 2));
        assert!(cache.heads[1].closed);
        assert_eq!(cache.heads[1].branch, b"a b");
        let text = format!("{a} 12 {b}\n");
        assert_eq!(parse(text.as_bytes()).expect("valid").expect("whole").filtered, Some(b));
    }

    #[test]
    fn a_damaged_cache_counts_for_nothing() {
        let a = Node([1; 20]);
        for text in ["", "x 1\n", &format!("{a} x\n"), &format!("{a} 1\n{a} x b\n"), &format!("{a} 1\n{a} o\n")] {
            assert_eq!(parse(text.as_bytes()).expect("stale"), None, "{text:?}");
        }
    }
}
