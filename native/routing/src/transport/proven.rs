//! The installations on which the whole parity suite gave the same answers through warm as through exec.

use amalgam_types::{LegacyBuild, LegacyFacts};

const PROVEN: &[(&str, LegacyBuild)] = &[];

/// Whether there is any.
pub(super) fn any() -> bool {
    !PROVEN.is_empty()
}

/// Whether `facts` is one of them.
pub(super) fn holds(facts: &LegacyFacts) -> bool {
    PROVEN.iter().any(|(version, build)| *version == facts.version && *build == facts.build)
}
