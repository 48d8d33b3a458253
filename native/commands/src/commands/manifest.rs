//! `hg manifest`: the files of a revision, or of all of history.

use crate::formatter::{Form, Formatter};
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_template::{Map, Value};
use amalgam_types::{AbortKind, Outcome, Reason, Stop};
use std::collections::BTreeSet;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "manifest",
    aliases: &[],
    flags: &[Flag::value('r', "rev"), Flag::switch('\0', "all"), Flag::value('T', "template")],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Revsets],
    infers_repository: false,
    paged: true,
    summary: "output the current or given revision of the project manifest",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.parsed.arguments.len() > 1 {
        return Err(Stop::unsupported(Reason::UsageError, "more than one revision"));
    }
    let form = Form::find(prepared, "manifest", out)?;
    if form.is_plain() {
        return list(prepared, None, out);
    }
    let history = form.history(prepared)?;
    form.show(history.as_ref(), out, |formatter, out| list(prepared, Some(formatter), out))
}

fn list(prepared: &Prepared, formatter: Option<&Formatter<'_>>, out: &mut Output<'_>) -> Outcome<i32> {
    let argument = prepared.parsed.arguments.first().map(Vec::as_slice).filter(|symbol| !symbol.is_empty());
    let flag = prepared.parsed.value("rev");
    if prepared.parsed.switch("all") {
        if argument.or(flag).is_some() {
            return Err(Stop::abort(AbortKind::Input, "can't specify a revision with --all"));
        }
        return list_all(prepared, formatter, out);
    }
    if argument.is_some() && flag.is_some() {
        return Err(Stop::abort(AbortKind::Input, "please specify just one revision"));
    }
    list_revision(prepared, argument.or(flag).unwrap_or_default(), formatter, out)
}

fn list_revision(
    prepared: &Prepared,
    symbol: &[u8],
    formatter: Option<&Formatter<'_>>,
    out: &mut Output<'_>,
) -> Outcome<i32> {
    let (verbose, debug) = (prepared.verbose()?, prepared.debug()?);
    let repository = prepared.repository()?;
    let rev = match prepared.single(symbol)? {
        Some(rev) => rev,
        None => repository.working_revs()?[0],
    };
    let manifest = repository.manifest_of(rev)?;
    pager::start(prepared, out)?;
    for entry in manifest.iter() {
        let entry = entry?;
        let (mode, kind) = match entry.flags {
            b'l' => ("644", "@"),
            b'x' => ("755", "*"),
            _ => ("644", ""),
        };
        if let Some(formatter) = formatter {
            let names = vec![
                (&b"hash"[..], Value::text(entry.node()?.hex())),
                (b"mode", Value::text(mode)),
                (b"type", Value::text(kind)),
                (b"path", Value::text(entry.path)),
            ];
            formatter.item(Map { names, changeset: Some(rev), ..Map::default() }, out)?;
            continue;
        }
        if debug {
            out.write(&[&entry.node()?.hex()[..], b" "].concat());
        }
        if verbose {
            out.write(format!("{mode} {kind:1} ").as_bytes());
        }
        out.write(&[entry.path, b"\n"].concat());
    }
    Ok(0)
}

/// Every path that any visible changeset touched.
fn list_all(prepared: &Prepared, formatter: Option<&Formatter<'_>>, out: &mut Output<'_>) -> Outcome<i32> {
    let repository = prepared.repository()?;
    let visibility = repository.visibility(&prepared.config)?;
    let changelog = repository.changelog()?;
    let mut paths = BTreeSet::new();
    for rev in (0..changelog.len()).filter(|&rev| !visibility.is_hidden(rev)) {
        for path in changelog.entry(rev)?.files() {
            if !paths.contains(path) {
                paths.insert(path.to_vec());
            }
        }
    }
    pager::start(prepared, out)?;
    for path in paths {
        if let Some(formatter) = formatter {
            formatter.item(Map::one(b"path", Value::text(path)), out)?;
            continue;
        }
        out.write(&[path.as_slice(), b"\n"].concat());
    }
    Ok(0)
}
