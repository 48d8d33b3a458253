//! Operations that were begun and not finished.

use crate::open::Repository;
use crate::source::read_optional;
use amalgam_formats::damaged;
use amalgam_formats::merge_state::MergeState;
use amalgam_types::{NULL_REV, Node, Outcome};

/// An operation that waits to be continued or given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnfinishedState {
    /// `histedit` (known to legacy only with its extension).
    Histedit,
    /// `rebase` (known to legacy only with its extension).
    Rebase,
    /// `transplant` (known to legacy only with its extension).
    Transplant,
    /// `unshelve`.
    Unshelve,
    /// `graft`.
    Graft,
    /// `bisect`.
    Bisect,
    /// An interrupted `update`.
    Update,
    /// An uncommitted `merge`: the working copy has two parents.
    Merge,
}

impl UnfinishedState {
    /// As legacy calls it (`commands.status.skipstates` uses these names).
    pub fn name(self) -> &'static str {
        match self {
            UnfinishedState::Histedit => "histedit",
            UnfinishedState::Rebase => "rebase",
            UnfinishedState::Transplant => "transplant",
            UnfinishedState::Unshelve => "unshelve",
            UnfinishedState::Graft => "graft",
            UnfinishedState::Bisect => "bisect",
            UnfinishedState::Update => "update",
            UnfinishedState::Merge => "merge",
        }
    }

    /// The file in `.hg` that tells of it.
    fn file(self) -> Option<&'static str> {
        Some(match self {
            UnfinishedState::Histedit => "histedit-state",
            UnfinishedState::Rebase => "rebasestate",
            UnfinishedState::Transplant => "transplant/journal",
            UnfinishedState::Unshelve => "shelvedstate",
            UnfinishedState::Graft => "graftstate",
            UnfinishedState::Bisect => "bisect.state",
            UnfinishedState::Update => "updatestate",
            UnfinishedState::Merge => return None,
        })
    }

    /// The extension without which legacy does not know of it.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            UnfinishedState::Histedit | UnfinishedState::Rebase | UnfinishedState::Transplant => Some(self.name()),
            _ => None,
        }
    }
}

/// In the order in which legacy asks; extensions come first, in the order in which they were loaded.
const ALL: [UnfinishedState; 8] = [
    UnfinishedState::Histedit,
    UnfinishedState::Rebase,
    UnfinishedState::Transplant,
    UnfinishedState::Unshelve,
    UnfinishedState::Graft,
    UnfinishedState::Bisect,
    UnfinishedState::Update,
    UnfinishedState::Merge,
];

/// The two sides of a merge and what is left to resolve.
pub type MergeSides = MergeState;

impl Repository {
    /// All unfinished operations, those of extensions included whether or not these are enabled.
    pub fn unfinished_states(&self) -> Outcome<Vec<UnfinishedState>> {
        let mut out = Vec::new();
        for state in ALL {
            let there = match state.file() {
                Some(file) => self.dot_hg().join(file).exists(),
                None => self.working_revs()?[1] != NULL_REV,
            };
            if there {
                out.push(state);
            }
        }
        Ok(out)
    }

    /// What `.hg/bisect.state` says: a kind (`good`, `bad`, `skip`, `current`) and a changeset per line.
    pub fn bisect_state(&self) -> Outcome<Vec<(&'static str, Node)>> {
        let text = read_optional(&self.dot_hg().join("bisect.state"))?.unwrap_or_default();
        let mut out = Vec::new();
        for line in text.split_inclusive(|&b| b == b'\n') {
            let known = ["good", "bad", "skip", "current"].into_iter().find_map(|kind| {
                let id = line.strip_suffix(b"\n")?.strip_prefix(kind.as_bytes())?.strip_prefix(b" ")?;
                Some((kind, Node::from_hex(id)?))
            });
            let (kind, node) = known.ok_or_else(|| damaged("a line of the bisection's state is not one"))?;
            if self.rev_of(&node)?.is_none() {
                return Err(damaged("the bisection's state names an unknown changeset"));
            }
            out.push((kind, node));
        }
        Ok(out)
    }

    /// What `.hg/merge` says.
    pub fn merge_state(&self) -> Outcome<MergeState> {
        let folder = self.dot_hg().join("merge");
        let (older, newer) = (read_optional(&folder.join("state"))?, read_optional(&folder.join("state2"))?);
        MergeState::parse(older.as_deref(), newer.as_deref())
    }
}
