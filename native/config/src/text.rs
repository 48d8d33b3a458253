//! Text as Python's `bytes` sees it: which bytes are white space, how lines end, how a value is shown in a message.

/// Python's white space for bytes; unlike Rust's ASCII white space it has the vertical tab.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// `bytes.strip()`.
pub(crate) fn strip(text: &[u8]) -> &[u8] {
    strip_start(strip_end(text))
}

/// `bytes.lstrip()`.
pub(crate) fn strip_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&b| !is_space(b)).unwrap_or(text.len());
    &text[start..]
}

/// `bytes.rstrip()`.
pub(crate) fn strip_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&b| !is_space(b)).map_or(0, |last| last + 1);
    &text[..end]
}

/// Lines with their ends, as `bytes.splitlines(True)`: `\n`, `\r` and `\r\n` end a line.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = match rest.iter().position(|&b| b == b'\n' || b == b'\r') {
            Some(at) if rest[at] == b'\r' && rest.get(at + 1) == Some(&b'\n') => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let (line, after) = rest.split_at(end);
        rest = after;
        Some(line)
    })
}

/// A value as Python's `repr` shows bytes, without the leading `b`.
pub fn python_repr(text: &[u8]) -> Vec<u8> {
    let quote = if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = vec![quote];
    for &byte in text {
        match byte {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            _ if byte == quote => out.extend_from_slice(&[b'\\', quote]),
            0x20..0x7f => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_ends() {
        let found: Vec<&[u8]> = lines(b"a\r\nb\rc\n\nd").collect();
        assert_eq!(found, [&b"a\r\n"[..], b"b\r", b"c\n", b"\n", b"d"]);
    }

    #[test]
    fn repr_picks_the_quote_that_needs_no_escape() {
        assert_eq!(python_repr(b"a'b"), b"\"a'b\"");
        assert_eq!(python_repr("é'\"\n".as_bytes()), br#"'\xc3\xa9\'"\n'"#);
    }
}
