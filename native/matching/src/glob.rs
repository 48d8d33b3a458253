//! Mercurial's extended globs as the text of a Python regular expression: `*` stays within a path component,
//! `**` doesn't, `**/` is any number of folders, `?` one byte but a newline, `[...]` a set, `{a,b}` a choice.
//!
//! The text matters, not only its meaning: what Python reads in an odd set such as `[!]a]` is decided by the
//! joined text, so the one parser for regular expressions reads globs too.

/// Bytes that Mercurial escapes when it quotes text for a regular expression.
const SPECIAL: &[u8] = b"()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c";

fn push_quoted(out: &mut Vec<u8>, byte: u8) {
    if SPECIAL.contains(&byte) {
        out.push(b'\\');
    }
    out.push(byte);
}

/// The regular expression for `glob`, without an anchor at its end. A `{` that is not closed leaves an open
/// group, which Python refuses.
pub(crate) fn to_python(glob: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(glob.len() * 2);
    let mut open = 0usize;
    let mut rest = glob;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'*' if rest.starts_with(b"*/") => {
                rest = &rest[2..];
                out.extend_from_slice(b"(?:.*/)?");
            }
            b'*' if rest.starts_with(b"*") => {
                rest = &rest[1..];
                out.extend_from_slice(b".*");
            }
            b'*' => out.extend_from_slice(b"[^/]*"),
            b'?' => out.push(b'.'),
            b'[' => rest = push_set(&mut out, rest),
            b'{' => {
                open += 1;
                out.extend_from_slice(b"(?:");
            }
            b'}' if open > 0 => {
                open -= 1;
                out.push(b')');
            }
            b',' if open > 0 => out.push(b'|'),
            b'\\' => match rest.split_first() {
                Some((&next, tail)) => {
                    rest = tail;
                    push_quoted(&mut out, next);
                }
                None => push_quoted(&mut out, b'\\'),
            },
            _ => push_quoted(&mut out, byte),
        }
    }
    out
}

/// Writes the set that starts after a `[`; gives what follows it. Without a `]` the bracket is literal.
fn push_set<'a>(out: &mut Vec<u8>, rest: &'a [u8]) -> &'a [u8] {
    let skip = usize::from(matches!(rest.first(), Some(b'!' | b']')));
    let Some(end) = rest.iter().skip(skip).position(|&b| b == b']').map(|at| at + skip) else {
        out.extend_from_slice(b"\\[");
        return rest;
    };
    out.push(b'[');
    for (at, &byte) in rest[..end].iter().enumerate() {
        match byte {
            b'!' if at == 0 => out.push(b'^'),
            b'^' if at == 0 => out.extend_from_slice(b"\\^"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            _ => out.push(byte),
        }
    }
    out.push(b']');
    &rest[end + 1..]
}

#[cfg(test)]
mod tests {
    use super::to_python;

    #[test]
    fn globs_become_python_text() {
        for (glob, expected) in [
            ("?", "."),
            ("*", "[^/]*"),
            ("**", ".*"),
            ("**/a", "(?:.*/)?a"),
            ("a/**/b", "a/(?:.*/)?b"),
            ("[a*?!^][^b][!c]", "[a*?!^][\\^b][^c]"),
            ("{a,b}", "(?:a|b)"),
            ("a,b}", "a,b\\}"),
            (".\\*\\?", "\\.\\*\\?"),
            ("[]", "\\[\\]"),
            ("[!]a]", "[^]a\\]"),
            ("{x", "(?:x"),
            ("a\\", "a\\\\"),
            ("[\\d]", "[\\\\d]"),
        ] {
            assert_eq!(to_python(glob.as_bytes()), expected.as_bytes(), "{glob}");
        }
    }
}
