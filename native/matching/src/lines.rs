//! The lines of a pattern file such as `.hgignore`, as Python reads them and as the Rust extension does.
//!
//! ```text
//! # comment            \# is a number sign; a comment starts after an even number of backslashes
//! syntax: glob         from here on; re and regexp (the default), glob, rootglob
//! glob:*.o             a kind for this line only
//! include:FILE         subinclude:FILE
//! ```

use crate::{Engine, PatternKind};
use amalgam_types::{Reason, Stop};
use std::borrow::Cow;

/// A line's pattern.
pub(crate) type Line = (PatternKind, Vec<u8>);

/// What to do about a `syntax:` line that legacy does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadSyntax {
    /// Legacy warns: nothing native can word.
    Warned,
    /// Legacy passes over it in silence.
    Silent,
}

/// The patterns of `content`. A line without a known kind that Python misreads gets `default`.
pub(crate) fn read(content: &[u8], engine: Engine, bad: BadSyntax, default: PatternKind) -> Result<Vec<Line>, Stop> {
    let mut lines = Vec::new();
    let mut syntax = 0;
    for raw in content.split(|&b| b == b'\n') {
        let line = without_comment(raw, engine)?;
        let line = line.trim_end(engine);
        if line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix(b"syntax:") {
            match known(trim(name, engine), engine) {
                Some(found) => syntax = found,
                None if bad == BadSyntax::Silent => {}
                None => return Err(Stop::unsupported(Reason::WarningExpected, "unknown syntax in a pattern file")),
            }
            continue;
        }
        lines.push(match engine {
            Engine::PythonBytes => python_line(line, syntax, default),
            Engine::RustExtension => rust_line(line, syntax),
        });
    }
    Ok(lines)
}

/// Names of syntaxes and inline kinds in Python, with what is put before the line's text.
const PYTHON: [(&[u8], &[u8]); 6] = [
    (b"re", b"relre:"),
    (b"regexp", b"relre:"),
    (b"glob", b"relglob:"),
    (b"rootglob", b"rootglob:"),
    // Without a colon: a line that merely begins with the word loses its kind.
    (b"include", b"include"),
    (b"subinclude", b"subinclude"),
];

/// The same in the Rust extension.
const RUST: [(&[u8], PatternKind); 12] = [
    (b"re", PatternKind::Relre),
    (b"regexp", PatternKind::Relre),
    (b"path", PatternKind::Path),
    (b"filepath", PatternKind::Filepath),
    (b"relpath", PatternKind::Relpath),
    (b"rootfilesin", PatternKind::Rootfilesin),
    (b"relglob", PatternKind::Relglob),
    (b"relre", PatternKind::Relre),
    (b"glob", PatternKind::Relglob),
    (b"rootglob", PatternKind::Rootglob),
    (b"include", PatternKind::Include),
    (b"subinclude", PatternKind::Subinclude),
];

fn known(name: &[u8], engine: Engine) -> Option<usize> {
    match engine {
        Engine::PythonBytes => PYTHON.iter().position(|(n, _)| *n == name),
        Engine::RustExtension => RUST.iter().position(|(n, _)| *n == name),
    }
}

fn python_line(line: &[u8], syntax: usize, default: PatternKind) -> Line {
    let (mut prefix, mut text) = (PYTHON[syntax].1, line);
    for (name, written) in PYTHON {
        if let Some(rest) = line.strip_prefix(written) {
            (prefix, text) = (written, rest);
            break;
        }
        if let Some(rest) = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(b":")) {
            (prefix, text) = (written, rest);
            break;
        }
    }
    let whole = [prefix, text].concat();
    let (kind, text) = PatternKind::split(&whole, default);
    (kind, text.to_vec())
}

fn rust_line(line: &[u8], syntax: usize) -> Line {
    let inline = RUST.iter().find_map(|(name, kind)| {
        let rest = line.strip_prefix(*name)?.strip_prefix(b":")?;
        Some((*kind, rest.to_vec()))
    });
    inline.unwrap_or_else(|| (RUST[syntax].1, line.to_vec()))
}

fn without_comment(raw: &[u8], engine: Engine) -> Result<Cow<'_, [u8]>, Stop> {
    if memchr::memchr(b'#', raw).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    if engine == Engine::RustExtension && std::str::from_utf8(raw).is_err() {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "a comment beside bytes that are not UTF-8"));
    }
    let mut kept = raw;
    for at in memchr::memchr_iter(b'#', raw) {
        let backslashes = raw[..at].iter().rev().take_while(|&&b| b == b'\\').count();
        if backslashes % 2 == 0 {
            kept = &raw[..at];
            break;
        }
    }
    let mut out = Vec::with_capacity(kept.len());
    let mut rest = kept;
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'\\' && tail.first() == Some(&b'#') {
            rest = tail;
            continue;
        }
        out.push(byte);
        rest = tail;
    }
    Ok(Cow::Owned(out))
}

trait TrimEnd {
    fn trim_end(&self, engine: Engine) -> &[u8];
}

impl TrimEnd for Cow<'_, [u8]> {
    fn trim_end(&self, engine: Engine) -> &[u8] {
        let end = self.iter().rposition(|&b| !is_space(b, engine)).map_or(0, |at| at + 1);
        &self[..end]
    }
}

fn trim(text: &[u8], engine: Engine) -> &[u8] {
    let start = text.iter().position(|&b| !is_space(b, engine)).unwrap_or(text.len());
    let end = text.iter().rposition(|&b| !is_space(b, engine)).map_or(start, |at| at + 1);
    &text[start..end]
}

/// Python counts the vertical tab among white space, Rust does not.
fn is_space(byte: u8, engine: Engine) -> bool {
    byte.is_ascii_whitespace() || (byte == 11 && engine == Engine::PythonBytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PatternKind::{Glob, Include, Path, Relglob, Relre, Rootglob, Subinclude};

    fn read_all(text: &str, engine: Engine) -> Vec<(PatternKind, String)> {
        let lines = read(text.as_bytes(), engine, BadSyntax::Warned, Glob).expect("no warning");
        lines.into_iter().map(|(kind, text)| (kind, String::from_utf8_lossy(&text).into_owned())).collect()
    }

    #[test]
    fn lines_as_python_reads_them() {
        let text = "a # c\n\\#b\n\\\\#c\n  d  \nglob:e\npath:f\nsyntax: glob\ng\nre:h\nsyntax:rootglob\ni\n\
                    include:j\nincludes/.*\nsubinclude:k\nsubincludes\nregexp:l\nrelglob:m\n";
        let expected = [
            (Relre, "a"),
            (Relre, "#b"),
            (Relre, "\\\\"),
            (Relre, "  d"),
            (Relglob, "e"),
            (Relre, "path:f"),
            (Relglob, "g"),
            (Relre, "h"),
            (Rootglob, "i"),
            (Include, "j"),
            (Glob, "includes/.*"),
            (Subinclude, "k"),
            (Glob, "subincludes"),
            (Relre, "l"),
            (Relglob, "m"),
        ];
        assert_eq!(read_all(text, Engine::PythonBytes), expected.map(|(k, t)| (k, t.to_owned())));
    }

    #[test]
    fn lines_as_the_rust_extension_reads_them() {
        let expected = [(Path, "f"), (Relre, "includes/.*"), (Relglob, "x"), (Relglob, "y")];
        let got = read_all("path:f\nincludes/.*\nsyntax: glob\nx\nrelglob:y", Engine::RustExtension);
        assert_eq!(got, expected.map(|(k, t)| (k, t.to_owned())));
    }

    #[test]
    fn unknown_syntax_warns() {
        let read = |bad| read(b"syntax: nope\na", Engine::PythonBytes, bad, Glob);
        assert!(read(BadSyntax::Warned).is_err());
        assert_eq!(read(BadSyntax::Silent).expect("silent").len(), 1);
    }
}
