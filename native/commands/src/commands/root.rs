//! `hg root`: the top of the working directory.

use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_repo::Repository;
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Stop};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "root",
    aliases: &[],
    flags: &[Flag::switch('\0', "share-source").since(7, 0), Flag::value('T', "template")],
    repository: RepositoryUse::Required,
    stands_for: &[],
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
    let source = prepared.parsed.switch("share-source");
    let root = if source { source_root(repository)? } else { repository.root() };
    if !form.is_plain() {
        let path = |path: &Path| Value::text(path.as_os_str().as_bytes());
        let names = vec![
            (&b"reporoot"[..], path(root)),
            // Legacy puts this one together with a slash behind it.
            (b"hgpath", if source { path(&root.join(".hg/")) } else { path(repository.dot_hg()) }),
            (b"storepath", path(repository.store())),
        ];
        form.show(None, out, |formatter, out| formatter.item(Map::named(names), out))?;
        return Ok(0);
    }
    out.write(root.as_os_str().as_bytes());
    out.write(b"\n");
    Ok(0)
}

/// The root of the repository that has the store: the first folder with a `.hg` from the store upwards.
fn source_root(repository: &Repository) -> Outcome<&Path> {
    let dot_hg = repository.shared_dot_hg();
    let nested = [repository.store(), dot_hg].iter().any(|folder| folder.join(".hg").is_dir());
    match dot_hg.parent() {
        Some(root) if dot_hg == root.join(".hg") && !nested => Ok(root),
        _ => Err(Stop::unsupported(Reason::RepositoryShare, "a store in an unusual place")),
    }
}
