//! `hg resolve --list`: which files of a merge have, or had, conflicts. Everything else that `resolve` does is legacy's.

use crate::display::PathDisplay;
use crate::formatter::Form;
use crate::selection::Selected;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_matching::PatternKind;
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Stop, WDIR_REV};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "resolve",
    aliases: &[],
    flags: &[
        Flag::switch('a', "all").legacy(),
        Flag::switch('l', "list"),
        Flag::switch('m', "mark").legacy(),
        Flag::switch('u', "unmark").legacy(),
        Flag::switch('n', "no-status"),
        Flag::switch('\0', "re-merge").legacy(),
        Flag::value('t', "tool").legacy(),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: true,
    paged: true,
    summary: "list the files of a merge and whether they are resolved",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.switch("list") {
        return Err(Stop::unsupported(Reason::FlagUnsupported, "resolve without --list"));
    }
    // Legacy reads it first, and it may be no boolean.
    prepared.config.bool_or("commands", "resolve.confirm", false)?;
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "resolve", out)?;
    let mut merge = prepared.repository()?.merge_state()?;
    let matcher = prepared.matcher(&Selected::WorkingCopy, PatternKind::Relpath)?;
    let display = PathDisplay::settle(prepared, false)?;
    merge.files.sort_unstable();
    let mut files = Vec::with_capacity(merge.files.len());
    for (path, state) in merge.files {
        if matcher.matches(&path) {
            files.push((letter(&state)?, path));
        }
    }
    if !form.is_plain() {
        let history = form.history(prepared)?;
        form.show(history.as_ref(), out, |formatter, out| {
            for ((letter, _), path) in files {
                let names = vec![(&b"mergestatus"[..], Value::text(letter)), (b"path", Value::text(path))];
                formatter.item(Map { names, changeset: Some(WDIR_REV), ..Map::default() }, out)?;
            }
            Ok(())
        })?;
        return Ok(0);
    }
    let letters = !prepared.parsed.switch("no-status");
    for ((letter, label), path) in files {
        if letters {
            out.write_labelled(&[letter, b" "].concat(), label);
        }
        out.write_labelled(&[&display.show(&path), &b"\n"[..]].concat(), label);
    }
    Ok(0)
}

/// The letter of a state, and its label.
fn letter(state: &[u8]) -> Outcome<(&'static [u8], &'static str)> {
    match state {
        b"u" => Ok((b"U", "resolve.unresolved")),
        b"pu" => Ok((b"P", "resolve.unresolved")),
        b"r" | b"pr" => Ok((b"R", "resolve.resolved")),
        _ => Err(Stop::unsupported(Reason::RepositoryState, "a file's state in a merge")),
    }
}
