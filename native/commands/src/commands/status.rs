//! `hg status`: what changed in the working directory, since a revision, or between two.

mod footer;
mod report;
mod terse;

use crate::comparison::{Sides, compare, copies, matcher, write_complaints};
use crate::display::PathDisplay;
use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_query::Pair;
use amalgam_types::{NULL_REV, Outcome, Reason, Stop, WDIR_REV};
use amalgam_worktree::{Copies, StatusOptions};
use footer::Footer;
use report::{Report, Shown};
use terse::Terse;

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
        Flag::value('t', "terse"),
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
    stands_for: &[],
    infers_repository: true,
    paged: true,
    summary: "show changed files in the working directory",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    refuse(prepared)?;
    let terse = Terse::settle(prepared)?;
    let sides = sides(prepared)?;
    let display = paths(prepared)?;
    let shown = Shown::settle(prepared)?;
    let matcher = matcher(prepared, sides)?;
    let options = terse.map_or(shown.options(), |terse| terse.options(shown.options()));
    let beside_subrepositories = options.beside_subrepositories && !prepared.parsed.switch("subrepos");
    let mut result = compare(prepared, sides, &matcher, StatusOptions { beside_subrepositories, ..options })?;
    if let Some(terse) = terse {
        terse.apply(&mut result);
    }
    let copies = if shows_copies(prepared)? { copies(prepared, sides, &matcher)? } else { Copies::new() };
    let footer = Footer::settle(prepared)?;

    write_complaints(prepared, sides, &result, out)?;
    pager::start(prepared, out)?;
    let report =
        Report { display, end: prepared.line_end(), letters: !prepared.parsed.switch("no-status"), copies: &copies };
    let form = Form::find(prepared, "status", out)?;
    if form.is_plain() {
        report.write(&result, &shown, out);
        footer.write(out);
    } else {
        let changeset = match sides {
            Sides::Between(_, newer) => newer,
            Sides::Changes | Sides::Since(_) => WDIR_REV,
        };
        let history = form.history(prepared)?;
        form.show(history.as_ref(), out, |formatter, out| {
            report.items(&result, &shown, &footer, changeset, formatter, out)
        })?;
    }
    prepared.aside.finish()?;
    if let Some(refresh) = &result.refresh {
        refresh.write();
    }
    Ok(0)
}

/// What native leaves to legacy before anything is looked at.
fn refuse(prepared: &Prepared) -> Outcome<()> {
    let revisions = !prepared.parsed.list("rev").is_empty();
    if revisions && prepared.parsed.value("change").is_some() {
        return Err(Stop::unsupported(Reason::UsageError, "--rev and --change"));
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
    match prepared.query()?.pair(specs)? {
        Pair::Since(rev) => Sides::since(prepared, rev),
        Pair::Between(first, last) => Ok(Sides::Between(first, last)),
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
