//! The lines of a text that match, and how those of two texts differ.

use amalgam_matching::LineSearch;
use std::collections::HashMap;

/// A match with the line or lines that it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The lines, without the last newline.
    pub(super) line: Vec<u8>,
    /// The number of the first one, from 1; legacy does not count lines that a match before ran over.
    pub(super) number: usize,
    /// Where the match begins and ends within.
    pub(super) at: (usize, usize),
}

/// All of them; of several matches on a line the first.
pub(super) fn matches(body: &[u8], search: &LineSearch) -> Vec<Found> {
    let mut found = Vec::new();
    let (mut begin, mut number) = (0, 0);
    while begin < body.len() {
        let Some(range) = search.find(body, begin) else { break };
        let before = &body[begin..range.start];
        number += memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(begin, |at| begin + at + 1);
        let end = memchr::memchr(b'\n', &body[range.end..]).map_or(body.len(), |at| range.end + at);
        found.push(Found { line: body[start..end].to_vec(), number, at: (range.start - start, range.end - start) });
        begin = end + 1;
    }
    found
}

impl Found {
    /// The parts of the line that match, the first one first.
    pub(super) fn parts(&self, search: &LineSearch) -> Vec<(usize, usize)> {
        let mut parts = vec![self.at];
        let mut at = self.at.1;
        while at < self.line.len() {
            let Some(range) = search.find(&self.line, at) else { break };
            if range.end == at {
                at += 1;
            } else {
                parts.push((range.start, range.end));
                at = range.end;
            }
        }
        parts
    }
}

/// From so many lines on, those that are very common lead to no match of their own.
const MANY: usize = 200;

/// What went (`-`) and what came (`+`) from `old` to `new`, as Python's `difflib` finds it: the longest common run
/// first, the earliest among equally long ones, and the same before and behind it.
pub(super) fn difference<'f>(old: &'f [Found], new: &'f [Found]) -> Vec<(u8, &'f Found)> {
    let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, found) in new.iter().enumerate() {
        places.entry(&found.line).or_default().push(at);
    }
    if new.len() >= MANY {
        places.retain(|_, places| places.len() <= new.len() / 100 + 1);
    }
    let mut runs = Vec::new();
    let mut open = vec![(0, old.len(), 0, new.len())];
    while let Some((old_start, old_end, new_start, new_end)) = open.pop() {
        let (i, j, len) = longest(old, new, &places, (old_start, old_end, new_start, new_end));
        if len > 0 {
            runs.push((i, j, len));
            open.push((old_start, i, new_start, j));
            open.push((i + len, old_end, j + len, new_end));
        }
    }
    runs.sort_unstable();
    runs.push((old.len(), new.len(), 0));
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    for (old_run, new_run, len) in runs {
        changes.extend(old[i..old_run].iter().map(|found| (b'-', found)));
        changes.extend(new[j..new_run].iter().map(|found| (b'+', found)));
        (i, j) = (old_run + len, new_run + len);
    }
    changes
}

/// The longest common run within a region: where it begins in both, and how long it is.
fn longest(
    old: &[Found],
    new: &[Found],
    places: &HashMap<&[u8], Vec<usize>>,
    (old_start, old_end, new_start, new_end): (usize, usize, usize, usize),
) -> (usize, usize, usize) {
    let mut best = (old_start, new_start, 0);
    // By new line: how long the run is that ends there and at the old line before.
    let mut lengths: HashMap<usize, usize> = HashMap::new();
    for (i, found) in old.iter().enumerate().take(old_end).skip(old_start) {
        let mut next = HashMap::new();
        for &j in places.get(found.line.as_slice()).map(Vec::as_slice).unwrap_or_default() {
            if j < new_start || j >= new_end {
                continue;
            }
            let len = 1 + j.checked_sub(1).and_then(|before| lengths.get(&before)).copied().unwrap_or(0);
            next.insert(j, len);
            if len > best.2 {
                best = (i + 1 - len, j + 1 - len, len);
            }
        }
        lengths = next;
    }
    // Common lines that start no run belong to one beside them.
    let same = |i: usize, j: usize| old[i].line == new[j].line;
    while best.0 > old_start && best.1 > new_start && same(best.0 - 1, best.1 - 1) {
        best = (best.0 - 1, best.1 - 1, best.2 + 1);
    }
    while best.0 + best.2 < old_end && best.1 + best.2 < new_end && same(best.0 + best.2, best.1 + best.2) {
        best.2 += 1;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Found> {
        matches(text.as_bytes(), &LineSearch::new(b".+", false).expect("a known pattern"))
    }

    #[test]
    fn a_match_may_run_over_lines() {
        let search = LineSearch::new(b"b\\nc|e", false).expect("a known pattern");
        let found = matches(b"a\nab\ncd\nxe", &search);
        assert_eq!(found[0], Found { line: b"ab\ncd".to_vec(), number: 2, at: (1, 4) });
        assert_eq!(found[1], Found { line: b"xe".to_vec(), number: 3, at: (1, 2) });
    }

    #[test]
    fn what_went_and_came() {
        let shown = |old: &str, new: &str| -> String {
            let (old, new) = (lines(old), lines(new));
            let sign =
                |(sign, found): &(u8, &Found)| format!("{}{}", *sign as char, String::from_utf8_lossy(&found.line));
            difference(&old, &new).iter().map(sign).collect()
        };
        assert_eq!(shown("a\nb\nc", "a\nx\nc"), "-b+x");
        assert_eq!(shown("", "a\nb"), "+a+b");
        assert_eq!(shown("a\nb\nb\na", "b\na"), "-a-b");
    }
}
