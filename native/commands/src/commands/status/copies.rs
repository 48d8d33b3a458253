//! Where the listed files were copied from.

use super::Sides;
use crate::Prepared;
use amalgam_matching::Matcher;
use amalgam_types::Outcome;
use amalgam_worktree::{Copies, Target, WorkingCopy};

/// Destination to source.
pub(super) fn of(prepared: &Prepared, sides: Sides, matcher: &Matcher) -> Outcome<Copies> {
    let repository = prepared.repository()?;
    let working_copy =
        WorkingCopy { repository, config: &prepared.config, env: &prepared.env, build: prepared.facts.build };
    let (from, to) = match sides {
        Sides::Changes => (repository.working_revs()?[0], Target::WorkingCopy),
        Sides::Since(rev) => (rev, Target::WorkingCopy),
        Sides::Between(older, newer) => (older, Target::Revision(newer)),
    };
    working_copy.copies(from, to, matcher)
}
