//! `hg diff`: how files differ between two sides.

mod root;
mod sides;

use crate::comparison::{compare, matcher, write_complaints};
use crate::display::PathDisplay;
use crate::patch;
use crate::subrepositories::refuse_unopened;
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_diff::GitBinary;
use amalgam_types::Outcome;
use amalgam_worktree::StatusOptions;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "diff",
    aliases: &[],
    flags: &[
        Flag::list('r', "rev"),
        Flag::value('\0', "from").since(5, 7),
        Flag::value('\0', "to").since(5, 7),
        Flag::value('c', "change"),
        Flag::switch('\0', "ignore-changes-from-ancestors").since(7, 0),
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
        Flag::value('\0', "root"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::switch('S', "subrepos"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Diff],
    infers_repository: true,
    paged: true,
    summary: "diff repository (or selected files)",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let sides = sides::settle(prepared)?;
    let mut options = patch::settle_options(prepared)?;
    let stat = prepared.parsed.switch("stat");
    if stat {
        options = patch::counting(options);
    }
    let mut matcher = matcher(prepared, sides.sides)?;
    let mut display = if stat { PathDisplay::settle(prepared, false)? } else { PathDisplay::FromRoot };
    let root = root::settle(prepared)?;
    if let Some(root) = &root {
        matcher = root.narrow(prepared, sides.sides, matcher)?;
        display = root.display();
        // Legacy puts no ids beside binary patches there.
        options.git_binary = GitBinary::Refused;
    }
    refuse_unopened(prepared, sides.sides, &matcher)?;
    let result = compare(prepared, sides.sides, &matcher, StatusOptions::CHANGES)?;
    if let Some(root) = &root {
        root.check(&result)?;
    }
    let diffs = patch::diffs(prepared, &sides, &matcher, &result, &options, &display)?;
    let lines = if stat { patch::stat_lines(prepared, &diffs, patch::stat_width(prepared, 0)?)? } else { Vec::new() };

    write_complaints(prepared, sides.sides, &result, out)?;
    pager::start(prepared, out)?;
    let colored = out.is_colored();
    let mut write = |piece: &[u8], label: &str| match label {
        "" => out.write(piece),
        label => out.write_labelled(piece, label),
    };
    if stat {
        patch::write_stat(&lines, &mut write);
    } else {
        patch::write_diffs(&diffs, &options, colored, &mut write);
    }
    prepared.aside.finish()?;
    if let Some(refresh) = &result.refresh {
        refresh.write();
    }
    Ok(0)
}
