//! Wraps paragraphs, as legacy does with Python's `textwrap`. What that module treats in its own way (tabs, hyphens
//! within words, words longer than a line) is a stop.

use crate::syntax::invalid;
use crate::width::columns;
use amalgam_types::Outcome;

/// Wraps every paragraph of `text` to `width` columns.
pub(crate) fn fill(text: &[u8], width: i64, first: &[u8], hanging: &[u8]) -> Outcome<Vec<u8>> {
    let text = std::str::from_utf8(text).map_err(|_| invalid("text that is not UTF-8"))?;
    let unusual =
        |c: char| matches!(c, '\t' | '\r' | '\u{b}' | '\u{c}' | '\u{1b}') || (c.is_whitespace() && !c.is_ascii());
    if text.contains(unusual) || first.contains(&b'\t') || hanging.contains(&b'\t') {
        return Err(invalid("filling text with unusual spaces"));
    }
    let Some(width) = usize::try_from(width).ok().filter(|&w| w > first.len().max(hanging.len())) else {
        return Err(invalid("filling into too few columns"));
    };
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        let (paragraph, between, after) = paragraph(rest);
        let once = wrapped(paragraph, width, b"", b"")?;
        // Runs of spaces are joined only after a first wrapping.
        let mut joined = String::with_capacity(once.len());
        for c in String::from_utf8_lossy(&once).chars() {
            if c != ' ' || !joined.ends_with(' ') {
                joined.push(c);
            }
        }
        out.extend_from_slice(&wrapped(&joined, width, first, hanging)?);
        out.extend_from_slice(between.as_bytes());
        match after {
            Some(after) => rest = after,
            None => return Ok(out),
        }
    }
}

/// The next paragraph, what ends it (an empty line, or the mark of a list item), and the text behind.
fn paragraph(text: &str) -> (&str, &str, Option<&str>) {
    for (at, _) in text.match_indices('\n') {
        let tail = &text[at + 1..];
        if tail.starts_with('\n') {
            return (&text[..at], &text[at..at + 2], Some(&text[at + 2..]));
        }
        let space = |c: char| matches!(c, ' ' | '\n');
        let item = tail.trim_start_matches(space);
        if item.starts_with(['-', '*']) {
            let after = item[1..].trim_start_matches(space);
            let end = text.len() - after.len();
            return (&text[..at], &text[at..end], Some(after));
        }
    }
    let end = text.trim_end().len();
    (&text[..end], &text[end..], None)
}

fn wrapped(text: &str, width: usize, first: &[u8], hanging: &[u8]) -> Outcome<Vec<u8>> {
    // Every white space counts as a space; runs of them are kept within a line and dropped at its ends.
    let text: String = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    let mut chunks: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if at > start && (c == ' ') != text[start..].starts_with(' ') {
            chunks.push(&text[start..at]);
            start = at;
        }
    }
    if start < text.len() {
        chunks.push(&text[start..]);
    }
    let mut out: Vec<u8> = Vec::with_capacity(text.len() + 16);
    let mut chunks = chunks.into_iter().peekable();
    let mut is_first = true;
    while chunks.peek().is_some() {
        let indent = if is_first { first } else { hanging };
        if !is_first {
            while chunks.next_if(|chunk| chunk.starts_with(' ')).is_some() {}
        }
        let room = width - columns(indent);
        let mut line: Vec<&str> = Vec::new();
        let mut used = 0;
        while let Some(chunk) = chunks.next_if(|chunk| used + columns(chunk.as_bytes()) <= room) {
            used += columns(chunk.as_bytes());
            line.push(chunk);
        }
        if let Some(next) = chunks.peek()
            && (next.trim_matches('-').contains('-') || (next.contains("--")) || columns(next.as_bytes()) > room)
        {
            return Err(invalid("a word that may be broken"));
        }
        if line.last().is_some_and(|chunk| chunk.starts_with(' ')) {
            line.pop();
        }
        if !line.is_empty() {
            if !is_first {
                out.push(b'\n');
            }
            out.extend_from_slice(indent);
            line.iter().for_each(|chunk| out.extend_from_slice(chunk.as_bytes()));
            is_first = false;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, width: i64) -> String {
        fill(text.as_bytes(), width, b"", b"").map_or("stop".to_owned(), |out| String::from_utf8(out).expect("text"))
    }

    #[test]
    fn paragraphs_and_items() {
        assert_eq!(filled("one two three", 8), "one two\nthree");
        assert_eq!(filled("one\ntwo\n\nthree", 20), "one two\n\nthree");
        assert_eq!(filled("list:\n- a\n- b", 20), "list:\n- a\n- b");
        assert_eq!(filled("a b\n", 20), "a b\n");
        assert_eq!(filled("one two-three", 8), "stop");
        assert_eq!(filled("abcdefghij", 5), "stop");
        assert_eq!(filled("", 5), "");
    }
}
