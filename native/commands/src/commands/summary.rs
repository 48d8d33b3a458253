//! `hg summary`: the parents of the working copy, what changed in it, and how it stands to its branch.

use crate::comparison::{Sides, compare, working_copy};
use crate::history::changesets::phase_name;
use crate::history::{History, query};
use crate::subrepositories::{Looked, look_into};
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse, pager};
use amalgam_formats::names;
use amalgam_matching::Matcher;
use amalgam_repo::Phase;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use amalgam_worktree::{StatusOptions, StatusResult};
use std::collections::{BTreeSet, HashSet};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "summary",
    aliases: &["sum"],
    flags: &[Flag::switch('\0', "remote").legacy()],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Revsets, Part::Templates],
    infers_repository: false,
    paged: true,
    summary: "summarize working directory state",
    run,
};

/// A line and its label. Some lines are left out when quiet.
struct Summary<'o, 's> {
    out: &'o mut Output<'s>,
    quiet: bool,
}

impl Summary<'_, '_> {
    fn status(&mut self, text: &[u8], label: &str) {
        if !self.quiet {
            self.out.write_labelled(text, label);
        }
    }
}

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "summary takes no arguments"));
    }
    if prepared.verbose()? && prepared.loads_extensions {
        return Err(Stop::unsupported(Reason::ExtensionUnproven, "an extension may have something to add"));
    }
    pager::start(prepared, out)?;
    let history = History::new(prepared)?;
    let repository = history.repository;
    let [p1, p2] = repository.working_revs()?;
    let parents: Vec<Rev> = if p2 == NULL_REV { vec![p1] } else { vec![p1, p2] };
    let unresolved = repository.merge_state()?.unresolved().count();
    let options = StatusOptions { beside_subrepositories: true, ..StatusOptions::usual() };
    let status = compare(prepared, Sides::Changes, &Matcher::always(), options)?;
    let Looked { dirty, refreshes } = look_into(prepared, usize::MAX, false)?;

    let mut summary = Summary { out, quiet: prepared.quiet()? };
    let mut marks: Vec<Vec<u8>> = Vec::new();
    for &rev in &parents {
        let changeset = history.changeset(rev)?;
        if changeset.is_obsolete()? || !changeset.instabilities()?.is_empty() {
            return Err(Stop::unsupported(Reason::ObsolescencePresent, "an unstable parent"));
        }
        let label = format!("log.changeset changeset.{}", phase_name(changeset.phase()?));
        summary.out.write_labelled(format!("parent: {} ", changeset.id()).as_bytes(), &label);
        summary.out.write_labelled(&changeset.tags()?.join(&b' '), "log.tag");
        marks.extend_from_slice(changeset.bookmarks()?);
        if rev == NULL_REV {
            let none: &[u8] =
                if history.changelog.is_empty() { b" (empty repository)" } else { b" (no revision checked out)" };
            summary.out.write(none);
        }
        summary.out.write(b"\n");
        let description = changeset.description()?;
        if !description.is_empty() {
            let first = names::strip(names::split_lines(description).next().unwrap_or_default());
            summary.status(&[b" ", first, b"\n"].concat(), "log.summary");
        }
    }

    let branch = repository.working_branch()?;
    let line = [b"branch: ", branch.as_slice(), b"\n"].concat();
    if branch == b"default" {
        summary.status(&line, "log.branch");
    } else {
        summary.out.write_labelled(&line, "log.branch");
    }
    write_bookmarks(marks, history.active_bookmark()?, summary.out);

    let heads = repository.branches(&prepared.config)?.heads(&branch);
    let open: Vec<Rev> = heads.iter().filter(|head| !head.closed).map(|head| head.rev).collect();
    let changes = Changes::count(prepared, &status, dirty)?;
    let closed_head = history.changeset(p1)?.branch()?.1 && heads.iter().any(|head| head.rev == p1);
    let mut line = changes.counts(unresolved, summary.out);
    let mut clean = false;
    if repository.dot_hg().join("graftstate").exists() {
        line.extend_from_slice(b" (graft in progress)");
    }
    if repository.dot_hg().join("updatestate").exists() {
        line.extend_from_slice(b" (interrupted update)");
    } else if parents.len() > 1 {
        line.extend_from_slice(b" (merge)");
    } else if branch != history.changeset(p1)?.branch()?.0 {
        line.extend_from_slice(b" (new branch)");
    } else if closed_head {
        line.extend_from_slice(b" (head closed)");
    } else if changes.is_clean() {
        line.extend_from_slice(b" (clean)");
        clean = true;
    } else if !open.contains(&p1) {
        line.extend_from_slice(b" (new branch head)");
    }
    let mut phase = Phase::Public;
    for &rev in &parents {
        phase = phase.max(history.changeset(rev)?.phase()?);
    }
    if phase > new_commit_phase(prepared)? {
        line.extend_from_slice(format!(" ({})", phase_name(phase)).as_bytes());
    }
    let line = [b"commit: ", names::strip(&line), b"\n"].concat();
    if clean {
        summary.status(&line, "");
    } else {
        summary.out.write(&line);
    }

    match missing(&history, &parents, &open)? {
        0 => summary.status(b"update: (current)\n", ""),
        new if !open.contains(&p1) => {
            summary.out.write(format!("update: {new} new changesets (update)\n").as_bytes());
        }
        new => {
            let line = format!("update: {new} new changesets, {} branch heads (merge)\n", open.len());
            summary.out.write(line.as_bytes());
        }
    }
    write_phases(&history, &mut summary)?;
    for refresh in status.refresh.iter().chain(&refreshes) {
        refresh.write();
    }
    Ok(0)
}

fn write_bookmarks(mut marks: Vec<Vec<u8>>, active: Option<&[u8]>, out: &mut Output<'_>) {
    if marks.is_empty() {
        return;
    }
    out.write_labelled(b"bookmarks:", "log.bookmark");
    if let Some(active) = active {
        let label = "bookmarks.active bookmarks.current";
        match marks.iter().position(|mark| mark == active) {
            Some(at) => {
                out.write_labelled(&[b" *", active].concat(), label);
                marks.remove(at);
            }
            None => out.write_labelled(&[b" [", active, b"]"].concat(), label),
        }
    }
    for mark in marks {
        out.write_labelled(&[b" ", mark.as_slice()].concat(), "log.bookmark");
    }
    out.write_labelled(b"\n", "log.bookmark");
}

/// How many files are in which state, renames and copies apart from what else was added and removed.
struct Changes {
    modified: usize,
    added: usize,
    removed: usize,
    renamed: usize,
    copied: usize,
    deleted: usize,
    unknown: usize,
    subrepositories: usize,
}

impl Changes {
    fn count(prepared: &Prepared, status: &StatusResult, subrepositories: usize) -> Outcome<Self> {
        let (mut renamed, mut copied) = (0, 0);
        let (mut added, mut moved) = (status.added.len(), HashSet::new());
        for (to, from) in working_copy(prepared)?.dirstate()?.copies()? {
            if status.removed.contains(&from) && moved.insert(from) {
                renamed += 1;
            } else {
                copied += 1;
            }
            added -= usize::from(status.added.contains(&to));
        }
        Ok(Changes {
            modified: status.modified.len(),
            added,
            removed: status.removed.len() - renamed,
            renamed,
            copied,
            deleted: status.deleted.len(),
            unknown: status.unknown.len(),
            subrepositories,
        })
    }

    /// Whether there is nothing to commit.
    fn is_clean(&self) -> bool {
        self.modified + self.added + self.removed + self.renamed + self.copied + self.subrepositories == 0
    }

    fn counts(&self, unresolved: usize, out: &Output<'_>) -> Vec<u8> {
        let counts = [
            (self.modified, "modified", "status.modified"),
            (self.added, "added", "status.added"),
            (self.removed, "removed", "status.removed"),
            (self.renamed, "renamed", "status.copied"),
            (self.copied, "copied", "status.copied"),
            (self.deleted, "deleted", "status.deleted"),
            (self.unknown, "unknown", "status.unknown"),
            (unresolved, "unresolved", "resolve.unresolved"),
            (self.subrepositories, "subrepos", "status.modified"),
        ];
        let shown = counts.iter().filter(|(count, ..)| *count > 0);
        let shown: Vec<Vec<u8>> = shown
            .map(|(count, word, label)| out.painted(format!("{count} {word}").as_bytes(), label).into_owned())
            .collect();
        shown.join(&b", "[..])
    }
}

fn new_commit_phase(prepared: &Prepared) -> Outcome<Phase> {
    match prepared.config.get("phases", "new-commit") {
        None | Some(b"draft") => Ok(Phase::Draft),
        Some(b"public") => Ok(Phase::Public),
        Some(b"secret") => Ok(Phase::Secret),
        Some(_) => Err(Stop::unsupported(Reason::ConfigUnsupported, "phases.new-commit")),
    }
}

/// How many changesets lead to `heads` and not to `parents`.
fn missing(history: &History<'_>, parents: &[Rev], heads: &[Rev]) -> Outcome<usize> {
    let mut known: BTreeSet<Rev> = parents.iter().copied().filter(|&rev| rev != NULL_REV).collect();
    let mut open: BTreeSet<Rev> = heads.iter().copied().collect();
    let mut count = 0;
    // High to low: whatever is known below a revision is known by the time it comes.
    while let Some(rev) = open.pop_last() {
        while let Some(&highest) = known.last().filter(|&&highest| highest > rev) {
            known.remove(&highest);
            known.extend(history.changelog.parents(highest)?.into_iter().filter(|&rev| rev != NULL_REV));
        }
        if !known.contains(&rev) {
            count += 1;
            open.extend(history.changelog.parents(rev)?.into_iter().filter(|&rev| rev != NULL_REV));
        }
    }
    Ok(count)
}

fn write_phases(history: &History<'_>, summary: &mut Summary<'_, '_>) -> Outcome<()> {
    let mut parts = Vec::new();
    for name in ["draft", "secret"] {
        let count = query::own(history, format!("{name}()").as_bytes())?.len();
        if count > 0 {
            parts.push(format!("{count} {name}"));
        }
    }
    if !parts.is_empty() {
        summary.status(format!("phases: {}\n", parts.join(", ")).as_bytes(), "");
    }
    // Only what can still change can be unstable.
    let visibility = history.visibility()?;
    for rev in visibility.first_mutable().max(0)..history.changelog.len() {
        if !visibility.is_hidden(rev) && !history.changeset(rev)?.instabilities()?.is_empty() {
            return Err(Stop::unsupported(Reason::ObsolescencePresent, "some changesets are unstable"));
        }
    }
    Ok(())
}
