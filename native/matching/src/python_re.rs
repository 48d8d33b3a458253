//! A parser for the regular expressions that Python's `re` accepts on bytes, as far as their meaning is certain.
//!
//! It is a list of what is known, not of what is refused: whatever is not written here (most look-around, references,
//! conditionals, possessive and stacked quantifiers, flags in the middle, escapes that Python versions read
//! differently, sets that make Python warn) is `Unsupported`, and so is everything that Python refuses.

use crate::ast::{Ast, ByteSet};
use crate::lookahead;
use amalgam_types::{Reason, Stop};

/// Deeper nesting than this is left to legacy.
const MAX_DEPTH: usize = 40;
/// Larger counts than this are left to legacy.
const MAX_COUNT: u32 = 1000;
/// More automaton states than this in one pattern are left to legacy.
const MAX_WEIGHT: u64 = 60_000;

/// The flags of a scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Flags {
    ignore_case: bool,
    dot_all: bool,
    multiline: bool,
    /// Whether `(?!...)` is read: only where it is asked whether a path matches.
    look_ahead: bool,
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// Its meaning.
    pub(crate) ast: Ast,
    /// Whether it began with flags such as `(?i)`, which act on everything that it is joined with.
    pub(crate) global_flags: bool,
    /// Whether a quantifier prefers fewer: then its meaning says where something matches, but not up to where.
    pub(crate) lazy: bool,
}

/// Reads one pattern.
pub(crate) fn parse(pattern: &[u8]) -> Result<Parsed, Stop> {
    parse_with(pattern, Flags { look_ahead: true, ..Flags::default() })
}

/// The same; with `ignore_case`, as if it began with `(?i)`.
pub(crate) fn parse_ignoring(pattern: &[u8], ignore_case: bool) -> Result<Parsed, Stop> {
    parse_with(pattern, Flags { ignore_case, ..Flags::default() })
}

/// The same, as if it also began with `(?m)`.
pub(crate) fn parse_for_lines(pattern: &[u8], ignore_case: bool) -> Result<Parsed, Stop> {
    parse_with(pattern, Flags { ignore_case, multiline: true, ..Flags::default() })
}

fn parse_with(pattern: &[u8], mut flags: Flags) -> Result<Parsed, Stop> {
    let mut parser = Parser { rest: pattern, depth: 0, lazy: false };
    let mut global_flags = false;
    while let Some((word, tail)) = global_flag_group(parser.rest) {
        flags = read_flags(word, flags)?;
        global_flags = true;
        parser.rest = tail;
    }
    let ast = parser.alternation(flags)?;
    if !parser.rest.is_empty() {
        return Err(invalid("a parenthesis that was not opened"));
    }
    if ast.weight() > MAX_WEIGHT {
        return Err(unsupported("too large"));
    }
    Ok(Parsed { ast, global_flags, lazy: parser.lazy })
}

/// `(?is)` at the start of `text`: its letters, and what follows.
fn global_flag_group(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"(?")?;
    let end = inside.iter().position(|b| !b.is_ascii_alphabetic())?;
    (end > 0 && inside[end] == b')').then(|| (&inside[..end], &inside[end + 1..]))
}

fn read_flags(word: &[u8], mut flags: Flags) -> Result<Flags, Stop> {
    for letter in word {
        match letter {
            b'i' => flags.ignore_case = true,
            b's' => flags.dot_all = true,
            _ => return Err(unsupported("flag")),
        }
    }
    Ok(flags)
}

struct Parser<'a> {
    rest: &'a [u8],
    depth: usize,
    lazy: bool,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&byte, tail) = self.rest.split_first()?;
        self.rest = tail;
        Some(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        match self.rest.strip_prefix(&[byte]) {
            Some(tail) => {
                self.rest = tail;
                true
            }
            None => false,
        }
    }

    fn alternation(&mut self, flags: Flags) -> Result<Ast, Stop> {
        let mut branches = vec![self.sequence(flags)?];
        while self.eat(b'|') {
            branches.push(self.sequence(flags)?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Ast::Alternation(branches) })
    }

    fn sequence(&mut self, flags: Flags) -> Result<Ast, Stop> {
        let mut items: Vec<Ast> = Vec::new();
        // Quantifiers bind to one item, so literals are joined only at the end.
        let mut repeatable = false;
        while let Some(&byte) = self.rest.first() {
            if matches!(byte, b'|' | b')') {
                break;
            }
            self.rest = &self.rest[1..];
            let item = match byte {
                b'*' | b'+' | b'?' => {
                    let (min, max) = match byte {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.quantify(&mut items, repeatable, min, max)?;
                    repeatable = false;
                    continue;
                }
                b'{' => match self.counts()? {
                    Some((min, max)) => {
                        self.quantify(&mut items, repeatable, min, max)?;
                        repeatable = false;
                        continue;
                    }
                    None => literal(b'{', flags),
                },
                b'.' if flags.dot_all => Ast::Set(ByteSet::of(|_| true)),
                b'.' => Ast::Set(ByteSet::dot()),
                b'^' if flags.multiline => Ast::LineStart,
                b'$' if flags.multiline => Ast::LineEnd,
                b'^' => Ast::Start,
                b'$' => Ast::End,
                b'(' => self.group(flags)?,
                b'[' => self.set(flags)?,
                b'\\' => self.escape(flags)?,
                _ => literal(byte, flags),
            };
            repeatable = true;
            items.push(item);
        }
        settle_look_ahead(&mut items, flags);
        Ok(Ast::concat(items))
    }

    /// Applies a quantifier to the last item. Python refuses a second one; where the item holds assertions or
    /// may be empty, engines differ in what they try, so that is left alone too.
    fn quantify(&mut self, items: &mut Vec<Ast>, repeatable: bool, min: u32, max: Option<u32>) -> Result<(), Stop> {
        let Some(item) = items.pop().filter(|_| repeatable) else {
            return Err(invalid("nothing to repeat"));
        };
        if matches!(self.rest.first(), Some(b'+')) {
            return Err(unsupported("possessive quantifier"));
        }
        self.lazy |= self.eat(b'?');
        if item.has_assertion() || (item.can_be_empty() && (min, max) != (0, Some(1))) {
            return Err(unsupported("repetition of something that may be empty"));
        }
        items.push(Ast::Repeat { min, max, inner: Box::new(item) });
        Ok(())
    }

    /// The counts after a `{`; `None` when Python takes the brace literally.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, Stop> {
        let before = self.rest;
        let low = self.number()?;
        let comma = self.eat(b',');
        let high = if comma { self.number()? } else { low };
        if !self.eat(b'}') || (low.is_none() && !comma) {
            self.rest = before;
            return Ok(None);
        }
        let min = low.unwrap_or(0);
        if high.is_some_and(|max| max < min) {
            return Err(invalid("min repeat greater than max repeat"));
        }
        Ok(Some((min, high)))
    }

    fn number(&mut self) -> Result<Option<u32>, Stop> {
        let mut value = None;
        while let Some(&digit @ b'0'..=b'9') = self.rest.first() {
            self.rest = &self.rest[1..];
            let sum = value.unwrap_or(0) * 10 + u32::from(digit - b'0');
            if sum > MAX_COUNT {
                return Err(unsupported("large repetition count"));
            }
            value = Some(sum);
        }
        Ok(value)
    }

    fn group(&mut self, flags: Flags) -> Result<Ast, Stop> {
        let mut inner = flags;
        let mut is_ahead = false;
        if flags.look_ahead && self.rest.starts_with(b"?!") {
            self.rest = &self.rest[2..];
            is_ahead = true;
        } else if self.eat(b'?') {
            let end = self.rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(self.rest.len());
            let (word, tail) = self.rest.split_at(end);
            if tail.first() != Some(&b':') || word.contains(&b'P') {
                return Err(unsupported("extension group"));
            }
            inner = read_flags(word, flags)?;
            self.rest = &tail[1..];
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(unsupported("deep nesting"));
        }
        let ast = self.alternation(inner)?;
        self.depth -= 1;
        if !self.eat(b')') {
            return Err(invalid("unterminated group"));
        }
        if is_ahead {
            let refused = lookahead::texts(&ast).ok_or_else(|| unsupported("look-ahead"))?;
            return Ok(Ast::NotAhead { refused, to_line_end: false });
        }
        Ok(ast)
    }

    fn escape(&mut self, flags: Flags) -> Result<Ast, Stop> {
        let Some(byte) = self.next() else { return Err(invalid("backslash at the end")) };
        Ok(match byte {
            b'A' => Ast::Start,
            b'Z' => Ast::AbsoluteEnd,
            b'b' => Ast::WordBoundary,
            _ => match category(byte) {
                Some(set) => Ast::Set(set),
                None => literal(self.character(byte)?, flags),
            },
        })
    }

    /// The byte that `\` followed by `byte` stands for, inside and outside of sets.
    fn character(&mut self, byte: u8) -> Result<u8, Stop> {
        Ok(match byte {
            b'a' => 7,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'x' => {
                let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
                match (digit(self.next()), digit(self.next())) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err(invalid("incomplete escape")),
                }
            }
            b'0'..=b'9' => return Err(unsupported("octal escape or reference")),
            _ if byte.is_ascii_alphabetic() => return Err(invalid("bad escape")),
            _ => byte,
        })
    }

    fn set(&mut self, flags: Flags) -> Result<Ast, Stop> {
        if self.rest.first() == Some(&b'[') {
            return Err(unsupported("possible nested set"));
        }
        let negated = self.eat(b'^');
        let mut set = ByteSet::EMPTY;
        let mut first = true;
        loop {
            let Some(byte) = self.next() else { return Err(invalid("unterminated set")) };
            if byte == b']' && !first {
                break;
            }
            if matches!(byte, b'-' | b'&' | b'~' | b'|') && self.rest.first() == Some(&byte) {
                return Err(unsupported("possible set operation"));
            }
            first = false;
            let low = self.member(byte)?;
            if self.rest.first() != Some(&b'-') {
                low.add_to(&mut set, flags);
                continue;
            }
            self.rest = &self.rest[1..];
            match self.next() {
                None => return Err(invalid("unterminated set")),
                Some(b']') => {
                    low.add_to(&mut set, flags);
                    Member::Byte(b'-').add_to(&mut set, flags);
                    break;
                }
                Some(b'-') => return Err(unsupported("possible set difference")),
                Some(next) => {
                    let (Member::Byte(low), Member::Byte(high)) = (low, self.member(next)?) else {
                        return Err(invalid("bad range"));
                    };
                    if high < low {
                        return Err(invalid("bad range"));
                    }
                    (low..=high).for_each(|b| Member::Byte(b).add_to(&mut set, flags));
                }
            }
        }
        let folded = |b: u8| if flags.ignore_case { b.to_ascii_lowercase() } else { b };
        Ok(Ast::Set(ByteSet::of(|b| set.contains(folded(b)) != negated)))
    }

    fn member(&mut self, byte: u8) -> Result<Member, Stop> {
        if byte != b'\\' {
            return Ok(Member::Byte(byte));
        }
        let Some(byte) = self.next() else { return Err(invalid("unterminated set")) };
        Ok(match category(byte) {
            Some(set) => Member::Set(set),
            None if byte == b'b' => Member::Byte(8),
            None => Member::Byte(self.character(byte)?),
        })
    }
}

enum Member {
    Byte(u8),
    Set(ByteSet),
}

impl Member {
    fn add_to(&self, set: &mut ByteSet, flags: Flags) {
        match self {
            Member::Byte(b) if flags.ignore_case => set.add(b.to_ascii_lowercase()),
            Member::Byte(b) => set.add(*b),
            Member::Set(more) => (0..=255).filter(|&b| more.contains(b)).for_each(|b| set.add(b)),
        }
    }
}

/// What may be empty adds nothing behind a `(?!...)`, and a line to its end becomes part of it. Anything else stays
/// there, and is refused later.
fn settle_look_ahead(items: &mut Vec<Ast>, flags: Flags) {
    let Some(at) = items.iter().position(|item| matches!(item, Ast::NotAhead { .. })) else { return };
    let (before, behind) = items.split_at_mut(at + 1);
    let is_line = |item: &Ast| {
        matches!(item, Ast::Repeat { min: 0, max: None, inner } if **inner == Ast::Set(ByteSet::dot()))
            && !flags.dot_all
    };
    if behind.iter().all(|item| item.can_be_empty() && !item.has_assertion()) {
        items.truncate(at + 1);
    } else if let ([line, Ast::End], Some(Ast::NotAhead { to_line_end, .. })) = (&*behind, before.last_mut())
        && is_line(line)
    {
        *to_line_end = true;
        items.truncate(at + 1);
    }
}

fn literal(byte: u8, flags: Flags) -> Ast {
    if flags.ignore_case && byte.is_ascii_alphabetic() {
        return Ast::Set(ByteSet::of(|b| b.eq_ignore_ascii_case(&byte)));
    }
    Ast::Literal(vec![byte])
}

fn category(letter: u8) -> Option<ByteSet> {
    let (accept, negated): (fn(u8) -> bool, bool) = match letter.to_ascii_lowercase() {
        b'd' => (|b| b.is_ascii_digit(), letter == b'D'),
        b'w' => (|b| b.is_ascii_alphanumeric() || b == b'_', letter == b'W'),
        b's' => (|b| matches!(b, b' ' | 9..=13), letter == b'S'),
        _ => return None,
    };
    Some(ByteSet::of(|b| accept(b) != negated))
}

fn invalid(what: &str) -> Stop {
    Stop::unsupported(Reason::PatternInvalid, what)
}

fn unsupported(what: &str) -> Stop {
    Stop::unsupported(Reason::PatternUnsupported, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_certain() {
        for pattern in [
            "(?=a)", "(?!a*)", "(?!\\n)", "(?!a$b)", "(?<!a)", "(?!a)*", "(?<=a)b", "(?P<n>a)", "(a)\\1", "a**", "a++",
            "a*+", "a?+", "a{2}{3}", "*a", "^*", "\\b+", "(?L)a", "a(?i)b", "(?-i:a)", "\\z", "\\h", "\\p{L}",
            "\\u0041", "[[a]", "[a&&b]", "[a--b]", "[a", "(a", "a)", "a\\", "[b-a]", "a{3,2}", "(a|)*", "\\012",
            "(?x)a", "[\\d-z]", "a{5000}", "(?#c)", "(?>a)", "\\B",
        ] {
            assert!(parse(pattern.as_bytes()).is_err(), "{pattern}");
        }
    }

    #[test]
    fn reads_what_python_reads() {
        for pattern in [
            "",
            "a|b|",
            "(a|b)+?",
            "(?:a)?",
            "(?i:A)b",
            "[]a]",
            "[^]a]",
            "[a-]",
            "[\\w.-]+",
            "a{2,}",
            "a{,3}",
            "a{b",
            "{}",
            "\\.\\-\\ \\#",
            "\\x41",
            "(?i)a",
            "(?is)a.",
            "^a$",
            "\\Aa\\Z",
            "a(?!b|[cd]e?$)",
            "\\bfoo\\b",
            "[a[]",
            "\u{e9}",
            "x{1}y",
        ] {
            assert!(parse(pattern.as_bytes()).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn flags_at_the_start_are_reported() {
        assert!(parse(b"(?i)a").expect("valid").global_flags);
        assert!(!parse(b"(?i:a)").expect("valid").global_flags);
    }
}
