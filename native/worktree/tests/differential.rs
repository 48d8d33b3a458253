//! The engine against the installed Mercurial, in working copies that were disturbed at random.

mod common;

use amalgam_testkit::Sandbox;
use common::{Question, compare, engine};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

const IGNORE: &str = "syntax: glob\n*.o\n*~\nsyntax: regexp\n^build/\n(^|/)out$\n";

const TRACKED: &[&str] = &[
    "a",
    "a-b",
    "a.d/x",
    "b",
    "c",
    "d/e/f/g",
    "d/e/f/h",
    "d/x",
    "d/y",
    "d-e/x",
    "e/1",
    "e/2",
    "e/3",
    "link",
    "run",
    "out/kept",
    "z.o",
    "sub/deep/er/file",
    "sub/deep/er/other",
    "sub/top",
    "\u{e9}/caf\u{e9}",
    "sp ace/na me",
];

fn cases() -> u32 {
    std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|n| n.parse::<u32>().ok()).map_or(2, |n| n.div_ceil(50))
}

struct Disturbed {
    sandbox: Sandbox,
    random: TestRng,
    log: Vec<String>,
}

impl Disturbed {
    fn new(seed: u32, v2: bool) -> Self {
        let sandbox = Sandbox::new();
        sandbox.append_hgrc("[storage]\ndirstate-v2.slow-path = allow\n");
        let version = if v2 { "format.use-dirstate-v2=yes" } else { "format.use-dirstate-v2=no" };
        sandbox.hg_ok(["init", "--config", version]);
        sandbox.write(".hgignore", IGNORE);
        for path in TRACKED {
            if *path == "link" {
                sandbox.symlink("a", path);
            } else {
                sandbox.write(path, format!("{path} 0\n"));
            }
        }
        sandbox.chmod("run", 0o755);
        sandbox.hg_ok(["add", "-q", "out/kept", "z.o"]);
        sandbox.hg_ok(["commit", "-qAm", "first"]);
        sandbox.write("b", "b second\n");
        sandbox.hg_ok(["remove", "-q", "e/3"]);
        sandbox.write("e/4", "new\n");
        sandbox.hg_ok(["commit", "-qAm", "second"]);
        let mut key = [7; 32];
        key[..4].copy_from_slice(&seed.to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
        Disturbed { sandbox, random, log: vec![format!("seed {seed} v2 {v2}")] }
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.next_u32() as usize % n
    }

    fn any_tracked(&mut self) -> &'static str {
        TRACKED[self.below(TRACKED.len())]
    }

    fn clear(&self, path: &str) {
        let full = self.sandbox.path(path);
        if full.is_dir() && !full.is_symlink() {
            let _ = fs::remove_dir_all(full);
        } else {
            let _ = fs::remove_file(full);
        }
    }

    /// One random change, by hand or with `hg`.
    fn disturb(&mut self) {
        let path = self.any_tracked();
        let kind = self.below(20);
        self.log.push(format!("{kind} {path}"));
        let full = self.sandbox.path(path);
        let sandbox = &self.sandbox;
        let parent = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match kind {
            0 | 1 if full.is_file() => fs::write(&full, format!("{path} 1\n")).unwrap(),
            2 if full.is_file() => fs::write(&full, "longer than before, in any case\n").unwrap(),
            3 if full.is_file() => {
                let time = SystemTime::now() - Duration::from_secs(86_400);
                fs::File::options().write(true).open(&full).and_then(|f| f.set_modified(time)).unwrap();
            }
            4 if full.is_file() && !full.is_symlink() => {
                let mode = fs::metadata(&full).unwrap().mode();
                sandbox.chmod(path, (mode & 0o777) ^ 0o100);
            }
            5 | 6 => self.clear(path),
            7 if full.exists() => {
                self.clear(path);
                sandbox.write(format!("{path}/below"), "below\n");
            }
            8 if full.exists() => {
                self.clear(path);
                sandbox.symlink("b", path);
            }
            9 if full.exists() => {
                self.clear(path);
                let made = sandbox.command("mkfifo").arg(&full).status();
                assert!(made.is_ok_and(|status| status.success()));
            }
            10 => drop(sandbox.hg(["remove", "-q", "-f", path])),
            11 => drop(sandbox.hg(["forget", "-q", path])),
            12 => drop(sandbox.hg(["copy", "-q", path, &format!("copies/{}", path.replace('/', "_"))])),
            13 => drop(sandbox.hg(["rename", "-q", path, &format!("{path}.renamed")])),
            14 if sandbox.path(parent).is_dir() && !parent.is_empty() => {
                sandbox.write(format!("{parent}/untracked/file"), "u\n");
                sandbox.write(format!("{parent}/object.o"), "o\n");
            }
            15 if !parent.is_empty() && sandbox.path(parent).is_dir() => {
                let moved = format!("moved-{}", parent.replace('/', "_"));
                if fs::rename(sandbox.path(parent), sandbox.path(&moved)).is_ok() {
                    std::os::unix::fs::symlink(sandbox.path(&moved), sandbox.path(parent)).unwrap();
                }
            }
            16 if !parent.is_empty() && sandbox.path(parent).is_dir() => {
                let _ = fs::create_dir(sandbox.path(format!("{parent}/.hg")));
            }
            17 => {
                sandbox.write("build/many/things", "b\n");
                sandbox.write("new/folder/file~", "b\n");
                sandbox.write("new/folder/file", "b\n");
            }
            18 => {
                sandbox.write("added", "added\n");
                sandbox.hg(["add", "-q", "added"]);
            }
            19 if !parent.is_empty() => self.clear(parent),
            _ => {}
        }
    }

    fn ask(&self, question: &Question<'_>) -> u32 {
        u32::from(compare(&self.sandbox, question, &format!("{:?}", self.log)))
    }
}

const QUESTIONS: &[&str] = &["mardu", "mard", "mardcui", "u", "i", "ma", "c", "d"];

#[test]
fn random_changes() {
    let mut native = 0;
    let mut asked = 0;
    for seed in 0..cases() {
        for v2 in [false, true] {
            let mut disturbed = Disturbed::new(seed, v2);
            for round in 0..3 {
                for _ in 0..4 {
                    disturbed.disturb();
                }
                let flags = QUESTIONS[(seed as usize + round) % QUESTIONS.len()];
                native += disturbed.ask(&Question::flags("mardcui"));
                native += disturbed.ask(&Question::flags(flags));
                native += disturbed.ask(&Question { revs: &["0"], ..Question::flags("mardcu") });
                let path = disturbed.any_tracked();
                let folder = path.split('/').next().unwrap_or(path);
                let patterns = [path.as_bytes(), b"glob:d/**", b"missing"];
                native += disturbed.ask(&Question { patterns: &patterns, ..Question::flags("mardcui") });
                let questions = [
                    Question { include: &[folder], ..Question::flags("mardu") },
                    Question { exclude: &[folder, "**/x"], ..Question::flags("mardcu") },
                    Question { patterns: &[folder.as_bytes(), b"e"], ..Question::flags("mardu") },
                ];
                native += disturbed.ask(&questions[round]);
                asked += 5;
            }
        }
    }
    // Damaged trees apart (a path through a symbolic link aborts), most of it is native.
    assert!(native * 10 >= asked * 7, "{native} of {asked} native");
}

#[test]
fn revisions_are_compared() {
    let disturbed = Disturbed::new(0, false);
    for revs in [&["0", "1"][..], &["1", "0"], &["null", "1"], &["0", "null"], &["1", "1"], &["0"], &["null"], &["1"]] {
        assert!(compare(&disturbed.sandbox, &Question { revs, ..Question::flags("mardcui") }, ""), "{revs:?}");
    }
}

#[test]
fn a_merge_is_modified() {
    let disturbed = Disturbed::new(1, false);
    let sandbox = &disturbed.sandbox;
    sandbox.hg_ok(["update", "-q", "0"]);
    sandbox.write("b", "other\n");
    sandbox.write("theirs", "theirs\n");
    sandbox.hg_ok(["commit", "-qAm", "third"]);
    sandbox.hg(["merge", "-q", "1"]);
    sandbox.hg(["remove", "-q", "-f", "e/4"]);
    for flags in QUESTIONS {
        for revs in [&[][..], &["0"], &["1"], &["2"]] {
            assert!(compare(sandbox, &Question { revs, ..Question::flags(flags) }, "merge"), "{flags} {revs:?}");
        }
    }
}

fn debugstate(sandbox: &Sandbox) -> String {
    String::from_utf8_lossy(&sandbox.hg_ok(["debugstate"])).into_owned()
}

/// Makes everything outside `.hg`, links included, a day older than the clock, so that its time can be recorded.
fn age(sandbox: &Sandbox) {
    let touch = ["-path", "./.hg", "-prune", "-o", "-exec", "touch", "-h", "-d", "1 day ago", "{}", "+"];
    let done = sandbox.command("find").arg(".").args(touch).status();
    assert!(done.is_ok_and(|status| status.success()));
}

#[test]
fn what_is_learned_is_written_back_as_legacy_does() {
    for v2 in [false, true] {
        let disturbed = Disturbed::new(2, v2);
        let sandbox = &disturbed.sandbox;
        age(sandbox);
        sandbox.remove("e/1");
        let twin = sandbox.base().join("twin");
        let copied = sandbox.command("cp").arg("-a").arg(sandbox.root()).arg(&twin).status();
        assert!(copied.is_ok_and(|status| status.success()));
        let before = debugstate(sandbox);
        let result = engine(sandbox, &Question::flags("mardu")).expect("a native answer");
        let refresh = result.refresh.as_ref();
        if v2 && amalgam_testkit::legacy_build() != amalgam_types::LegacyBuild::Rust {
            assert!(refresh.is_none());
            continue;
        }
        let refresh = refresh.expect("something to record");
        fs::write(sandbox.path(".hg/wlock"), "").expect("a lock");
        assert_eq!(refresh.write(), amalgam_worktree::Written::No);
        sandbox.remove(".hg/wlock");
        let mode = fs::metadata(sandbox.path(".hg/dirstate")).expect("a dirstate").mode();
        assert_eq!(refresh.write(), amalgam_worktree::Written::Yes);
        assert_eq!(refresh.write(), amalgam_worktree::Written::No, "the dirstate is another one now");
        assert_eq!(fs::metadata(sandbox.path(".hg/dirstate")).expect("a dirstate").mode(), mode);
        let left: Vec<_> = fs::read_dir(sandbox.path(".hg")).expect("a folder").flatten().collect();
        assert!(!left.iter().any(|e| e.file_name().to_string_lossy().ends_with('~') || e.file_name() == "wlock"));
        sandbox.hg_in(&twin, ["status"]);
        let after = debugstate(sandbox);
        assert_ne!(before, after);
        let theirs = sandbox.hg_in(&twin, ["debugstate"]).stdout;
        assert_eq!(after, String::from_utf8_lossy(&theirs), "v2 {v2}");
        let again = engine(sandbox, &Question::flags("mardu")).expect("a native answer");
        assert!(again.refresh.is_none_or(|r| v2 && r.write() == amalgam_worktree::Written::Yes));
        assert!(compare(sandbox, &Question::flags("mardcui"), "after writing"));
        assert_eq!(sandbox.hg_in(sandbox.root(), ["debugstate"]).stdout, theirs);
    }
}

#[test]
fn what_cannot_be_certain_is_left_to_legacy() {
    let disturbed = Disturbed::new(3, false);
    let sandbox = &disturbed.sandbox;
    sandbox.write(".hgsub", "nested = nested\n");
    assert!(engine(sandbox, &Question::flags("mardu")).is_ok());
    sandbox.hg_ok(["add", "-q", ".hgsub"]);
    assert!(engine(sandbox, &Question::flags("mardu")).is_err());
    sandbox.hg_ok(["forget", "-q", ".hgsub"]);
    sandbox.append_hgrc("[encode]\nb.gz = gunzip\n");
    let time = SystemTime::now() - Duration::from_secs(5_000);
    fs::File::options().write(true).open(sandbox.path("a")).and_then(|f| f.set_modified(time)).expect("a file");
    assert!(engine(sandbox, &Question::flags("mardu")).is_ok());
    sandbox.append_hgrc("a = tr a-z A-Z\n");
    assert!(engine(sandbox, &Question::flags("mardu")).is_err());
    assert!(engine(sandbox, &Question::flags("u")).is_ok());
    let dirstate = sandbox.read(".hg/dirstate");
    sandbox.write(".hg/dirstate", &dirstate[..dirstate.len() - 3]);
    assert!(engine(sandbox, &Question::flags("u")).is_err());
}
