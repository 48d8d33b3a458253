//! `hg root`: the top of the working directory.

use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Stop};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

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
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "root takes no arguments"));
    }
    let form = Form::find(prepared, "root", out)?;
    let repository = prepared.repository()?;
    let root = repository.root();
    if !form.is_plain() {
        let path = |path: &Path| Value::text(path.as_os_str().as_bytes());
        let names = vec![
            (&b"reporoot"[..], path(root)),
            (b"hgpath", path(repository.dot_hg())),
            (b"storepath", path(repository.store())),
        ];
        form.show(None, out, |formatter, out| formatter.item(Map::named(names), out))?;
        return Ok(0);
    }
    out.write(root.as_os_str().as_bytes());
    out.write(b"\n");
    Ok(0)
}
