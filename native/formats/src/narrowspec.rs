//! The files of which a narrow clone has the history: `store/narrowspec`, and `narrowspec.dirstate` for what is checked
//! out.
//!
//! Source: `hg help -e narrow`, "Narrowspec", and what `hg clone --narrow` writes.

use amalgam_types::{Outcome, Reason, Stop};

/// The patterns of a narrow clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowspec {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

/// What a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// A file, or a folder with all that is below it. The root is empty.
    Path(Vec<u8>),
    /// The files of a folder, without those of the folders in it.
    FilesIn(Vec<u8>),
}

/// How much of a folder a narrow clone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Nothing in it or below it.
    Nothing,
    /// All of it.
    Everything,
    /// Each path has to be asked about.
    Some,
}

impl Narrowspec {
    /// Reads a narrowspec in the form in which legacy writes it, so that it can neither refuse it nor warn of it.
    ///
    /// # Errors
    /// `RepositoryNarrow` for any other form.
    pub fn parse(spec: &[u8]) -> Outcome<Self> {
        let mut found = Narrowspec::default();
        let (mut included, mut excluded) = (false, false);
        for line in spec.strip_suffix(b"\n").unwrap_or(spec).split(|&byte| byte == b'\n') {
            match (line, Pattern::parse(line)) {
                (b"", _) if spec.is_empty() => {}
                (b"[include]", _) if !included && !excluded => included = true,
                (b"[exclude]", _) if !excluded => excluded = true,
                (_, Some(pattern)) if excluded => found.exclude.push(pattern),
                (_, Some(pattern)) if included => found.include.push(pattern),
                _ => return Err(Stop::unsupported(Reason::RepositoryNarrow, "a line of the narrowspec")),
            }
        }
        // Up to 7.1 what is excluded wins, from 7.2 on what is nested deeper; and where nothing is left, legacy fails.
        let is_nested = |include: &Pattern| found.exclude.iter().any(|exclude| exclude.covers(include));
        if found.include.iter().any(is_nested) {
            return Err(Stop::unsupported(Reason::RepositoryNarrow, "what is included is in what is excluded"));
        }
        Ok(found)
    }

    /// Whether it has no file at all.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty()
    }

    /// The one path that is included, where it is neither the root nor one of several: legacy (7.2) looks for it as if
    /// it had been asked for.
    pub fn only_path(&self) -> Option<&[u8]> {
        let is_path = |pattern: &Pattern| matches!(pattern, Pattern::Path(_));
        if !self.include.iter().chain(&self.exclude).all(is_path) {
            return None;
        }
        let outermost =
            |pattern: &&Pattern| !self.include.iter().any(|other| other != *pattern && other.covers(pattern));
        let mut paths = self.include.iter().filter(outermost);
        match (paths.next(), paths.next()) {
            (Some(Pattern::Path(path)), None) if !path.is_empty() => Some(path),
            _ => None,
        }
    }

    /// Whether the clone has the file `path`. Without a pattern that includes something it has none.
    pub fn holds(&self, path: &[u8]) -> bool {
        let matches = |pattern: &Pattern| pattern.matches(path);
        self.include.iter().any(matches) && !self.exclude.iter().any(matches)
    }

    /// How much of `folder` the clone has; the root is empty.
    pub fn share_of(&self, folder: &[u8]) -> Share {
        let whole = |pattern: &Pattern| matches!(pattern, Pattern::Path(path) if is_at_or_below(folder, path));
        if self.exclude.iter().any(whole) || !self.include.iter().any(|pattern| pattern.reaches(folder)) {
            Share::Nothing
        } else if self.include.iter().any(whole) && !self.exclude.iter().any(|pattern| pattern.reaches(folder)) {
            Share::Everything
        } else {
            Share::Some
        }
    }
}

impl Pattern {
    /// A pattern of a kind that narrow clones know, which names a plain path, or the root.
    fn parse(pattern: &[u8]) -> Option<Self> {
        let (path, of): (_, fn(Vec<u8>) -> Self) = match pattern.strip_prefix(b"path:") {
            Some(path) => (path, Pattern::Path),
            None => (pattern.strip_prefix(b"rootfilesin:")?, Pattern::FilesIn),
        };
        let is_printed = |byte: &u8| *byte >= b' ' && *byte != 0x7f;
        let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b"..");
        let is_plain = path.iter().all(is_printed)
            && path.trim_ascii() == path
            && (path.is_empty() || path.split(|&byte| byte == b'/').all(is_name));
        is_plain.then(|| of(path.to_vec()))
    }

    /// Whether it matches whatever the other one does.
    fn covers(&self, other: &Pattern) -> bool {
        let (Pattern::Path(theirs) | Pattern::FilesIn(theirs)) = other;
        self == other || matches!(self, Pattern::Path(own) if is_at_or_below(theirs, own))
    }

    fn matches(&self, path: &[u8]) -> bool {
        match self {
            Pattern::Path(own) => is_at_or_below(path, own),
            Pattern::FilesIn(folder) => folder_of(path) == folder.as_slice(),
        }
    }

    /// Whether it can match something in `folder`, or below it.
    fn reaches(&self, folder: &[u8]) -> bool {
        match self {
            Pattern::Path(path) => is_at_or_below(path, folder) || is_at_or_below(folder, path),
            Pattern::FilesIn(path) => is_at_or_below(path, folder),
        }
    }
}

/// Whether `path` is `folder`, or in it. Everything is in the root.
fn is_at_or_below(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

fn folder_of(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&byte| byte == b'/').map_or(b"", |at| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_legacy_writes_is_plain_and_nothing_else() {
        let plain = ["", "[include]\npath:a\nrootfilesin:b/c d\n", "[include]\npath:\n[exclude]\npath:x\n"];
        for spec in plain.iter().chain(&["[exclude]\npath:x\n", "[include]\n"]) {
            assert!(Narrowspec::parse(spec.as_bytes()).is_ok(), "{spec:?}");
        }
        let odd = ["\n", "path:a\n", "[exclude]\npath:a\n[include]\npath:b\n", "[include]\nglob:a\n", "%include p\n"];
        for spec in odd.iter().chain(&[
            "[include]\n# remark\n",
            "[include]\npath:a/../b\n",
            "[include]\npath:/a\n",
            "[include]\npath:a \n",
            "[include]\npath:.\n",
            "[include]\npath:a\r\n",
            "[include]\n\npath:a\n",
            "[include]\npath:./a\n",
            "[include]\npath:a/b\n[exclude]\npath:a\n",
            "[include]\nrootfilesin:a/b\n[exclude]\npath:\n",
            "[include]\npath:a\npath:b\n[exclude]\npath:a\n",
        ]) {
            assert!(Narrowspec::parse(spec.as_bytes()).is_err(), "{spec:?}");
        }
    }

    #[test]
    fn which_files_and_folders() {
        let spec = Narrowspec::parse(b"[include]\npath:a\nrootfilesin:\nrootfilesin:c/d\n[exclude]\npath:a/b\n");
        let spec = spec.expect("plain");
        for path in ["a/x", "a/bb/c", "top", "c/d/e", "a"] {
            assert!(spec.holds(path.as_bytes()), "{path}");
        }
        for path in ["a/b", "a/b/c", "c/d/e/f", "c/x", "ab/c"] {
            assert!(!spec.holds(path.as_bytes()), "{path}");
        }
        let shares = [("", Share::Some), ("a", Share::Some), ("a/b", Share::Nothing), ("a/b/c", Share::Nothing)];
        let more = [("a/bb", Share::Everything), ("c", Share::Some), ("c/d/e", Share::Nothing), ("ab", Share::Nothing)];
        for (folder, share) in shares.into_iter().chain(more) {
            assert_eq!(spec.share_of(folder.as_bytes()), share, "{folder}");
        }
        let root = Narrowspec::parse(b"[include]\npath:\n").expect("plain");
        assert!(root.holds(b"x/y") && root.share_of(b"") == Share::Everything);
        assert_eq!(root.only_path(), None);
        let one = Narrowspec::parse(b"[include]\npath:a/b\npath:a/b/c\n[exclude]\npath:a/b/d\n").expect("plain");
        assert_eq!(one.only_path(), Some(&b"a/b"[..]));
        let two = Narrowspec::parse(b"[include]\npath:a/b\npath:a/c\n").expect("plain");
        assert_eq!(two.only_path(), None);
        let none = Narrowspec::parse(b"[exclude]\npath:x\n").expect("plain");
        assert!(!none.holds(b"y") && none.share_of(b"") == Share::Nothing);
    }
}
