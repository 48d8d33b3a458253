//! Words of the fileset language. Symbols may hold what globs and paths are made of, so `**.c` needs no quotes.

use crate::invalid;
use amalgam_query::unescape;
use amalgam_types::Outcome;

/// Longer expressions are left to legacy.
const MAX_LENGTH: usize = 100_000;

/// What a word is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// An operator, a bracket, or one of `and`, `or`, `not`; `&` and `and` are the same, and so on.
    Operator(Operator),
    Symbol(Vec<u8>),
    Text(Vec<u8>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Open,
    Close,
    Colon,
    Minus,
    Not,
    And,
    Or,
    Comma,
}

fn operator(byte: u8) -> Option<Operator> {
    Some(match byte {
        b'(' => Operator::Open,
        b')' => Operator::Close,
        b':' => Operator::Colon,
        b'-' => Operator::Minus,
        b'!' => Operator::Not,
        b'&' => Operator::And,
        b'|' | b'+' => Operator::Or,
        b',' => Operator::Comma,
        _ => return None,
    })
}

fn in_symbol(byte: u8) -> bool {
    // The byte 127 is neither a letter nor beyond it.
    byte.is_ascii_alphanumeric() || byte > 127 || b".*{}[]?/\\_".contains(&byte)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Splits `text`.
pub(crate) fn tokenize(text: &[u8]) -> Outcome<Vec<Token>> {
    if text.len() > MAX_LENGTH {
        return Err(invalid("a very long fileset"));
    }
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let raw = byte == b'r' && matches!(text.get(at + 1), Some(b'"' | b'\''));
        if is_space(byte) {
            at += 1;
        } else if let Some(operator) = operator(byte) {
            out.push(Token::Operator(operator));
            at += 1;
        } else if raw || byte == b'"' || byte == b'\'' {
            let start = at + 1 + usize::from(raw);
            let end = closing(text, start).ok_or_else(|| invalid("an unterminated string"))?;
            let inner = &text[start..end];
            let inner = if raw { inner.to_vec() } else { unescape(inner).map_err(|_| invalid("an escape"))? };
            out.push(Token::Text(inner));
            at = end + 1;
        } else if in_symbol(byte) {
            let length = text[at..].iter().take_while(|&&byte| in_symbol(byte)).count();
            let word = &text[at..at + length];
            out.push(match word {
                b"and" => Token::Operator(Operator::And),
                b"or" => Token::Operator(Operator::Or),
                b"not" => Token::Operator(Operator::Not),
                _ => Token::Symbol(word.to_vec()),
            });
            at += length;
        } else {
            return Err(invalid("a letter that no word has"));
        }
    }
    Ok(out)
}

/// Where the string that starts at `start`, behind its quote, ends.
fn closing(text: &[u8], start: usize) -> Option<usize> {
    let quote = text[start - 1];
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operator::{And, Close, Colon, Minus, Not, Open, Or};

    fn symbol(text: &str) -> Token {
        Token::Symbol(text.into())
    }

    #[test]
    fn words() {
        let of = |text: &str| tokenize(text.as_bytes()).expect("no mistake");
        assert_eq!(of("**.c + a_b/{x,y}")[..2], [symbol("**.c"), Token::Operator(Or)]);
        assert_eq!(of("re:a|b"), [symbol("re"), Token::Operator(Colon), symbol("a"), Token::Operator(Or), symbol("b")]);
        let call = [Token::Operator(Not), symbol("f"), Token::Operator(Open), Token::Operator(Close)];
        assert_eq!(of("not f()"), call);
        assert_eq!(of("!f ( )"), call);
        assert_eq!(of("a-and"), [symbol("a"), Token::Operator(Minus), Token::Operator(And)]);
        assert_eq!(of(r"'a\n' r'a\n'"), [Token::Text(b"a\n".to_vec()), Token::Text(br"a\n".to_vec())]);
        assert_eq!(of(r"r'\'' é"), [Token::Text(br"\'".to_vec()), symbol("é")]);
    }

    #[test]
    fn mistakes() {
        for text in ["'a", "\"a'", "r'", "'\\", "a;b", "a=b", "\x7f", "'\\xg'"] {
            assert!(tokenize(text.as_bytes()).is_err(), "{text}");
        }
    }
}
