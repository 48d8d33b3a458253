//! `hg diff`: how files differ between two sides.

mod files;
mod options;
mod sides;

use crate::comparison::{compare, matcher, write_complaints};
use crate::display::PathDisplay;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_diff::label::Labeller;
use amalgam_diff::{DiffOptions, FileDiff, stat};
use amalgam_template::width::columns;
use amalgam_types::{Outcome, Reason, Stop};
use amalgam_worktree::StatusOptions;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "diff",
    aliases: &[],
    flags: &[
        Flag::list('r', "rev"),
        Flag::value('\0', "from").since(5, 7),
        Flag::value('\0', "to").since(5, 7),
        Flag::value('c', "change"),
        Flag::switch('\0', "ignore-changes-from-ancestors").legacy().since(7, 0),
        Flag::switch('a', "text"),
        Flag::switch('g', "git"),
        Flag::switch('\0', "binary"),
        Flag::switch('\0', "nodates"),
        Flag::switch('\0', "noprefix"),
        Flag::switch('p', "show-function"),
        Flag::switch('\0', "reverse"),
        Flag::switch('w', "ignore-all-space"),
        Flag::switch('b', "ignore-space-change"),
        Flag::switch('B', "ignore-blank-lines"),
        Flag::switch('Z', "ignore-space-at-eol"),
        Flag::value('U', "unified"),
        Flag::switch('\0', "stat"),
        Flag::value('\0', "root").legacy(),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::switch('S', "subrepos"),
    ],
    repository: RepositoryUse::Required,
    infers_repository: true,
    paged: true,
    summary: "diff repository (or selected files)",
    run,
};

/// What a comparison needs to know of the files: those that both sides have, and those that one side has.
const LISTS: StatusOptions = StatusOptions {
    list_modified: true,
    list_added: true,
    list_removed: true,
    list_deleted: true,
    list_clean: false,
    list_unknown: false,
    list_ignored: false,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let sides = sides::settle(prepared)?;
    let mut options = options::settle(prepared)?;
    let stat = prepared.parsed.switch("stat");
    let display = if stat {
        (options.context, options.no_prefix) = (0, false);
        PathDisplay::settle(prepared, false)?
    } else {
        PathDisplay::FromRoot
    };
    let matcher = matcher(prepared, sides.sides)?;
    let result = compare(prepared, sides.sides, &matcher, LISTS)?;
    let diffs = files::diffs(prepared, &sides, &matcher, &result, &options, &display)?;
    let lines = if stat { stat_lines(prepared, &diffs)? } else { Vec::new() };

    write_complaints(prepared, sides.sides, &result, out)?;
    pager::start(prepared, out)?;
    if stat {
        write_stat(&lines, out);
    } else {
        write_diffs(diffs, &options, out);
    }
    if let Some(refresh) = &result.refresh {
        refresh.write();
    }
    Ok(0)
}

fn write_diffs(diffs: Vec<FileDiff>, options: &DiffOptions, out: &mut Output<'_>) {
    if !out.is_colored() {
        for diff in diffs {
            out.write(&diff.header);
            out.write_owned(diff.body);
        }
        return;
    }
    let mut labeller = Labeller::new(options.word_diff);
    for diff in &diffs {
        for part in [&diff.header, &diff.body] {
            labeller.label(part, &mut |piece, label| match label {
                "" => out.write(piece),
                label => out.write_labelled(piece, label),
            });
        }
    }
}

fn stat_lines(prepared: &Prepared, diffs: &[FileDiff]) -> Outcome<Vec<stat::Line>> {
    let mut counter = stat::Counter::default();
    diffs.iter().for_each(|diff| counter.add(diff));
    Ok(stat::render(counter.files(), width(prepared)?, &columns))
}

fn write_stat(lines: &[stat::Line], out: &mut Output<'_>) {
    for line in lines {
        for (piece, label) in line {
            if label.is_empty() {
                out.write(piece);
            } else if !piece.is_empty() {
                out.write_labelled(piece, label);
            }
        }
        out.write(b"\n");
    }
}

/// How wide a diffstat may be.
fn width(prepared: &Prepared) -> Outcome<usize> {
    if amalgam_config::plain(&prepared.env, None) {
        return Ok(80);
    }
    if let Some(given) = prepared.env.get("COLUMNS") {
        let number = std::str::from_utf8(given).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|text| text.parse().ok());
        return number.ok_or_else(|| Stop::unsupported(Reason::EnvironmentUnsupported, "COLUMNS"));
    }
    Ok(prepared.terminal.columns.map_or(80, usize::from))
}
