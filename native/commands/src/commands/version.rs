//! `hg version`: legacy's own version and licence text, kept with the facts about it.

use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_types::{Outcome, Reason, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "version",
    aliases: &[],
    flags: &[Flag::value('T', "template")],
    repository: RepositoryUse::None,
    infers_repository: false,
    paged: true,
    summary: "output version and copyright information",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    prepared.refuse_template()?;
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "version takes no arguments"));
    }
    if prepared.parsed.value("repository").is_some() {
        return Err(Stop::unsupported(Reason::WarningExpected, "-R is ignored"));
    }
    let text = &prepared.facts.version_text;
    let Some(first) = text.iter().position(|&b| b == b'\n').map(|at| &text[..=at]) else {
        return Err(Stop::unsupported(Reason::FactsMissing, "the version text"));
    };
    let verbose = prepared.verbose()?;
    if verbose && prepared.loads_extensions {
        return Err(Stop::unsupported(Reason::ExtensionUnproven, "version -v lists extensions"));
    }
    if verbose {
        pager::start(prepared, out)?;
    }
    out.write(first);
    if !prepared.quiet()? {
        out.write(&text[first.len()..]);
    }
    if verbose {
        out.write(b"\nEnabled extensions:\n\n");
    }
    Ok(0)
}
