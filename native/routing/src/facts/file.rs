//! The text in which facts about one legacy installation are kept.
//!
//! ```text
//! amalgam-facts 2
//! legacy PATH
//! version 7.2.4
//! build c                        c, rust or other
//! python 3.11.7
//! zlib 1.2.13
//! zlib-samples HEX               a digest of what zlib makes of the samples
//! re2 no
//! default-rc PATH                repeated, in reading order
//! system-rc PATH                 repeated, files and hgrc.d folders
//! command status st              repeated: primary name, aliases
//! extension rebase               repeated: bundled, and importable
//! language de                    repeated: installed translations
//! style status.added green\x20bold
//! defaults ui timeout=b363030    repeated: what settings are where nothing sets them, by section
//! revset adds all ancestor        functions of revision queries; those without a description are `inner-revset`
//! version-text Mercurial\x20...
//! stat MTIME_NS SIZE INODE PATH  repeated: what must not have changed
//! absent PATH                    repeated: what must not have appeared
//! end                            a file without it is torn
//! ```
//!
//! Words are separated by one space; a blank, a control byte or a backslash inside a word is `\xNN`. Everything from
//! `version` on is what `gather.py` prints.

use amalgam_types::{LegacyBuild, LegacyFacts};
use std::ffi::OsString;
use std::mem::replace;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const HEADER: &[u8] = b"amalgam-facts 2";
/// No installation says this much; more is damage.
const MAX_SIZE: usize = 1 << 20;

/// A file whose state the facts depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Watched {
    path: PathBuf,
    /// Modification time in nanoseconds, size, inode; `None` where nothing may be.
    stamp: Option<(i128, u64, u64)>,
}

impl Watched {
    /// `path` as it is now.
    pub(crate) fn now(path: &Path) -> Watched {
        Watched { path: path.to_path_buf(), stamp: stamp(path) }
    }

    /// Whether it is as it was.
    pub(crate) fn holds(&self) -> bool {
        stamp(&self.path) == self.stamp
    }

    /// Whether it was last modified before `other` was.
    pub(crate) fn is_older_than(&self, other: &Path) -> bool {
        let mtime = |stamp: Option<(i128, u64, u64)>| stamp.map(|(mtime, ..)| mtime);
        mtime(self.stamp) < mtime(stamp(other))
    }

    /// For messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn stamp(path: &Path) -> Option<(i128, u64, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()), meta.size(), meta.ino()))
}

/// A facts file in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FactsFile {
    /// The executable that was asked.
    pub(crate) legacy: PathBuf,
    /// What it said.
    pub(crate) facts: LegacyFacts,
    /// What the facts depend on.
    pub(crate) watched: Vec<Watched>,
}

/// Completes what `gather.py` printed to the text of a facts file for `legacy`; `None` if it is not complete.
pub(crate) fn compose(legacy: &Path, printed: &[u8]) -> Option<Vec<u8>> {
    let mut text = HEADER.to_vec();
    text.extend_from_slice(b"\nlegacy ");
    escape(legacy.as_os_str().as_bytes(), &mut text);
    text.push(b'\n');
    if let Some((mtime, size, inode)) = Watched::now(legacy).stamp {
        text.extend_from_slice(format!("stat {mtime} {size} {inode} ").as_bytes());
        escape(legacy.as_os_str().as_bytes(), &mut text);
        text.push(b'\n');
    }
    text.extend_from_slice(printed);
    parse(&text).map(|_| text)
}

/// Reads the text; `None` for anything torn, foreign or damaged.
pub(crate) fn parse(text: &[u8]) -> Option<FactsFile> {
    if text.len() > MAX_SIZE {
        return None;
    }
    let text = text.strip_suffix(b"\nend\n")?;
    let mut begin = 0;
    let mut lines =
        memchr::memchr_iter(b'\n', text).chain([text.len()]).map(|end| &text[replace(&mut begin, end + 1)..end]);
    if lines.next()? != HEADER {
        return None;
    }
    let mut file = FactsFile { legacy: PathBuf::new(), facts: LegacyFacts::default(), watched: Vec::new() };
    let mut build = None;
    for line in lines {
        // Most of the text, and hardly ever asked for: taken as it is.
        if let Some(defaults) = line.strip_prefix(b"defaults ") {
            let end = defaults.iter().position(|&byte| byte == b' ').unwrap_or(defaults.len());
            file.facts.defaults.push((string(&defaults[..end])?, defaults[end..].to_vec()));
            continue;
        }
        if let Some(names) = line.strip_prefix(b"revset ") {
            file.facts.revset_functions = names.to_vec();
            continue;
        }
        if let Some(names) = line.strip_prefix(b"inner-revset ") {
            file.facts.inner_revset_functions = names.to_vec();
            continue;
        }
        let mut words = line.split(|&b| b == b' ');
        let key = words.next()?;
        let facts = &mut file.facts;
        match key {
            b"legacy" => file.legacy = path(words.next()?)?,
            b"version" => facts.version = string(words.next()?)?,
            b"python" => facts.python_version = string(words.next()?)?,
            b"zlib" => facts.zlib_version = string(words.next()?)?,
            b"zlib-samples" => facts.zlib_samples = string(words.next()?)?,
            b"re2" => facts.re2 = words.next()? != b"no",
            b"build" => build = Some(build_of(words.next()?)),
            b"default-rc" => facts.default_rc.push(path(words.next()?)?),
            b"system-rc" => facts.system_rc.push(path(words.next()?)?),
            b"command" => facts.commands.push(words.by_ref().map(string).collect::<Option<_>>()?),
            b"extension" => facts.bundled_extensions.push(string(words.next()?)?),
            b"language" => facts.languages.push(string(words.next()?)?),
            b"style" => facts.color_styles.push((string(words.next()?)?, string(words.next()?)?)),
            b"version-text" => facts.version_text = unescape(words.next()?)?,
            b"stat" => {
                let stamp = (number(words.next()?)?, number(words.next()?)?, number(words.next()?)?);
                file.watched.push(Watched { path: path(words.next()?)?, stamp: Some(stamp) });
            }
            b"absent" => file.watched.push(Watched { path: path(words.next()?)?, stamp: None }),
            _ => return None,
        }
        if words.next().is_some() {
            return None;
        }
    }
    file.facts.build = build?;
    let complete = !file.facts.version.is_empty() && !file.facts.commands.is_empty() && !file.watched.is_empty();
    (complete && !file.legacy.as_os_str().is_empty()).then_some(file)
}

fn build_of(word: &[u8]) -> LegacyBuild {
    match word {
        b"c" => LegacyBuild::C,
        b"rust" => LegacyBuild::Rust,
        _ => LegacyBuild::Other,
    }
}

fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn path(word: &[u8]) -> Option<PathBuf> {
    Some(PathBuf::from(OsString::from_vec(unescape(word)?)))
}

fn string(word: &[u8]) -> Option<String> {
    String::from_utf8(unescape(word)?).ok()
}

/// Appends `word` with blanks, control bytes and backslashes written as `\xNN`.
pub(crate) fn escape(word: &[u8], out: &mut Vec<u8>) {
    for &byte in word {
        if byte <= b' ' || byte == b'\\' || byte == 0x7f {
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        } else {
            out.push(byte);
        }
    }
}

/// Undoes [`escape`]; `None` for a backslash that does not start `\xNN`.
pub(crate) fn unescape(word: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let code = rest.get(at + 1..at + 4)?.strip_prefix(b"x")?;
        out.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "version 7.2.4\nbuild rust\npython 3.11.7\nzlib 1.2.13\nzlib-samples 0f\nre2 no\ndefault-rc /p/a\\x20b.rc\n\
        system-rc /etc/mercurial/hgrc\ncommand status st\ncommand root\nextension rebase\nlanguage de\n\
        style a.b green\\x20bold\ndefaults ui a=n ~2e2a=d\nrevset a b\ninner-revset _c\nversion-text x\\x0ay\nabsent /nonexistent\nend\n";

    #[test]
    fn what_was_printed_is_read_back() {
        let text = compose(Path::new("/bin/h g\\"), PRINTED.as_bytes()).expect("complete");
        let file = parse(&text).expect("readable");
        assert_eq!(file.legacy, Path::new("/bin/h g\\"));
        assert_eq!(file.facts.build, LegacyBuild::Rust);
        assert_eq!(file.facts.default_rc, [PathBuf::from("/p/a b.rc")]);
        assert_eq!(file.facts.commands, [vec!["status".to_owned(), "st".to_owned()], vec!["root".to_owned()]]);
        assert_eq!(file.facts.defaults, [("ui".to_owned(), b" a=n ~2e2a=d".to_vec())]);
        assert_eq!(file.facts.revset_functions, b"a b");
        assert_eq!(file.facts.inner_revset_functions, b"_c");
        assert_eq!(file.facts.version_text, b"x\ny");
        assert!(file.watched.iter().all(Watched::holds));
    }

    #[test]
    fn every_truncation_and_every_strange_line_is_refused() {
        let text = compose(Path::new("/bin/hg"), PRINTED.as_bytes()).expect("complete");
        for len in 0..text.len() {
            assert_eq!(parse(&text[..len]), None, "{len}");
        }
        let broken = |from: &str, to: &str| {
            let text = String::from_utf8_lossy(&text).replace(from, to);
            parse(text.as_bytes())
        };
        assert!(broken("x", "x").is_some());
        assert!(broken("amalgam-facts 2", "amalgam-facts 1").is_none());
        assert!(broken("\\x20", "\\x2z").is_none());
        assert!(broken("re2 no", "re2 no more").is_none());
        assert!(broken("build rust\n", "").is_none());
        assert!(broken("language", "langage").is_none());
    }

    #[test]
    fn a_changed_file_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hg");
        std::fs::write(&file, b"one").expect("write");
        let there = Watched::now(&file);
        let nothing = Watched::now(&folder.path().join("new"));
        assert!(there.holds() && nothing.holds());
        std::fs::write(&file, b"longer").expect("write");
        std::fs::write(folder.path().join("new"), b"").expect("write");
        assert!(!there.holds() && !nothing.holds());
    }
}
