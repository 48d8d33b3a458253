//! What a value means: booleans, numbers, byte quantities, lists.

use crate::text::{is_space, strip};

/// `1 yes true on always` and `0 no false off never`, in any case; `None` for anything else.
pub fn parse_bool(value: &[u8]) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    if is(&["1", "yes", "true", "on", "always"]) {
        Some(true)
    } else if is(&["0", "no", "false", "off", "never"]) {
        Some(false)
    } else {
        None
    }
}

/// A number as far as native can be certain of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// The value.
    Value(i64),
    /// Python would refuse it.
    Invalid,
    /// Python might accept it, with a meaning that native does not reproduce.
    Unclear,
}

/// Python's `int()` on bytes: white space around, a sign, digits that single underscores may separate.
pub fn parse_int(value: &[u8]) -> Number {
    let text = strip(value);
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let grouped = digits.split(|&b| b == b'_').all(|group| !group.is_empty() && group.iter().all(u8::is_ascii_digit));
    if !grouped {
        return Number::Invalid;
    }
    let plain: String = text.iter().filter(|b| **b != b'_').map(|&b| char::from(b)).collect();
    plain.parse().map_or(Number::Unclear, Number::Value)
}

/// The suffixes of a byte quantity in the order in which they are tried, with their shift.
const UNITS: &[(&[u8], u32)] = &[(b"m", 20), (b"k", 10), (b"g", 30), (b"kb", 10), (b"mb", 20), (b"gb", 30), (b"b", 0)];

/// A quantity such as `42`, `42.5 kb` or `7 MB`, in bytes.
pub fn parse_byte_size(value: &[u8]) -> Number {
    let text = strip(value).to_ascii_lowercase();
    for (suffix, shift) in UNITS {
        if let Some(amount) = text.strip_suffix(*suffix) {
            return scale(strip(amount), *shift);
        }
    }
    parse_int(&text)
}

fn scale(amount: &[u8], shift: u32) -> Number {
    if amount.is_empty() {
        return Number::Invalid;
    }
    // Words for infinity, exponents and grouped digits are Python's own syntax for floats.
    let decimal = amount.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    if !decimal {
        let possible = amount.iter().all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(b));
        return if possible { Number::Unclear } else { Number::Invalid };
    }
    let text: String = amount.iter().map(|&b| char::from(b)).collect();
    match text.parse::<f64>() {
        Ok(float) => {
            let bytes = (float * f64::from(1u32 << shift)).trunc();
            // Above 2^53 the conversion would need more care than a setting is worth.
            if bytes < 9e15 { Number::Value(bytes as i64) } else { Number::Unclear }
        }
        Err(_) => Number::Invalid,
    }
}

/// A list: separated by commas and white space, with double quotes around an item that contains either.
pub fn parse_list(value: &[u8]) -> Vec<Vec<u8>> {
    let start = value.iter().position(|b| !b" ,\n".contains(b)).unwrap_or(value.len());
    let mut parser = ListParser { text: trim_list_end(&value[start..]), at: 0, items: Vec::new() };
    parser.run();
    parser.items
}

fn trim_list_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !b" ,".contains(b)).map_or(0, |last| last + 1);
    &text[..end]
}

fn separates(byte: u8) -> bool {
    byte == b',' || is_space(byte)
}

struct ListParser<'a> {
    text: &'a [u8],
    at: usize,
    /// The last one is being built.
    items: Vec<Vec<u8>>,
}

impl ListParser<'_> {
    fn run(&mut self) {
        if self.text.is_empty() {
            return;
        }
        self.items.push(Vec::new());
        while let Some(byte) = self.skip_to_next() {
            let item = self.current();
            if byte == b'"' && item.is_empty() {
                self.at += 1;
                if self.quoted().is_none() {
                    return;
                }
                continue;
            }
            if byte == b'"' && item.last() == Some(&b'\\') {
                item.pop();
            }
            item.push(byte);
            self.at += 1;
        }
    }

    fn current(&mut self) -> &mut Vec<u8> {
        if self.items.is_empty() {
            self.items.push(Vec::new());
        }
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    /// The next byte outside quotes; separators before it end the item. `None` at the end.
    fn skip_to_next(&mut self) -> Option<u8> {
        let rest = &self.text[self.at..];
        let skipped = rest.iter().take_while(|b| separates(**b)).count();
        self.at += skipped;
        let byte = *self.text.get(self.at)?;
        if skipped > 0 {
            self.items.push(Vec::new());
        }
        Some(byte)
    }

    /// Reads on after an opening quote; `None` when the text ended with it.
    fn quoted(&mut self) -> Option<()> {
        if self.text.get(self.at) == Some(&b'"') {
            // Two quotes are an empty item, and end it.
            self.items.push(Vec::new());
            self.at += 1;
            self.at += self.text[self.at..].iter().take_while(|b| separates(**b)).count();
            return Some(());
        }
        loop {
            match self.text[self.at..] {
                [] => {
                    self.reread_unclosed();
                    return None;
                }
                [b'"', ..] => break,
                [b'\\', b'"', ..] => {
                    self.current().push(b'"');
                    self.at += 2;
                }
                [byte, ..] => {
                    self.current().push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        self.at += self.text[self.at..].iter().take_while(|b| b" ,".contains(b)).count();
        match self.text[self.at..] {
            [] => None,
            [b'"'] => {
                self.current().push(b'"');
                self.at += 1;
                Some(())
            }
            _ => {
                self.items.push(Vec::new());
                Some(())
            }
        }
    }

    /// A quote that nothing closes is an ordinary character of a list that starts behind it.
    fn reread_unclosed(&mut self) {
        let rest = self.items.pop().unwrap_or_default();
        let mut inner = ListParser { text: trim_list_end(&rest), at: 0, items: Vec::new() };
        inner.run();
        match inner.items.first_mut() {
            Some(first) => first.insert(0, b'"'),
            None => inner.items.push(b"\"".to_vec()),
        }
        self.items.append(&mut inner.items);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        parse_list(text.as_bytes()).iter().map(|item| String::from_utf8_lossy(item).into_owned()).collect()
    }

    #[test]
    fn lists() {
        assert_eq!(list("this,is \"a small\" ,test"), ["this", "is", "a small", "test"]);
        assert_eq!(list(" , "), Vec::<String>::new());
        assert_eq!(list("\"\""), ["", ""]);
        assert_eq!(list("\"a b"), ["\"a", "b"]);
        assert_eq!(list("\""), ["\""]);
        assert_eq!(list(r#"a\"b "c\"d""#), ["a\"b", "c\"d"]);
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [("30", 30), ("2.2kb", 2252), ("6M", 6_291_456), ("7 MB", 7_340_032), ("42b", 42)] {
            assert_eq!(parse_byte_size(text.as_bytes()), Number::Value(bytes), "{text}");
        }
        assert_eq!(parse_byte_size(b"x"), Number::Invalid);
        assert_eq!(parse_byte_size(b"infb"), Number::Unclear);
    }

    #[test]
    fn integers() {
        assert_eq!(parse_int(b" -4_2 "), Number::Value(-42));
        assert_eq!(parse_int(b"4__2"), Number::Invalid);
        assert_eq!(parse_int(b"1.5"), Number::Invalid);
        assert_eq!(parse_int(b"99999999999999999999"), Number::Unclear);
    }

    #[test]
    fn booleans() {
        assert_eq!(parse_bool(b"Always"), Some(true));
        assert_eq!(parse_bool(b"never"), Some(false));
        assert_eq!(parse_bool(b" 1"), None);
    }
}
