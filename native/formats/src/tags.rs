//! Tags: `.hgtags` and `localtags` (each line `HEX NAME`, the last line of a name counts, the earlier ones
//! are its history), and the caches `tags2-visible` and `hgtagsfnodes1`.

use crate::damaged;
use crate::names::{split_lines, strip, utf8};
use amalgam_types::{Node, Outcome, Rev};
use foldhash::fast::RandomState;
use indexmap::IndexMap;

/// What is known of one tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagValue {
    /// Where it points; the null id deletes it.
    pub node: Node,
    /// Where it pointed before, oldest first.
    pub history: Vec<Node>,
}

/// Tags by name, in the order in which they were first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagMap {
    values: IndexMap<Vec<u8>, TagValue, RandomState>,
    passed_over: bool,
}

impl TagMap {
    /// One tag.
    pub fn get(&self, name: &[u8]) -> Option<&TagValue> {
        self.values.get(name)
    }

    /// All tags in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &TagValue)> {
        self.values.iter().map(|(name, value)| (name.as_slice(), value))
    }

    /// All tags in order, by themselves.
    pub fn into_entries(self) -> impl ExactSizeIterator<Item = (Vec<u8>, TagValue)> {
        self.values.into_iter()
    }

    /// Whether lines of the file that this was read from were passed over.
    pub fn passed_over(&self) -> bool {
        self.passed_over
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Takes out the tags for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&TagValue) -> bool) {
        self.values.retain(|_, value| keep(value));
    }

    fn add_line(&mut self, name: &[u8], node: Node) {
        match self.values.get_mut(name) {
            Some(value) => value.history.push(std::mem::replace(&mut value.node, node)),
            None => {
                self.values.insert(name.to_vec(), TagValue { node, history: Vec::new() });
            }
        }
    }

    /// Adds the tags of a file that is nearer to the tip. A tag that both know keeps its older place only
    /// if that one has the newer one in its history and is not itself in the newer one's, or has the longer
    /// history of two that know each other. Returns the names that the newer file decided.
    pub fn merge(&mut self, newer: TagMap) -> Vec<Vec<u8>> {
        let mut decided = Vec::new();
        for (name, mut new) in newer.values {
            let Some(old) = self.values.get_mut(&name) else {
                self.values.insert(name.clone(), new);
                decided.push(name);
                continue;
            };
            let old_supersedes = old.node != new.node
                && old.history.contains(&new.node)
                && (!new.history.contains(&old.node) || old.history.len() > new.history.len());
            for node in std::mem::take(&mut old.history) {
                if !new.history.contains(&node) {
                    new.history.push(node);
                }
            }
            if old_supersedes {
                new.node = old.node;
            } else {
                decided.push(name);
            }
            *old = new;
        }
        decided
    }
}

/// Reads `.hgtags` or `localtags`. Lines without a space or whose id is no hexadecimal text are passed over.
pub fn parse(bytes: &[u8]) -> Outcome<TagMap> {
    let mut out = TagMap::default();
    // Most lines have an id of forty digits and a short name.
    out.values.reserve(bytes.len() / 60);
    for line in split_lines(bytes).filter(|l| !l.is_empty()) {
        if let Some((hex, [b' ', name @ ..])) = line.split_at_checked(40)
            && let Some(node) = Node::from_hex(hex)
        {
            out.add_line(utf8(strip(name), "a tag")?, node);
            continue;
        }
        let Some(space) = line.iter().position(|&b| b == b' ') else {
            out.passed_over = true;
            continue;
        };
        let hex = &line[..space];
        if hex.len() % 2 == 0 && hex.iter().all(u8::is_ascii_hexdigit) {
            return Err(damaged("a tag has an id of another length"));
        }
        out.passed_over = true;
    }
    Ok(out)
}

/// The cache `tags2-visible`: the state of the repository that it was made for, then lines as in `.hgtags`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCache<'a> {
    /// The tip revision.
    pub tip_rev: Rev,
    /// The tip's id.
    pub tip_node: Node,
    /// SHA-1 over the hidden revisions, when there are any.
    pub filtered: Option<Node>,
    /// The tags.
    pub lines: &'a [u8],
}

impl<'a> TagCache<'a> {
    /// Reads the cache's first line; `None` when it is not as it should be (the cache is then made anew).
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.iter().position(|&b| b == b'\n').unwrap_or(bytes.len());
        let mut words = bytes[..end].split(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
        let tip_rev = words.next().and_then(|w| std::str::from_utf8(w).ok()?.parse().ok())?;
        let tip_node = words.next().and_then(Node::from_hex)?;
        let filtered = match words.next() {
            None => None,
            Some(word) => Some(Node::from_hex(word)?),
        };
        Some(TagCache { tip_rev, tip_node, filtered, lines: bytes.get(end + 1..).unwrap_or_default() })
    }
}

/// Whether all lines are as legacy writes them to its cache.
pub fn are_sound(lines: &[u8]) -> bool {
    // Without a branch for each digit, so that many are looked at together.
    let is_odd = |byte: u8| (byte.wrapping_sub(b'0') >= 10) & (byte.wrapping_sub(b'a') >= 6);
    let is_sound = |line: &[u8]| match line.split_first_chunk::<40>() {
        Some((id, [b' ', _, ..])) => !id.iter().fold(false, |odd, &byte| odd | is_odd(byte)),
        _ => false,
    };
    let mut start = 0;
    memchr::memchr_iter(b'\n', lines).all(|end| is_sound(&lines[std::mem::replace(&mut start, end + 1)..end]))
        && start == lines.len()
        && std::str::from_utf8(lines).is_ok()
}

/// The names whose last line is about `node`, sorted; of sound lines. `None` where looking at all lines costs less.
pub fn names_of<'a>(lines: &'a [u8], node: &Node) -> Option<Vec<&'a [u8]>> {
    /// For each line the others are searched once more.
    const FEW: usize = 8;
    let mut names: Vec<&[u8]> = Vec::new();
    let mut found = 0;
    for start in memchr::memmem::find_iter(lines, node.to_string().as_bytes()) {
        // Otherwise it is in a name.
        if !begins_line(lines, start) {
            continue;
        }
        found += 1;
        if found > FEW {
            return None;
        }
        let end = memchr::memchr(b'\n', &lines[start..])? + start;
        let name = &lines[start + 41..end];
        if strip(name) != name {
            return None;
        }
        let line = &lines[start + 40..=end];
        let mut places = memchr::memmem::rfind_iter(lines, line);
        let last = places.find(|place| place.checked_sub(40).is_some_and(|start| begins_line(lines, start)));
        if last == Some(start + 40) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Some(names)
}

fn begins_line(lines: &[u8], at: usize) -> bool {
    at == 0 || lines[at - 1] == b'\n'
}

/// What the cache `hgtagsfnodes1` knows of one changeset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachedFileNode {
    /// Nothing.
    Missing,
    /// The changeset has no `.hgtags`.
    NoFile,
    /// The file revision of `.hgtags`.
    Node(Node),
}

/// Looks up `rev` in the cache `hgtagsfnodes1`: 24 bytes for each revision, the first four of its id (so
/// that a stale record is noticed) and the file revision.
pub fn cached_file_node(cache: &[u8], rev: Rev, node: &Node) -> CachedFileNode {
    let record = usize::try_from(rev).ok().and_then(|r| cache.get(r * 24..r * 24 + 24));
    match record {
        Some(record) if record != [0xff; 24] && record[..4] == node.0[..4] => match Node::from_slice(&record[4..]) {
            Some(found) if !found.is_null() => CachedFileNode::Node(found),
            _ => CachedFileNode::NoFile,
        },
        _ => CachedFileNode::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(i: u8) -> Node {
        Node([i; 20])
    }

    fn tags(lines: &[(u8, &str)]) -> TagMap {
        let text: String = lines.iter().map(|(n, name)| format!("{} {name}\n", node(*n))).collect();
        parse(text.as_bytes()).expect("valid")
    }

    #[test]
    fn the_last_line_counts() {
        let tags = tags(&[(1, "a"), (2, "b c"), (3, "a")]);
        assert_eq!(tags.get(b"a"), Some(&TagValue { node: node(3), history: vec![node(1)] }));
        assert_eq!(tags.iter().map(|t| t.0).collect::<Vec<_>>(), [&b"a"[..], b"b c"]);
    }

    #[test]
    fn lines_as_legacy_writes_them() {
        let one = format!("{} a\n{} b c\n", node(1), node(2));
        assert!(are_sound(one.as_bytes()) && are_sound(b""));
        for odd in [one.replace(" a", ""), one.replace("01 a", "0 a"), one.replace("01 a", "0A a")] {
            assert!(!are_sound(odd.as_bytes()), "{odd:?}");
        }
        assert!(!are_sound(&one.as_bytes()[..one.len() - 1]));
        assert!(!are_sound(&[one.as_bytes(), format!("{} \u{ff}", node(3)).as_bytes()].concat()[..one.len() + 42]));
    }

    #[test]
    fn names_of_one_changeset_are_those_of_the_table() {
        let moved = [(1, "a"), (2, "b c"), (1, "c"), (3, "a"), (2, "c c"), (1, "b"), (2, "a"), (1, "a"), (3, "x")];
        let text: String = moved.iter().map(|(n, name)| format!("{} {name}\n", node(*n))).collect();
        let tricky = format!("{text}{} {} y\n{} c\n", node(4), node(3), node(4));
        for text in [text.as_str(), tricky.as_str(), ""] {
            let table = parse(text.as_bytes()).expect("valid");
            for asked in 0..6 {
                let of = table.iter().filter(|(_, value)| value.node == node(asked)).map(|(name, _)| name);
                let mut expected: Vec<&[u8]> = of.collect();
                expected.sort_unstable();
                assert_eq!(names_of(text.as_bytes(), &node(asked)), Some(expected), "{asked} of {text}");
            }
        }
        assert_eq!(names_of(format!("{} a \n", node(1)).as_bytes(), &node(1)), None);
        let many: String = (0..20).map(|n| format!("{} {n}\n", node(1))).collect();
        assert_eq!(names_of(many.as_bytes(), &node(1)), None);
    }

    #[test]
    fn odd_lines() {
        let text = format!("junk\n\nzz a\n{} \n{}  x \r\n", node(1), node(2));
        let tags = parse(text.as_bytes()).expect("passed over");
        assert_eq!(tags.iter().map(|t| t.0).collect::<Vec<_>>(), [&b""[..], b"x"]);
        assert!(parse(b"0123 a").is_err());
    }

    #[test]
    fn who_wins() {
        // The older file moved the tag away from where the newer one has it: the older one supersedes.
        let mut all = tags(&[(1, "a"), (2, "a")]);
        assert_eq!(all.merge(tags(&[(1, "a")])), Vec::<Vec<u8>>::new());
        assert_eq!(all.get(b"a").map(|t| t.node), Some(node(2)));
        // Unrelated values: the newer one wins.
        let mut all = tags(&[(1, "a")]);
        assert_eq!(all.merge(tags(&[(2, "a")])), [b"a".to_vec()]);
        assert_eq!(all.get(b"a"), Some(&TagValue { node: node(2), history: vec![] }));
        // Each in the other's history: the longer history wins.
        let mut all = tags(&[(2, "a"), (3, "a"), (1, "a"), (2, "a")]);
        all.merge(tags(&[(2, "a"), (1, "a")]));
        assert_eq!(all.get(b"a").map(|t| t.node), Some(node(2)));
    }

    #[test]
    fn caches() {
        let text = format!("7 {}\n{} a\n", node(1), node(2));
        let cache = TagCache::parse(text.as_bytes()).expect("whole");
        assert_eq!((cache.tip_rev, cache.filtered), (7, None));
        assert!(parse(cache.lines).expect("valid").get(b"a").is_some());
        assert_eq!(TagCache::parse(b"x y\n"), None);
        let mut fnodes = vec![0xff; 24];
        fnodes.extend([1, 1, 1, 1]);
        fnodes.extend([5; 20]);
        fnodes.extend([1, 1, 1, 1]);
        fnodes.extend([0; 20]);
        assert_eq!(cached_file_node(&fnodes, 0, &node(0xff)), CachedFileNode::Missing);
        assert_eq!(cached_file_node(&fnodes, 1, &node(1)), CachedFileNode::Node(node(5)));
        assert_eq!(cached_file_node(&fnodes, 1, &node(2)), CachedFileNode::Missing);
        assert_eq!(cached_file_node(&fnodes, 2, &node(1)), CachedFileNode::NoFile);
        assert_eq!(cached_file_node(&fnodes, 3, &node(1)), CachedFileNode::Missing);
        assert_eq!(cached_file_node(&fnodes, -1, &node(1)), CachedFileNode::Missing);
    }
}
