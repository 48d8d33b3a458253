//! Words of the revset language (`hg help revsets`): operators, symbols, quoted strings.
//!
//! A text that is a known name as a whole, or two known names with a colon between, is taken as such before anything
//! else: names may hold operators. Likewise a word with a dash is one symbol only if something has that name.

use crate::strings::unescape;
use amalgam_types::{Abort, Outcome, Reason, Stop};

/// More words than this are left to legacy.
const MAX_TOKENS: usize = 50_000;

/// One word and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: usize,
}

/// What a word is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An operator, a bracket or one of `and`, `or`, `not`.
    Operator(&'static str),
    Symbol(Vec<u8>),
    Text(Vec<u8>),
    End,
}

impl Kind {
    /// As error messages call it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::Operator(name) => name,
            Kind::Symbol(_) => "symbol",
            Kind::Text(_) => "string",
            Kind::End => "end",
        }
    }
}

/// The words of a text. An error ends the list: it counts only once the parser comes to it.
pub(crate) struct Tokens {
    pub(crate) list: Vec<Token>,
    pub(crate) error: Option<Stop>,
}

/// Tells whether something has a name.
pub(crate) type Known<'l> = &'l dyn Fn(&[u8]) -> Outcome<bool>;

/// How to read a text.
pub(crate) struct Reading<'l> {
    /// Tells whether something has a name; without it, names are not looked up.
    pub(crate) known: Option<Known<'l>>,
    /// Whether a symbol may start with `$`, as in alias definitions.
    pub(crate) dollar: bool,
}

const OPERATORS: [&str; 14] = ["(", ")", "[", "]", "#", ":", "=", ",", "-", "|", "&", "+", "!", "~"];
const MORE_OPERATORS: [&str; 2] = ["^", "%"];

fn operator(byte: u8) -> Option<&'static str> {
    OPERATORS.iter().chain(&MORE_OPERATORS).find(|op| op.as_bytes()[0] == byte).copied()
}

fn starts_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'@') || byte >= 0x80
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Splits `text`.
pub(crate) fn tokenize(text: &[u8], reading: &Reading<'_>) -> Tokens {
    let mut out = Tokens { list: Vec::new(), error: None };
    if let Err(stop) = split(text, reading, &mut out.list) {
        out.error = Some(stop);
    }
    out
}

fn split(text: &[u8], reading: &Reading<'_>, out: &mut Vec<Token>) -> Outcome<()> {
    let mut push = |kind: Kind, at: usize| {
        out.push(Token { kind, at });
        if out.len() > MAX_TOKENS {
            return Err(Stop::unsupported(Reason::RevisionExpression, "a very long expression"));
        }
        Ok(())
    };
    if let Some(known) = reading.known.filter(|_| !text.is_empty())
        && let Some(range) = plain_range(text, known)?
    {
        for token in range {
            push(token.kind, token.at)?;
        }
        return push(Kind::End, text.len());
    }
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let next = text.get(at + 1).copied();
        match (byte, next) {
            _ if is_space(byte) => {}
            (b':', Some(b':')) => {
                push(Kind::Operator("::"), at)?;
                at += 1;
            }
            (b'.', Some(b'.')) => {
                push(Kind::Operator(".."), at)?;
                at += 1;
            }
            (b'#', Some(b'#')) => {
                push(Kind::Operator("##"), at)?;
                at += 1;
            }
            (b'"' | b'\'', _) | (b'r', Some(b'"' | b'\'')) => {
                let raw = byte == b'r';
                let start = at + 1 + usize::from(raw);
                let end = closing(text, start, text[start - 1])
                    .ok_or_else(|| Stop::from(Abort::parse(Some(start), "unterminated string")))?;
                let inner = &text[start..end];
                push(Kind::Text(if raw { inner.to_vec() } else { unescape(inner)? }), start)?;
                at = end;
            }
            _ if operator(byte).is_some() => push(Kind::Operator(operator(byte).unwrap_or_default()), at)?,
            _ if starts_symbol(byte) || (reading.dollar && byte == b'$') => {
                let end = symbol_end(text, at);
                symbol(&text[at..end], at, reading, &mut push)?;
                at = end - 1;
            }
            _ => {
                let message = [b"syntax error in revset '", text, b"'"].concat();
                return Err(Abort::parse(Some(at), message).into());
            }
        }
        at += 1;
    }
    push(Kind::End, at)
}

/// Where the quote that was opened before `from` closes.
fn closing(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Where the symbol that starts at `from` ends: before two dots, or at a byte that no symbol has.
fn symbol_end(text: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(&byte) = text.get(at) {
        if !starts_symbol(byte) && byte != b'-' && byte != b'/' {
            break;
        }
        if byte == b'.' && text[at - 1] == b'.' {
            return at - 1;
        }
        at += 1;
    }
    at
}

fn symbol(
    word: &[u8],
    at: usize,
    reading: &Reading<'_>,
    push: &mut impl FnMut(Kind, usize) -> Outcome<()>,
) -> Outcome<()> {
    match word {
        b"and" => return push(Kind::Operator("and"), at),
        b"or" => return push(Kind::Operator("or"), at),
        b"not" => return push(Kind::Operator("not"), at),
        _ => {}
    }
    let is_name = match reading.known {
        Some(known) if word.contains(&b'-') => known(word)?,
        _ => !word.contains(&b'-'),
    };
    if is_name {
        return push(Kind::Symbol(word.to_vec()), at);
    }
    let mut start = at;
    for (i, part) in word.split(|&b| b == b'-').enumerate() {
        if i > 0 {
            push(Kind::Operator("-"), start)?;
            start += 1;
        }
        if !part.is_empty() {
            push(Kind::Symbol(part.to_vec()), start)?;
        }
        start += part.len();
    }
    Ok(())
}

/// The words of a text that is a name, or two names with a colon between; either may be missing.
fn plain_range(text: &[u8], known: Known<'_>) -> Outcome<Option<Vec<Token>>> {
    let colon = memchr::memchr(b':', text);
    let (first, second) = match colon {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    for name in std::iter::once(first).chain(second).filter(|name| !name.is_empty()) {
        if !known(name)? {
            return Ok(None);
        }
    }
    let mut out = Vec::new();
    let mut push = |name: &[u8], at: usize| {
        if !name.is_empty() {
            out.push(Token { kind: Kind::Symbol(name.to_vec()), at });
        }
    };
    push(first, 0);
    if let (Some(at), Some(second)) = (colon, second) {
        let before = out.len();
        out.insert(before, Token { kind: Kind::Operator(":"), at });
        if !second.is_empty() {
            out.push(Token { kind: Kind::Symbol(second.to_vec()), at: at + 1 });
        }
    }
    Ok(Some(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, names: &[&str]) -> String {
        let known = |name: &[u8]| Ok(names.iter().any(|n| n.as_bytes() == name));
        let tokens = tokenize(text.as_bytes(), &Reading { known: Some(&known), dollar: false });
        let show = |t: &Token| match &t.kind {
            Kind::Symbol(s) => format!("{}@{}", String::from_utf8_lossy(s), t.at),
            Kind::Text(s) => format!("'{}'@{}", String::from_utf8_lossy(s), t.at),
            other => format!("{}@{}", other.name(), t.at),
        };
        let mut out: Vec<String> = tokens.list.iter().map(show).collect();
        if let Some(Stop::Abort(abort)) = tokens.error {
            out.push(format!("! {:?} {}", abort.position, String::from_utf8_lossy(&abort.message)));
        }
        out.join(" ")
    }

    #[test]
    fn splits_operators_symbols_and_strings() {
        assert_eq!(words("@::", &[]), "@@0 ::@1 end@3");
        assert_eq!(words("a..b ^2", &[]), "a@0 ..@1 b@3 ^@5 2@6 end@7");
        assert_eq!(words("f('a\\n', r'\\n')", &[]), "f@0 (@1 'a\n'@3 ,@7 '\\n'@11 )@14 end@15");
        assert_eq!(words("not x and y", &[]), "not@0 x@4 and@6 y@10 end@11");
    }

    #[test]
    fn names_with_dashes() {
        assert_eq!(words("a-b + 1", &[]), "a@0 -@1 b@2 +@4 1@6 end@7");
        assert_eq!(words("a-b + 1", &["a-b"]), "a-b@0 +@4 1@6 end@7");
        assert_eq!(words("a--b-", &[]), "a@0 -@1 -@2 b@3 -@4 end@5");
    }

    #[test]
    fn old_style_ranges() {
        assert_eq!(words("a+b:c", &["a+b", "c"]), "a+b@0 :@3 c@4 end@5");
        assert_eq!(words(":c d", &["c d"]), ":@0 c d@1 end@4");
        assert_eq!(words("x:", &["x"]), "x@0 :@1 end@2");
    }

    #[test]
    fn errors_come_last() {
        assert_eq!(words("a 'b", &[]), "a@0 ! Some(3) unterminated string");
        assert_eq!(words("a ; b", &[]), "a@0 ! Some(2) syntax error in revset 'a ; b'");
        assert_eq!(words("'a\\'", &[]), "! Some(1) unterminated string");
    }
}
