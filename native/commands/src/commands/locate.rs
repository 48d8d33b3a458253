//! `hg locate`: files matching patterns anywhere in the repository. Unlike `files` it also lists files that are
//! marked as removed, and never warns.

use super::files::named_files;
use crate::display::PathDisplay;
use crate::selection::Selected;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_matching::PatternKind;
use amalgam_types::Outcome;
use amalgam_worktree::known_files;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "locate",
    aliases: &[],
    flags: &[
        Flag::value('r', "rev"),
        Flag::switch('0', "print0"),
        Flag::switch('f', "fullpath"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: false,
    paged: true,
    summary: "locate files matching specific patterns",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let patterns = &prepared.parsed.arguments;
    let selected = prepared.select(prepared.parsed.value("rev"), Selected::WorkingCopy)?;
    let matcher = prepared.matcher(&selected, PatternKind::Relglob)?;
    pager::start(prepared, out)?;
    let display = PathDisplay::settle(prepared, !patterns.is_empty())?;
    let full = prepared.parsed.switch("fullpath");
    let mut root = prepared.root_bytes()?.to_vec();
    root.push(b'/');
    let end = prepared.line_end();

    let mut found = false;
    let mut line = Vec::new();
    let mut write = |path: &[u8]| {
        if !matcher.matches(path) {
            return;
        }
        line.clear();
        if full {
            line.extend_from_slice(&root);
            line.extend_from_slice(path);
        } else {
            line.extend_from_slice(&display.show(path));
        }
        line.push(end);
        out.write(&line);
        found = true;
    };
    let repository = prepared.repository()?;
    match selected {
        Selected::WorkingCopy => match named_files(repository, &matcher)? {
            Some(named) => named.iter().for_each(|path| write(path)),
            None => known_files(repository)?.iter().for_each(&mut write),
        },
        Selected::Revision(rev) => {
            let manifest = repository.manifest_of(rev)?;
            repository.check_narrowed_walk(&manifest)?;
            for entry in manifest.iter() {
                let entry = entry?;
                if repository.holds(entry.path)? {
                    write(entry.path);
                }
            }
        }
    }
    Ok(i32::from(!found))
}
