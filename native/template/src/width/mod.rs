//! How many columns text takes in a terminal, by legacy's rule: two for a wide or full-width character, one for every
//! other, combining characters included.

mod table;

use table::WIDE;

/// The columns of one character.
pub fn char_columns(c: char) -> usize {
    let code = u32::from(c);
    if code < WIDE[0].0 {
        return 1;
    }
    let wide = WIDE.binary_search_by(|&(low, high)| {
        if high < code {
            std::cmp::Ordering::Less
        } else if low > code {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    });
    if wide.is_ok() { 2 } else { 1 }
}

/// The columns of `text`; each byte that is not part of UTF-8 text counts as the character that stands in for it.
pub fn columns(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    String::from_utf8_lossy(text).chars().map(char_columns).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_narrow() {
        assert_eq!(columns(b"abc"), 3);
        assert_eq!(columns("ünï".as_bytes()), 3);
        assert_eq!(columns("日本".as_bytes()), 4);
        assert_eq!(columns("e\u{301}".as_bytes()), 2);
        assert_eq!(columns("ｱＡ".as_bytes()), 3);
        assert_eq!(columns("😀\u{200d}".as_bytes()), 3);
    }
}
