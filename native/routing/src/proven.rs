//! Which legacy installations the parity suite has proven native against.

use amalgam_types::{LegacyBuild, LegacyFacts};

/// Releases whose answers native reproduces.
pub const VERSIONS: &[&str] = &["7.2.4"];

/// Builds whose answers native reproduces.
pub const BUILDS: &[LegacyBuild] = &[LegacyBuild::C, LegacyBuild::Rust];

/// A build's name.
pub fn build_name(build: LegacyBuild) -> &'static str {
    match build {
        LegacyBuild::C => "c",
        LegacyBuild::Rust => "rust",
        LegacyBuild::Other => "other",
    }
}

/// Whether native is proven against this legacy; otherwise what is not proven about it.
///
/// # Errors
/// Version and build, for the trace.
pub fn check(facts: &LegacyFacts) -> Result<(), String> {
    let proven = VERSIONS.contains(&facts.version.as_str()) && BUILDS.contains(&facts.build) && !facts.re2;
    if proven {
        return Ok(());
    }
    let re2 = if facts.re2 { ", with re2" } else { "" };
    Err(format!("version {}, build {}{re2}", facts.version, build_name(facts.build)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proven_installations_pass() {
        let of = |version: &str, build, re2| {
            check(&LegacyFacts { version: version.to_owned(), build, re2, ..LegacyFacts::default() })
        };
        assert_eq!(of("7.2.4", LegacyBuild::Rust, false), Ok(()));
        assert!(of("6.3.2", LegacyBuild::C, false).is_err());
        assert!(of("7.2.4+20260101", LegacyBuild::C, false).is_err());
        assert!(of("7.2.4", LegacyBuild::Other, false).is_err());
        assert!(of("7.2.4", LegacyBuild::C, true).is_err());
    }
}
