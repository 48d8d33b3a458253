//! `hg export`: changesets as patches that `hg import` reads.

use crate::formatter::Form;
use crate::history::{Changeset, History, query};
use crate::patch::{Change, settle_options};
use crate::target::{self, Fields, Target};
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_diff::DiffOptions;
use amalgam_matching::Matcher;
use amalgam_template::{DateForm, Map, Value, dates};
use amalgam_types::{AbortKind, NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::collections::HashMap;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "export",
    aliases: &[],
    flags: &[
        Flag::value('B', "bookmark"),
        Flag::value('o', "output"),
        Flag::switch('\0', "switch-parent"),
        Flag::list('r', "rev"),
        Flag::switch('a', "text"),
        Flag::switch('g', "git"),
        Flag::switch('\0', "binary"),
        Flag::switch('\0', "nodates"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Diff, Part::Revsets],
    infers_repository: false,
    paged: true,
    summary: "dump the header and diffs for one or more changesets",
    run,
};

/// More than this is not kept back until all of it is certain.
const MOST: usize = 256 << 20;

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let target = match prepared.parsed.value("output").filter(|format| !target::is_stdout(format)) {
        Some(format) => Some(Target::parse(prepared, format, true)?),
        None => None,
    };
    let history = History::new(prepared)?;
    // Looking at what is hidden, legacy warns of markers that are not in use.
    history.visibility()?;
    let revs = match prepared.parsed.value("bookmark") {
        Some(_) if !prepared.parsed.list("rev").is_empty() => {
            return Err(Stop::unsupported(Reason::UsageError, "flags that exclude each other"));
        }
        Some(name) => {
            if history.repository.bookmarks(&prepared.config)?.iter().all(|(known, _)| known != name) {
                return Err(Stop::abort(AbortKind::Input, [b"bookmark '", name, b"' not found"].concat()));
            }
            query::own(&history, &query::only_by_bookmark(name))?
        }
        None => {
            let mut specs = prepared.parsed.arguments.clone();
            specs.extend_from_slice(prepared.parsed.list("rev"));
            if specs.is_empty() {
                specs.push(b".".to_vec());
            }
            query::with_working_directory(&history, &specs)?
        }
    };
    if revs.is_empty() {
        return Err(Stop::abort(AbortKind::Input, "export requires at least one changeset"));
    }
    let options = settle_options(prepared)?;
    if prepared.verbose()? {
        let note: &[u8] = if revs.len() > 1 { b"exporting patches:\n" } else { b"exporting patch:\n" };
        out.write_labelled(note, "ui.note");
    }
    if revs.contains(&NULL_REV) {
        return Err(Stop::unsupported(Reason::RevisionExpression, "a patch of the null revision"));
    }
    let mut written = 0;
    let mut count = |more: usize| {
        written += more;
        match written > MOST {
            true => Err(Stop::unsupported(Reason::OutputUnsupported, "patches of so many changesets")),
            false => Ok(()),
        }
    };
    if let Some(target) = target {
        return into_files(&history, &target, &revs, &options, out, &mut count);
    }
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "export", out)?;
    if form.is_plain() {
        for rev in revs {
            let text = patch(&history.changeset(rev)?, &options, out.is_colored().then_some(&*out))?;
            count(text.len())?;
            out.write_owned(text);
        }
        return Ok(0);
    }
    form.show(Some(&history), out, |formatter, out| {
        for rev in revs {
            let (item, len) = item(&history.changeset(rev)?, &options)?;
            count(len)?;
            formatter.item(item, out)?;
        }
        Ok(0)
    })
}

/// Writes each patch to the file of its name, those of one name behind each other, and names the files where that is
/// wanted.
fn into_files(
    history: &History<'_>,
    target: &Target,
    revs: &[Rev],
    options: &DiffOptions,
    out: &mut Output<'_>,
    count: &mut dyn FnMut(usize) -> Outcome<()>,
) -> Outcome<i32> {
    let prepared = history.prepared;
    if !Form::find(prepared, "export", out)?.is_plain() {
        return Err(Stop::unsupported(Reason::OutputUnsupported, "templates in files"));
    }
    let rev_width = revs.iter().map(|rev| rev.to_string().len()).max().unwrap_or(1);
    let mut files: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut places = HashMap::new();
    for (at, &rev) in revs.iter().enumerate() {
        if rev == WDIR_REV {
            return Err(Stop::unsupported(Reason::OutputUnsupported, "the working directory in files"));
        }
        let changeset = history.changeset(rev)?;
        let part = target::Part::Patch { number: at + 1, total: revs.len(), rev_width };
        let fields = Fields { rev, node: changeset.node, description: changeset.description()?, part };
        let name = target.name(prepared.root_bytes()?, &fields)?;
        let text = patch(&changeset, options, None)?;
        count(text.len())?;
        let place = *places.entry(name.clone()).or_insert(files.len());
        match files.get_mut(place) {
            Some((_, content)) => content.extend_from_slice(&text),
            None => files.push((name, text)),
        }
    }
    let names_them = prepared.verbose()?;
    for (name, content) in files {
        target::write(&target::path(prepared, &name), &content)?;
        if names_them {
            out.write_labelled(&[&name[..], b"\n"].concat(), "ui.note");
        }
    }
    Ok(0)
}

/// The parents, the one that the patch is made against first.
fn parents_of(changeset: &Changeset<'_, '_>) -> Outcome<Vec<Rev>> {
    let mut parents = changeset.parents()?;
    parents.retain(|&parent| parent != NULL_REV);
    if changeset.history.prepared.parsed.switch("switch-parent") {
        parents.reverse();
    }
    Ok(parents)
}

/// What `-T` sees of a changeset, and how long its diff is.
fn item(changeset: &Changeset<'_, '_>, options: &DiffOptions) -> Outcome<(Map, usize)> {
    let history = changeset.history;
    let parents = parents_of(changeset)?;
    let all = Matcher::always();
    let mut diff = Vec::new();
    let change = Change::since(history.prepared, parents.first().copied().unwrap_or(NULL_REV), changeset.rev, &all)?;
    change.write(options, false, &mut |piece, _| diff.extend_from_slice(piece))?;
    let nodes = parents.into_iter().map(|rev| Ok((rev, history.changeset(rev)?.node.hex().to_vec())));
    let date = changeset.date()?;
    let len = diff.len();
    let names = vec![
        (&b"user"[..], Value::text(changeset.user()?)),
        (b"date", Value::date(date.seconds, date.offset, DateForm::Pair)),
        (b"branch", Value::text(changeset.branch()?.0)),
        (b"node", Value::text(changeset.node.hex())),
        (b"parents", Value::nodes(&nodes.collect::<Outcome<Vec<_>>>()?)),
        (b"desc", Value::text(ended(changeset.description()?))),
        (b"diff", Value::text(diff)),
    ];
    Ok((Map { names, changeset: Some(changeset.rev), ..Map::default() }, len))
}

/// A patch, with the colours of `out`.
fn patch(changeset: &Changeset<'_, '_>, options: &DiffOptions, out: Option<&Output<'_>>) -> Outcome<Vec<u8>> {
    let (history, prepared) = (changeset.history, changeset.history.prepared);
    let parents = parents_of(changeset)?;
    let before = parents.first().copied().unwrap_or(NULL_REV);
    let (branch, _) = changeset.branch()?;
    let date = changeset.date()?;
    let mut text = Vec::new();
    let mut line = |parts: &[&[u8]]| {
        parts.iter().for_each(|part| text.extend_from_slice(part));
        text.push(b'\n');
    };
    line(&[b"# HG changeset patch"]);
    line(&[b"# User ", changeset.user()?]);
    line(&[format!("# Date {} {}", date.seconds.trunc(), date.offset).as_bytes()]);
    line(&[b"#      ", &dates::default(date.seconds, date.offset)?]);
    if !branch.is_empty() && branch != b"default" {
        line(&[b"# Branch ", &branch]);
    }
    line(&[b"# Node ID ", &changeset.node.hex()]);
    line(&[b"# Parent  ", &history.changeset(before)?.node.hex()]);
    if let Some(&second) = parents.get(1) {
        line(&[b"# Parent  ", &history.changeset(second)?.node.hex()]);
    }
    line(&[ended(changeset.description()?)]);
    line(&[]);
    let all = Matcher::always();
    let change = Change::since(prepared, before, changeset.rev, &all)?;
    change.write(options, out.is_some(), &mut |piece, label| match out {
        Some(out) if !label.is_empty() => text.extend_from_slice(&out.painted(piece, label)),
        _ => text.extend_from_slice(piece),
    })?;
    Ok(text)
}

/// A description without the white space behind it.
fn ended(description: &[u8]) -> &[u8] {
    let end = description.iter().rposition(|&byte| !is_space(byte)).map_or(0, |at| at + 1);
    &description[..end]
}

/// What Python takes for white space in bytes.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
