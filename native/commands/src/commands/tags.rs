//! `hg tags`: all tags, the newest changeset's first.

use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_repo::Tag;
use amalgam_template::width::columns;
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Rev, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "tags",
    aliases: &[],
    flags: &[Flag::value('T', "template")],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: false,
    paged: true,
    summary: "list repository tags",
    run,
};

/// The column at which the revision begins.
const NAME_COLUMNS: usize = 30;

/// How many columns a revision takes at least.
const REV_DIGITS: usize = 5;

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "tags takes no arguments"));
    }
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "tags", out)?;
    let history = form.history(prepared)?;
    let tags = tags(prepared)?;
    if form.is_plain() {
        write(prepared, &tags, out)?;
        return Ok(0);
    }
    form.show(history.as_ref(), out, |formatter, out| {
        for (rev, tag) in tags {
            let names = vec![
                (&b"tag"[..], Value::text(&tag.name)),
                (b"rev", Value::Int(i64::from(rev))),
                (b"node", Value::text(tag.node.hex())),
                (b"type", Value::text(if tag.local { "local" } else { "" })),
            ];
            formatter.item(Map { names, changeset: Some(rev), ..Map::default() }, out)?;
        }
        Ok(0)
    })
}

/// All tags that count, the newest changeset's first.
fn tags(prepared: &Prepared) -> Outcome<Vec<(Rev, &Tag)>> {
    let repository = prepared.repository()?;
    let visibility = repository.visibility(&prepared.config)?;
    let mut tags: Vec<(Rev, &Tag)> = Vec::new();
    for tag in repository.tags(&prepared.config)?.iter() {
        // Tags of changesets that are not there, or not visible, do not count.
        if let Some(rev) = repository.rev_of(&tag.node)?.filter(|&rev| !visibility.is_hidden(rev)) {
            tags.push((rev, tag));
        }
    }
    tags.sort_unstable_by(|a, b| (b.0, &b.1.name).cmp(&(a.0, &a.1.name)));
    Ok(tags)
}

fn write(prepared: &Prepared, tags: &[(Rev, &Tag)], out: &mut Output<'_>) -> Outcome<()> {
    let (quiet, verbose, full) = (prepared.quiet()?, prepared.verbose()?, prepared.debug()?);
    let mut column = Vec::new();
    for (rev, tag) in tags {
        let label = if tag.local { "tags.local" } else { "tags.normal" };
        out.write_labelled(&tag.name, label);
        if !quiet {
            let rev = rev.to_string();
            let spaces = NAME_COLUMNS.saturating_sub(columns(&tag.name)) + 1 + REV_DIGITS.saturating_sub(rev.len());
            column.clear();
            column.resize(spaces, b' ');
            column.extend_from_slice(rev.as_bytes());
            column.push(b':');
            match full {
                true => column.extend_from_slice(&tag.node.hex()),
                false => column.extend_from_slice(&tag.node.short()),
            }
            out.write_labelled(&column, label);
        }
        if verbose && tag.local {
            out.write_labelled(b" local", label);
        }
        out.write(b"\n");
    }
    Ok(())
}
