//! `hg bookmarks`, listing.

use crate::formatter::Form;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_formats::damaged;
use amalgam_repo::Bookmarks;
use amalgam_template::width::columns;
use amalgam_template::{Map, Value};
use amalgam_types::{AbortKind, Node, Outcome, Reason, Rev, Stop};
use std::collections::BTreeMap;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "bookmarks",
    aliases: &["bookmark"],
    flags: &[
        Flag::switch('f', "force").legacy(),
        Flag::value('r', "rev").legacy(),
        Flag::switch('d', "delete").legacy(),
        Flag::value('m', "rename").legacy(),
        Flag::switch('i', "inactive").legacy(),
        Flag::switch('l', "list"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: false,
    paged: false,
    summary: "list existing bookmarks",
    run,
};

/// The column at which the revision begins.
const NAME_COLUMNS: usize = 25;

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let names = &prepared.parsed.arguments;
    if !names.is_empty() && !prepared.parsed.switch("list") {
        return Err(Stop::unsupported(Reason::WouldWrite, "making a bookmark"));
    }
    let quiet = prepared.quiet()?;
    let repository = prepared.repository()?;
    let bookmarks = repository.bookmarks(&prepared.config)?;
    let active = bookmarks.active();
    let names = names.iter().map(|name| match (name.as_slice(), active) {
        (b".", Some(active)) => Ok(active),
        (b".", None) => Err(Stop::unsupported(Reason::RevisionUnknown, "no active bookmark")),
        (name, _) => Ok(name),
    });
    let names = names.collect::<Outcome<Vec<_>>>()?;
    let form = Form::find(prepared, "bookmarks", out)?;
    if !form.is_plain() {
        let history = form.history(prepared)?;
        return form.show(history.as_ref(), out, |formatter, out| {
            for (name, node) in listed(bookmarks, &names)? {
                let rev = rev_of(prepared, &node)?;
                let names = vec![
                    (&b"bookmark"[..], Value::text(name)),
                    (b"rev", Value::Int(i64::from(rev))),
                    (b"node", Value::text(node.hex())),
                    (b"active", Value::Bool(bookmarks.active() == Some(name))),
                ];
                formatter.item(Map { names, changeset: Some(rev), ..Map::default() }, out)?;
            }
            Ok(0)
        });
    }
    let listed = listed(bookmarks, &names)?;
    if listed.is_empty() && !quiet {
        out.write(b"no bookmarks set\n");
    }
    for (name, node) in listed {
        let active = bookmarks.active() == Some(name);
        let label = if active { "bookmarks.active" } else { "" };
        if !quiet {
            out.write_labelled(if active { b" * " } else { b"   " }, label);
        }
        out.write_labelled(name, label);
        let rev = rev_of(prepared, &node)?;
        if !quiet {
            let pad = NAME_COLUMNS.saturating_sub(columns(name));
            out.write_labelled(format!("{:pad$} {rev}:{}", "", prepared.shown_id(&node)).as_bytes(), label);
        }
        out.write(b"\n");
    }
    Ok(0)
}

/// The bookmarks that were named, or all of them.
fn listed<'b>(bookmarks: &'b Bookmarks, names: &[&'b [u8]]) -> Outcome<BTreeMap<&'b [u8], Node>> {
    if names.is_empty() {
        return Ok(bookmarks.iter().map(|(name, node)| (name, *node)).collect());
    }
    let find = |name: &&'b [u8]| {
        let missing = || Stop::abort(AbortKind::Input, [b"bookmark '", *name, b"' does not exist"].concat());
        Ok((*name, bookmarks.get(name).ok_or_else(missing)?))
    };
    names.iter().map(find).collect()
}

fn rev_of(prepared: &Prepared, node: &Node) -> Outcome<Rev> {
    let repository = prepared.repository()?;
    // Legacy looks at what is visible once it has a bookmark to number.
    repository.visibility(&prepared.config)?;
    repository.rev_of(node)?.ok_or_else(|| damaged("a bookmark's changeset is gone"))
}
