//! The pattern kinds that Mercurial knows, and how a pattern's text names one.

/// What comes before the colon of a pattern such as `glob:*.c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PatternKind {
    /// A regular expression from the root.
    Re,
    /// A glob, relative to the working directory.
    Glob,
    /// A path from the root, with everything below it.
    Path,
    /// One file, from the root.
    Filepath,
    /// A glob that may start at any folder.
    Relglob,
    /// A path relative to the working directory, with everything below it.
    Relpath,
    /// A regular expression that may start anywhere.
    Relre,
    /// A glob from the root.
    Rootglob,
    /// A file with a pattern per line.
    Listfile,
    /// A file with patterns that are separated by NUL.
    Listfile0,
    /// A fileset expression.
    Set,
    /// A pattern file in the syntax of `.hgignore`.
    Include,
    /// The same, for the folder that holds it.
    Subinclude,
    /// The files of one folder, not those below.
    Rootfilesin,
}

impl PatternKind {
    /// All kinds.
    pub const ALL: [PatternKind; 14] = [
        PatternKind::Re,
        PatternKind::Glob,
        PatternKind::Path,
        PatternKind::Filepath,
        PatternKind::Relglob,
        PatternKind::Relpath,
        PatternKind::Relre,
        PatternKind::Rootglob,
        PatternKind::Listfile,
        PatternKind::Listfile0,
        PatternKind::Set,
        PatternKind::Include,
        PatternKind::Subinclude,
        PatternKind::Rootfilesin,
    ];

    /// The word before the colon.
    pub fn name(self) -> &'static str {
        match self {
            PatternKind::Re => "re",
            PatternKind::Glob => "glob",
            PatternKind::Path => "path",
            PatternKind::Filepath => "filepath",
            PatternKind::Relglob => "relglob",
            PatternKind::Relpath => "relpath",
            PatternKind::Relre => "relre",
            PatternKind::Rootglob => "rootglob",
            PatternKind::Listfile => "listfile",
            PatternKind::Listfile0 => "listfile0",
            PatternKind::Set => "set",
            PatternKind::Include => "include",
            PatternKind::Subinclude => "subinclude",
            PatternKind::Rootfilesin => "rootfilesin",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().as_bytes() == name)
    }

    /// Splits `kind:text`; a text without a known kind is of the default kind, colon and all.
    pub fn split(pattern: &[u8], default: PatternKind) -> (PatternKind, &[u8]) {
        if let Some(colon) = memchr::memchr(b':', pattern)
            && let Some(kind) = Self::from_name(&pattern[..colon])
        {
            return (kind, &pattern[colon + 1..]);
        }
        (default, pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_known_kinds_only() {
        let split = |p: &'static str| PatternKind::split(p.as_bytes(), PatternKind::Relpath);
        assert_eq!(split("glob:a:b"), (PatternKind::Glob, b"a:b".as_slice()));
        assert_eq!(split("c:b"), (PatternKind::Relpath, b"c:b".as_slice()));
        assert_eq!(split("glob"), (PatternKind::Relpath, b"glob".as_slice()));
        assert_eq!(split("listfile0:"), (PatternKind::Listfile0, b"".as_slice()));
    }
}
