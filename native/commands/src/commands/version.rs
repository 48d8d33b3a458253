//! `hg version`: legacy's own version and licence text, kept with the facts about it.

use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "version",
    aliases: &[],
    flags: &[Flag::value('T', "template")],
    repository: RepositoryUse::None,
    stands_for: &[],
    infers_repository: false,
    paged: true,
    summary: "output version and copyright information",
    run,
};

/// What stands before the version in the first line.
const BEFORE_VERSION: &[u8] = b"Mercurial Distributed SCM (version ";

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
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
    let form = Form::find(prepared, "version", out)?;
    if !form.is_plain() {
        if prepared.loads_extensions {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, "version lists extensions"));
        }
        let version = first.strip_suffix(b")\n").and_then(|line| line.strip_prefix(BEFORE_VERSION));
        let version = version.ok_or_else(|| Stop::unsupported(Reason::FactsMissing, "the version text"))?;
        let names = vec![(&b"ver"[..], Value::text(version)), (b"extensions", Value::nested(Vec::new(), "{name}\n"))];
        form.show(None, out, |formatter, out| formatter.item(Map::named(names), out))?;
        return Ok(0);
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
