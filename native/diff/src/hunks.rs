//! Unified hunks.

use crate::lines::Lines;
use crate::matching::{Block, blocks};
use crate::options::DiffOptions;
use crate::whitespace::{cleaned, without_blank_lines};
use std::ops::Range;

/// Printed behind a last line that has no newline.
pub(crate) const NO_NEWLINE: &[u8] = b"\\ No newline at end of file\n";

/// The longest name of a function that is shown, with the space before it.
const FUNCTION_LENGTH: usize = 41;

/// Appends the hunks between two texts to `out`; nothing where there is no difference.
pub fn write_hunks(old_text: &[u8], new_text: &[u8], options: &DiffOptions, out: &mut Vec<u8>) {
    let (old, new) = (Lines::of(old_text), Lines::of(new_text));
    let mut writer = Writer { old: &old, new: &new, options, out, function: Vec::new(), function_from: 0 };
    let mut hunk: Option<Hunk> = None;
    // How much longer the new side of changes that do not count is than their old side.
    let mut ignored = 0;
    for change in changes(&old, &new, old_text, new_text, options) {
        if change.blank {
            ignored += change.new.len() as i64 - change.old.len() as i64;
            continue;
        }
        let start = change.old.start.saturating_sub(options.context);
        match &mut hunk {
            Some(hunk) if start < hunk.old.end.saturating_add(options.context).saturating_add(1) => {
                hunk.grow(&change, ignored);
            }
            _ => {
                if let Some(done) = hunk.take() {
                    writer.write(&done);
                }
                hunk = Some(Hunk::new(&change, ignored, options.context));
            }
        }
    }
    if let Some(done) = hunk {
        writer.write(&done);
    }
}

/// Lines that are replaced by others.
struct Change {
    old: Range<usize>,
    new: Range<usize>,
    /// They differ in blank lines alone, and those are ignored.
    blank: bool,
}

/// The gaps between the matching blocks.
fn changes(old: &Lines<'_>, new: &Lines<'_>, old_text: &[u8], new_text: &[u8], options: &DiffOptions) -> Vec<Change> {
    let matching = if options.cleans_lines() {
        let (old_text, new_text) = (cleaned(options, old_text), cleaned(options, new_text));
        blocks(&Lines::of(&old_text), &Lines::of(&new_text))
    } else {
        blocks(old, new)
    };
    let mut changes = Vec::new();
    let mut done = Block { old: 0..0, new: 0..0 };
    for block in matching {
        let (gap, new_gap) = (done.old.end..block.old.start, done.new.end..block.new.start);
        if !gap.is_empty() || !new_gap.is_empty() {
            let blank = options.ignore_blank_lines
                && without_blank_lines(options, old.span(gap.clone()))
                    == without_blank_lines(options, new.span(new_gap.clone()));
            changes.push(Change { old: gap, new: new_gap, blank });
        }
        done = block;
    }
    changes
}

/// One hunk under construction: its lines before the context that follows.
struct Hunk {
    /// From the first line of context to the last changed line.
    old: Range<usize>,
    /// The same in the new text, as the header counts it.
    new: (i64, i64),
    /// Lines of either text, under their sign.
    parts: Vec<(u8, Range<usize>)>,
}

impl Hunk {
    fn new(change: &Change, ignored: i64, context: usize) -> Self {
        let start = change.old.start.saturating_sub(context);
        let new_start = (change.new.start as i64 - ignored).saturating_sub(i64::try_from(context).unwrap_or(i64::MAX));
        let mut hunk = Hunk { old: start..start, new: (new_start.max(0), 0), parts: Vec::new() };
        hunk.grow(change, ignored);
        hunk
    }

    fn grow(&mut self, change: &Change, ignored: i64) {
        self.parts.push((b' ', self.old.end..change.old.start));
        self.parts.push((b'-', change.old.clone()));
        self.parts.push((b'+', change.new.clone()));
        self.old.end = change.old.end;
        self.new.1 = change.new.end as i64 - ignored;
    }
}

struct Writer<'w, 't> {
    old: &'w Lines<'t>,
    new: &'w Lines<'t>,
    options: &'w DiffOptions,
    out: &'w mut Vec<u8>,
    /// The function found last, with the space before it.
    function: Vec<u8>,
    /// Where the search for the next one ends.
    function_from: usize,
}

impl Writer<'_, '_> {
    fn write(&mut self, hunk: &Hunk) {
        let end = hunk.old.end.saturating_add(self.options.context).min(self.old.len());
        let after = hunk.old.end..end;
        let old_len = end - hunk.old.start;
        let new_len = hunk.new.1 - hunk.new.0 + after.len() as i64;
        // A range without lines stands behind the line it names.
        let old_start = hunk.old.start + usize::from(old_len > 0);
        let new_start = hunk.new.0 + i64::from(new_len != 0);
        self.find_function(hunk.old.start);
        self.out.extend_from_slice(format!("@@ -{old_start},{old_len} +{new_start},{new_len} @@").as_bytes());
        self.out.extend_from_slice(&self.function);
        self.out.push(b'\n');

        let mut lines: Vec<(u8, &[u8], bool)> = Vec::new();
        for (sign, range) in hunk.parts.iter().chain([&(b' ', after)]) {
            let side = if *sign == b'+' { self.new } else { self.old };
            lines.extend(range.clone().map(|at| (*sign, side.get(at), false)));
        }
        let old_reaches_end = old_start + old_len == self.old.len() + 1;
        let new_reaches_end = new_start + new_len == self.new.len() as i64 + 1;
        let mut shared = false;
        if self.old.is_unended()
            && old_reaches_end
            && let Some(last) = lines.iter_mut().rev().find(|(sign, ..)| *sign != b'+')
        {
            last.2 = true;
            shared = last.0 == b' ';
        }
        if !shared
            && self.new.is_unended()
            && new_reaches_end
            && let Some(last) = lines.iter_mut().rev().find(|(sign, ..)| *sign == b'+')
        {
            last.2 = true;
        }
        for (sign, line, unended) in lines {
            self.out.push(sign);
            self.out.extend_from_slice(line);
            if unended {
                self.out.push(b'\n');
                self.out.extend_from_slice(NO_NEWLINE);
            }
        }
    }

    /// Looks for a line that starts with a letter, `_` or `$`, from `start` back to where the last search began.
    fn find_function(&mut self, start: usize) {
        if !self.options.show_function {
            return;
        }
        let begins = |line: &[u8]| line.first().is_some_and(|&b| b.is_ascii_alphabetic() || b == b'_' || b == b'$');
        let found = (self.function_from..start).rev().map(|at| self.old.get(at)).find(|line| begins(line));
        if let Some(line) = found {
            self.function = [b" ", trim_end(line)].concat();
            if self.function.is_ascii() {
                self.function.truncate(FUNCTION_LENGTH);
            }
        }
        self.function_from = start;
    }
}

/// Without white space at the end, as Python's `bytes.rstrip` sees it.
pub(crate) fn trim_end(line: &[u8]) -> &[u8] {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let kept = line.iter().rposition(|&byte| !is_space(byte)).map_or(0, |at| at + 1);
    &line[..kept]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunks(old: &str, new: &str, options: &DiffOptions) -> String {
        let mut out = Vec::new();
        write_hunks(old.as_bytes(), new.as_bytes(), options, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn equal_texts_have_none() {
        assert_eq!(hunks("a\nb\n", "a\nb\n", &DiffOptions::default()), "");
        let options = DiffOptions { ignore_space: true, ..DiffOptions::default() };
        assert_eq!(hunks("a b\n", "ab\n", &options), "");
    }

    #[test]
    fn an_insertion_without_context_stands_behind_its_line() {
        let options = DiffOptions { context: 0, ..DiffOptions::default() };
        assert_eq!(hunks("a\nb\n", "a\nx\nb\n", &options), "@@ -1,0 +2,1 @@\n+x\n");
        assert_eq!(hunks("a\nb\n", "b\n", &options), "@@ -1,1 +0,0 @@\n-a\n");
    }

    #[test]
    fn a_missing_newline_is_told_of_once_where_it_is_shared() {
        let marker = "\n\\ No newline at end of file\n";
        assert_eq!(hunks("a\nb", "x\nb", &DiffOptions::default()), format!("@@ -1,2 +1,2 @@\n-a\n+x\n b{marker}"));
        assert_eq!(hunks("a", "b", &DiffOptions::default()), format!("@@ -1,1 +1,1 @@\n-a{marker}+b{marker}"));
    }

    #[test]
    fn functions_are_looked_for_backwards() {
        let old: String = "int f()\n{\n1\n2\n3\n4\n5\n6\n}\n".into();
        let options = DiffOptions { show_function: true, context: 1, ..DiffOptions::default() };
        assert!(hunks(&old, &old.replace('5', "x"), &options).starts_with("@@ -6,3 +6,3 @@ int f()\n"));
    }
}
