//! `cat -o FORMAT`: where each file's content goes.
//!
//! Source: `hg help cat`. A format with template syntax (`{`), a backslash or a letter that is not listed there is
//! legacy's to answer.

use crate::Prepared;
use crate::selection::changeset_node;
use amalgam_types::{Node, Outcome, Reason, Rev, Stop};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A parsed output format.
pub(super) struct Target(Vec<Piece>);

enum Piece {
    Literal(u8),
    /// `%s %d %p %H %R %r %h %b`.
    Field(u8),
}

impl Target {
    /// Reads a format.
    ///
    /// # Errors
    /// `OutputUnsupported` for what is not plain text and fields.
    pub(super) fn parse(format: &[u8]) -> Outcome<Target> {
        let mut pieces = Vec::new();
        let mut bytes = format.iter();
        while let Some(&byte) = bytes.next() {
            pieces.push(match byte {
                b'%' => match bytes.next() {
                    Some(b'%') => Piece::Literal(b'%'),
                    Some(&field) if b"sdpHRrhb".contains(&field) => Piece::Field(field),
                    _ => return Err(unsupported("the output format has an unknown field")),
                },
                b'{' | b'\\' => return Err(unsupported("the output format is a template")),
                byte => Piece::Literal(byte),
            });
        }
        Ok(Target(pieces))
    }

    /// Writes each file to where the format puts it, making folders as legacy does.
    ///
    /// # Errors
    /// `FileUnsupported` when a file cannot be written: legacy writes the same again and words the error.
    pub(super) fn write_all(&self, prepared: &Prepared, rev: Rev, files: &[(Vec<u8>, Node)]) -> Outcome<()> {
        let repository = prepared.repository()?;
        let node = changeset_node(repository, rev)?;
        // A damaged file is found before any other is written.
        for (path, file) in files {
            repository.file_content(path, file)?;
        }
        for (path, file) in files {
            let content = repository.file_content(path, file)?;
            let name = self.name(prepared.root_bytes()?, rev, &node, path);
            if name.is_empty() || name.contains(&0) {
                return Err(unsupported("an unusable output file name"));
            }
            let target: PathBuf = prepared.cwd.join(OsStr::from_bytes(&name));
            if let Some(folder) = target.parent() {
                // Failing here shows when the file is written.
                let _ = fs::create_dir_all(folder);
            }
            fs::write(&target, content)
                .map_err(|error| Stop::unsupported(Reason::FileUnsupported, error.to_string()))?;
        }
        Ok(())
    }

    fn name(&self, root: &[u8], rev: Rev, node: &Node, path: &[u8]) -> Vec<u8> {
        let slash = path.iter().rposition(|&b| b == b'/');
        let mut name = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(byte) => name.push(*byte),
                Piece::Field(b's') => name.extend_from_slice(&path[slash.map_or(0, |at| at + 1)..]),
                Piece::Field(b'd') => name.extend_from_slice(slash.map_or(b".", |at| &path[..at])),
                Piece::Field(b'p') => name.extend_from_slice(path),
                Piece::Field(b'H') => name.extend_from_slice(&node.hex()),
                Piece::Field(b'h') => name.extend_from_slice(&node.short()),
                Piece::Field(b'b') => {
                    let base = Path::new(OsStr::from_bytes(root)).file_name().unwrap_or_default();
                    name.extend_from_slice(base.as_bytes());
                }
                Piece::Field(_) => name.extend_from_slice(rev.to_string().as_bytes()),
            }
        }
        name
    }
}

fn unsupported(detail: &str) -> Stop {
    Stop::unsupported(Reason::OutputUnsupported, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(format: &str, path: &str) -> Option<String> {
        let target = Target::parse(format.as_bytes()).ok()?;
        let name = target.name(b"/home/me/work", 7, &Node([0xab; 20]), path.as_bytes());
        String::from_utf8(name).ok()
    }

    #[test]
    fn fields_of_the_help_text() {
        assert_eq!(name("%s", "a/b.c").as_deref(), Some("b.c"));
        assert_eq!(name("%d/x", "a/b.c").as_deref(), Some("a/x"));
        assert_eq!(name("%d/x", "b.c").as_deref(), Some("./x"));
        assert_eq!(name("%p@%R-%r-%h-%%", "a/b.c").as_deref(), Some("a/b.c@7-7-abababababab-%"));
        assert_eq!(name("%b", "x").as_deref(), Some("work"));
        assert_eq!(name("%H", "x"), Some("ab".repeat(20)));
    }

    #[test]
    fn templates_and_unknown_fields_are_left_to_legacy() {
        for format in ["{rev}", "%q", "%", "a\\b", "%m", "%n"] {
            assert_eq!(name(format, "x"), None, "{format}");
        }
    }
}
