//! Which changesets the flags leave in: by branch, user, words, merges and pruning.

use crate::history::{History, query};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};

/// The flags that leave changesets out.
pub(super) struct Filters<'h, 'a> {
    history: &'h History<'a>,
    branches: Vec<Vec<u8>>,
    users: Vec<Vec<u8>>,
    keywords: Vec<Vec<u8>>,
    /// Whether merges are wanted: none, only, both.
    merges: Option<bool>,
    contradiction: bool,
    /// By revision, whether it is to be left out; empty where nothing is pruned.
    pruned: Vec<bool>,
}

impl<'h, 'a> Filters<'h, 'a> {
    pub(super) fn new(history: &'h History<'a>) -> Outcome<Self> {
        let parsed = &history.prepared.parsed;
        let mut branches = Vec::new();
        for name in parsed.list("branch").iter().chain(parsed.list("only-branch")) {
            branches.push(branch(history, name)?);
        }
        let (none, only) = (parsed.switch("no-merges"), parsed.switch("only-merges"));
        Ok(Filters {
            history,
            branches,
            users: lowered(parsed.list("user"))?,
            keywords: lowered(parsed.list("keyword"))?,
            merges: if none { Some(false) } else { only.then_some(true) },
            contradiction: none && only,
            pruned: pruned(history, parsed.list("prune"))?,
        })
    }

    /// Whether `rev` stays.
    pub(super) fn keep(&mut self, rev: Rev) -> Outcome<bool> {
        if self.contradiction || usize::try_from(rev).is_ok_and(|at| self.pruned.get(at) == Some(&true)) {
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
    let branches = history.repository.branches(&history.prepared.config)?;
    if branches.tip(name).is_some() {
        return Ok(name.to_vec());
    }
    let rev = query::single(history, name)?;
    Ok(history.changeset(rev)?.branch()?.0)
}

/// By revision, whether it is an ancestor of any of `specs`, or one of them.
fn pruned(history: &History<'_>, specs: &[Vec<u8>]) -> Outcome<Vec<bool>> {
    let revs = query::revisions(history, specs)?;
    let Some(&last) = revs.iter().max().filter(|&&last| last >= 0) else { return Ok(Vec::new()) };
    let mut pruned = vec![false; last as usize + 1];
    for rev in revs {
        if let Ok(at) = usize::try_from(rev) {
            pruned[at] = true;
        }
    }
    for rev in (0..=last).rev() {
        if pruned[rev as usize] {
            for parent in history.changelog.parents(rev)? {
                if let Ok(at) = usize::try_from(parent) {
                    pruned[at] = true;
                }
            }
        }
    }
    Ok(pruned)
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
