//! `hg identify`: the working copy, or a revision, in one line.

use crate::comparison;
use crate::formatter::Form;
use crate::history::History;
use crate::subrepositories::{Looked, look_into};
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse};
use amalgam_matching::{IgnoreRules, MatchOptions, Matcher, PatternKind};
use amalgam_template::{Map, Value};
use amalgam_types::{AbortKind, NULL_REV, Node, Outcome, Reason, Rev, Stop, WDIR_NODE, WDIR_REV};
use amalgam_worktree::{Refresh, StatusOptions};

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
    stands_for: &[],
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
    refreshes: Vec<Refresh>,
    is_working_copy: bool,
}

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if !prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::RepositoryPath, "another repository"));
    }
    if prepared.repository.is_none() {
        return Err(Stop::abort(AbortKind::Input, "there is no Mercurial repository here (.hg not found)"));
    }
    let history = History::new(prepared)?;
    let form = Form::find(prepared, "identify", out)?;
    if form.is_plain() {
        let subject = Subject::find(&history)?;
        out.write(&words(&history, &subject)?.join(&b' '));
        out.write(b"\n");
        subject.settle();
        return Ok(0);
    }
    let subject = form.show(Some(&history), out, |formatter, out| {
        let subject = Subject::find(&history)?;
        formatter.item(fields(&history, &subject)?, out)?;
        Ok(subject)
    })?;
    subject.settle();
    Ok(0)
}

impl Subject {
    fn find(history: &History<'_>) -> Outcome<Subject> {
        let spec = history.prepared.parsed.value("rev").unwrap_or_default();
        match history.prepared.single_or_working_copy(spec)?.filter(|&rev| rev != WDIR_REV) {
            Some(rev) => {
                let branch = history.changeset(rev)?.branch()?.0;
                Ok(Subject { revs: vec![rev], mark: "", branch, refreshes: Vec::new(), is_working_copy: false })
            }
            None => working_copy(history),
        }
    }

    fn nodes(&self, history: &History<'_>) -> Outcome<Vec<Node>> {
        self.revs.iter().map(|&rev| Ok(history.changeset(rev)?.node)).collect()
    }

    /// Writes back what looking at the working copy has found out.
    fn settle(&self) {
        for refresh in &self.refreshes {
            refresh.write();
        }
    }
}

fn working_copy(history: &History<'_>) -> Outcome<Subject> {
    let prepared = history.prepared;
    let [p1, p2] = history.repository.working_revs()?;
    let context = prepared.match_context()?;
    let everything = MatchOptions { patterns: &[], include: &[], exclude: &[], default: PatternKind::Relpath };
    // Legacy asks the working directory alone which subrepositories there are, and looks no further where one is dirty.
    let Looked { dirty, mut refreshes } = look_into(prepared, 1, true)?;
    let mut is_changed = dirty > 0;
    if !is_changed {
        let matcher = Matcher::for_status(&context, &everything)?;
        let copy = comparison::working_copy(prepared)?;
        let result = copy.status(&matcher, &|| IgnoreRules::load(&context), StatusOptions::CHANGES)?;
        let lists = [&result.modified, &result.added, &result.removed, &result.deleted];
        is_changed = lists.iter().any(|list| !list.is_empty());
        refreshes.extend(result.refresh);
    }
    Ok(Subject {
        revs: if p2 == NULL_REV { vec![p1] } else { vec![p1, p2] },
        mark: if is_changed { "+" } else { "" },
        branch: history.repository.working_branch()?,
        refreshes,
        is_working_copy: true,
    })
}

fn words(history: &History<'_>, subject: &Subject) -> Outcome<Vec<Vec<u8>>> {
    let parsed = &history.prepared.parsed;
    let asked = |name: &str| parsed.switch(name);
    let default = !["num", "id", "branch", "tags", "bookmarks"].into_iter().any(asked);
    let nodes = subject.nodes(history)?;
    let joined = |parts: Vec<String>| format!("{}{}", parts.join("+"), subject.mark).into_bytes();
    let (tags, bookmarks) = names(history, &nodes)?;
    let mut words = Vec::new();
    if default || asked("id") {
        words.push(joined(nodes.iter().map(|node| history.prepared.shown_id(node)).collect()));
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

type Names = Vec<Vec<u8>>;

/// The tags and the bookmarks of all `nodes`.
fn names(history: &History<'_>, nodes: &[Node]) -> Outcome<(Names, Names)> {
    let (mut tags, mut bookmarks) = (Vec::new(), Vec::new());
    for node in nodes {
        tags.extend(history.tags(node)?.into_iter().map(<[u8]>::to_vec));
        bookmarks.extend_from_slice(history.bookmarks(node)?);
    }
    Ok((tags, bookmarks))
}

/// What a formatter shows.
fn fields(history: &History<'_>, subject: &Subject) -> Outcome<Map> {
    let nodes = subject.nodes(history)?;
    let (tags, bookmarks) = names(history, &nodes)?;
    let list = |texts: &[Vec<u8>], name, separator: &[u8]| {
        Value::list(texts.iter().map(Value::text).collect(), name, separator)
    };
    let ids: Vec<Vec<u8>> = nodes.iter().map(|node| node.hex().to_vec()).collect();
    let id = [ids.join(&b'+').as_slice(), subject.mark.as_bytes()].concat();
    let mut fields = vec![
        (&b"id"[..], Value::text(id)),
        (b"branch", Value::text(&subject.branch)),
        (b"tags", list(&tags, b"tag", b":")),
        (b"bookmarks", list(&bookmarks, b"bookmark", b" ")),
    ];
    let changeset = if subject.is_working_copy {
        let parents: Vec<(Rev, Vec<u8>)> = subject.revs.iter().copied().zip(ids).collect();
        fields.push((b"dirty", Value::text(subject.mark)));
        fields.push((b"parents", Value::nodes(&parents)));
        fields.push((b"node", Value::text(WDIR_NODE.hex())));
        WDIR_REV
    } else {
        fields.push((b"node", Value::text(&ids[0])));
        subject.revs[0]
    };
    Ok(Map { names: fields, changeset: Some(changeset), ..Map::default() })
}
