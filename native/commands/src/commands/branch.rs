//! `hg branch` without arguments: the branch that the next commit will be on.

use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_types::{Outcome, Reason, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "branch",
    aliases: &[],
    flags: &[Flag::switch('f', "force").legacy(), Flag::switch('C', "clean").legacy(), Flag::list('r', "rev").legacy()],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: false,
    paged: false,
    summary: "show the current branch name",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::WouldWrite, "setting a branch"));
    }
    out.write(&prepared.repository()?.working_branch()?);
    out.write(b"\n");
    Ok(0)
}
