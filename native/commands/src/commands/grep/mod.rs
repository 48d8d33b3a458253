//! `hg grep`: lines that match a pattern, in the working copy, in revisions, or in what changesets changed.

mod matches;
mod shown;
mod sources;

use crate::commands::log;
use crate::display::PathDisplay;
use crate::formatter::Form;
use crate::history::{History, pending, query};
use crate::patch::FilesOf;
use crate::selection::Selected;
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_matching::{LineSearch, Matcher, PatternKind};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use shown::{Place, Shown};
pub(crate) use sources::matches_differ;
use sources::{Hit, Misses, changed_files, revision_files, working_files};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "grep",
    aliases: &[],
    flags: &[
        Flag::switch('0', "print0"),
        Flag::switch('\0', "all"),
        Flag::switch('\0', "diff"),
        Flag::switch('a', "text"),
        Flag::switch('f', "follow"),
        Flag::switch('i', "ignore-case"),
        Flag::switch('l', "files-with-matches"),
        Flag::switch('n', "line-number"),
        Flag::list('r', "rev"),
        Flag::switch('\0', "all-files"),
        Flag::switch('u', "user"),
        Flag::switch('d', "date"),
        Flag::value('T', "template"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Revsets],
    infers_repository: true,
    paged: true,
    summary: "search for a pattern in specified files",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let parsed = &prepared.parsed;
    let Some(pattern) = parsed.arguments.first() else {
        return Err(Stop::unsupported(Reason::UsageError, "grep needs a pattern"));
    };
    let changes = parsed.switch("all") || parsed.switch("diff");
    let all_files_given = parsed.given().any(|flag| flag == "all-files");
    if all_files_given && (changes || !parsed.switch("all-files")) {
        return Err(Stop::unsupported(Reason::UsageError, "--all-files"));
    }
    let search = LineSearch::new(pattern, parsed.switch("ignore-case"))?;
    let history = History::new(prepared)?;
    // Looking at what is hidden, legacy warns of markers that are not in use.
    history.visibility()?;
    // Unlike `log`, this command follows first parents only.
    let follow = parsed.switch("follow");
    let matcher = || prepared.matcher_for(&Selected::WorkingCopy, PatternKind::Relpath, &parsed.arguments[1..]);
    let place = match changes {
        true => {
            let log::Selection { revs, files } = log::selection(&history, &parsed.arguments[1..], follow)?;
            Searched::Changes(revs, files)
        }
        false if follow => {
            let start = match parsed.list("rev") {
                [] => history.repository.working_revs()?.into_iter().take(1).filter(|&rev| rev != NULL_REV).collect(),
                specs => query::revisions(&history, specs)?,
            };
            match log::ancestors(&history, &start, true)? {
                revs if revs.is_empty() => Searched::Nothing,
                revs => Searched::Revisions(revs, matcher()?),
            }
        }
        false => {
            match parsed.list("rev") {
                [] => Searched::WorkingCopy(matcher()?),
                specs => match query::with_working_directory(&history, specs)? {
                    // Legacy does not come to the patterns then, whatever is wrong with them.
                    revs if revs.is_empty() => Searched::Nothing,
                    revs if revs == [WDIR_REV] => Searched::WorkingCopy(matcher()?),
                    // What both have in one file is shown together.
                    revs if revs.contains(&WDIR_REV) => {
                        return Err(Stop::unsupported(Reason::RevisionExpression, "the working directory and others"));
                    }
                    revs => Searched::Revisions(revs, matcher()?),
                },
            }
        }
    };
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "grep", out)?;
    let shown = Shown {
        search: &search,
        display: PathDisplay::settle(prepared, false)?,
        changes,
        plain: matches!(place, Searched::WorkingCopy(_)) && parsed.list("rev").is_empty(),
    };
    let found = if form.is_plain() {
        place.search(&history, &search, parsed.switch("date"), &mut |place, hit| {
            shown.write(&history, place, hit, out)
        })?
    } else {
        form.show(Some(&history), out, |formatter, out| {
            place.search(&history, &search, true, &mut |place, hit| shown.show(&history, place, hit, formatter, out))
        })?
    };
    Ok(i32::from(!found))
}

/// What is searched.
enum Searched<'a> {
    Nothing,
    WorkingCopy(Matcher<'a>),
    Revisions(Vec<Rev>, Matcher<'a>),
    Changes(Vec<Rev>, FilesOf<'a>),
}

impl Searched<'_> {
    /// Hands over what was found, file by file; tells whether something was shown. Without `dated` the
    /// working copy has no date.
    fn search(
        &self,
        history: &History<'_>,
        search: &LineSearch,
        dated: bool,
        report: &mut dyn FnMut(Place, &Hit) -> Outcome<bool>,
    ) -> Outcome<bool> {
        match self {
            Searched::Nothing => Ok(false),
            Searched::Changes(revs, files) => {
                let follow = history.prepared.parsed.switch("follow");
                changed_files(history, revs, files, follow, search, &mut |rev, hit| report(Place::Changeset(rev), hit))
            }
            Searched::WorkingCopy(matcher) => {
                let mut now = None;
                working_files(history.prepared, matcher, search, &mut |hit| {
                    let (seconds, offset) = match now {
                        Some(now) => now,
                        None if dated => *now.insert(pending::date(history.prepared)?),
                        None => (0.0, 0),
                    };
                    report(Place::WorkingCopy { seconds, offset }, hit)
                })
            }
            Searched::Revisions(revs, matcher) => {
                // Of one changeset nothing need be kept.
                let (mut found, mut misses) = (false, (revs.len() > 1).then(Misses::new));
                for &rev in revs {
                    let mut report = |hit: &Hit| report(Place::Changeset(rev), hit);
                    found |= revision_files(history, rev, matcher, search, misses.as_mut(), &mut report)?;
                }
                Ok(found)
            }
        }
    }
}
