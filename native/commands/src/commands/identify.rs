//! `hg identify`: the working copy, or a revision, in one line.

use crate::history::{History, query};
use crate::selection::{manifest_without_subrepositories, refuse_subrepositories};
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_matching::{IgnoreRules, MatchOptions, Matcher, PatternKind};
use amalgam_types::{AbortKind, NULL_REV, Outcome, Reason, Rev, Stop, short_hex};
use amalgam_worktree::{Refresh, StatusOptions, WorkingCopy, tracked_files};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "identify",
    aliases: &["id"],
    flags: &[
        Flag::value('r', "rev"),
        Flag::switch('n', "num"),
        Flag::switch('i', "id"),
        Flag::switch('b', "branch"),
        Flag::switch('t', "tags"),
        Flag::switch('B', "bookmarks"),
        Flag::value('e', "ssh"),
        Flag::value('\0', "remotecmd"),
        Flag::switch('\0', "insecure"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Optional,
    infers_repository: false,
    paged: false,
    summary: "identify the working directory or specified revision",
    run,
};

/// What is identified.
struct Subject {
    /// The changeset, or the working copy's parents.
    revs: Vec<Rev>,
    /// `+` for a working copy with changes.
    mark: &'static str,
    branch: Vec<u8>,
    refresh: Option<Refresh>,
}

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    prepared.refuse_template()?;
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::RepositoryPath, "another repository"));
    }
    if prepared.repository.is_none() {
        return Err(Stop::abort(AbortKind::Input, "there is no Mercurial repository here (.hg not found)"));
    }
    let history = History::new(prepared)?;
    let subject = match prepared.parsed.value("rev") {
        Some(spec) => {
            let rev = query::single(&history, spec)?;
            let branch = history.changeset(rev)?.branch()?.0;
            Subject { revs: vec![rev], mark: "", branch, refresh: None }
        }
        None => working_copy(&history)?,
    };
    let words = words(&history, &subject)?;
    out.write(&words.join(&b' '));
    out.write(b"\n");
    if let Some(refresh) = &subject.refresh {
        refresh.write();
    }
    Ok(0)
}

fn working_copy(history: &History<'_>) -> Outcome<Subject> {
    let prepared = history.prepared;
    let [p1, p2] = history.repository.working_revs()?;
    manifest_without_subrepositories(history.repository, p1)?;
    let tracked = tracked_files(history.repository)?;
    refuse_subrepositories(|name| tracked.contains(name))?;
    let cwd = prepared.cwd_in_repository()?;
    let context = prepared.match_context(&cwd)?;
    let everything = MatchOptions { patterns: &[], include: &[], exclude: &[], default: PatternKind::Relpath };
    let working_copy = WorkingCopy {
        repository: history.repository,
        config: &prepared.config,
        env: &prepared.env,
        build: prepared.facts.build,
    };
    let options = StatusOptions {
        list_modified: true,
        list_added: true,
        list_removed: true,
        list_deleted: true,
        list_clean: false,
        list_unknown: false,
        list_ignored: false,
    };
    let matcher = Matcher::for_status(&context, &everything)?;
    let result = working_copy.status(&matcher, &|| IgnoreRules::load(&context), options)?;
    let lists = [&result.modified, &result.added, &result.removed, &result.deleted];
    Ok(Subject {
        revs: if p2 == NULL_REV { vec![p1] } else { vec![p1, p2] },
        mark: if lists.iter().any(|list| !list.is_empty()) { "+" } else { "" },
        branch: history.repository.working_branch()?,
        refresh: result.refresh,
    })
}

fn words(history: &History<'_>, subject: &Subject) -> Outcome<Vec<Vec<u8>>> {
    let parsed = &history.prepared.parsed;
    let asked = |name: &str| parsed.switch(name);
    let default = !["num", "id", "branch", "tags", "bookmarks"].into_iter().any(asked);
    let nodes = subject.revs.iter().map(|&rev| Ok(history.changeset(rev)?.node)).collect::<Outcome<Vec<_>>>()?;
    let joined = |parts: Vec<String>| format!("{}{}", parts.join("+"), subject.mark).into_bytes();
    let mut tags: Vec<Vec<u8>> = Vec::new();
    let mut bookmarks: Vec<Vec<u8>> = Vec::new();
    for node in &nodes {
        tags.extend_from_slice(history.tags(node)?);
        bookmarks.extend_from_slice(history.bookmarks(node)?);
    }
    let mut words = Vec::new();
    if default || asked("id") {
        words.push(joined(nodes.iter().map(short_hex).collect()));
    }
    if asked("num") {
        words.push(joined(subject.revs.iter().map(ToString::to_string).collect()));
    }
    if default && !history.prepared.quiet()? {
        if subject.branch != b"default" {
            words.push([b"(", subject.branch.as_slice(), b")"].concat());
        }
        for names in [tags, bookmarks] {
            let names = names.join(&b'/');
            if !names.is_empty() {
                words.push(names);
            }
        }
        return Ok(words);
    }
    if asked("branch") {
        words.push(subject.branch.clone());
    }
    if asked("tags") {
        words.extend(tags);
    }
    if asked("bookmarks") {
        words.extend(bookmarks);
    }
    Ok(words)
}
