//! What `status` and `diff` share: two sides of a comparison, the files that differ between them, and where those
//! were copied from.

use crate::display::PathDisplay;
use crate::{Output, Prepared};
use amalgam_matching::{IgnoreRules, MatchOptions, Matcher, PatternKind};
use amalgam_types::{LegacyBuild, NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use amalgam_worktree::{Copies, StatusOptions, StatusResult, Target, WorkingCopy, status_between};

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    /// The working directory with its first parent.
    Changes,
    /// The working directory with another revision.
    Since(Rev),
    /// A later revision with an earlier one.
    Between(Rev, Rev),
}

impl Sides {
    /// What a changeset, or the working directory, changed since its first parent.
    ///
    /// # Errors
    /// `RevisionExpression` for the null revision: legacy takes the last changeset for its parent.
    pub(crate) fn of_change(prepared: &Prepared, rev: Rev) -> Outcome<Sides> {
        match rev {
            NULL_REV => Err(Stop::unsupported(Reason::RevisionExpression, "the change of the null revision")),
            WDIR_REV => Ok(Sides::Changes),
            _ => Ok(Sides::Between(prepared.repository()?.changelog()?.parents(rev)?[0], rev)),
        }
    }

    /// The working directory with `rev`.
    ///
    /// # Errors
    /// When the working directory's parents cannot be read.
    pub(crate) fn since(prepared: &Prepared, rev: Rev) -> Outcome<Sides> {
        let is_parent = rev == prepared.repository()?.working_revs()?[0];
        Ok(if is_parent { Sides::Changes } else { Sides::Since(rev) })
    }
}

/// The working copy of the command's repository.
///
/// # Errors
/// When there is no repository.
pub(crate) fn working_copy(prepared: &Prepared) -> Outcome<WorkingCopy<'_>> {
    Ok(WorkingCopy {
        repository: prepared.repository()?,
        config: &prepared.config,
        env: &prepared.env,
        build: prepared.facts.build,
    })
}

/// The matcher for the command's patterns.
///
/// # Errors
/// Aborts for paths outside the repository, `PatternUnsupported` for what cannot be matched exactly.
pub(crate) fn matcher(prepared: &Prepared, sides: Sides) -> Outcome<Matcher<'_>> {
    let context = prepared.match_context()?;
    let options = MatchOptions {
        patterns: &prepared.parsed.arguments,
        include: prepared.parsed.list("include"),
        exclude: prepared.parsed.list("exclude"),
        default: PatternKind::Relpath,
    };
    let matcher = match sides {
        Sides::Between(_, newer) => Matcher::for_revision(&context, newer, &options)?,
        _ => Matcher::for_status(&context, &options)?,
    };
    // There, half of the answer comes from the Rust extension's patterns and half from Python's.
    if matches!(sides, Sides::Since(_)) && prepared.facts.build == LegacyBuild::Rust && matcher.any_patterns() {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "patterns against another revision"));
    }
    Ok(matcher)
}

/// The files that differ.
///
/// # Errors
/// Whatever makes native uncertain; nothing was written then.
pub(crate) fn compare(
    prepared: &Prepared,
    sides: Sides,
    matcher: &Matcher<'_>,
    options: StatusOptions,
) -> Outcome<StatusResult> {
    let working_copy = working_copy(prepared)?;
    let repository = working_copy.repository;
    let context = prepared.match_context()?;
    let ignore = || IgnoreRules::load(&context);
    if prepared.parsed.switch("subrepos") && !matches!(sides, Sides::Between(..)) {
        let [p1, _] = repository.working_revs()?;
        crate::subrepositories::refuse_subrepositories_of(prepared, p1)?;
    }
    match sides {
        Sides::Changes => working_copy.status(matcher, &ignore, options),
        Sides::Since(rev) => working_copy.status_against(rev, matcher, &ignore, options),
        Sides::Between(older, newer) => status_between(repository, older, newer, matcher, &options),
    }
}

/// Where files of the later side were copied from, destination to source.
///
/// # Errors
/// As [`WorkingCopy::copies`].
pub(crate) fn copies(prepared: &Prepared, sides: Sides, matcher: &Matcher<'_>) -> Outcome<Copies> {
    let working_copy = working_copy(prepared)?;
    let (from, to) = match sides {
        Sides::Changes => (working_copy.repository.working_revs()?[0], Target::WorkingCopy),
        Sides::Since(rev) => (rev, Target::WorkingCopy),
        Sides::Between(older, newer) => (older, Target::Revision(newer)),
    };
    working_copy.copies(from, to, matcher)
}

/// Warns of named files that are not there.
///
/// # Errors
/// As [`PathDisplay::settle`].
pub(crate) fn write_complaints(
    prepared: &Prepared,
    sides: Sides,
    result: &StatusResult,
    out: &mut Output<'_>,
) -> Outcome<()> {
    // Of the working directory's own status legacy words complaints as `ui.relative-paths` says; against another
    // revision they are always relative.
    let display = match sides {
        Sides::Since(_) => PathDisplay::relative_if(prepared, true)?,
        _ => PathDisplay::settle(prepared, true)?,
    };
    for (path, reason) in &result.bad {
        let mut line = display.show(path).into_owned();
        line.extend_from_slice(b": ");
        line.extend_from_slice(&reason.message(prepared.facts.build));
        line.push(b'\n');
        out.write_error(&line, "ui.warning");
    }
    Ok(())
}
