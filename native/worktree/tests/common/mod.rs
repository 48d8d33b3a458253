//! Asks the engine and the installed Mercurial the same question of the same working copy.

use amalgam_config::{Config, LegacyPaths};
use amalgam_matching::{Engine, IgnoreRules, MatchContext, MatchOptions, Matcher, PatternKind};
use amalgam_repo::{Repository, Resolved};
use amalgam_testkit::{Sandbox, legacy_build};
use amalgam_types::{NULL_REV, Outcome};
use amalgam_worktree::{PathList, StatusOptions, StatusResult, WorkingCopy, status_between};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// A status command line: the letters of its flags, its revisions and its patterns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question<'a> {
    pub(crate) flags: &'a str,
    pub(crate) revs: &'a [&'a str],
    pub(crate) include: &'a [&'a str],
    pub(crate) exclude: &'a [&'a str],
    pub(crate) patterns: &'a [&'a [u8]],
}

impl<'a> Question<'a> {
    pub(crate) fn flags(flags: &'a str) -> Self {
        Question { flags, ..Default::default() }
    }
}

fn options(flags: &str) -> StatusOptions {
    let has = |letter| flags.contains(letter);
    StatusOptions {
        list_modified: has('m'),
        list_added: has('a'),
        list_removed: has('r'),
        list_deleted: has('d'),
        list_clean: has('c'),
        list_unknown: has('u'),
        list_ignored: has('i'),
        beside_subrepositories: false,
    }
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The engine's result.
pub(crate) fn engine(sandbox: &Sandbox, question: &Question<'_>) -> Outcome<StatusResult> {
    let env = sandbox.environment();
    let mut config = Config::load_user(&env, &LegacyPaths::default())?;
    config.add_repository(&env, &amalgam_repo::repo_config_files(sandbox.root())?)?;
    let repository = Repository::open(sandbox.root(), &env)?;
    let build = legacy_build();
    let engine = Engine::of_status(build);
    let context = MatchContext {
        root: sandbox.root(),
        cwd: b"",
        cwd_abs: sandbox.root(),
        env: &env,
        config: &config,
        engine,
        sets: None,
    };
    let patterns: Vec<Vec<u8>> = question.patterns.iter().map(|p| p.to_vec()).collect();
    let (include, exclude) = (bytes(question.include), bytes(question.exclude));
    let matching =
        MatchOptions { patterns: &patterns, include: &include, exclude: &exclude, default: PatternKind::Relpath };
    let options = options(question.flags);
    let copy = WorkingCopy { repository: &repository, config: &config, env: &env, build };
    let load = || IgnoreRules::load(&context);
    let rev = |symbol: &str| match repository.resolve(&config, symbol.as_bytes()) {
        Ok(Resolved::Rev(rev)) => Ok(rev),
        Ok(_) => Ok(NULL_REV),
        Err(stop) => Err(stop),
    };
    match question.revs {
        [] => copy.status(&Matcher::for_status(&context, &matching)?, &load, options),
        [one] => copy.status_against(rev(one)?, &Matcher::for_status(&context, &matching)?, &load, options),
        [one, two, ..] => {
            let matcher = Matcher::for_revision(&context, rev(two)?, &matching)?;
            status_between(&repository, rev(one)?, rev(two)?, &matcher, &options)
        }
    }
}

/// The result as `hg status -0` prints it, NULs as line ends; complaints first.
pub(crate) fn print(result: &StatusResult, flags: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, reason) in &result.bad {
        out.extend_from_slice(&[path, &b": "[..], &reason.message(legacy_build()), b"\n"].concat());
    }
    let lists: [(char, char, &PathList); 7] = [
        ('m', 'M', &result.modified),
        ('a', 'A', &result.added),
        ('r', 'R', &result.removed),
        ('d', '!', &result.deleted),
        ('u', '?', &result.unknown),
        ('i', 'I', &result.ignored),
        ('c', 'C', &result.clean),
    ];
    for (flag, letter, list) in lists {
        if flags.contains(flag) {
            for path in list.iter() {
                out.extend_from_slice(&[&[letter as u8, b' '], path, b"\n"].concat());
            }
        }
    }
    out
}

/// What Mercurial prints: standard error, then standard output with its NULs as line ends.
pub(crate) fn legacy(sandbox: &Sandbox, question: &Question<'_>) -> Vec<u8> {
    let mut args: Vec<Vec<u8>> = vec![b"status".to_vec(), b"-0".to_vec()];
    args.push(format!("-{}", question.flags).into_bytes());
    let pairs = [("--rev", question.revs), ("-I", question.include), ("-X", question.exclude)];
    for (flag, values) in pairs {
        for value in values {
            args.extend([flag.as_bytes().to_vec(), value.as_bytes().to_vec()]);
        }
    }
    args.push(b"--".to_vec());
    args.extend(question.patterns.iter().map(|p| p.to_vec()));
    let out = sandbox.hg(args.iter().map(|arg| OsStr::from_bytes(arg)));
    let mut text = out.stderr;
    text.extend(out.stdout.into_iter().map(|byte| if byte == 0 { b'\n' } else { byte }));
    text
}

/// Asks both and compares. Returns false where the engine left the answer to legacy.
pub(crate) fn compare(sandbox: &Sandbox, question: &Question<'_>, context: &str) -> bool {
    match engine(sandbox, question) {
        Ok(result) => {
            let (ours, theirs) = (print(&result, question.flags), legacy(sandbox, question));
            assert_eq!(
                String::from_utf8_lossy(&ours),
                String::from_utf8_lossy(&theirs),
                "{question:?} {context} in {}",
                sandbox.root().display()
            );
            true
        }
        Err(stop) => {
            assert!(!format!("{stop:?}").contains("RepositoryDamaged"), "{question:?} {context}: {stop:?}");
            false
        }
    }
}
