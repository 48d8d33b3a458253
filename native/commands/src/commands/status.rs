//! `hg status`: what changed in the working directory, since a revision, or between two.

mod copies;
mod footer;
mod report;

use crate::display::PathDisplay;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_matching::{IgnoreRules, MatchOptions, Matcher, PatternKind};
use amalgam_query::Pair;
use amalgam_types::{LegacyBuild, NULL_REV, Outcome, Reason, Rev, Stop};
use amalgam_worktree::{Copies, StatusOptions, StatusResult, WorkingCopy, status_between};
use footer::Footer;
use report::{Report, Shown};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "status",
    aliases: &["st"],
    flags: &[
        Flag::switch('A', "all"),
        Flag::switch('m', "modified"),
        Flag::switch('a', "added"),
        Flag::switch('r', "removed"),
        Flag::switch('d', "deleted"),
        Flag::switch('c', "clean"),
        Flag::switch('u', "unknown"),
        Flag::switch('i', "ignored"),
        Flag::switch('n', "no-status"),
        Flag::value('t', "terse").legacy(),
        Flag::switch('C', "copies"),
        Flag::switch('0', "print0"),
        Flag::list('\0', "rev"),
        Flag::value('\0', "change"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::switch('S', "subrepos"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    infers_repository: true,
    paged: true,
    summary: "show changed files in the working directory",
    run,
};

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// The working directory with its first parent.
    Changes,
    /// The working directory with another revision.
    Since(Rev),
    /// A later revision with an earlier one.
    Between(Rev, Rev),
}

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    refuse(prepared)?;
    let sides = sides(prepared)?;
    let shown = Shown::settle(prepared)?;
    let matcher = matcher(prepared, sides)?;
    let result = compare(prepared, sides, &matcher, shown.options())?;
    let copies = if shows_copies(prepared)? { copies::of(prepared, sides, &matcher)? } else { Copies::new() };
    let footer = Footer::settle(prepared)?;

    // Of the working directory's own status legacy words complaints as `ui.relative-paths` says; against another
    // revision they are always relative.
    let complaints = match sides {
        Sides::Since(_) => PathDisplay::relative_if(prepared, true)?,
        _ => PathDisplay::settle(prepared, true)?,
    };
    for (path, reason) in &result.bad {
        let mut line = complaints.show(path).into_owned();
        line.extend_from_slice(b": ");
        line.extend_from_slice(&reason.message(prepared.facts.build));
        line.push(b'\n');
        out.write_error(&line, "ui.warning");
    }
    pager::start(prepared, out)?;
    let report = Report {
        display: paths(prepared)?,
        end: prepared.line_end(),
        letters: !prepared.parsed.switch("no-status"),
        copies: &copies,
    };
    report.write(&result, &shown, out);
    footer.write(out);
    if let Some(refresh) = &result.refresh {
        refresh.write();
    }
    Ok(0)
}

/// What native leaves to legacy before anything is looked at.
fn refuse(prepared: &Prepared) -> Outcome<()> {
    prepared.refuse_template()?;
    for name in ["formatjson", "formatdebug"] {
        if prepared.config.bool_or("ui", name, false)? {
            return Err(Stop::unsupported(Reason::OutputUnsupported, format!("ui.{name}")));
        }
    }
    let revisions = !prepared.parsed.list("rev").is_empty();
    if revisions && prepared.parsed.value("change").is_some() {
        return Err(Stop::unsupported(Reason::UsageError, "--rev and --change"));
    }
    if !revisions && prepared.config.get("commands", "status.terse").is_some_and(|value| !value.is_empty()) {
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "commands.status.terse"));
    }
    Ok(())
}

fn sides(prepared: &Prepared) -> Outcome<Sides> {
    let repository = prepared.repository()?;
    if let Some(change) = prepared.parsed.value("change") {
        let rev = prepared.single(change)?;
        let rev = rev.ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "an empty revision"))?;
        let parent = if rev == NULL_REV { NULL_REV } else { repository.changelog()?.parents(rev)?[0] };
        return Ok(Sides::Between(parent, rev));
    }
    let specs = prepared.parsed.list("rev");
    if specs.is_empty() {
        return Ok(Sides::Changes);
    }
    let cwd = prepared.cwd_in_repository()?;
    Ok(match prepared.query(&cwd)?.pair(specs)? {
        Pair::Since(rev) if rev == repository.working_revs()?[0] => Sides::Changes,
        Pair::Since(rev) => Sides::Since(rev),
        Pair::Between(first, last) => Sides::Between(first, last),
    })
}

fn matcher(prepared: &Prepared, sides: Sides) -> Outcome<Matcher> {
    let cwd = prepared.cwd_in_repository()?;
    let context = prepared.match_context(&cwd)?;
    let options = MatchOptions {
        patterns: &prepared.parsed.arguments,
        include: prepared.parsed.list("include"),
        exclude: prepared.parsed.list("exclude"),
        default: PatternKind::Relpath,
    };
    let matcher = match sides {
        Sides::Between(..) => Matcher::for_revision(&context, &options)?,
        _ => Matcher::for_status(&context, &options)?,
    };
    // There, half of the answer comes from the Rust extension's patterns and half from Python's.
    if matches!(sides, Sides::Since(_)) && prepared.facts.build == LegacyBuild::Rust && matcher.any_patterns() {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "patterns against another revision"));
    }
    Ok(matcher)
}

fn compare(prepared: &Prepared, sides: Sides, matcher: &Matcher, options: StatusOptions) -> Outcome<StatusResult> {
    let repository = prepared.repository()?;
    let cwd = prepared.cwd_in_repository()?;
    let context = prepared.match_context(&cwd)?;
    let working_copy =
        WorkingCopy { repository, config: &prepared.config, env: &prepared.env, build: prepared.facts.build };
    let ignore = || IgnoreRules::load(&context);
    if prepared.parsed.switch("subrepos") && !matches!(sides, Sides::Between(..)) {
        let [p1, _] = repository.working_revs()?;
        crate::selection::manifest_without_subrepositories(repository, p1)?;
    }
    match sides {
        Sides::Changes => working_copy.status(matcher, &ignore, options),
        Sides::Since(rev) => working_copy.status_against(rev, matcher, &ignore, options),
        Sides::Between(older, newer) => status_between(repository, older, newer, matcher, &options),
    }
}

fn shows_copies(prepared: &Prepared) -> Outcome<bool> {
    let parsed = &prepared.parsed;
    // Legacy reads the setting first, so a bad value is an error even where the flag decides.
    let configured = prepared.config.bool_or("ui", "statuscopies", false)?;
    let given = parsed.given().any(|flag| flag == "copies");
    let wanted = if given { parsed.switch("copies") } else { configured };
    Ok((wanted || parsed.switch("all")) && !parsed.switch("no-status"))
}

/// How the listed paths are shown: `commands.status.relative` decides if it is set at all.
fn paths(prepared: &Prepared) -> Outcome<PathDisplay> {
    if prepared.config.get("commands", "status.relative").is_some() {
        let relative = prepared.config.bool_or("commands", "status.relative", false)?;
        return PathDisplay::relative_if(prepared, relative);
    }
    PathDisplay::settle(prepared, !prepared.parsed.arguments.is_empty())
}
