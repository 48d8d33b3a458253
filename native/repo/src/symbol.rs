//! Just enough of the revset grammar to tell a plain symbol from an expression.

/// Whether the revset parser takes `text` as one symbol even when nothing has that name. (A `-` makes an
/// expression of it unless the whole is a known name.)
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let starts = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'@') || *b >= 0x80;
    let goes_on = |b: &u8| starts(b) || *b == b'/';
    text.first().is_some_and(starts)
        && text[1..].iter().all(goes_on)
        && !text.windows(2).any(|pair| pair == b"..")
        && !matches!(text, b"and" | b"or" | b"not")
}

/// Reads the decimal numbers that Python prints again as they were; `None` for anything else.
pub(crate) fn decimal(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < 18 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    canonical.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols() {
        for plain in ["a", "1.0", "feature/x", "@", "é", ".", "a_b", "andy"] {
            assert!(is_plain(plain.as_bytes()), "{plain}");
        }
        for other in ["", "a-b", "a b", "a:b", "a..b", "..", "not", "f(x)", "/a", "'a'", "a^", "a~1", "a#g[1]", "a+b"] {
            assert!(!is_plain(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn numbers() {
        for (text, value) in [("0", 0), ("12", 12), ("-1", -1), ("2147483647", 2_147_483_647)] {
            assert_eq!(decimal(text.as_bytes()), Some(value));
        }
        for other in ["", "-", "-0", "00", "01", "+1", " 1", "1_0", "1a", "1234567890123456789012"] {
            assert_eq!(decimal(other.as_bytes()), None, "{other}");
        }
    }
}
