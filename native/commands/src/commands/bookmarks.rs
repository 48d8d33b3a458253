//! `hg bookmarks`, listing.

use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_formats::damaged;
use amalgam_template::width::columns;
use amalgam_types::{AbortKind, Node, Outcome, Reason, Stop, short_hex};
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
    infers_repository: false,
    paged: false,
    summary: "list existing bookmarks",
    run,
};

/// The column at which the revision begins.
const NAME_COLUMNS: usize = 25;

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    prepared.refuse_template()?;
    let names = &prepared.parsed.arguments;
    if !names.is_empty() && !prepared.parsed.switch("list") {
        return Err(Stop::unsupported(Reason::WouldWrite, "making a bookmark"));
    }
    let quiet = prepared.quiet()?;
    let repository = prepared.repository()?;
    let bookmarks = repository.bookmarks(&prepared.config)?;
    let mut listed: BTreeMap<&[u8], Node> = BTreeMap::new();
    for name in names {
        let name = match (name.as_slice(), bookmarks.active()) {
            (b".", Some(active)) => active,
            (b".", None) => return Err(Stop::unsupported(Reason::RevisionUnknown, "no active bookmark")),
            (name, _) => name,
        };
        let node = bookmarks
            .get(name)
            .ok_or_else(|| Stop::abort(AbortKind::Input, [b"bookmark '", name, b"' does not exist"].concat()))?;
        listed.insert(name, node);
    }
    if names.is_empty() {
        listed.extend(bookmarks.iter().map(|(name, node)| (name, *node)));
    }
    if listed.is_empty() && !quiet {
        out.write(b"no bookmarks set\n");
    }
    if !listed.is_empty() {
        // Legacy looks at what is visible once it has a bookmark to number.
        repository.visibility(&prepared.config)?;
    }
    for (name, node) in listed {
        let active = bookmarks.active() == Some(name);
        let label = if active { "bookmarks.active" } else { "" };
        if !quiet {
            out.write_labelled(if active { b" * " } else { b"   " }, label);
        }
        out.write_labelled(name, label);
        if !quiet {
            let rev = repository.rev_of(&node)?.ok_or_else(|| damaged("a bookmark's changeset is gone"))?;
            let pad = NAME_COLUMNS.saturating_sub(columns(name));
            out.write_labelled(format!("{:pad$} {rev}:{}", "", short_hex(&node)).as_bytes(), label);
        }
        out.write(b"\n");
    }
    Ok(0)
}
