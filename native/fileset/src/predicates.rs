//! The functions of the language (`hg help filesets`, "Predicates") that need no file's contents.

use crate::contents;
use crate::evaluate::{Scope, pattern};
use crate::invalid;
use crate::parse::Tree;
use crate::portable::is_portable;
use amalgam_matching::{IgnoreRules, Matcher, Subject};
use amalgam_query::{Context, Pair};
use amalgam_types::{EXEC_BIT, NULL_REV, Outcome, Reason, Stop, WDIR_REV};
use amalgam_worktree::{PathList, StatusResult, tracked_files};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// Files whose presence makes a revision or working directory one with subrepositories.
const SUBREPOSITORY_FILES: [&[u8]; 2] = [b".hgsub", b".hgsubstate"];

/// The matcher that a function makes.
///
/// # Errors
/// `PatternUnsupported` for a function that nobody knows, or that is not answered here.
pub(crate) fn call<'a>(scope: &Scope<'_, 'a>, name: &[u8], argument: Option<&Tree>) -> Outcome<Matcher<'a>> {
    if argument.is_some() && takes_nothing(name) {
        return Err(invalid("a function takes no arguments"));
    }
    match name {
        b"modified" => listed(scope, |status| &status.modified),
        b"added" => listed(scope, |status| &status.added),
        b"removed" => listed(scope, |status| &status.removed),
        b"deleted" | b"missing" => listed(scope, |status| &status.deleted),
        b"unknown" => listed(scope, |status| &status.unknown),
        b"ignored" => listed(scope, |status| &status.ignored),
        b"clean" => listed(scope, |status| &status.clean),
        b"tracked" => tracked(scope),
        b"exec" => flagged(scope, b'x'),
        b"symlink" => flagged(scope, b'l'),
        b"resolved" => merged(scope, b"r"),
        b"unresolved" => merged(scope, b"u"),
        b"hgignore" => {
            let rules = IgnoreRules::load(&scope.setting.matching)?;
            Ok(Matcher::predicate(move |path| rules.matches_path(path)))
        }
        b"portable" => Ok(Matcher::predicate(is_portable)),
        b"subrepo" => subrepositories(scope, argument),
        b"revs" => revisions(scope, argument),
        b"status" => compared(scope, argument),
        _ => contents::call(scope, name, argument),
    }
}

fn takes_nothing(name: &[u8]) -> bool {
    !matches!(name, b"encoding" | b"eol" | b"grep" | b"revs" | b"size" | b"status" | b"subrepo")
}

fn listed<'a>(scope: &Scope<'_, 'a>, list: fn(&StatusResult) -> &PathList) -> Outcome<Matcher<'a>> {
    let status = scope.status()?;
    Ok(Matcher::predicate(move |path| list(&status).contains(path)))
}

fn tracked<'a>(scope: &Scope<'_, 'a>) -> Outcome<Matcher<'a>> {
    let repository = scope.setting.working_copy.repository;
    match scope.subject {
        Subject::WorkingCopy => {
            let tracked = tracked_files(repository)?;
            Ok(Matcher::predicate(move |path| tracked.contains(path)))
        }
        Subject::Revision(rev) => {
            let (manifest, aside) = (repository.manifest_of(rev)?, scope.setting.aside);
            Ok(Matcher::predicate(move |path| aside.settled(manifest.get(path).map(|entry| entry.map(drop))).is_some()))
        }
    }
}

/// Files with the flag `flag` and no other.
fn flagged<'a>(scope: &Scope<'_, 'a>, flag: u8) -> Outcome<Matcher<'a>> {
    let repository = scope.setting.working_copy.repository;
    match scope.subject {
        Subject::WorkingCopy => {
            let root = repository.root();
            Ok(Matcher::predicate(move |path| {
                let Ok(meta) = std::fs::symlink_metadata(root.join(OsStr::from_bytes(path))) else { return false };
                match flag {
                    b'l' => meta.is_symlink(),
                    _ => !meta.is_symlink() && meta.mode() & EXEC_BIT != 0,
                }
            }))
        }
        Subject::Revision(rev) => {
            let (manifest, aside) = (repository.manifest_of(rev)?, scope.setting.aside);
            Ok(Matcher::predicate(move |path| {
                aside.settled(manifest.get(path)).is_some_and(|entry| entry.flags == flag)
            }))
        }
    }
}

/// Files that the merge under way left in this state.
fn merged<'a>(scope: &Scope<'_, 'a>, state: &[u8]) -> Outcome<Matcher<'a>> {
    if scope.subject != Subject::WorkingCopy {
        return Ok(Matcher::never());
    }
    let merge = scope.setting.working_copy.repository.merge_state()?;
    let files: HashSet<Vec<u8>> =
        merge.files.into_iter().filter(|(_, found)| found == state).map(|(path, _)| path).collect();
    Ok(Matcher::predicate(move |path| files.contains(path)))
}

/// `subrepo([pattern])`, where there are none.
fn subrepositories<'a>(scope: &Scope<'_, 'a>, argument: Option<&Tree>) -> Outcome<Matcher<'a>> {
    argument.map(pattern).transpose()?;
    let repository = scope.setting.working_copy.repository;
    for name in SUBREPOSITORY_FILES {
        let there = match scope.subject {
            Subject::WorkingCopy => repository.root().join(OsStr::from_bytes(name)).symlink_metadata().is_ok(),
            Subject::Revision(rev) => repository.manifest_of(rev)?.get(name)?.is_some(),
        };
        if there {
            return Err(Stop::unsupported(Reason::SubrepositoryPresent, String::from_utf8_lossy(name)));
        }
    }
    Ok(Matcher::predicate(|_| false))
}

/// The arguments of a function that takes `COUNT` of them.
fn arguments<const COUNT: usize>(argument: Option<&Tree>) -> Outcome<[&Tree; COUNT]> {
    let all: Vec<&Tree> = match argument {
        None => Vec::new(),
        Some(Tree::List(parts)) => parts.iter().collect(),
        Some(one) => vec![one],
    };
    all.try_into().map_err(|_| invalid("a function takes more or fewer arguments"))
}

/// A text, quoted or not.
pub(crate) fn text(tree: &Tree) -> Outcome<&[u8]> {
    match tree {
        Tree::Symbol(text) | Tree::Text(text) => Ok(text),
        _ => Err(invalid("an argument must be a text")),
    }
}

/// Where revisions are looked for.
fn query<'a>(scope: &Scope<'_, 'a>) -> Context<'a> {
    Context { repository: scope.setting.working_copy.repository, matching: scope.setting.matching, contents: None }
}

/// `revs(revisions, pattern)`: what matches in any of them.
fn revisions<'a>(scope: &Scope<'_, 'a>, argument: Option<&Tree>) -> Outcome<Matcher<'a>> {
    let [revs, tree] = arguments(argument)?;
    let revs = query(scope).revisions(&[text(revs)?])?;
    let mut all = Vec::with_capacity(revs.len());
    for rev in revs {
        if rev == WDIR_REV {
            return Err(Stop::unsupported(Reason::RevsetPredicate, "wdir"));
        }
        let base = crate::subject::parent_of(scope.setting.working_copy.repository, Subject::Revision(rev))?;
        all.push(scope.switched(base, Subject::Revision(rev)).matcher(tree)?);
    }
    Ok(Matcher::union(all))
}

/// `status(base, revision, pattern)`: the pattern's functions are about the changes between the two.
fn compared<'a>(scope: &Scope<'_, 'a>, argument: Option<&Tree>) -> Outcome<Matcher<'a>> {
    let [base, rev, tree] = arguments(argument)?;
    let (base, rev) = (text(base)?, text(rev)?);
    if base.is_empty() || rev.is_empty() {
        return Err(invalid("an argument must be a revision"));
    }
    let (base, subject) = match query(scope).pair(&[base, rev])? {
        Pair::Since(base) => (base, Subject::WorkingCopy),
        Pair::Between(base, rev) => (base, Subject::Revision(rev)),
    };
    if base == NULL_REV && subject == Subject::WorkingCopy {
        return Err(Stop::unsupported(Reason::RevisionExpression, "all of the working directory"));
    }
    scope.switched(base, subject).matcher(tree)
}
