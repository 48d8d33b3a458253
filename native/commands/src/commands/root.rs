//! `hg root`: the top of the working directory.

use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_types::{Outcome, Reason, Stop};
use std::os::unix::ffi::OsStrExt;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "root",
    aliases: &[],
    flags: &[Flag::switch('\0', "share-source").legacy().since(7, 0), Flag::value('T', "template")],
    repository: RepositoryUse::Required,
    infers_repository: false,
    paged: false,
    summary: "print the root of the working directory",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    prepared.refuse_template()?;
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "root takes no arguments"));
    }
    let root = prepared.repository()?.root();
    out.write(root.as_os_str().as_bytes());
    out.write(b"\n");
    Ok(0)
}
