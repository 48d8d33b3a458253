//! `hg tip`: the most recent changeset.

use crate::history::{History, with_displayer};
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse};
use amalgam_types::{Outcome, Reason, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "tip",
    aliases: &[],
    flags: &[
        Flag::switch('p', "patch"),
        Flag::switch('g', "git"),
        Flag::value('\0', "style"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Templates],
    infers_repository: false,
    paged: false,
    summary: "show the tip revision",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "tip takes no arguments"));
    }
    let history = History::new(prepared)?;
    let tip = history.visibility()?.tip();
    with_displayer(&history, out, |displayer, out| displayer.show(tip, None, out))?;
    Ok(0)
}
