//! Byte-string path arithmetic that patterns need beside the configuration crate's, and how Mercurial shows a
//! path to a user in some folder.

use std::borrow::Cow;

/// `posixpath.dirname`: everything before the last slash, without trailing slashes unless all are.
pub(crate) fn dirname(path: &[u8]) -> &[u8] {
    let head = match memchr::memrchr(b'/', path) {
        Some(i) => &path[..=i],
        None => return b"",
    };
    match head.iter().rposition(|&b| b != b'/') {
        Some(i) => &head[..=i],
        None => head,
    }
}

/// Every proper ancestor of `path`, nearest first, ending with `""`; of `""` itself only `""`.
pub(crate) fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut next = Some(path);
    std::iter::from_fn(move || {
        let current = next?;
        let parent = match memchr::memrchr(b'/', current) {
            Some(i) => &current[..i],
            None => b"".as_slice(),
        };
        next = memchr::memchr(b'/', current).map(|_| parent);
        Some(parent)
    })
}

/// How Mercurial shows the repository-relative `path` to a user in `cwd` (`util.pathto`): `cwd` is relative to
/// the root, empty at the root, or absolute when it lies outside; `root` matters only then.
pub fn relative_path<'a>(root: &[u8], cwd: &[u8], path: &'a [u8]) -> Cow<'a, [u8]> {
    if cwd.is_empty() {
        return Cow::Borrowed(path);
    }
    let absolute;
    let target = if cwd.starts_with(b"/") {
        absolute = [root, path].join(&b'/');
        absolute.as_slice()
    } else {
        path
    };
    let from: Vec<&[u8]> = cwd.split(|&b| b == b'/').collect();
    let to: Vec<&[u8]> = target.split(|&b| b == b'/').collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<&[u8]> = vec![b"..".as_slice(); from.len() - common];
    parts.extend_from_slice(&to[common..]);
    let joined = parts.join(&b'/');
    if joined.is_empty() { Cow::Borrowed(b".") } else { Cow::Owned(joined) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_names() {
        for (given, expected) in [("a/b", "a"), ("a", ""), ("/a", "/"), ("a//b", "a"), ("/", "/"), ("a/", "a")] {
            assert_eq!(dirname(given.as_bytes()), expected.as_bytes(), "{given}");
        }
    }

    #[test]
    fn ancestors_end_with_the_root() {
        let of = |p: &'static str| ancestors(p.as_bytes()).map(|a| String::from_utf8_lossy(a).into_owned()).collect();
        let all: Vec<String> = of("a/b/c");
        assert_eq!(all, ["a/b", "a", ""]);
        let all: Vec<String> = of("a");
        assert_eq!(all, [""]);
        let all: Vec<String> = of("");
        assert_eq!(all, [""]);
    }

    #[test]
    fn relative_paths() {
        for (cwd, path, expected) in [
            ("", "a/b", "a/b"),
            ("a", "a/b", "b"),
            ("a/c", "a/b", "../b"),
            ("x", "a/b", "../a/b"),
            ("a", "a", "."),
            ("/r/a", "a/b", "b"),
            ("/elsewhere", "f", "../r/f"),
        ] {
            let got = relative_path(b"/r", cwd.as_bytes(), path.as_bytes());
            assert_eq!(got.as_ref(), expected.as_bytes(), "{cwd} {path}");
        }
    }
}
