//! The patterns of one matcher, compiled: paths answered by tables, everything else by one automaton.

use crate::automaton::Automaton;
use crate::paths::ancestors;
use crate::piece::{self, KindPattern, Suffix};
use crate::{Engine, PatternKind};
use amalgam_types::{Reason, Stop};
use regex_syntax::hir::Hir;
use std::collections::HashSet;
use std::sync::OnceLock;

/// A set of paths or names.
pub(crate) type PathSet = HashSet<Box<[u8]>>;

/// Whether `path` or a folder above it is in `set`.
pub(crate) fn contains_or_parent(set: &PathSet, path: &[u8]) -> bool {
    !set.is_empty() && (set.contains(path) || ancestors(path).any(|parent| set.contains(parent)))
}

/// What a pattern list matches, apart from the explicit names that matchers add.
pub(crate) struct Compiled {
    everything: bool,
    /// These paths and everything below them.
    trees: PathSet,
    /// Only these.
    files: PathSet,
    /// The files directly in these folders.
    folders: Option<PathSet>,
    automaton: Option<Automaton>,
    /// All patterns, for paths with newlines, on which the tables are not certain.
    all: Vec<Hir>,
    complete: OnceLock<Option<Automaton>>,
}

impl Compiled {
    pub(crate) fn new(patterns: &[KindPattern], suffix: Suffix, engine: Engine) -> Result<Compiled, Stop> {
        let mut compiled = Compiled {
            everything: false,
            trees: PathSet::new(),
            files: PathSet::new(),
            folders: None,
            automaton: None,
            all: Vec::new(),
            complete: OnceLock::new(),
        };
        if let Some(odd) = patterns.iter().find(|p| matches!(p.kind, PatternKind::Set | PatternKind::Subinclude)) {
            return Err(Stop::unsupported(Reason::PatternUnsupported, odd.kind.name()));
        }
        if !patterns.is_empty() && patterns.iter().all(|p| p.kind == PatternKind::Rootfilesin) {
            compiled.folders = Some(patterns.iter().map(|p| p.text.as_slice().into()).collect());
            return Ok(compiled);
        }
        let alone = patterns.iter().filter(|p| p.kind != PatternKind::Filepath).count() == 1;
        let mut rest = Vec::new();
        for pattern in patterns {
            if engine == Engine::RustExtension && pattern.kind != PatternKind::Filepath {
                // Python compiles the patterns of a command first, and aborts where it cannot.
                piece::hir(pattern, suffix, Engine::PythonBytes, alone)?;
            }
            let hir = piece::hir(pattern, suffix, engine, alone)?;
            let text = pattern.text.as_slice();
            match pattern.kind {
                PatternKind::Path | PatternKind::Relpath if text == b"." || text.is_empty() => {
                    compiled.everything = true;
                }
                PatternKind::Path | PatternKind::Relpath => {
                    compiled.trees.insert(text.into());
                }
                PatternKind::Filepath => {
                    compiled.files.insert(text.into());
                }
                PatternKind::Glob if text.is_empty() => compiled.everything = true,
                _ => rest.push(hir.clone()),
            }
            compiled.all.push(hir);
        }
        if !rest.is_empty() {
            compiled.automaton = Some(Automaton::new(rest, engine == Engine::RustExtension)?);
        }
        Ok(compiled)
    }

    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        if let Some(folders) = &self.folders {
            let folder = memchr::memrchr(b'/', path).map_or(b".".as_slice(), |at| &path[..at]);
            return folders.contains(folder);
        }
        if self.everything {
            return true;
        }
        if memchr::memchr(b'\n', path).is_some() {
            let complete = self.complete.get_or_init(|| Automaton::new(self.all.clone(), false).ok());
            return complete.as_ref().is_some_and(|all| all.is_match(path));
        }
        self.files.contains(path)
            || contains_or_parent(&self.trees, path)
            || self.automaton.as_ref().is_some_and(|rest| rest.is_match(path))
    }
}

/// Where a matcher's walk has to go.
pub(crate) struct Roots {
    /// Folders (or files) with everything below them, in pattern order, repeated as given.
    pub(crate) trees: Vec<Vec<u8>>,
    /// Folders without what is below them.
    pub(crate) folders: PathSet,
    /// The folders above both.
    pub(crate) parents: PathSet,
}

impl Roots {
    pub(crate) fn of(patterns: &[KindPattern]) -> Result<Roots, Stop> {
        let mut roots = Roots { trees: Vec::new(), folders: PathSet::new(), parents: PathSet::new() };
        for pattern in patterns {
            let path = if pattern.text == b"." { b"".as_slice() } else { &pattern.text };
            match pattern.kind {
                PatternKind::Glob | PatternKind::Rootglob => roots.trees.push(literal_prefix(&pattern.text)),
                PatternKind::Relpath | PatternKind::Path | PatternKind::Filepath => roots.trees.push(path.to_vec()),
                PatternKind::Rootfilesin => {
                    roots.folders.insert(path.into());
                }
                _ => roots.trees.push(Vec::new()),
            }
        }
        for path in roots.trees.iter().map(Vec::as_slice).chain(roots.folders.iter().map(|f| &**f)) {
            // Legacy looks there, and finds what is in the root by another name.
            if path.starts_with(b"/") {
                return Err(Stop::unsupported(Reason::PatternInvalid, "a leading slash"));
            }
            roots.parents.extend(ancestors(path).map(Box::from));
        }
        Ok(roots)
    }
}

/// The components before the first one with a wildcard.
fn literal_prefix(glob: &[u8]) -> Vec<u8> {
    let plain = |part: &&[u8]| !part.iter().any(|b| matches!(b, b'[' | b'{' | b'*' | b'?'));
    glob.split(|&b| b == b'/').take_while(plain).collect::<Vec<_>>().join(&b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(kind: PatternKind, text: &str) -> KindPattern {
        KindPattern { kind, text: text.into(), source: Vec::new() }
    }

    #[test]
    fn newlines_are_compared_as_python_does() {
        let patterns = [pattern(PatternKind::Path, "a"), pattern(PatternKind::Relglob, "*.c")];
        let python = Compiled::new(&patterns, Suffix::End, Engine::PythonBytes).expect("plain patterns");
        let rust = Compiled::new(&patterns, Suffix::End, Engine::RustExtension).expect("plain patterns");
        for (path, by_python, by_rust) in [
            ("a", true, true),
            ("a\n", true, false),
            ("b.c\n", true, false),
            ("b\nd.c", false, true),
            ("a/\n", true, true),
        ] {
            assert_eq!(python.matches(path.as_bytes()), by_python, "{path:?}");
            assert_eq!(rust.matches(path.as_bytes()), by_rust, "{path:?}");
        }
    }

    #[test]
    fn roots_of_patterns() {
        let patterns = [
            pattern(PatternKind::Glob, "g/h/*"),
            pattern(PatternKind::Path, "."),
            pattern(PatternKind::Rootfilesin, "x/y"),
            pattern(PatternKind::Relre, "a"),
        ];
        let roots = Roots::of(&patterns).expect("plain");
        assert_eq!(roots.trees, [b"g/h".to_vec(), Vec::new(), Vec::new()]);
        let mut parents: Vec<_> = roots.parents.iter().map(|p| String::from_utf8_lossy(p).into_owned()).collect();
        parents.sort();
        assert_eq!(parents, ["", "g", "x"]);
    }
}
