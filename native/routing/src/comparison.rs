//! Which invocations are compared: whether the policy draws them, whether they can be, and under which limits. The
//! comparison itself is the launcher's, behind the command.

use crate::canary::BUCKETS;
use crate::environment::COMPARING;
use crate::table::{Compare, Limits};
use amalgam_commands::Prepared;
use amalgam_types::Environment;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;

/// Why both answers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Legacy answers, as the policy says.
    Shadow,
    /// Native answers, and was drawn.
    Verify,
    /// Legacy answers because of a mismatch that was some time ago.
    Probation,
    /// Legacy answers because it, an extension or amalgam has changed.
    Renewal,
}

impl Kind {
    /// The word in traces and the journal.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Shadow => "shadow",
            Kind::Verify => "verify",
            Kind::Probation => "probation",
            Kind::Renewal => "renewal",
        }
    }
}

/// A comparison that is to be made behind the command.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Why.
    pub kind: Kind,
    /// The cell that its outcome counts for.
    pub cell: String,
    /// What a clean outcome is good for, where something has changed; see `renewal.rs`.
    pub identity: Option<String>,
    /// When the cell is demoted.
    pub limits: Limits,
    /// How it is made.
    pub compare: Compare,
    /// The folder of breaker, evidence and slots.
    pub state: PathBuf,
    /// The folders of the repository whose files tell that somebody changed it; none outside a repository.
    pub watched: Vec<PathBuf>,
}

/// The value of `AMALGAM_COMPARING` for the native answer, and for legacy's.
pub const SIDES: [&str; 2] = ["native", "legacy"];

/// Flags that have a command write files of the user's: such a line is never run twice.
const WRITES: [&str; 1] = ["output"];

/// Whether a line may be run again: it only reads. What native knows only reads, save for a flag or two; a line that
/// would write ends in a fallback, and then legacy is not run either.
pub(crate) fn can(prepared: &Prepared) -> bool {
    prepared.parsed.given().all(|flag| !WRITES.contains(&flag))
}

/// The folders of the repository that a comparison watches.
pub(crate) fn watched(prepared: &Prepared) -> Vec<PathBuf> {
    let Some(repository) = &prepared.repository else { return Vec::new() };
    let mut folders = [repository.dot_hg(), repository.store(), repository.shared_dot_hg()].map(PathBuf::from).to_vec();
    folders.dedup();
    folders
}

/// Whether comparisons are made where this is.
pub(crate) fn wanted(env: &Environment, compare: &Compare) -> bool {
    compare.at_once > 0 && (compare.in_ci || env.non_empty("CI").is_none())
}

/// Whether this is one of the two answers that are compared.
pub(crate) fn is_one(env: &Environment) -> bool {
    env.non_empty(COMPARING).is_some()
}

/// Whether this invocation is among the `share` of 10,000.
pub(crate) fn drawn(share: u16) -> bool {
    share > 0 && RandomState::new().build_hasher().finish() % u64::from(BUCKETS) < u64::from(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;

    #[test]
    fn shares_are_drawn_about_as_often_as_they_say() {
        let drawn_of = |share| (0..20_000).filter(|_| drawn(share)).count();
        assert_eq!((drawn_of(0), drawn_of(10_000)), (0, 20_000));
        let tenth = drawn_of(1_000);
        assert!((1_600..2_400).contains(&tenth), "{tenth} of 20,000");
    }

    #[test]
    fn nothing_is_compared_in_ci_unless_the_policy_says_so() {
        let compare = Compare::default();
        assert!(wanted(&env(&[]), &compare));
        assert!(!wanted(&env(&[("CI", "true")]), &compare));
        assert!(wanted(&env(&[("CI", "true")]), &Compare { in_ci: true, ..compare }));
        assert!(!wanted(&env(&[]), &Compare { at_once: 0, ..compare }));
    }
}
