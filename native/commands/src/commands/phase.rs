//! `hg phase`, showing.

use crate::history::changesets::phase_name;
use crate::history::{History, query};
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse};
use amalgam_types::{NULL_REV, Outcome};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "phase",
    aliases: &[],
    flags: &[
        Flag::switch('p', "public").legacy(),
        Flag::switch('d', "draft").legacy(),
        Flag::switch('s', "secret").legacy(),
        Flag::switch('f', "force"),
        Flag::list('r', "rev"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Revsets],
    infers_repository: false,
    paged: false,
    summary: "show the current phase name",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let history = History::new(prepared)?;
    let specs: Vec<Vec<u8>> = [&prepared.parsed.arguments, prepared.parsed.list("rev")].concat();
    let revs = if specs.is_empty() {
        let [p1, p2] = history.repository.working_revs()?;
        if p2 == NULL_REV { vec![p1] } else { vec![p1, p2] }
    } else {
        query::revisions(&history, &specs)?
    };
    for rev in revs {
        let phase = history.changeset(rev)?.phase()?;
        out.write(format!("{rev}: {}\n", phase_name(phase)).as_bytes());
    }
    Ok(0)
}
