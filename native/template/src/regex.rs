//! `search()` and `sub()`: Python's regular expressions on bytes, as far as Rust's engine finds the same matches.
//!
//! A pattern of literals, classes, groups, alternatives, anchors and repetitions means the same to both: the leftmost
//! match, and of several there the one that comes first in the pattern. Anything else is left to legacy, and so is a
//! match of nothing, behind which the two go on differently.

use crate::syntax::invalid;
use crate::value::{Item, Map, ShownBy, Value};
use amalgam_types::{Outcome, Reason, Stop};
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::rc::Rc;

fn unsupported(detail: &str) -> Stop {
    Stop::unsupported(Reason::TemplateFunction, format!("a regular expression with {detail}"))
}

/// Compiles what both engines read alike.
fn compile(pattern: &[u8], text: &[u8]) -> Outcome<Regex> {
    let pattern = std::str::from_utf8(pattern).ok().filter(|pattern| pattern.is_ascii());
    let pattern = pattern.ok_or_else(|| unsupported("letters beyond ASCII"))?;
    check(pattern.as_bytes())?;
    if pattern.contains('$') && text.ends_with(b"\n") {
        // There it also matches before the last line's end.
        return Err(unsupported("a `$`, in lines"));
    }
    let built = RegexBuilder::new(pattern).unicode(false).size_limit(1 << 20).build();
    built.map_err(|_| unsupported("something that does not compile"))
}

fn check(pattern: &[u8]) -> Outcome<()> {
    let mut at = 0;
    let mut after_repetition = false;
    while let Some(&byte) = pattern.get(at) {
        let next = pattern.get(at + 1).copied();
        let mut repetition = false;
        match byte {
            b'\\' => match next {
                Some(b'w' | b'W' | b'd' | b'D' | b's' | b'S' | b'n' | b't') => at += 1,
                Some(escaped) if escaped.is_ascii_punctuation() && !b"<>".contains(&escaped) => at += 1,
                _ => return Err(unsupported("an unusual escape")),
            },
            b'[' => at += class_len(&pattern[at..])? - 1,
            b'(' if next == Some(b'?') => return Err(unsupported("an extension")),
            b'*' | b'+' | b'?' => {
                // `a*?` is lazy for both; `a*+` and `a**` are not the same.
                if after_repetition && (byte != b'?' || at == 0) {
                    return Err(unsupported("a repeated repetition"));
                }
                repetition = !after_repetition;
                if after_repetition && next.is_some_and(|next| b"*+?{".contains(&next)) {
                    return Err(unsupported("a repeated repetition"));
                }
            }
            b'{' | b'}' => return Err(unsupported("a count")),
            _ => {}
        }
        after_repetition = repetition;
        at += 1;
    }
    Ok(())
}

/// The length of a plain class.
fn class_len(pattern: &[u8]) -> Outcome<usize> {
    let mut at = 1 + usize::from(pattern.get(1) == Some(&b'^'));
    let start = at;
    loop {
        match pattern.get(at) {
            Some(b']') if at > start => return Ok(at + 1),
            Some(b'\\') => match pattern.get(at + 1) {
                Some(b'w' | b'd' | b's' | b'n' | b't' | b'\\' | b']' | b'[' | b'-' | b'.' | b'/' | b'^') => at += 2,
                _ => return Err(unsupported("an unusual escape in a class")),
            },
            // Rust has sets of sets; Python warns of them.
            Some(b'[' | b'&' | b'~' | b']') | None => return Err(unsupported("an unusual class")),
            Some(b'-') if pattern.get(at + 1) == Some(&b'-') => return Err(unsupported("an unusual class")),
            Some(_) => at += 1,
        }
    }
}

/// `search(pattern, text)`: the first match with its groups; nothing without one.
pub(crate) fn search(pattern: &[u8], text: &[u8]) -> Outcome<Value> {
    let regex = compile(pattern, text)?;
    let Some(found) = regex.captures(text) else { return Ok(Value::None) };
    let groups = (0..found.len()).map(|group| {
        let value = found.get(group).map_or(Value::None, |matched| Value::text(matched.as_bytes()));
        (Rc::from(group.to_string().into_bytes()), value)
    });
    let map = Map { more: groups.collect(), ..Map::default() };
    Ok(Value::Item(Rc::new(Item { value: Value::None, map, shown: None, template: Some(ShownBy::Literal("{0}")) })))
}

/// `sub(pattern, replacement, text)`.
pub(crate) fn substitute(pattern: &[u8], by: &[u8], text: &[u8]) -> Outcome<Vec<u8>> {
    let regex = compile(pattern, text)?;
    let pieces = replacement(by, regex.captures_len())?;
    let mut out = Vec::with_capacity(text.len());
    let mut end = 0;
    for found in regex.captures_iter(text) {
        let whole = found.get(0).ok_or_else(|| invalid("a match without a place"))?;
        if whole.is_empty() {
            return Err(unsupported("a match of nothing"));
        }
        out.extend_from_slice(&text[end..whole.start()]);
        add(&pieces, &found, &mut out);
        end = whole.end();
    }
    out.extend_from_slice(&text[end..]);
    Ok(out)
}

enum Piece {
    Byte(u8),
    Group(usize),
}

fn replacement(by: &[u8], groups: usize) -> Outcome<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut bytes = by.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        pieces.push(match (byte, bytes.peek().copied()) {
            (b'\\', Some(digit @ b'1'..=b'9')) => {
                bytes.next();
                if bytes.peek().is_some_and(u8::is_ascii_digit) || usize::from(digit - b'0') >= groups {
                    return Err(unsupported("a replacement by an unknown group"));
                }
                Piece::Group(usize::from(digit - b'0'))
            }
            (b'\\', Some(b'\\')) => {
                bytes.next();
                Piece::Byte(b'\\')
            }
            (b'\\', Some(b'n')) => {
                bytes.next();
                Piece::Byte(b'\n')
            }
            (b'\\', _) => return Err(unsupported("an unusual escape in the replacement")),
            (byte, _) => Piece::Byte(byte),
        });
    }
    Ok(pieces)
}

fn add(pieces: &[Piece], found: &Captures<'_>, out: &mut Vec<u8>) {
    for piece in pieces {
        match piece {
            Piece::Byte(byte) => out.push(*byte),
            Piece::Group(group) => out.extend(found.get(*group).into_iter().flat_map(|group| group.as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(pattern: &str, by: &str, text: &str) -> Option<String> {
        let out = substitute(pattern.as_bytes(), by.as_bytes(), text.as_bytes()).ok()?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn substitutions() {
        assert_eq!(replaced(r"[^\w]", "_", "a b-c").as_deref(), Some("a_b_c"));
        assert_eq!(replaced(r"(\w+)@(\w+)", r"\2 at \1", "me@home x").as_deref(), Some("home at me x"));
        assert_eq!(replaced("a|ab", "x", "ab").as_deref(), Some("xb"));
        assert_eq!(replaced("a+?", "x", "aa").as_deref(), Some("xx"));
        assert_eq!(replaced("^a", "x", "a\na").as_deref(), Some("x\na"));
    }

    #[test]
    fn what_is_not_the_same_is_refused() {
        for (pattern, by) in [
            ("a*", "x"),
            ("(?i)a", "x"),
            ("a{2}", "x"),
            ("a*+", "x"),
            ("a**", "x"),
            (r"\bA", "x"),
            ("[[a]", "x"),
            ("[a--b]", "x"),
            ("(", "x"),
            ("a", r"\1"),
            ("a", r"\q"),
            ("é", "x"),
        ] {
            assert_eq!(replaced(pattern, by, "baa"), None, "{pattern} {by}");
        }
        assert_eq!(replaced("a$", "x", "a\n"), None);
    }
}
