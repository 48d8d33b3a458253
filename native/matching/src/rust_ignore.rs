//! How Mercurial's Rust extension reads ignore files, and the hash that dirstate-v2 keeps of them.
//!
//! The hash is SHA-1 over one record for each file read, in this order: the files sorted by name, each followed by
//! what it includes, where it includes it. A record is the file's name (relative to the repository if inside), a
//! space, the 20-byte SHA-1 of its content and a newline. Source: the extension's behaviour, checked against the
//! hashes that it writes.

use crate::audit::{Audit, canonpath};
use crate::ignore::{MAX_DEPTH, Tree, rust_lines};
use crate::paths::dirname;
use crate::piece::{self, KindPattern, Suffix};
use crate::rules::{Rule, Rules};
use crate::{Engine, PatternKind, shape};
use amalgam_config::{join_path, normalize_path};
use amalgam_types::{Outcome, Reason, Stop};
use sha1::{Digest, Sha1};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The rules of `files` in the repository at `root`, and their hash.
pub(crate) fn tree(root: &Path, files: &[PathBuf]) -> Outcome<(Tree, [u8; 20])> {
    let (entries, hash) = read_all(root, files)?;
    Ok((compile(entries)?, hash))
}

/// The hash of `files` in the repository at `root`.
pub(crate) fn pattern_hash(root: &Path, files: &[PathBuf]) -> Outcome<[u8; 20]> {
    Ok(read_all(root, files)?.1)
}

fn read_all(root: &Path, files: &[PathBuf]) -> Outcome<(Vec<Entry>, [u8; 20])> {
    let mut hasher = Sha1::new();
    let mut add = |file: &Path, content: &[u8]| {
        hasher.update(file.strip_prefix(root).unwrap_or(file).as_os_str().as_bytes());
        hasher.update(b" ");
        hasher.update(Sha1::digest(content));
        hasher.update(b"\n");
    };
    let mut entries = Vec::new();
    for file in sorted(files) {
        read(file, root.as_os_str().as_bytes(), &mut add, &mut entries, 0)?;
    }
    Ok((entries, hasher.finalize().into()))
}

fn sorted(files: &[PathBuf]) -> Vec<&Path> {
    let mut files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    files.sort_by_key(|file| file.as_os_str().as_bytes());
    files
}

enum Entry {
    Pattern(KindPattern),
    Below(Vec<u8>, Vec<Entry>),
}

/// Reads one file and what it includes. The extension warns of a missing file; of other trouble in an included one
/// it says nothing and goes on, which is too odd to repeat.
fn read(
    file: &Path,
    root: &[u8],
    inspect: &mut dyn FnMut(&Path, &[u8]),
    entries: &mut Vec<Entry>,
    depth: usize,
) -> Outcome<()> {
    if depth > MAX_DEPTH {
        return Err(Stop::unsupported(Reason::PatternInvalid, "pattern files that include each other"));
    }
    let Some((content, lines)) = rust_lines(file)? else {
        return Err(Stop::unsupported(Reason::WarningExpected, "a pattern file that cannot be read"));
    };
    inspect(file, &content);
    for (kind, text) in lines {
        match kind {
            PatternKind::Include => {
                let included = join_path(root, &text);
                read(Path::new(OsStr::from_bytes(&included)), root, inspect, entries, depth + 1)?;
            }
            PatternKind::Subinclude => {
                let source = normalize_path(file.as_os_str().as_bytes());
                let included = join_path(dirname(&source), &text);
                let folder = dirname(&included).to_vec();
                let prefix = prefix_of(root, &folder)?;
                let mut inner = Vec::new();
                read(Path::new(OsStr::from_bytes(&included)), &folder, inspect, &mut inner, depth + 1)?;
                entries.push(Entry::Below(prefix, inner));
            }
            _ => entries.push(Entry::Pattern(KindPattern { kind, text, source: Vec::new() })),
        }
    }
    Ok(())
}

fn prefix_of(root: &[u8], folder: &[u8]) -> Outcome<Vec<u8>> {
    let odd = || Stop::unsupported(Reason::PatternUnsupported, "subinclude of an unusual folder");
    if normalize_path(folder) != folder || !folder.starts_with(root) {
        return Err(odd());
    }
    let mut prefix = canonpath(root, root, folder, Audit::Disk).map_err(|_| odd())?;
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    Ok(prefix)
}

fn compile(entries: Vec<Entry>) -> Outcome<Tree> {
    let mut patterns = Vec::new();
    let mut below: Vec<(Vec<u8>, Tree)> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Pattern(pattern) => patterns.push(pattern),
            Entry::Below(prefix, inner) => {
                let tree = compile(inner)?;
                // One matcher for each prefix: the last.
                below.retain(|(other, _)| *other != prefix);
                below.push((prefix, tree));
            }
        }
    }
    let only_folders = !patterns.is_empty() && patterns.iter().all(|p| p.kind == PatternKind::Rootfilesin);
    if only_folders {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "only rootfilesin rules"));
    }
    let mut rules = Vec::with_capacity(patterns.len());
    for pattern in &patterns {
        use PatternKind::{Filepath, Path, Relpath, Rootfilesin};
        if matches!(pattern.kind, Path | Relpath | Filepath | Rootfilesin)
            && pattern.text.windows(2).any(|w| w == b"//")
        {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "two slashes in a path rule"));
        }
        let hir = piece::hir(pattern, Suffix::SlashOrEnd, Engine::RustExtension, true)?;
        rules.push(Rule { hir, shape: shape::of_rust(pattern.kind, &pattern.text) });
    }
    Ok(Tree { rules: Rules::new(rules, Engine::RustExtension)?, below })
}
