//! Text as Python reads it: escapes in quoted strings, integers, lower case.

use crate::tree::error;
use amalgam_types::{Outcome, Reason, Stop};
use std::borrow::Cow;

/// Undoes the escapes of a quoted string.
///
/// # Errors
/// Legacy's for escapes that are none.
pub fn unescape(text: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&letter) = text.get(at) else { return Err(error("trailing \\ in string")) };
        at += 1;
        match letter {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(letter),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'v' => out.push(11),
            b'a' => out.push(7),
            b'0'..=b'7' => {
                let mut value = u32::from(letter - b'0');
                for _ in 0..2 {
                    match text.get(at) {
                        Some(&digit @ b'0'..=b'7') => value = value * 8 + u32::from(digit - b'0'),
                        _ => break,
                    }
                    at += 1;
                }
                let value = u8::try_from(value).map_err(|_| {
                    Stop::unsupported(Reason::RevisionExpression, "an octal escape of which Python may warn")
                })?;
                out.push(value);
            }
            b'x' => {
                let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
                match (digit(at), digit(at + 1)) {
                    (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
                    _ => return Err(error(format!("invalid \\x escape at position {}", at - 2))),
                }
                at += 2;
            }
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    Ok(out)
}

/// What Python's `int` makes of a text; `None` where it refuses.
pub(crate) fn integer(text: &[u8]) -> Outcome<Option<i64>> {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let start = text.iter().position(|b| !is_space(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_space(b)).map_or(start, |at| at + 1);
    let text = &text[start..end];
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut value: i64 = 0;
    let mut last = b'_';
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                value = value
                    .checked_mul(10)
                    .and_then(|v| v.checked_add(i64::from(byte - b'0')))
                    .filter(|v| *v < 1 << 60)
                    .ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "a very large number"))?;
            }
            b'_' if last != b'_' => {}
            _ => return Ok(None),
        }
        last = byte;
    }
    if last == b'_' { Ok(None) } else { Ok(Some(if negative { -value } else { value })) }
}

/// Lower case as Mercurial folds text: by character where it is UTF-8, by ASCII letter where it is not.
pub(crate) fn lower(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return if text.iter().any(u8::is_ascii_uppercase) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Owned(text.to_lowercase().into_bytes()),
        Err(_) => Cow::Owned(text.to_ascii_lowercase()),
    }
}

/// Text of a changeset as Mercurial shows it where the local encoding is UTF-8: what is not UTF-8 was Latin-1.
pub(crate) fn local(text: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(text).is_ok() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.iter().map(|&b| char::from(b)).collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unescape(b"a\\n\\x41\\101\\d\\\\\\'").as_deref(), Ok(&b"a\nAA\\d\\'"[..]));
        assert_eq!(unescape(b"\\x4"), Err(error("invalid \\x escape at position 0")));
        assert!(matches!(unescape(b"\\777"), Err(Stop::Unsupported(_))));
    }

    #[test]
    fn integers() {
        for (text, value) in [("0", 0), (" 12 ", 12), ("-1", -1), ("+3", 3), ("1_000", 1000), ("007", 7)] {
            assert_eq!(integer(text.as_bytes()), Ok(Some(value)), "{text}");
        }
        for text in ["", "-", "1.0", "_1", "1_", "1__0", "x", "0x1"] {
            assert_eq!(integer(text.as_bytes()), Ok(None), "{text}");
        }
        assert!(integer(b"9999999999999999999999").is_err());
    }

    #[test]
    fn case_and_encoding() {
        assert_eq!(lower("ÄB".as_bytes()), "äb".as_bytes());
        assert_eq!(lower(b"\xc4B"), &b"\xc4b"[..]);
        assert_eq!(local(b"\xc4B"), "ÄB".as_bytes());
    }
}
