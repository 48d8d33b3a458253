//! Which changesets the flags leave in: by branch, user, words, merges and pruning.

use crate::history::{History, query};
use amalgam_types::{AbortKind, NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::HashSet;

/// The flags that leave changesets out.
pub(super) struct Filters<'h, 'a> {
    history: &'h History<'a>,
    branches: Vec<Vec<u8>>,
    users: Vec<Vec<u8>>,
    keywords: Vec<Vec<u8>>,
    /// Whether merges are wanted: none, only, both.
    merges: Option<bool>,
    contradiction: bool,
    /// Those that are left out, and those of which each must be one.
    pruned: HashSet<Rev>,
    wanted: Vec<HashSet<Rev>>,
}

impl<'h, 'a> Filters<'h, 'a> {
    pub(super) fn new(history: &'h History<'a>) -> Outcome<Self> {
        let parsed = &history.prepared.parsed;
        let mut branches = Vec::new();
        for name in parsed.list("branch").iter().chain(parsed.list("only-branch")) {
            branches.push(branch(history, name)?);
        }
        let mut pruned = HashSet::new();
        for spec in parsed.list("prune") {
            pruned.extend(set(history, &[b"ancestors(", query::quoted(spec).as_slice(), b")"].concat())?);
        }
        let mut wanted = Vec::new();
        if let Some(date) = parsed.value("date") {
            wanted.push(set(history, &[b"date(", query::quoted(date).as_slice(), b")"].concat())?);
        }
        let mut marked = HashSet::new();
        for name in parsed.list("bookmark") {
            marked.extend(set(history, &query::only_by_bookmark(name))?);
        }
        if !parsed.list("bookmark").is_empty() {
            wanted.push(marked);
        }
        let (none, only) = (parsed.switch("no-merges"), parsed.switch("only-merges"));
        Ok(Filters {
            history,
            branches,
            users: lowered(parsed.list("user"))?,
            keywords: lowered(parsed.list("keyword"))?,
            merges: if none { Some(false) } else { only.then_some(true) },
            contradiction: none && only,
            pruned,
            wanted,
        })
    }

    /// Whether `rev` stays.
    pub(super) fn keep(&mut self, rev: Rev) -> Outcome<bool> {
        let left_out = self.pruned.contains(&rev) || self.wanted.iter().any(|wanted| !wanted.contains(&rev));
        if self.contradiction || left_out {
            return Ok(false);
        }
        if let Some(wanted) = self.merges
            && (self.history.changelog.parents(rev)?[1] != NULL_REV) != wanted
        {
            return Ok(false);
        }
        if self.branches.is_empty() && self.users.is_empty() && self.keywords.is_empty() {
            return Ok(true);
        }
        let changeset = self.history.changeset(rev)?;
        if !self.branches.is_empty() && !self.branches.contains(&changeset.branch()?.0) {
            return Ok(false);
        }
        if !self.users.is_empty() {
            let user = lower(changeset.user()?)?;
            if !self.users.iter().any(|wanted| contains(&user, wanted)) {
                return Ok(false);
            }
        }
        if self.keywords.is_empty() {
            return Ok(true);
        }
        let mut texts = vec![lower(changeset.user()?)?, lower(changeset.description()?)?];
        for file in changeset.entry()?.files() {
            texts.push(lower(file)?);
        }
        Ok(self.keywords.iter().any(|wanted| texts.iter().any(|text| contains(text, wanted))))
    }
}

/// The branch that `-b NAME` means: one of this name, or that of the changeset so named.
fn branch(history: &History<'_>, name: &[u8]) -> Outcome<Vec<u8>> {
    let (repository, config) = (history.repository, &history.prepared.config);
    if repository.branches(config)?.tip(name).is_some() {
        return Ok(name.to_vec());
    }
    let found = match repository.lookup(config, name) {
        // Legacy reads the name as an expression, and words its mistakes as those.
        Ok(None) if name.is_empty() => {
            return Err(Stop::unsupported(Reason::RevisionUnknown, "-b without a name"));
        }
        Err(Stop::Abort(_)) => {
            return Err(Stop::unsupported(Reason::RevisionUnknown, "-b with an ambiguous name"));
        }
        other => other?,
    };
    match found {
        Some(found) => {
            let rev = found.rev().ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "-b wdir()"))?;
            Ok(history.changeset(rev)?.branch()?.0)
        }
        None => Err(Stop::abort(AbortKind::Input, [b"unknown revision '", name, b"'"].concat())),
    }
}

/// The set of an expression, by revision.
fn set(history: &History<'_>, expression: &[u8]) -> Outcome<HashSet<Rev>> {
    Ok(query::own(history, expression)?.into_iter().collect())
}

/// What is looked for, in lower case. Beyond ASCII, Python's tables would decide.
fn lowered(words: &[Vec<u8>]) -> Outcome<Vec<Vec<u8>>> {
    if words.iter().any(|word| !word.is_ascii()) {
        return Err(Stop::unsupported(Reason::EncodingUnsupported, "a search beyond ASCII"));
    }
    Ok(words.iter().map(|word| word.to_ascii_lowercase()).collect())
}

/// Lower case as far as a search in ASCII needs it.
fn lower(text: &[u8]) -> Outcome<Vec<u8>> {
    // The two characters beyond ASCII whose lower case is within it.
    let special = |window: &[u8]| window == "\u{212a}".as_bytes() || window.starts_with("\u{130}".as_bytes());
    if !text.is_ascii() && (text.windows(3).any(special) || text.ends_with("\u{130}".as_bytes())) {
        return Err(Stop::unsupported(Reason::EncodingUnsupported, "letters whose lower case is in ASCII"));
    }
    Ok(text.to_ascii_lowercase())
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || text.windows(wanted.len()).any(|window| window == wanted)
}
