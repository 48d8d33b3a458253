//! `hg log`: the history of the repository or of files.

mod filters;
mod follow;
mod graph;
mod lines;
mod select;

pub(crate) use follow::ancestors;
pub(crate) use lines::{line_future, line_history};
pub(crate) use select::{Selection, selection};

use crate::history::{History, with_displayer};
use crate::line_range::LineRange;
use crate::patch::FilesOf;
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_types::{AbortKind, Outcome, Reason, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "log",
    aliases: &["history"],
    flags: &[
        Flag::switch('f', "follow"),
        Flag::switch('\0', "follow-first"),
        Flag::value('d', "date"),
        Flag::switch('C', "copies"),
        Flag::list('k', "keyword"),
        Flag::list('r', "rev"),
        Flag::list('L', "line-range"),
        Flag::switch('\0', "removed"),
        Flag::switch('m', "only-merges"),
        Flag::list('u', "user"),
        Flag::list('\0', "only-branch"),
        Flag::list('b', "branch"),
        Flag::list('B', "bookmark"),
        Flag::list('P', "prune"),
        Flag::switch('p', "patch"),
        Flag::switch('g', "git"),
        Flag::value('l', "limit"),
        Flag::switch('M', "no-merges"),
        Flag::switch('\0', "stat"),
        Flag::switch('G', "graph"),
        Flag::value('\0', "style"),
        Flag::value('T', "template"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Revsets, Part::Templates],
    infers_repository: true,
    paged: true,
    summary: "show revision history of entire repository or files",
    run,
};

/// Whoever reads patches in a terminal begins with the first ones. Native writes nothing before it has all of them, and
/// legacy writes as it goes.
const READ_AT_ONCE: usize = 500;

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let history = History::new(prepared)?;
    let by_lines = !prepared.parsed.list("line-range").is_empty();
    if by_lines && !prepared.parsed.switch("follow") {
        return Err(Stop::abort(AbortKind::Input, "--line-range requires --follow"));
    }
    if by_lines && !prepared.parsed.arguments.is_empty() {
        let message = "FILE arguments are not compatible with --line-range option";
        return Err(Stop::abort(AbortKind::Input, message));
    }
    if prepared.parsed.list("rev").is_empty() {
        // Looking at what is hidden, legacy warns of markers that are not in use.
        history.visibility()?;
    }
    let first = prepared.parsed.switch("follow-first");
    let Selection { mut revs, mut files } = selection(&history, &prepared.parsed.arguments, first)?;
    if by_lines {
        let found = lines::changed(&history, &LineRange::all(prepared)?, &revs)?;
        revs = found.keys().rev().copied().collect();
        files = FilesOf::Lines(found);
    }
    let with_patches = prepared.parsed.switch("patch") || prepared.parsed.switch("stat");
    if with_patches && revs.len() > READ_AT_ONCE && prepared.terminal.stdout_tty {
        return Err(Stop::unsupported(Reason::OutputUnsupported, "patches that are read while more are made"));
    }
    pager::start(prepared, out)?;
    let copies = prepared.parsed.switch("copies");
    with_displayer(&history, out, |displayer, out| {
        displayer.limit_patches(files);
        displayer.expect(&revs);
        if prepared.parsed.switch("graph") {
            return graph::show(&history, &revs, copies, displayer, out);
        }
        for rev in revs {
            let copies = if copies { Some(history.changeset(rev)?.copies()?) } else { None };
            displayer.show(rev, copies.as_ref(), out)?;
        }
        Ok(())
    })?;
    Ok(0)
}
