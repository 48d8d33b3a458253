//! Finds the Python Mercurial that amalgam stands in front of, and never amalgam itself.
//!
//! `AMALGAM_LEGACY_HG` names it, then the route table, then it is the first `hg` on `PATH` that is not amalgam: not
//! this very file under another name or link, and not a copy of it, which a marker near the start of the
//! binary gives away. A wrapper script that would lead back here cannot be told by looking; for everything that is
//! not plainly a Python script the launcher leaves a note in the environment of what it is about to run, and what the
//! same process finds in that note is not run again.

use crate::environment::{FALLBACK, LEGACY_HG, path};
use amalgam_types::Environment;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Stands near the start of every launcher binary, in a note section; wrapper scripts of ours carry it as text.
pub const MARKER: &[u8; 32] = b"amalgam-launcher:not-legacy-hg:1";

/// The note section with [`MARKER`]: name size, description size, type, name, description.
pub const MARKER_NOTE: [u8; 52] = {
    let mut note = [0u8; 52];
    let head: [[u8; 4]; 3] = [8u32.to_ne_bytes(), 32u32.to_ne_bytes(), 1u32.to_ne_bytes()];
    let name = b"amalgam\0";
    let mut i = 0;
    while i < 52 {
        note[i] = match i {
            0..12 => head[i / 4][i % 4],
            12..20 => name[i - 12],
            _ => MARKER[i - 20],
        };
        i += 1;
    }
    note
};

/// How much of a candidate is looked at.
const HEAD: u64 = 16 * 1024;
/// A chain of wrappers deeper than this is taken for a loop.
const MAX_DEPTH: u32 = 16;

/// A file's identity under every name: device and inode.
pub type FileId = (u64, u64);

/// The legacy that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legacy {
    /// As it is to be executed: the name that a shell would have used.
    pub path: PathBuf,
    /// Its identity.
    pub id: FileId,
    /// Whether it is plainly a Python script, which cannot lead back here by itself.
    pub is_python: bool,
    /// Whether its interpreter is looked up on `PATH`.
    pub interpreter_on_path: bool,
}

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The environment of the invocation.
    pub env: &'a Environment,
    /// This program's own file, when it is a launcher.
    pub own: Option<FileId>,
    /// This process's id, to recognise a note that it left itself.
    pub pid: u32,
}

/// Why there is no legacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound(pub String);

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Search<'_> {
    /// Finds legacy; `configured` is what the route table names.
    ///
    /// # Errors
    /// One sentence for people. A value of `AMALGAM_LEGACY_HG` that cannot be used is an error, not a reason to look
    /// elsewhere.
    pub fn find(&self, configured: Option<&Path>) -> Result<Legacy, NotFound> {
        let note = Note::read(self.env);
        if let Some(named) = self.env.non_empty(LEGACY_HG) {
            let refuse = |why: &str| NotFound(format!("{LEGACY_HG}={} {why}", String::from_utf8_lossy(named)));
            if !named.contains(&b'/') {
                return self.on_path(named, &note).ok_or_else(|| refuse("is not on PATH"));
            }
            return match self.examine(path(named), &note) {
                Ok(legacy) => Ok(legacy),
                Err(Refusal::Absent) => Err(refuse("does not exist or is not executable")),
                Err(Refusal::Amalgam) => Err(refuse("is amalgam itself")),
            };
        }
        if let Some(Ok(legacy)) = configured.map(|configured| self.examine(configured, &note)) {
            return Ok(legacy);
        }
        self.on_path(b"hg", &note).ok_or_else(|| NotFound("there is no other hg on PATH".to_owned()))
    }

    fn on_path(&self, name: &[u8], note: &Note) -> Option<Legacy> {
        let folders = self.env.get("PATH").unwrap_or(b"/bin:/usr/bin");
        folders.split(|&b| b == b':').find_map(|folder| {
            let folder = if folder.is_empty() { b"." } else { folder };
            self.examine(&path(folder).join(path(name)), note).ok()
        })
    }

    fn examine(&self, candidate: &Path, note: &Note) -> Result<Legacy, Refusal> {
        let meta = match &self.env.cwd {
            Some(cwd) if candidate.is_relative() => std::fs::metadata(cwd.join(candidate)),
            _ => std::fs::metadata(candidate),
        }
        .map_err(|_| Refusal::Absent)?;
        if !meta.is_file() || meta.mode() & 0o111 == 0 {
            return Err(Refusal::Absent);
        }
        let id = (meta.dev(), meta.ino());
        if self.own == Some(id) || note.excludes(self.pid, id) {
            return Err(Refusal::Amalgam);
        }
        let head = read_head(candidate).map_err(|_| Refusal::Absent)?;
        if memchr::memmem::find(&head, MARKER).is_some() {
            return Err(Refusal::Amalgam);
        }
        let script = head.starts_with(b"#!");
        // Long interpreter paths are written as a shell line that runs Python, within the first lines.
        let start = &head[..head.len().min(1024)];
        let first_line = start.split(|&b| b == b'\n').next().unwrap_or_default();
        Ok(Legacy {
            path: candidate.to_path_buf(),
            id,
            is_python: script && memchr::memmem::find(start, b"python").is_some(),
            interpreter_on_path: script && memchr::memmem::find(first_line, b"/env").is_some(),
        })
    }
}

enum Refusal {
    Absent,
    Amalgam,
}

fn read_head(candidate: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(candidate)?;
    let mut head = Vec::with_capacity(4096);
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    // Formats without a note section may carry the marker anywhere.
    if !head.starts_with(b"\x7fELF") && !head.starts_with(b"#!") {
        file.read_to_end(&mut head)?;
    }
    Ok(head)
}

/// What earlier fallbacks of this process, or of its parents, were about to run.
#[derive(Debug, Default)]
struct Note {
    pid: u32,
    depth: u32,
    ids: Vec<FileId>,
}

impl Note {
    fn read(env: &Environment) -> Note {
        let parse = || -> Option<Note> {
            let text = std::str::from_utf8(env.get(FALLBACK)?).ok()?;
            let mut words = text.split(' ');
            let (pid, depth) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            let ids = words.map(|word| {
                let (device, inode) = word.split_once(':')?;
                Some((device.parse().ok()?, inode.parse().ok()?))
            });
            Some(Note { pid, depth, ids: ids.collect::<Option<_>>()? })
        };
        parse().unwrap_or_default()
    }

    /// `exec` keeps the process id, so a note with ours means that the program led straight back. Hooks and aliases
    /// run `hg` in processes of their own and may go deep, but not endlessly.
    fn excludes(&self, pid: u32, id: FileId) -> bool {
        (self.pid == pid || self.depth >= MAX_DEPTH) && self.ids.contains(&id)
    }
}

/// The value of `AMALGAM_FALLBACK` with which `legacy` is to be run; `None` where no note is needed.
pub fn fallback_note(env: &Environment, pid: u32, legacy: &Legacy) -> Option<String> {
    if legacy.is_python {
        return None;
    }
    let mut note = Note::read(env);
    let depth = note.depth + u32::from(note.pid != pid);
    note.ids.push(legacy.id);
    note.ids.sort_unstable();
    note.ids.dedup();
    let ids: Vec<String> = note.ids.iter().map(|(device, inode)| format!("{device}:{inode}")).collect();
    Some(format!("{pid} {depth} {}", ids.join(" ")))
}

/// For messages: the path with whatever is not text replaced.
pub fn display(legacy: &Path) -> String {
    String::from_utf8_lossy(legacy.as_os_str().as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;
    use std::os::unix::fs::{PermissionsExt, symlink};

    struct Bench {
        folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Bench {
            Bench { folder: tempfile::tempdir().expect("a folder") }
        }

        fn put(&self, name: &str, content: &[u8]) -> PathBuf {
            let file = self.folder.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
            std::fs::write(&file, content).expect("write");
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).expect("mode");
            file
        }

        fn path_of(&self, names: &[&str]) -> String {
            let folders: Vec<_> = names.iter().map(|n| self.folder.path().join(n).display().to_string()).collect();
            folders.join(":")
        }
    }

    const PYTHON: &[u8] = b"#!/usr/bin/python3\nimport mercurial\n";

    fn elf_with_marker() -> Vec<u8> {
        [b"\x7fELF".as_slice(), &[0; 600], &MARKER_NOTE, &[0; 90]].concat()
    }

    fn id_of(file: &Path) -> FileId {
        let meta = std::fs::metadata(file).expect("metadata");
        (meta.dev(), meta.ino())
    }

    #[test]
    fn the_note_is_well_formed() {
        assert_eq!(MARKER_NOTE[..4], 8u32.to_ne_bytes());
        assert_eq!(&MARKER_NOTE[12..20], b"amalgam\0");
        assert_eq!(&MARKER_NOTE[20..], MARKER);
    }

    #[test]
    fn the_first_other_hg_on_path_is_legacy() {
        let bench = Bench::new();
        let own = bench.put("own/hg", &elf_with_marker());
        let legacy = bench.put("d/hg", PYTHON);
        std::fs::create_dir_all(bench.folder.path().join("link")).expect("folder");
        symlink(&own, bench.folder.path().join("link/hg")).expect("link");
        bench.put("copy/hg", &elf_with_marker());
        bench.put("plain/hg", PYTHON);
        std::fs::set_permissions(bench.folder.path().join("plain/hg"), PermissionsExt::from_mode(0o644)).expect("mode");
        std::fs::create_dir_all(bench.folder.path().join("folder/hg")).expect("folder");
        bench.put("script/hg", &[b"#!/bin/sh\n# ".as_slice(), MARKER, b"\n"].concat());
        let path = bench.path_of(&["none", "own", "link", "copy", "plain", "folder", "script", "d"]);
        let env = env(&[("PATH", &path)]);
        let found = Search { env: &env, own: Some(id_of(&own)), pid: 1 }.find(None).expect("found");
        assert_eq!(found.path, legacy);
        assert!(found.is_python && !found.interpreter_on_path);
    }

    #[test]
    fn a_named_legacy_is_used_or_complained_about() {
        let bench = Bench::new();
        let legacy = bench.put("d/other", b"#!/usr/bin/env python3\n");
        let own = bench.put("own/hg", &elf_with_marker());
        let good = legacy.display().to_string();
        let by = |value: &str| {
            let env = env(&[("PATH", &bench.path_of(&["own", "d"])), ("AMALGAM_LEGACY_HG", value)]);
            Search { env: &env, own: None, pid: 1 }.find(None)
        };
        assert!(by(&good).expect("found").interpreter_on_path);
        assert_eq!(by("other").expect("found").path, legacy);
        assert!(by("/nonexistent/hg").expect_err("absent").0.contains("does not exist"));
        assert!(by(&own.display().to_string()).expect_err("itself").0.contains("itself"));
    }

    #[test]
    fn a_configured_legacy_comes_before_path_but_may_be_gone() {
        let bench = Bench::new();
        let first = bench.put("a/hg", PYTHON);
        let second = bench.put("b/hg", PYTHON);
        let env = env(&[("PATH", &bench.path_of(&["a"]))]);
        let search = Search { env: &env, own: None, pid: 1 };
        assert_eq!(search.find(Some(&second)).expect("found").path, second);
        assert_eq!(search.find(Some(Path::new("/gone"))).expect("found").path, first);
    }

    #[test]
    fn a_wrapper_that_leads_back_is_passed_over() {
        let bench = Bench::new();
        let wrapper = bench.put("a/hg", b"#!/bin/sh\nexec amalgam-somewhere \"$@\"\n");
        let legacy = bench.put("b/hg", PYTHON);
        let path = bench.path_of(&["a", "b"]);
        let env1 = env(&[("PATH", &path)]);
        let found = Search { env: &env1, own: None, pid: 7 }.find(None).expect("found");
        assert_eq!(found.path, wrapper);
        let note = fallback_note(&env1, 7, &found).expect("a note");
        let env2 = env(&[("PATH", &path), ("AMALGAM_FALLBACK", &note)]);
        let again = |pid| Search { env: &env2, own: None, pid }.find(None).expect("found").path;
        assert_eq!(again(7), legacy);
        // A hook of the real legacy behind the wrapper runs in another process and may use it again.
        assert_eq!(again(8), wrapper);
        assert_eq!(fallback_note(&env1, 7, &Search { env: &env2, own: None, pid: 7 }.find(None).expect("found")), None);
    }

    #[test]
    fn a_chain_of_processes_ends() {
        let bench = Bench::new();
        bench.put("a/hg", b"#!/bin/sh\namalgam-somewhere \"$@\"\n");
        let path = bench.path_of(&["a"]);
        let mut note = String::new();
        for pid in 1..100 {
            let env = env(&[("PATH", &path), ("AMALGAM_FALLBACK", &note)]);
            match (Search { env: &env, own: None, pid }).find(None) {
                Ok(found) => note = fallback_note(&env, pid, &found).expect("a note"),
                Err(_) => return assert!(pid > 10),
            }
        }
        panic!("the loop did not end");
    }
}
