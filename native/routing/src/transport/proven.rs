//! On which installations a command server may answer at all, and on which it does so unasked.

use crate::environment::answers_unproven;
use amalgam_types::{Environment, LegacyBuild, LegacyFacts};

/// The rules of `unfit.rs` were found by comparing these with exec.
const COMPARED: &[(&str, LegacyBuild)] = &[("7.2.4", LegacyBuild::C)];

/// The parity suite, Mercurial's own tests and a thousand killed commands gave the same through warm.
const PROVEN: &[(&str, LegacyBuild)] = &[("7.2.4", LegacyBuild::C)];

/// Whether warm may be chosen where it is asked for.
pub(super) fn is_compared(env: &Environment, facts: &LegacyFacts) -> bool {
    is_in(COMPARED, facts) || answers_unproven(env)
}

/// Whether warm may be chosen unasked.
pub(super) fn is_proven(facts: &LegacyFacts) -> bool {
    is_in(PROVEN, facts)
}

fn is_in(list: &[(&str, LegacyBuild)], facts: &LegacyFacts) -> bool {
    list.iter().any(|(version, build)| *version == facts.version && *build == facts.build)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;

    #[test]
    fn only_what_was_compared_may_be_asked_for() {
        let facts = |version: &str, build| LegacyFacts { version: version.to_owned(), build, ..LegacyFacts::default() };
        assert!(is_compared(&env(&[]), &facts("7.2.4", LegacyBuild::C)));
        assert!(!is_compared(&env(&[]), &facts("7.2.5", LegacyBuild::C)));
        assert!(!is_compared(&env(&[]), &facts("7.2.4", LegacyBuild::Other)));
        assert!(is_compared(&env(&[("AMALGAM_UNPROVEN", "answer")]), &facts("6.3.2", LegacyBuild::C)));
        assert!(is_proven(&facts("7.2.4", LegacyBuild::C)));
        assert!(!is_proven(&facts("7.2.4", LegacyBuild::Rust)));
        assert!(PROVEN.iter().all(|one| COMPARED.contains(one)));
    }
}
