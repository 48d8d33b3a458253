//! Whole repositories with one damaged file: every question must end in an answer or a stop.
//!
//! `AMALGAM_FUZZ_CASES` sets how many damages are tried.

mod common;

use amalgam_repo::Repository;
use amalgam_types::{Outcome, Rev, Stop};
use common::fixtures::{self, Built};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fs;
use std::path::{Path, PathBuf};

/// All that a repository can be asked, as one text.
fn ask(built: &Built, root: &Path) -> Outcome<String> {
    let repo = Repository::open(root, &built.sandbox.environment())?;
    let config = built.config();
    let changelog = repo.changelog()?;
    let mut out = format!("{:?} {:?}\n", repo.working_parents()?, repo.unfinished_states()?);
    for rev in 0..changelog.len() {
        out +=
            &format!("{:?} {:?} {:?}\n", changelog.node(rev)?, changelog.parents(rev)?, changelog.entry(rev)?.text());
        for entry in repo.manifest_of(rev)?.iter() {
            let entry = entry?;
            let node = entry.node()?;
            let revision = repo.file_revision(entry.path, &node)?;
            out += &format!("{:?} {:?} {revision:?} {}\n", entry.path, entry.flags, repo.file_size(entry.path, &node)?);
        }
    }
    Ok(out + &ask_names(&repo, &config)?)
}

fn ask_names(repo: &Repository, config: &amalgam_config::Config) -> Outcome<String> {
    let visibility = repo.visibility(config)?;
    let mut out = format!("{:?}\n", visibility.hidden().collect::<Vec<Rev>>());
    out += &format!("{:?}\n", repo.bookmarks(config)?.iter().collect::<Vec<_>>());
    out += &format!("{:?}\n", repo.tags(config)?.iter().collect::<Vec<_>>());
    let mut branches: Vec<_> = repo.branches(config)?.iter().collect();
    branches.sort();
    out += &format!("{branches:?}\n");
    for symbol in ["1", "tip", "default", "stable", "v1", "mark", "0", "abc", "nope"] {
        match repo.resolve(config, symbol.as_bytes()) {
            Ok(found) => out += &format!("{symbol} {found:?}\n"),
            Err(Stop::Abort(abort)) => out += &format!("{symbol} {abort:?}\n"),
            Err(stop) => return Err(stop),
        }
    }
    Ok(out)
}

fn files_below(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            files_below(&path, out);
        } else if entry.file_type().is_ok_and(|t| t.is_file()) {
            out.push(path);
        }
    }
}

fn cases(default: u32) -> u32 {
    std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

#[test]
fn every_file_damaged_in_many_ways() {
    let built = fixtures::rich(&["format.use-persistent-nodemap=yes", "format.use-dirstate-v2=yes"]);
    let hg = &mut built.server();
    hg.ok(&["tags", "-q"]);
    hg.ok(&["branches", "-q"]);
    let root = built.sandbox.root();
    let original = ask(&built, root).expect("an undamaged repository");
    let mut files = Vec::new();
    files_below(&root.join(".hg"), &mut files);
    files.sort();
    let mut runner = TestRunner::new(Config { cases: cases(400), failure_persistence: None, ..Config::default() });
    let damage = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..5, any::<u8>());
    let result = runner.run(&damage, |(which, place, kind, value)| {
        let path = which.get(&files);
        let whole = fs::read(path).expect("a file of the repository");
        let mut bytes = whole.clone();
        let at = if whole.is_empty() { 0 } else { place.index(whole.len()) };
        match (kind, bytes.get_mut(at)) {
            (0, _) => bytes.truncate(at),
            (1, Some(byte)) => *byte ^= 1 << (value % 8),
            (2, Some(byte)) => *byte = value,
            (3, _) => bytes.splice(at..at, vec![value; usize::from(value)]).for_each(drop),
            _ => drop(fs::remove_file(path)),
        }
        if kind != 4 {
            fs::write(path, &bytes).expect("the damaged file");
        }
        let answer = ask(&built, root);
        fs::write(path, &whole).expect("the file again");
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy();
        // The text of every revision is proved by its id: damage there never goes unseen.
        if name.ends_with(".d") && kind != 3 && bytes != whole {
            prop_assert!(answer.is_err(), "damage in {name} at {at} was not noticed");
        }
        Ok(())
    });
    result.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(ask(&built, root), Ok(original));
}

#[test]
fn an_index_cut_short_at_every_entry_and_between() {
    let built = fixtures::long(&[], 12);
    let root = built.sandbox.root();
    for name in [".hg/store/00changelog.i", ".hg/store/00manifest.i", ".hg/store/data/log.i", ".hg/dirstate"] {
        let whole = built.sandbox.read(name);
        for len in (0..whole.len()).step_by(31).chain((0..whole.len()).step_by(64)) {
            built.sandbox.write(name, &whole[..len]);
            // An empty or shorter history is a history; the dirstate's parents are then unknown.
            if let Ok(text) = ask(&built, root) {
                assert!(name == ".hg/dirstate" || len == 0, "{name} cut at {len} gave {}", text.len());
            }
        }
        built.sandbox.write(name, &whole);
    }
}

#[test]
fn unreadable_files_and_folders_in_their_place_are_stops() {
    let built = fixtures::rich(&[]);
    let root = built.sandbox.root();
    for name in [
        "requires",
        "store/requires",
        "store/00changelog.i",
        "store/00manifest.i",
        "store/phaseroots",
        "bookmarks",
        "localtags",
        "dirstate",
        "store/obsstore",
    ] {
        let path = root.join(".hg").join(name);
        let whole = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        fs::create_dir(&path).expect("a folder in its place");
        assert!(ask(&built, root).is_err(), "{name}");
        fs::remove_dir(&path).expect("the folder");
        if let Some(whole) = whole {
            fs::write(&path, whole).expect("the file again");
        }
    }
    assert!(ask(&built, root).is_ok());
}
