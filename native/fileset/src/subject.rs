//! The two sides of a fileset: the files that it is about, and what they are compared with where a status is asked for.

use crate::Setting;
use amalgam_matching::{IgnoreRules, Matcher, Subject};
use amalgam_repo::Repository;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use amalgam_worktree::{StatusOptions, StatusResult, status_between};

/// The revision that files of `subject` are compared with unless the expression says otherwise.
pub(crate) fn parent_of(repository: &Repository, subject: Subject) -> Outcome<Rev> {
    match subject {
        Subject::WorkingCopy => Ok(repository.working_revs()?[0]),
        Subject::Revision(NULL_REV) => Ok(NULL_REV),
        Subject::Revision(rev) => Ok(repository.changelog()?.parents(rev)?[0]),
    }
}

/// What changed in files that `matcher` matches.
pub(crate) fn status(
    setting: &Setting<'_>,
    base: Rev,
    subject: Subject,
    matcher: &Matcher<'_>,
    options: StatusOptions,
) -> Outcome<StatusResult> {
    let working_copy = &setting.working_copy;
    let mut result = match subject {
        Subject::Revision(rev) => status_between(working_copy.repository, base, rev, matcher, &options)?,
        Subject::WorkingCopy => {
            let load = || IgnoreRules::load(&setting.matching);
            working_copy.status_against(base, matcher, &load, options)?
        }
    };
    if !result.bad.is_empty() {
        return Err(Stop::unsupported(Reason::WarningExpected, "a fileset names files that are not there"));
    }
    setting.aside.record(result.refresh.take());
    Ok(result)
}
