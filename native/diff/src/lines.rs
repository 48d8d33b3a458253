//! Texts as lines. A line ends behind its newline; the last one may have none. Nothing else ends a line.

use std::ops::Range;

/// A text and where its lines are.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t [u8],
    /// Where each line ends.
    ends: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Splits `text`.
    pub fn of(text: &'t [u8]) -> Self {
        let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', text).map(|at| at + 1).collect();
        if ends.last().copied().unwrap_or(0) < text.len() {
            ends.push(text.len());
        }
        Lines { text, ends }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'t [u8] {
        self.text
    }

    /// How many lines end within the first `len` bytes.
    pub(crate) fn ending_within(&self, len: usize) -> usize {
        self.ends.partition_point(|&end| end <= len)
    }

    /// How many lines begin before the byte at `at`.
    pub(crate) fn beginning_before(&self, at: usize) -> usize {
        match at {
            0 => 0,
            at => (1 + self.ends.partition_point(|&end| end < at)).min(self.len()),
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The line at `at`, its newline included; empty behind the end.
    pub fn get(&self, at: usize) -> &'t [u8] {
        self.span(at..at + 1)
    }

    /// Several lines as they stand in the text.
    pub fn span(&self, lines: Range<usize>) -> &'t [u8] {
        let end_of = |count: usize| match count.min(self.ends.len()) {
            0 => 0,
            count => self.ends[count - 1],
        };
        let start = end_of(lines.start);
        &self.text[start..end_of(lines.end).max(start)]
    }

    /// Whether the text has lines and the last one has no newline.
    pub fn is_unended(&self) -> bool {
        self.text.last().is_some_and(|&last| last != b'\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_ends() {
        let lines = Lines::of(b"a\n\nb\r\nc");
        let all: Vec<&[u8]> = (0..lines.len()).map(|at| lines.get(at)).collect();
        assert_eq!(all, [&b"a\n"[..], b"\n", b"b\r\n", b"c"]);
        assert_eq!(lines.span(1..3), b"\nb\r\n");
        assert_eq!(lines.get(9), b"");
        assert!(lines.is_unended());
        assert!(Lines::of(b"").is_empty() && !Lines::of(b"").is_unended());
        assert_eq!(Lines::of(b"a\n").len(), 1);
    }
}
