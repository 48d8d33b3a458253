//! A diff as pieces with labels, for colours.
//!
//! Adjacent removed and added lines are one run; where changed words are to be shown, the run is what they are
//! looked for in.

use crate::hunks::trim_end;
use crate::word::word_pieces;

/// Labels of lines in a header, by how they start; the first that fits counts.
const HEADER: [(&[u8], &str); 10] = [
    (b"diff", "diff.diffline"),
    (b"copy", "diff.extended"),
    (b"rename", "diff.extended"),
    (b"old", "diff.extended"),
    (b"new", "diff.extended"),
    (b"deleted", "diff.extended"),
    (b"index", "diff.extended"),
    (b"similarity", "diff.extended"),
    (b"---", "diff.file_a"),
    (b"+++", "diff.file_b"),
];

/// Labels the parts of a diff, handed over one after the other.
#[derive(Debug, Default)]
pub struct Labeller {
    words: bool,
    in_header: bool,
}

impl Labeller {
    /// `words`: tell changed words in changed lines from the others.
    pub fn new(words: bool) -> Self {
        Labeller { words, in_header: false }
    }

    /// Calls `write` with the pieces of `part`, a header or the hunks of one file.
    pub fn label<'t>(&mut self, part: &'t [u8], write: &mut dyn FnMut(&[u8], &'static str)) {
        let mut run: Vec<&'t [u8]> = Vec::new();
        for whole in part.split_inclusive(|&byte| byte == b'\n') {
            let line = whole.strip_suffix(b"\n").unwrap_or(whole);
            let first = line.first().copied();
            if self.in_header {
                self.in_header = first != Some(b'@');
            } else if first.is_some_and(|first| !b" +-@\\".contains(&first)) {
                self.in_header = true;
            }
            if !self.in_header && matches!(first, Some(b'+' | b'-')) {
                run.push(whole);
                continue;
            }
            self.write_run(&mut run, write);
            self.write_line(line, write);
            if whole.len() > line.len() {
                write(b"\n", "");
            }
        }
        self.write_run(&mut run, write);
    }

    fn write_line(&self, line: &[u8], write: &mut dyn FnMut(&[u8], &'static str)) {
        let stripped = trim_end(line);
        let label = if self.in_header {
            HEADER.iter().find(|(start, _)| stripped.starts_with(start)).map(|(_, label)| *label)
        } else {
            stripped.starts_with(b"@").then_some("diff.hunk")
        };
        let Some(label) = label else { return write(line, "") };
        write(stripped, label);
        if stripped.len() < line.len() {
            write(&line[stripped.len()..], "diff.trailingwhitespace");
        }
    }

    fn write_run(&self, run: &mut Vec<&[u8]>, write: &mut dyn FnMut(&[u8], &'static str)) {
        let both = [b'-', b'+'].iter().all(|sign| run.iter().any(|line| line.first() == Some(sign) && line.len() > 1));
        if self.words && both {
            word_pieces(run, write);
        } else {
            for line in run.iter() {
                changed_line(line, write);
            }
        }
        run.clear();
    }
}

/// A removed or added line: tabs and blanks at the end are pieces of their own.
fn changed_line(line: &[u8], write: &mut dyn FnMut(&[u8], &'static str)) {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
    let chomped = &line[..end];
    let stripped = trim_end(chomped);
    let label = if line.first() == Some(&b'-') { "diff.deleted" } else { "diff.inserted" };
    tabs_apart(stripped, label, write);
    if stripped.len() < chomped.len() {
        write(&chomped[stripped.len()..], "diff.trailingwhitespace");
    }
    if chomped.len() < line.len() {
        write(&line[chomped.len()..], "");
    }
}

/// `text` under `label`, with runs of tabs under their own.
pub(crate) fn tabs_apart(text: &[u8], label: &'static str, write: &mut dyn FnMut(&[u8], &'static str)) {
    for piece in text.chunk_by(|a, b| (*a == b'\t') == (*b == b'\t')) {
        write(piece, if piece.first() == Some(&b'\t') { "diff.tab" } else { label });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, words: bool) -> Vec<(String, &'static str)> {
        let mut all = Vec::new();
        Labeller::new(words).label(text.as_bytes(), &mut |piece, label| {
            if !piece.is_empty() {
                all.push((String::from_utf8_lossy(piece).into_owned(), label));
            }
        });
        all
    }

    #[test]
    fn headers_hunks_and_lines() {
        let text = "diff -r 1 f\n--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\tb \n+c\n d\n";
        let expected = [
            ("diff -r 1 f", "diff.diffline"),
            ("\n", ""),
            ("--- a/f", "diff.file_a"),
            ("\n", ""),
            ("+++ b/f", "diff.file_b"),
            ("\n", ""),
            ("@@ -1,1 +1,1 @@", "diff.hunk"),
            ("\n", ""),
            ("-a", "diff.deleted"),
            ("\t", "diff.tab"),
            ("b", "diff.deleted"),
            (" ", "diff.trailingwhitespace"),
            ("\n", ""),
            ("+c", "diff.inserted"),
            ("\n", ""),
            (" d", ""),
            ("\n", ""),
        ];
        assert_eq!(pieces(text, false), expected.map(|(text, label)| (text.to_owned(), label)));
    }

    #[test]
    fn changed_words_are_told_from_others() {
        let expected = [
            ("-", "diff.deleted"),
            ("one", "diff.deleted.changed"),
            (" two", "diff.deleted.unchanged"),
            ("\n", ""),
            ("+", "diff.inserted"),
            ("1", "diff.inserted.changed"),
            (" two", "diff.inserted.unchanged"),
            ("\n", ""),
        ];
        assert_eq!(pieces("-one two\n+1 two\n", true), expected.map(|(text, label)| (text.to_owned(), label)));
    }
}
