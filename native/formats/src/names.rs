//! Small line files that name things: `requires`, `bookmarks`, `bookmarks.current`.

use amalgam_types::{Node, Outcome, Reason, Stop};

/// The requirements that a `requires` file lists, one on a line.
pub fn requires(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    split_lines(bytes)
}

/// Lines as Python's `splitlines` finds them: ended by `\n`, `\r` or `\r\n`.
pub fn split_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        rest = match tail {
            [b'\r', b'\n', after @ ..] => after,
            [_, after @ ..] => after,
            [] => tail,
        };
        Some(line)
    })
}

/// Whitespace at both ends taken away, as Python's `strip` does for bytes.
pub fn strip(bytes: &[u8]) -> &[u8] {
    let space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let start = bytes.iter().position(|b| !space(b)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !space(b)).map_or(start, |at| at + 1);
    &bytes[start..end]
}

/// `bookmarks`: each line is `HEX NAME`. The later of two lines with one name counts. A line that
/// Mercurial would warn of is a stop, and so is a name that is not UTF-8.
pub fn bookmarks(bytes: &[u8]) -> Outcome<Vec<(Vec<u8>, Node)>> {
    let mut out: Vec<(Vec<u8>, Node)> = Vec::new();
    for line in bytes.split(|&b| b == b'\n').map(strip).filter(|l| !l.is_empty()) {
        let parts = line.iter().position(|&b| b == b' ').map(|at| (&line[..at], &line[at + 1..]));
        let parsed = parts.and_then(|(hex, name)| Some((Node::from_hex(hex)?, name)));
        let Some((node, name)) = parsed else {
            return Err(Stop::unsupported(Reason::WarningExpected, "a malformed line in bookmarks"));
        };
        out.push((utf8(name, "a bookmark")?.to_vec(), node));
    }
    Ok(out)
}

/// `bookmarks.current`: the name on the first line.
pub fn current_bookmark(bytes: &[u8]) -> Outcome<Option<Vec<u8>>> {
    match split_lines(bytes).next() {
        None | Some(b"") => Ok(None),
        Some(name) => Ok(Some(utf8(name, "the active bookmark")?.to_vec())),
    }
}

/// Names are kept in UTF-8; one that is not goes through conversions that are legacy's own.
pub fn utf8<'a>(name: &'a [u8], what: &str) -> Outcome<&'a [u8]> {
    match std::str::from_utf8(name) {
        Ok(_) => Ok(name),
        Err(_) => Err(Stop::unsupported(Reason::EncodingUnsupported, format!("{what} has a name that is not UTF-8"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn lines_end_in_three_ways() {
        let lines: Vec<_> = requires(b"a\r\nb\rc\n\nd").collect();
        assert_eq!(lines, [&b"a"[..], b"b", b"c", b"", b"d"]);
        assert_eq!(requires(b"").count(), 0);
        assert_eq!(requires(b"a\n").count(), 1);
    }

    #[test]
    fn bookmark_lines() {
        let marks = bookmarks(format!("{HEX} a b\n\n {HEX} c \n").as_bytes()).expect("valid");
        assert_eq!(marks.iter().map(|m| m.0.as_slice()).collect::<Vec<_>>(), [&b"a b"[..], b"c"]);
        for bad in ["junk\n", "0123 a\n", &format!("{HEX}\n")] {
            assert!(bookmarks(bad.as_bytes()).is_err());
        }
        assert!(bookmarks(format!("{HEX} \u{e9}").as_bytes()).is_ok());
        assert!(bookmarks(&[HEX.as_bytes(), b" \xe9"].concat()).is_err());
    }

    #[test]
    fn the_active_bookmark() {
        assert_eq!(current_bookmark(b"x\ny").expect("valid"), Some(b"x".to_vec()));
        assert_eq!(current_bookmark(b"\nx").expect("valid"), None);
        assert_eq!(current_bookmark(b"").expect("valid"), None);
    }
}
