//! Wraps paragraphs, as legacy does with Python's `textwrap`: words are broken behind hyphens and around dashes, and
//! where they are longer than a line. What that module treats in its own way (tabs, unusual spaces, hyphens beside
//! letters that Python and Rust may see differently) is a stop.

use crate::syntax::invalid;
use crate::width::char_columns;
use amalgam_types::Outcome;

/// Wraps every paragraph of `text` to `width` columns.
pub(crate) fn fill(text: &[u8], width: i64, first: &[u8], hanging: &[u8]) -> Outcome<Vec<u8>> {
    let text = std::str::from_utf8(text).map_err(|_| invalid("text that is not UTF-8"))?;
    let unusual = |c: char| (c.is_control() && c != '\n') || (c.is_whitespace() && !c.is_ascii());
    let indents = [first, hanging].map(std::str::from_utf8);
    let [Ok(first), Ok(hanging)] = indents else { return Err(invalid("an indent that is not UTF-8")) };
    if [text, first, hanging].iter().any(|text| text.contains(unusual)) {
        return Err(invalid("filling text with unusual spaces"));
    }
    if text.contains('-') && !text.chars().all(is_plain) {
        return Err(invalid("hyphens and unusual letters"));
    }
    // Legacy has a width of its own for those that leave no room.
    let usable = |indent: usize| match usize::try_from(width) {
        Ok(width) if width > indent => width,
        _ => 78.max(indent + 1),
    };
    let widths = [usable(0), usable(first.len().max(hanging.len()))];
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        let (paragraph, between, after) = paragraph(rest);
        let once = wrapped(paragraph, widths[0], "", "")?;
        // Runs of spaces are joined only after a first wrapping.
        let mut joined = String::with_capacity(once.len());
        for c in once.chars() {
            if c != ' ' || !joined.ends_with(' ') {
                joined.push(c);
            }
        }
        out.extend_from_slice(wrapped(&joined, widths[1], first, hanging)?.as_bytes());
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

/// Whether Python and Rust agree on what a character is.
fn is_plain(c: char) -> bool {
    c.is_ascii()
        || (matches!(c, '\u{c0}'..='\u{24f}') && !matches!(c, '×' | '÷'))
        || matches!(c, 'Ѐ'..='џ' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4e00}'..='\u{9fa5}' | '가'..='힣')
}

/// Python's `\w`, of plain characters.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_letter(c: char) -> bool {
    is_of_word(c) && !c.is_ascii_digit()
}

/// How many dashes are at `at`, if they are two or more between words.
fn dashes(text: &[char], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).map(|before| text[before])?;
    let count = text[at..].iter().take_while(|&&c| c == '-').count();
    let after = text.get(at + count).copied()?;
    let is_between = is_of_word(before) || matches!(before, '!' | '"' | '\'' | '&' | '.' | ',' | '?');
    (count >= 2 && is_between && is_of_word(after)).then_some(count)
}

/// Whether a word may be broken behind the hyphen at `at`: letters are on both sides of it.
fn is_breakable_hyphen(text: &[char], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|&c| is_letter(c));
    let back = |by: usize| at.checked_sub(by);
    let hyphen = |at: Option<usize>| at.and_then(|at| text.get(at)) == Some(&'-');
    let before = letter(back(1)) && (letter(back(2)) || (hyphen(back(2)) && letter(back(3))));
    let after = letter(Some(at + 1)) && (letter(Some(at + 2)) || (hyphen(Some(at + 2)) && letter(Some(at + 3))));
    hyphen(Some(at)) && before && after
}

/// The end of the piece that starts at `start` and is not broken as long as a line has room for it.
fn piece(text: &[char], start: usize) -> usize {
    if text[start] == ' ' {
        return start + text[start..].iter().take_while(|&&c| c == ' ').count();
    }
    if let Some(count) = dashes(text, start) {
        return start + count;
    }
    let mut at = start + 1;
    while at < text.len() && text[at] != ' ' {
        if is_breakable_hyphen(text, at) {
            return at + 1;
        }
        if dashes(text, at).is_some() {
            return at;
        }
        at += 1;
    }
    at
}

/// How many characters of `text` fit into `room` columns.
fn fitting(text: &[char], room: usize) -> usize {
    let mut used = 0;
    let fits = |c: &&char| {
        used += char_columns(**c);
        used <= room
    };
    text.iter().take_while(fits).count()
}

fn wrapped(text: &str, width: usize, first: &str, hanging: &str) -> Outcome<String> {
    // Every white space counts as a space; runs of them are kept within a line and dropped at its ends.
    let text: Vec<char> = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    let wide = |piece: &[char]| piece.iter().map(|&c| char_columns(c)).sum::<usize>();
    let is_blank = |piece: &[char]| piece.iter().all(|&c| c == ' ');
    let mut pieces: Vec<&[char]> = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = piece(&text, start);
        pieces.push(&text[start..end]);
        start = end;
    }
    let mut pieces = pieces.into_iter().peekable();
    let mut rest: Option<&[char]> = None;
    let mut out = String::with_capacity(text.len() + 16);
    let mut is_first = true;
    loop {
        let indent = if is_first { first } else { hanging };
        let room = width.saturating_sub(indent.chars().count());
        let mut line: Vec<&[char]> = Vec::new();
        let mut used = 0;
        let mut next = rest.take().or_else(|| pieces.next());
        if !is_first && next.is_some_and(is_blank) {
            next = pieces.next();
        }
        if next.is_none() {
            return Ok(out);
        }
        while let Some(piece) = next.filter(|piece| used + wide(piece) <= room) {
            used += wide(piece);
            line.push(piece);
            next = pieces.next();
        }
        rest = next;
        if let Some(piece) = next.filter(|piece| wide(piece) > room) {
            // At least a column of it, whether there is room or not.
            let (cut, left) = piece.split_at(fitting(piece, room.saturating_sub(used).max(1)));
            if cut.is_empty() && line.is_empty() {
                return Err(invalid("a letter wider than a line"));
            }
            line.push(cut);
            rest = Some(left);
        }
        if line.last().is_some_and(|piece| is_blank(piece)) {
            line.pop();
        }
        if !line.is_empty() {
            if !is_first {
                out.push('\n');
            }
            out.push_str(indent);
            line.iter().for_each(|piece| out.extend(piece.iter()));
            is_first = false;
        }
    }
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
        assert_eq!(filled("one two-three", 8), "one two-\nthree");
        assert_eq!(filled("one t-three", 6), "one t-\nthree");
        assert_eq!(filled("this--that and", 7), "this--\nthat\nand");
        assert_eq!(filled("abcdefghij", 5), "abcde\nfghij");
        assert_eq!(filled("ab 漢字漢字", 5), "ab 漢\n字漢\n字");
        assert_eq!(filled("a漢", 1), "stop");
        assert_eq!(filled("tabs\there", 5), "stop");
        assert_eq!(filled("", 5), "");
    }
}
