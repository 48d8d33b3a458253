//! What filters do to plain text.

/// Python's white space in bytes.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// `bytes.strip(chars)`.
pub(crate) fn strip_of(text: &[u8], strips: impl Fn(u8) -> bool) -> &[u8] {
    let start = text.iter().position(|&b| !strips(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|&b| !strips(b)).map_or(start, |last| last + 1);
    &text[start..end]
}

pub(crate) fn strip(text: &[u8]) -> &[u8] {
    strip_of(text, is_space)
}

/// The first line, without its end.
pub(crate) fn first_line(text: &[u8]) -> &[u8] {
    let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
    first.split(|&b| b == b'\r').next().unwrap_or_default()
}

fn up_to(text: &[u8], mark: u8) -> &[u8] {
    text.split(|&b| b == mark).next().unwrap_or_default()
}

fn behind(text: &[u8], mark: u8) -> &[u8] {
    text.iter().position(|&b| b == mark).map_or(text, |at| &text[at + 1..])
}

/// `user@example.com` of `User <user@example.com>`.
pub(crate) fn email(author: &[u8]) -> &[u8] {
    let end = author.iter().position(|&b| b == b'>').unwrap_or(author.len());
    let start = author.iter().position(|&b| b == b'<').map_or(0, |at| at + 1);
    author.get(start..end).unwrap_or_default()
}

pub(crate) fn domain(author: &[u8]) -> &[u8] {
    match author.iter().position(|&b| b == b'@') {
        Some(at) => up_to(&author[at + 1..], b'>'),
        None => b"",
    }
}

/// The part before the `@`.
pub(crate) fn email_user(author: &[u8]) -> &[u8] {
    behind(up_to(author, b'@'), b'<')
}

pub(crate) fn short_user(author: &[u8]) -> &[u8] {
    up_to(up_to(email_user(author), b' '), b'.')
}

/// The name before an address.
pub(crate) fn person(author: &[u8]) -> Vec<u8> {
    if !author.contains(&b'@') {
        return author.to_vec();
    }
    if author.contains(&b'<') {
        let name = strip_of(up_to(author, b'<'), |b| b == b' ' || b == b'"');
        return replaced(name, b"\\\"", b"\"");
    }
    up_to(author, b'@').iter().map(|&b| if b == b'.' { b' ' } else { b }).collect()
}

pub(crate) fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(old.len()).position(|window| window == old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Replaces single bytes by texts.
pub(crate) fn escaped(text: &[u8], table: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match table.iter().find(|(known, _)| *known == byte) {
            Some((_, escape)) => out.extend_from_slice(escape),
            None => out.push(byte),
        }
    }
    out
}

/// Everything but letters, digits, `_.-~` and `safe` as `%XX`.
pub(crate) fn percent(text: &[u8], safe: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

/// Escapes as Python's `string_escape` has them.
pub(crate) fn string_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\'' => out.extend_from_slice(b"\\'"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x20..0x7f => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out
}

/// Everything before the last slash, without slashes at its end unless it is nothing else.
pub(crate) fn dirname(path: &[u8]) -> &[u8] {
    let Some(slash) = path.iter().rposition(|&b| b == b'/') else { return b"" };
    let head = &path[..=slash];
    match head.iter().rposition(|&b| b != b'/') {
        Some(last) => &head[..=last],
        None => head,
    }
}

pub(crate) fn basename(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or_default()
}

/// Lines without their ends.
pub(crate) fn lines(text: &[u8]) -> Vec<&[u8]> {
    amalgam_formats::names::split_lines(text).collect()
}

/// Each line that is not blank behind `prefix`, the first one behind `first`.
pub(crate) fn indented(text: &[u8], prefix: &[u8], first: &[u8]) -> Vec<u8> {
    let lines = lines(text);
    let mut out = Vec::with_capacity(text.len() + lines.len() * prefix.len());
    for (at, line) in lines.iter().enumerate() {
        if !strip(line).is_empty() {
            out.extend_from_slice(if at > 0 { prefix } else { first });
        }
        out.extend_from_slice(line);
        if at + 1 < lines.len() || text.last() == Some(&b'\n') {
            out.push(b'\n');
        }
    }
    out
}

/// Takes out ANSI effects.
pub(crate) fn without_effects(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == 0x1b
            && let Some(inner) = tail.strip_prefix(b"[")
        {
            let len = inner.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
            if inner.get(len) == Some(&b'm') {
                rest = &inner[len + 1..];
                continue;
            }
        }
        out.push(byte);
        rest = tail;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors() {
        let author = b"\"Foo B.\" <foo.bar@example.org>";
        assert_eq!(person(author), b"Foo B.");
        assert_eq!(person(b"foo.bar@x"), b"foo bar");
        assert_eq!(email(author), b"foo.bar@example.org");
        assert_eq!(email(b"a>b<c"), b"");
        assert_eq!(domain(author), b"example.org");
        assert_eq!(email_user(author), b"foo.bar");
        assert_eq!(short_user(author), b"foo");
    }

    #[test]
    fn paths_and_escapes() {
        assert_eq!(dirname(b"a/b//c"), b"a/b");
        assert_eq!(dirname(b"//c"), b"//");
        assert_eq!(basename(b"a/b/"), b"");
        assert_eq!(percent(b"a b/@", b"/"), b"a%20b/%40");
        assert_eq!(string_escape(b"a'\n\xe9"), b"a\\'\\n\\xe9");
        assert_eq!(indented(b"a\n\nb\n", b"\t", b""), b"a\n\n\tb\n");
        assert_eq!(without_effects(b"\x1b[0;32ma\x1b[0m\x1b[x"), b"a\x1b[x");
    }
}
