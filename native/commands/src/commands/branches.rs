//! `hg branches`: the named branches, active ones first.

use crate::formatter::Form;
use crate::history::changesets::phase_name;
use crate::history::{History, query};
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_template::width::columns;
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Rev, Stop};
use std::collections::HashSet;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "branches",
    aliases: &[],
    flags: &[
        Flag::switch('a', "active"),
        Flag::switch('c', "closed"),
        Flag::list('r', "rev"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: false,
    paged: true,
    summary: "list repository named branches",
    run,
};

/// The column at which the revision begins.
const NAME_COLUMNS: usize = 31;

/// One line; the order of the fields is the order of the listing, turned round.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line<'a> {
    active: bool,
    rev: Rev,
    name: &'a [u8],
    open: bool,
}

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "branches takes no arguments"));
    }
    let history = History::new(prepared)?;
    let quiet = prepared.quiet()?;
    let selected: Option<HashSet<Vec<u8>>> = match prepared.parsed.list("rev") {
        [] => None,
        specs => {
            let revs = query::revisions(&history, specs)?;
            Some(revs.into_iter().map(|rev| Ok(history.changeset(rev)?.branch()?.0)).collect::<Outcome<_>>()?)
        }
    };
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "branches", out)?;
    let mut lines = lines(&history, selected.as_ref())?;
    let (active, closed) = (prepared.parsed.switch("active"), prepared.parsed.switch("closed"));
    lines.retain(|line| line.active || (!active && (line.open || closed)));
    let current = history.repository.working_branch()?;
    if !form.is_plain() {
        return form.show(Some(&history), out, |formatter, out| {
            for line in lines {
                let names = vec![
                    (&b"branch"[..], Value::text(line.name)),
                    (b"rev", Value::Int(i64::from(line.rev))),
                    (b"node", Value::text(history.changeset(line.rev)?.node.hex())),
                    (b"active", Value::Bool(line.active)),
                    (b"closed", Value::Bool(!line.open)),
                    (b"current", Value::Bool(line.name == current)),
                ];
                formatter.item(Map { names, changeset: Some(line.rev), ..Map::default() }, out)?;
            }
            Ok(0)
        });
    }
    for line in lines {
        let (mut label, notice) = match (line.active, line.open) {
            (true, _) => ("branches.active", ""),
            (false, false) => ("branches.closed", " (closed)"),
            (false, true) => ("branches.inactive", " (inactive)"),
        };
        if line.name == current {
            label = "branches.current";
        }
        out.write_labelled(line.name, label);
        if !quiet {
            let changeset = history.changeset(line.rev)?;
            let used = columns(line.name) + line.rev.to_string().len();
            let pad = NAME_COLUMNS.saturating_sub(used);
            let label = format!("log.changeset changeset.{}", phase_name(changeset.phase()?));
            out.write_labelled(format!("{:pad$} {}", "", changeset.id()).as_bytes(), &label);
            out.write(notice.as_bytes());
        }
        out.write(b"\n");
    }
    Ok(0)
}

fn lines<'a>(history: &History<'a>, selected: Option<&HashSet<Vec<u8>>>) -> Outcome<Vec<Line<'a>>> {
    let visibility = history.visibility()?;
    let heads: HashSet<Rev> = history.changelog.heads(|rev| !visibility.is_hidden(rev))?.into_iter().collect();
    let mut lines = Vec::new();
    for (name, branch_heads) in history.repository.branches(&history.prepared.config)?.iter() {
        let Some(last) = branch_heads.last() else { continue };
        if selected.is_some_and(|selected| !selected.contains(name)) {
            continue;
        }
        let mut open = branch_heads.iter().filter(|head| !head.closed).map(|head| head.rev);
        let active = open.clone().any(|rev| heads.contains(&rev));
        let tip = open.next_back();
        lines.push(Line { active, rev: tip.unwrap_or(last.rev), name, open: tip.is_some() });
    }
    lines.sort_unstable_by(|a, b| b.cmp(a));
    Ok(lines)
}
