//! `.hgsub` and `.hgsubstate`: which folders belong to other repositories.
//!
//! ```text
//! .hgsub        PATH = SOURCE, as in a configuration file (`hg help subrepos`)
//! .hgsubstate   FORTY-HEX-DIGITS PATH
//! ```
//!
//! Read is what people write. Sections, included files and whatever legacy would refuse are a stop: what they mean
//! is legacy's to say.

use amalgam_types::{Node, Outcome, Reason, Stop};
use std::collections::BTreeMap;

/// The folders of other repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subrepositories {
    /// Each folder, and whether its repository is Mercurial's.
    folders: BTreeMap<Vec<u8>, bool>,
    /// What the working directory of each is to be at.
    states: BTreeMap<Vec<u8>, Node>,
}

impl Subrepositories {
    /// From the texts of both files, as far as there are any.
    ///
    /// # Errors
    /// `SubrepositoryPresent` for anything but plain lines.
    pub fn parse(spec: Option<&[u8]>, state: Option<&[u8]>) -> Outcome<Self> {
        let mut folders = BTreeMap::new();
        let mut states = BTreeMap::new();
        for line in lines(spec.unwrap_or_default())? {
            if !matches!(line.first(), None | Some(b'#' | b';')) {
                let (path, is_mercurial) = folder_of(line)?;
                folders.insert(path.to_vec(), is_mercurial);
            }
        }
        for line in lines(state.unwrap_or_default())?.filter(|line| !line.is_empty()) {
            let Some((id, [b' ', path @ ..])) = line.split_at_checked(40).filter(|(_, path)| path.len() > 1) else {
                return Err(refused("a line of .hgsubstate"));
            };
            let node = Node::from_hex(id).filter(|_| !id.iter().any(u8::is_ascii_uppercase));
            states.insert(path.to_vec(), node.ok_or_else(|| refused("an id in .hgsubstate"))?);
        }
        Ok(Subrepositories { folders, states })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// The folders, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.folders.keys().map(Vec::as_slice)
    }

    /// Whether the repository in the folder `path` is Mercurial's.
    pub fn is_mercurial(&self, path: &[u8]) -> bool {
        self.folders.get(path).copied().unwrap_or(false)
    }

    /// What the working directory of the folder `path` is to be at, where that was recorded.
    pub fn state(&self, path: &[u8]) -> Option<Node> {
        self.states.get(path).copied()
    }

    /// Whether `path` is one of the folders, or in one.
    pub fn hold(&self, path: &[u8]) -> bool {
        self.iter().any(|folder| is_at_or_below(path, folder))
    }

    /// Whether one of the folders is below `folder`; the root is empty.
    pub fn are_below(&self, folder: &[u8]) -> bool {
        self.iter().any(|path| folder.is_empty() || path != folder && is_at_or_below(path, folder))
    }
}

fn is_at_or_below(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

fn refused(what: &str) -> Stop {
    Stop::unsupported(Reason::SubrepositoryPresent, what)
}

/// The lines of a text in which no line break is in doubt.
fn lines(text: &[u8]) -> Outcome<impl Iterator<Item = &[u8]>> {
    let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    match text.iter().all(is_plain) {
        true => Ok(text.split(|&byte| byte == b'\n')),
        false => Err(refused("other than printable ASCII")),
    }
}

/// The folder that a line of `.hgsub` is about, and whether its repository is Mercurial's.
fn folder_of(line: &[u8]) -> Outcome<(&[u8], bool)> {
    let at = memchr::memchr(b'=', line).ok_or_else(|| refused("a line of .hgsub"))?;
    let (path, source) = (line[..at].trim_ascii_end(), line[at + 1..].trim_ascii());
    let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b".." | b".hg");
    let is_path = !matches!(path.first(), None | Some(b' ' | b'\t' | b'[' | b'%'))
        && !path.iter().any(|byte| matches!(byte, b'\\' | b'\t'))
        && path.split(|&byte| byte == b'/').all(is_name);
    // A kind in brackets, then a path or an address with nothing in it that legacy would expand or refuse.
    let (kind, place) = match source.strip_prefix(b"[") {
        None => (&b"hg"[..], source),
        Some(rest) => match memchr::memchr(b']', rest) {
            Some(end) if rest[..end].iter().all(u8::is_ascii_lowercase) => {
                (&rest[..end], rest[end + 1..].trim_ascii_start())
            }
            _ => return Err(refused("the kind of a source")),
        },
    };
    let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || b"._/@:+~-".contains(byte);
    if is_path && !place.is_empty() && place.iter().all(is_usual) && !place.starts_with(b"file:") {
        Ok((path, kind == b"hg"))
    } else {
        Err(refused("a line of .hgsub"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(spec: &str, state: &str) -> Option<Vec<String>> {
        let all = Subrepositories::parse(Some(spec.as_bytes()), Some(state.as_bytes())).ok()?;
        Some(all.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect())
    }

    #[test]
    fn plain_lines() {
        let state = format!("{} sub\n\n", "0123456789".repeat(4));
        let spec = "# ours\nsub = ../sub\na b/c=[git] https://example.org/c.git\n\nsub = elsewhere\n";
        assert_eq!(parse(spec, &state), Some(vec!["a b/c".into(), "sub".into()]));
        assert_eq!(parse("", ""), Some(vec![]));
    }

    #[test]
    fn what_is_left_to_legacy() {
        for spec in [
            "sub",
            " sub = x",
            "sub = x\n more",
            "[subpaths]",
            "%include other",
            "sub =",
            "../sub = x",
            "sub/ = x",
            "a//b = x",
            ".hg/x = y",
            "s\u{fc}b = x",
            "sub = file://host/x",
            "sub = $HOME/x",
            "sub = [git x",
            "sub = x\r",
        ] {
            assert_eq!(parse(spec, ""), None, "{spec:?}");
        }
        for state in ["x sub", "0123 sub", &"0".repeat(40)] {
            assert_eq!(parse("sub = sub", state), None, "{state:?}");
        }
    }

    #[test]
    fn where_they_are() {
        let all = Subrepositories::parse(Some(b"a/b = x\nsub = y\n"), None).expect("plain");
        assert!(all.hold(b"sub") && all.hold(b"sub/x/y") && all.hold(b"a/b/c"));
        assert!(!all.hold(b"subs") && !all.hold(b"a") && !all.hold(b""));
        assert!(all.are_below(b"") && all.are_below(b"a"));
        assert!(!all.are_below(b"a/b") && !all.are_below(b"sub") && !all.are_below(b"b"));
    }
}
