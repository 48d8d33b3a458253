//! The rules of a sparse checkout: `.hg/sparse`, the profiles in the history that it includes, and `.hg/tempsparse`, the
//! names of files that a merge needed although the rules leave them out.
//!
//! Source: `hg help -e sparse`, "Sparse Config Files", and what the extension does with odd lines.

use crate::names::strip;
use amalgam_types::{Outcome, Reason, Stop};

/// What the files in `.hg` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparse {
    /// `.hg/sparse`.
    pub rules: SparseRules,
    /// The files and folders of `.hg/tempsparse`.
    pub temporary: Vec<Vec<u8>>,
}

/// What one file says, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SparseRules {
    /// Patterns of files that are checked out.
    pub include: Vec<Vec<u8>>,
    /// Patterns of files that are not, whatever includes them.
    pub exclude: Vec<Vec<u8>>,
    /// Files of the revision that is checked out which have more rules.
    pub profiles: Vec<Vec<u8>>,
}

/// Kinds of patterns that mean in rules what they mean on a command line.
const KINDS: [&[u8]; 8] = [b"glob", b"path", b"re", b"relre", b"relglob", b"rootglob", b"rootfilesin", b"filepath"];

impl SparseRules {
    /// Reads a file.
    ///
    /// # Errors
    /// `RepositorySparse` for lines that legacy refuses or warns of, and for patterns of other kinds.
    pub fn parse(bytes: &[u8]) -> Outcome<SparseRules> {
        let mut rules = SparseRules::default();
        let (mut included, mut excluded) = (false, false);
        for line in bytes.split(|&byte| byte == b'\n').map(strip) {
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            if let Some(profile) = line.strip_prefix(b"%include ") {
                rules.profiles.push(strip(profile).to_vec());
            } else if line == b"[include]" {
                if excluded {
                    return Err(refused("includes after excludes"));
                }
                included = true;
            } else if line == b"[exclude]" {
                excluded = true;
            } else {
                check(line)?;
                match (included, excluded) {
                    (_, true) => rules.exclude.push(line.to_vec()),
                    (true, false) => rules.include.push(line.to_vec()),
                    (false, false) => return Err(refused("a line outside of a section")),
                }
            }
        }
        Ok(rules)
    }

    /// Whether nothing is said, and so everything is checked out.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty() && self.profiles.is_empty()
    }
}

/// The files and folders of `.hg/tempsparse`.
///
/// # Errors
/// `RepositorySparse` for what is not a plain path.
pub fn temporary(bytes: &[u8]) -> Outcome<Vec<Vec<u8>>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let path = |line: &[u8]| {
        let plain = line.split(|&byte| byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."));
        match plain && !line.iter().any(|byte| matches!(byte, 0 | b'\r')) {
            true => Ok(line.to_vec()),
            false => Err(refused("a temporary file that is not a plain path")),
        }
    };
    // An empty line stands for everything, but only for the Rust extension; Mercurial writes none, not even at the end.
    bytes.split(|&byte| byte == b'\n').map(path).collect()
}

fn check(pattern: &[u8]) -> Outcome<()> {
    if pattern[0] == b'/' {
        return Err(refused("a path that starts with a slash"));
    }
    // Python's `strip` and a text editor do not agree about what else ends a line.
    if pattern.iter().any(|byte| matches!(byte, 0 | b'\r' | 0x0b | 0x0c)) {
        return Err(refused("a control character"));
    }
    match memchr::memchr(b':', pattern) {
        Some(colon) if !KINDS.contains(&&pattern[..colon]) => Err(refused("a pattern of another kind")),
        _ => Ok(()),
    }
}

/// The stop for rules that are legacy's to read.
fn refused(detail: &str) -> Stop {
    Stop::unsupported(Reason::RepositorySparse, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<[Vec<String>; 3]> {
        let rules = SparseRules::parse(text.as_bytes()).ok()?;
        let text = |lines: Vec<Vec<u8>>| lines.into_iter().map(|l| String::from_utf8(l).expect("UTF-8")).collect();
        Some([text(rules.include), text(rules.exclude), text(rules.profiles)])
    }

    #[test]
    fn sections_and_profiles() {
        let text = "# all\n%include  a b.sparse \n[include]\n  show/** \r\n%include more\n#x\n\n[include]\nre:top\n\
            [exclude]\n**/b\n%includes\n[exclude]\nc";
        let lists = [&["show/**", "re:top"][..], &["**/b", "%includes", "c"], &["a b.sparse", "more"]];
        assert_eq!(parse(text), Some(lists.map(|list| list.iter().map(|&line| line.to_owned()).collect())));
        assert_eq!(parse(""), Some([vec![], vec![], vec![]]));
        assert!(SparseRules::parse(b"[include]\n[exclude]\n# nothing").expect("rules").is_empty());
    }

    #[test]
    fn temporary_files_are_plain_paths() {
        assert_eq!(temporary(b"a/b c\npath:x"), Ok(vec![b"a/b c".to_vec(), b"path:x".to_vec()]));
        assert_eq!(temporary(b""), Ok(vec![]));
        for text in ["\n", "a\n", "a\n\nb", "/a", "a//b", "a/", "./a", "a/../b", "a\r", "a\0"] {
            assert!(temporary(text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_legacy_refuses_or_warns_of() {
        for text in [
            "show",
            "[exclude]\na\n[include]\nb",
            "[metadata]\ntitle: x",
            "%include",
            "[include]\n/show",
            "[include]\nset:added()",
            "[include]\nlistfile:x",
            "[include]\na:b",
            "[include]\na\rb",
            "[include]\na\0b",
            "\u{feff}[include]\na",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
