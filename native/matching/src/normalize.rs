//! From the patterns that a user or a pattern file gives to normalised ones: names made relative to the repository,
//! lists and pattern files read and put in their place.

use crate::audit::{Audit, canonpath};
use crate::lines::{self, BadSyntax};
use crate::piece::KindPattern;
use crate::{Engine, PatternKind};
use amalgam_config::{join_path, normalize_path};
use amalgam_types::{Abort, AbortKind, Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Files that include one another deeper than this make Python give up.
const MAX_DEPTH: usize = 50;

/// What a normalisation depends on.
pub(crate) struct Normalizer<'a> {
    pub(crate) root: &'a [u8],
    /// Absolute: the root joined with the user's folder.
    pub(crate) cwd: &'a [u8],
    /// The process's folder, to which the names of list files are relative.
    pub(crate) process_cwd: &'a Path,
    pub(crate) audit: Audit,
    /// Whether legacy warns of pattern files that it cannot read.
    pub(crate) warns: bool,
}

impl Normalizer<'_> {
    /// Normalises texts with an optional `kind:` in front.
    pub(crate) fn texts(&self, texts: &[Vec<u8>], default: PatternKind) -> Outcome<Vec<KindPattern>> {
        let mut out = Vec::new();
        self.split(texts.iter().map(Vec::as_slice), default, &mut out, 0)?;
        Ok(out)
    }

    fn split<'t>(
        &self,
        texts: impl Iterator<Item = &'t [u8]>,
        default: PatternKind,
        out: &mut Vec<KindPattern>,
        depth: usize,
    ) -> Outcome<()> {
        for text in texts {
            let (kind, text) = PatternKind::split(text, default);
            self.one(kind, text.to_vec(), default, out, depth)?;
        }
        Ok(())
    }

    fn one(
        &self,
        kind: PatternKind,
        text: Vec<u8>,
        default: PatternKind,
        out: &mut Vec<KindPattern>,
        depth: usize,
    ) -> Outcome<()> {
        if depth > MAX_DEPTH {
            return Err(Stop::unsupported(Reason::PatternInvalid, "pattern files that include each other"));
        }
        let text = match kind {
            PatternKind::Glob | PatternKind::Relpath => canonpath(self.root, self.cwd, &text, self.audit)?,
            PatternKind::Relglob | PatternKind::Rootglob => normalize_path(&text),
            PatternKind::Path | PatternKind::Filepath | PatternKind::Rootfilesin => {
                let text = normalize_path(&text);
                // Legacy really looks there.
                if text == b".." || text.starts_with(b"../") {
                    return Err(Stop::unsupported(Reason::PatternUnsupported, "a path that leads out of the root"));
                }
                text
            }
            PatternKind::Listfile | PatternKind::Listfile0 => return self.list(kind, &text, default, out, depth),
            PatternKind::Include => return self.include(text, default, out, depth),
            PatternKind::Re | PatternKind::Relre | PatternKind::Set | PatternKind::Subinclude => text,
        };
        out.push(KindPattern { kind, text, source: Vec::new() });
        Ok(())
    }

    fn list(
        &self,
        kind: PatternKind,
        name: &[u8],
        default: PatternKind,
        out: &mut Vec<KindPattern>,
        depth: usize,
    ) -> Outcome<()> {
        let path = self.process_cwd.join(OsStr::from_bytes(name));
        let content = if name.is_empty() { None } else { read_regular(&path)? };
        let Some(content) = content else {
            return Err(Stop::abort(AbortKind::Other, [b"unable to read file list (", name, b")"].concat()));
        };
        let start = out.len();
        // Python's `splitlines` also ends a line at a carriage return.
        let ends = |b: &u8| if kind == PatternKind::Listfile0 { *b == 0 } else { matches!(b, b'\n' | b'\r') };
        self.split(content.split(ends).filter(|f| !f.is_empty()), default, out, depth + 1)?;
        out[start..].iter_mut().for_each(|p| p.source = name.to_vec());
        Ok(())
    }

    fn include(&self, name: Vec<u8>, default: PatternKind, out: &mut Vec<KindPattern>, depth: usize) -> Outcome<()> {
        let path = join_path(self.root, &name);
        let Some(content) = read_regular(Path::new(OsStr::from_bytes(&path)))? else {
            if self.warns {
                return Err(Stop::unsupported(Reason::WarningExpected, "a pattern file that cannot be read"));
            }
            return Ok(());
        };
        let bad = if self.warns { BadSyntax::Warned } else { BadSyntax::Silent };
        let start = out.len();
        for (kind, text) in lines::read(&content, Engine::PythonBytes, bad, default)? {
            self.one(kind, text, default, out, depth + 1).map_err(|stop| match stop {
                Stop::Abort(abort) => {
                    let message = [name.as_slice(), b": ", &abort.message].concat();
                    Stop::Abort(Abort::new(AbortKind::Other, message))
                }
                other => other,
            })?;
        }
        out[start..].iter_mut().filter(|p| p.source.is_empty()).for_each(|p| p.source.clone_from(&name));
        Ok(())
    }
}

/// A file's content; `None` when legacy cannot read it either. What is not a plain file (a pipe can be read only
/// once) is left to legacy unread.
pub(crate) fn read_regular(path: &Path) -> Outcome<Option<Vec<u8>>> {
    if path.as_os_str().as_bytes().contains(&0) {
        return Err(Stop::unsupported(Reason::PathUnsupported, "NUL in a file name"));
    }
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => Ok(fs::read(path).ok()),
        Ok(meta) if meta.is_dir() => Ok(None),
        Ok(_) => Err(Stop::unsupported(Reason::FileUnsupported, "a pattern file that is not a plain file")),
        Err(_) => Ok(None),
    }
}
