//! `-o FORMAT` of `cat` and `export`: which file what is written goes to.
//!
//! Source: `hg help cat`, `hg help export`. A format with template syntax (`{`), a backslash or a letter that is not
//! listed there is legacy's to answer.

use crate::Prepared;
use amalgam_types::{Node, Outcome, Reason, Rev, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A parsed output format.
pub(crate) struct Target(Vec<Piece>);

enum Piece {
    Literal(u8),
    Field(u8),
}

/// What a format can name.
pub(crate) struct Fields<'a> {
    /// The changeset.
    pub(crate) rev: Rev,
    pub(crate) node: Node,
    /// What was written about the changeset.
    pub(crate) description: &'a [u8],
    /// The file, or the changeset's place among all that are written.
    pub(crate) part: Part<'a>,
}

/// What is written.
pub(crate) enum Part<'a> {
    /// A file: `%s`, `%d` and `%p`.
    File(&'a [u8]),
    /// A patch: `%n` and `%N`; numbers of revisions are as wide as the widest.
    Patch { number: usize, total: usize, rev_width: usize },
}

/// The letters that both know, and those of a file or a patch.
const LETTERS: [&[u8]; 3] = [b"HRrhbm", b"sdp", b"nN"];

/// Whether a format means stdout.
pub(crate) fn is_stdout(format: &[u8]) -> bool {
    matches!(format, b"" | b"-")
}

impl Target {
    /// Reads the format of files, or of patches.
    ///
    /// # Errors
    /// `OutputUnsupported` for what is not plain text and fields.
    pub(crate) fn parse(prepared: &Prepared, format: &[u8], of_patches: bool) -> Outcome<Target> {
        if prepared.config.items("templatealias").next().is_some() {
            // Legacy makes a template of the format, in which they count.
            return Err(unsupported("an output format beside [templatealias]"));
        }
        Target::read(format, of_patches)
    }

    fn read(format: &[u8], of_patches: bool) -> Outcome<Target> {
        let own = LETTERS[if of_patches { 2 } else { 1 }];
        let mut pieces = Vec::new();
        let mut bytes = format.iter();
        while let Some(&byte) = bytes.next() {
            pieces.push(match byte {
                b'%' => match bytes.next() {
                    Some(b'%') => Piece::Literal(b'%'),
                    Some(&field) if LETTERS[0].contains(&field) || own.contains(&field) => Piece::Field(field),
                    _ => return Err(unsupported("the output format has an unknown field")),
                },
                b'{' | b'\\' => return Err(unsupported("the output format is a template")),
                byte => Piece::Literal(byte),
            });
        }
        Ok(Target(pieces))
    }

    /// The name of a file as the format gives it, relative to the working directory.
    ///
    /// # Errors
    /// `OutputUnsupported` for a name that no file can have.
    pub(crate) fn name(&self, root: &[u8], fields: &Fields<'_>) -> Outcome<Vec<u8>> {
        let mut name = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(byte) => name.push(*byte),
                Piece::Field(letter) => fields.add(*letter, root, &mut name),
            }
        }
        match name.is_empty() || name.contains(&0) {
            true => Err(unsupported("an unusable output file name")),
            false => Ok(name),
        }
    }
}

impl Fields<'_> {
    fn add(&self, letter: u8, root: &[u8], name: &mut Vec<u8>) {
        match (letter, &self.part) {
            (b'H', _) => name.extend_from_slice(&self.node.hex()),
            (b'h', _) => name.extend_from_slice(&self.node.short()),
            (b'b', _) => {
                let base = Path::new(OsStr::from_bytes(root)).file_name().unwrap_or_default();
                name.extend_from_slice(base.as_bytes());
            }
            (b'm', _) => {
                let text = self.description.trim_ascii();
                let line = text.split(|&byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
                let kept = |&byte: &u8| if byte.is_ascii_alphanumeric() { byte } else { b'_' };
                name.extend(line.iter().map(kept));
            }
            (b'r', Part::Patch { rev_width, .. }) => {
                name.extend_from_slice(format!("{:0rev_width$}", self.rev).as_bytes());
            }
            (b'n', Part::Patch { number, total, .. }) => {
                let width = total.to_string().len();
                name.extend_from_slice(format!("{number:0width$}").as_bytes());
            }
            (b'N', Part::Patch { total, .. }) => name.extend_from_slice(total.to_string().as_bytes()),
            (b's', Part::File(path)) => name.extend_from_slice(split(path).1),
            (b'd', Part::File(path)) => name.extend_from_slice(split(path).0),
            (b'p', Part::File(path)) => name.extend_from_slice(path),
            // `%R`, and `%r` of a file.
            _ => name.extend_from_slice(self.rev.to_string().as_bytes()),
        }
    }
}

/// The folder (`.` for none) and the last part of a path.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b".", path),
    }
}

/// Where a name leads from the working directory.
pub(crate) fn path(prepared: &Prepared, name: &[u8]) -> PathBuf {
    prepared.cwd.join(OsStr::from_bytes(name))
}

/// Writes one file.
///
/// # Errors
/// `FileUnsupported` when it cannot be written: legacy writes the same again and words the error.
pub(crate) fn write(path: &Path, content: &[u8]) -> Outcome<()> {
    std::fs::write(path, content).map_err(|error| Stop::unsupported(Reason::FileUnsupported, error.to_string()))
}

fn unsupported(detail: &str) -> Stop {
    Stop::unsupported(Reason::OutputUnsupported, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(format: &str, part: Part<'_>) -> Option<String> {
        let target = Target::read(format.as_bytes(), matches!(part, Part::Patch { .. })).ok()?;
        let fields = Fields { rev: 7, node: Node([0xab; 20]), description: b" fix: it's \xc3\xa9_1\nmore", part };
        String::from_utf8(target.name(b"/home/me/work", &fields).ok()?).ok()
    }

    fn file(format: &str, path: &str) -> Option<String> {
        name(format, Part::File(path.as_bytes()))
    }

    fn patch(format: &str) -> Option<String> {
        name(format, Part::Patch { number: 3, total: 12, rev_width: 4 })
    }

    #[test]
    fn fields_of_the_help_texts() {
        assert_eq!(file("%s", "a/b.c").as_deref(), Some("b.c"));
        assert_eq!(file("%d/x", "a/b.c").as_deref(), Some("a/x"));
        assert_eq!(file("%d/x", "b.c").as_deref(), Some("./x"));
        assert_eq!(file("%p@%R-%r-%h-%%", "a/b.c").as_deref(), Some("a/b.c@7-7-abababababab-%"));
        assert_eq!(file("%b", "x").as_deref(), Some("work"));
        assert_eq!(file("%H", "x"), Some("ab".repeat(20)));
        assert_eq!(patch("%b-%n-%N-%r-%R.patch").as_deref(), Some("work-03-12-0007-7.patch"));
        assert_eq!(patch("%m").as_deref(), Some("fix__it_s____1"));
    }

    #[test]
    fn templates_and_unknown_fields_are_left_to_legacy() {
        for format in ["{rev}", "%q", "%", "a\\b", "%n", ""] {
            assert_eq!(file(format, "x"), None, "{format}");
        }
        assert_eq!(patch("%s"), None);
    }
}
