//! `posixpath.join` and `posixpath.normpath` on bytes.

/// Joins as Python does: an absolute second part replaces the first, an empty one leaves a final slash.
pub fn join_path(base: &[u8], part: &[u8]) -> Vec<u8> {
    if part.starts_with(b"/") || base.is_empty() {
        return part.to_vec();
    }
    let mut out = base.to_vec();
    if !out.ends_with(b"/") {
        out.push(b'/');
    }
    out.extend_from_slice(part);
    out
}

/// Removes `.` and `..` and repeated slashes by text alone; exactly two leading slashes stay two.
pub fn normalize_path(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let slashes = path.iter().take_while(|&&b| b == b'/').count();
    let leading = match slashes {
        0 => 0,
        2 => 2,
        _ => 1,
    };
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            b".." if leading > 0 && kept.is_empty() => {}
            _ => kept.push(part),
        }
    }
    let mut out = vec![b'/'; leading];
    out.extend_from_slice(&kept.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}

/// `posixpath.dirname`.
pub(crate) fn dirname(path: &[u8]) -> &[u8] {
    let head = path.iter().rposition(|&b| b == b'/').map_or(&path[..0], |at| &path[..=at]);
    let trimmed = head.iter().rposition(|&b| b != b'/').map_or(0, |last| last + 1);
    if trimmed == 0 { head } else { &head[..trimmed] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes_by_text() {
        for (path, wanted) in [
            ("", "."),
            ("a/../..", ".."),
            ("/..", "/"),
            ("//a//b/.", "//a/b"),
            ("///a", "/a"),
            ("./x", "x"),
            ("../../x", "../../x"),
            ("/a/../../b", "/b"),
        ] {
            assert_eq!(normalize_path(path.as_bytes()), wanted.as_bytes(), "{path}");
        }
    }

    #[test]
    fn dirname_keeps_a_root_of_slashes() {
        for (path, wanted) in [("a", ""), ("/a", "/"), ("a/b", "a"), ("a//b", "a"), ("//a", "//"), ("a/", "a")] {
            assert_eq!(dirname(path.as_bytes()), wanted.as_bytes(), "{path}");
        }
    }
}
