//! `hg paths`: the names of other repositories.

use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_config::{RemotePath, hide_password, remote_paths};
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Stop};
use std::collections::BTreeMap;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "paths",
    aliases: &[],
    flags: &[Flag::value('T', "template")],
    repository: RepositoryUse::Optional,
    stands_for: &[],
    infers_repository: false,
    // By itself, once the names are known to be good.
    paged: true,
    summary: "show aliases for remote repositories",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.parsed.arguments.len() > 1 {
        return Err(Stop::unsupported(Reason::UsageError, "more than one name"));
    }
    refuse_relative_share(prepared)?;
    let quiet = prepared.quiet()?;
    let paths = remote_paths(&prepared.config, &prepared.env, &prepared.facts.version)?;
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "paths", out)?;
    if !form.is_plain() {
        return show_items(prepared, &form, &paths, out);
    }
    match prepared.parsed.arguments.first() {
        None => {
            for (name, path) in paths.iter().flat_map(|(name, all)| all.iter().map(move |path| (name, path))) {
                show(name, path, quiet, out)?;
            }
            Ok(0)
        }
        // Legacy takes an empty name for one that it need not find.
        Some(name) if name.is_empty() => Ok(0),
        Some(name) => {
            let found = paths.get(name).map(Vec::as_slice).unwrap_or_default();
            if !quiet {
                for path in found {
                    out.write(&hide_password(&path.location)?);
                    out.write(b"\n");
                }
                if found.is_empty() {
                    out.write_error(b"not found!\n", "ui.warning");
                }
            }
            Ok(i32::from(found.is_empty()))
        }
    }
}

fn show_items(
    prepared: &Prepared,
    form: &Form<'_>,
    paths: &BTreeMap<Vec<u8>, Vec<RemotePath>>,
    out: &mut Output<'_>,
) -> Outcome<i32> {
    let wanted = prepared.parsed.arguments.first();
    let all = paths.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
    let all = all.flat_map(|(name, paths)| paths.iter().map(move |path| (name, path)));
    let mut found = false;
    form.show(None, out, |formatter, out| {
        for (name, path) in all {
            found = true;
            let mut names = vec![(&b"name"[..], Value::text(name)), (b"url", Value::text(&path.location))];
            names.extend(path.options.iter().map(|(option, value)| (option.as_bytes(), Value::text(value))));
            formatter.item(Map::named(names), out)?;
        }
        Ok(())
    })?;
    let missing = wanted.is_some_and(|wanted| !wanted.is_empty()) && !found;
    if missing && !prepared.quiet()? {
        out.write_error(b"not found!\n", "ui.warning");
    }
    Ok(i32::from(missing))
}

fn show(name: &[u8], path: &RemotePath, quiet: bool, out: &mut Output<'_>) -> Outcome<()> {
    out.write(name);
    if quiet {
        out.write(b"\n");
        return Ok(());
    }
    out.write(b" = ");
    out.write(&hide_password(&path.location)?);
    out.write(b"\n");
    for (option, value) in &path.options {
        out.write(name);
        out.write(b":");
        out.write(option.as_bytes());
        out.write(b" = ");
        out.write(value);
        out.write(b"\n");
    }
    Ok(())
}

/// Under `-R`, paths from a share's source start at the repository as it was named, not where it is.
fn refuse_relative_share(prepared: &Prepared) -> Outcome<()> {
    let shared = prepared.repository.as_ref().is_some_and(|repository| {
        prepared.parsed.value("repository").is_some() && repository.config_files().share_source_hgrc.is_some()
    });
    if shared {
        return Err(Stop::unsupported(Reason::RepositoryShare, "-R with paths of the share's source"));
    }
    Ok(())
}
