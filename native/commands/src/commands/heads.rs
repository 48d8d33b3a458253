//! `hg heads`: the heads of branches, or of the history.

use crate::history::{History, query, with_displayer};
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::{BTreeSet, HashSet};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "heads",
    aliases: &[],
    flags: &[
        Flag::value('r', "rev"),
        Flag::switch('t', "topo"),
        Flag::switch('a', "active"),
        Flag::switch('c', "closed"),
        Flag::value('\0', "style"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Revsets, Part::Templates],
    infers_repository: false,
    paged: true,
    summary: "show branch heads",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let history = History::new(prepared)?;
    let start = prepared.parsed.value("rev").map(|spec| query::single(&history, spec)).transpose()?;
    let mut heads: BTreeSet<Rev> = if prepared.parsed.switch("topo") {
        topological(&history, start)?
    } else {
        let closed = prepared.parsed.switch("closed");
        let branches = history.repository.branches(&prepared.config)?;
        let all = branches.iter().flat_map(|(_, heads)| heads);
        let heads = all.filter(|head| closed || !head.closed).map(|head| head.rev).collect();
        match start {
            Some(start) => below(&history, start, heads)?,
            None => heads,
        }
    };
    let mut warning = None;
    if !prepared.parsed.arguments.is_empty() {
        let mut branches: HashSet<Vec<u8>> = HashSet::new();
        for rev in query::revisions(&history, &prepared.parsed.arguments)? {
            branches.insert(history.changeset(rev)?.branch()?.0);
        }
        let mut on_branches = BTreeSet::new();
        let mut headless = branches.clone();
        let active = prepared.parsed.switch("active").then(|| topological(&history, start)).transpose()?;
        for rev in heads {
            let (branch, _) = history.changeset(rev)?.branch()?;
            if branches.contains(&branch) && active.as_ref().is_none_or(|active| active.contains(&rev)) {
                headless.remove(&branch);
                on_branches.insert(rev);
            }
        }
        heads = on_branches;
        warning = complaint(prepared, headless)?;
    }
    if let Some(warning) = warning {
        out.write_error(&warning, "ui.warning");
    }
    if heads.is_empty() {
        return Ok(1);
    }
    pager::start(prepared, out)?;
    with_displayer(&history, out, |displayer, out| {
        heads.into_iter().rev().try_for_each(|rev| displayer.show(rev, None, out))
    })?;
    Ok(0)
}

/// Legacy's warning for branches without an open head.
fn complaint(prepared: &Prepared, headless: HashSet<Vec<u8>>) -> Outcome<Option<Vec<u8>>> {
    let mut names = headless.into_iter();
    let Some(name) = names.next() else { return Ok(None) };
    if names.next().is_some() {
        // Named in the order of a Python set.
        return Err(Stop::unsupported(Reason::WarningExpected, "several branches without open heads"));
    }
    let mut line = [b"no open branch heads found on branches ", name.as_slice()].concat();
    if let Some(start) = prepared.parsed.value("rev") {
        line.extend_from_slice(&[b" (started at ", start, b")"].concat());
    }
    line.push(b'\n');
    Ok(Some(line))
}

/// The heads of the visible history, or of what descends from `start`.
fn topological(history: &History<'_>, start: Option<Rev>) -> Outcome<BTreeSet<Rev>> {
    let visibility = history.visibility()?;
    let heads: BTreeSet<Rev> = history.changelog.heads(|rev| !visibility.is_hidden(rev))?.into_iter().collect();
    if heads.is_empty() {
        return Err(Stop::unsupported(Reason::RepositoryState, "the heads of an empty history"));
    }
    match start {
        Some(start) => below(history, start, heads),
        None => Ok(heads),
    }
}

/// Those of `heads` that are `start` or descend from it.
fn below(history: &History<'_>, start: Rev, heads: BTreeSet<Rev>) -> Outcome<BTreeSet<Rev>> {
    if start == NULL_REV {
        return Ok(heads);
    }
    let Some(&last) = heads.last() else { return Ok(heads) };
    let mut reached = vec![false; usize::try_from(last - start + 1).unwrap_or(0)];
    for (at, rev) in (start..=last).enumerate() {
        let parents = history.changelog.parents(rev)?;
        let from = |parent: Rev| usize::try_from(parent - start).is_ok_and(|parent| reached[parent]);
        reached[at] = rev == start || parents.into_iter().any(from);
    }
    Ok(heads.into_iter().filter(|head| usize::try_from(head - start).is_ok_and(|at| reached[at])).collect())
}
