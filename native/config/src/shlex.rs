//! Python's `shlex.split` in its POSIX form without comments: how aliases and `[defaults]` become arguments.

/// The words of `text`; `None` for an unclosed quotation or a final backslash, for which legacy words an error.
pub fn shlex_split(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    // A word exists from its first character or quote on, so that `''` is one.
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => words.extend(word.take()),
            b'\\' => word.get_or_insert_default().push(bytes.next()?),
            b'\'' | b'"' => quoted(&mut bytes, byte, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    Some(words)
}

/// Reads up to the closing `quote`. Only double quotes know a backslash, and only before `"` and `\`.
fn quoted(bytes: &mut impl Iterator<Item = u8>, quote: u8, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match bytes.next()? {
            byte if byte == quote => return Some(()),
            b'\\' if quote == b'"' => {
                let next = bytes.next()?;
                if next != b'"' && next != b'\\' {
                    word.push(b'\\');
                }
                word.push(next);
            }
            byte => word.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_posix_shell() {
        let split = |text: &str| {
            shlex_split(text.as_bytes())
                .map(|words| words.iter().map(|w| String::from_utf8_lossy(w).into_owned()).collect::<Vec<_>>())
        };
        assert_eq!(split(r#"a 'b c' "d\"e\x" f\ g '' #h"#).unwrap(), ["a", "b c", "d\"e\\x", "f g", "", "#h"]);
        assert_eq!(split("  ").unwrap(), Vec::<String>::new());
        assert_eq!(split("a'b").is_none(), split("a\\").is_none());
    }
}
