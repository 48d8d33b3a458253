//! Which legacy installations the parity suite has proven native against, command by command.
//!
//! `proven.txt` is written by the suite. A line is a version, a build, and the commands whose cases all gave the same
//! answer there. `*` is every command: the releases that native is developed against, on which each test run of the
//! tree runs the suite.

use crate::environment::answers_unproven;
use amalgam_types::{Environment, LegacyBuild, LegacyFacts};

const TABLE: &str = include_str!("proven.txt");

/// The table's rows: version, build, commands.
pub fn rows() -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.collect()))
    })
}

/// A build's name.
pub fn build_name(build: LegacyBuild) -> &'static str {
    match build {
        LegacyBuild::C => "c",
        LegacyBuild::Rust => "rust",
        LegacyBuild::Other => "other",
    }
}

/// Whether native is proven against this legacy for `command`; otherwise what is not proven about it.
///
/// # Errors
/// Version and build, for the trace.
pub fn check(env: &Environment, facts: &LegacyFacts, command: &str) -> Result<(), String> {
    // Neither can be read from the version, and no proof is about them.
    let strange = facts.re2 || facts.build == LegacyBuild::Other;
    if !strange && (is_in(TABLE, facts, command) || answers_unproven(env)) {
        return Ok(());
    }
    let re2 = if facts.re2 { ", with re2" } else { "" };
    Err(format!("{command}: version {}, build {}{re2}", facts.version, build_name(facts.build)))
}

fn is_in(table: &str, facts: &LegacyFacts, command: &str) -> bool {
    table.lines().any(|line| {
        let mut words = line.split(' ');
        words.next() == Some(&facts.version)
            && words.next() == Some(build_name(facts.build))
            && words.any(|word| word == "*" || word == command)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;

    fn facts(version: &str, build: LegacyBuild) -> LegacyFacts {
        LegacyFacts { version: version.to_owned(), build, ..LegacyFacts::default() }
    }

    #[test]
    fn only_proven_installations_pass() {
        let of = |version: &str, build| check(&env(&[]), &facts(version, build), "status");
        assert_eq!(of("7.2.4", LegacyBuild::Rust), Ok(()));
        assert!(of("7.2.5", LegacyBuild::C).is_err());
        assert!(of("7.2.4+20260101", LegacyBuild::C).is_err());
        assert!(of("7.2.4", LegacyBuild::Other).is_err());
        let re2 = LegacyFacts { re2: true, ..facts("7.2.4", LegacyBuild::C) };
        assert!(check(&env(&[]), &re2, "status").is_err());
    }

    #[test]
    fn the_table_names_versions_builds_and_commands() {
        assert!(rows().count() > 0);
        for (version, build, commands) in rows() {
            assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{version}");
            assert!(["c", "rust"].contains(&build) && !commands.is_empty(), "{version} {build}");
            let known = |name: &&str| *name == "*" || amalgam_commands::COMMANDS.iter().any(|spec| spec.name == *name);
            assert!(commands.iter().all(known), "{commands:?}");
        }
    }

    #[test]
    fn each_command_is_proven_by_itself() {
        let table = "# words\n6.3.2 c cat root\n6.3.2 rust *\n";
        let of = |version: &str, build, command: &str| is_in(table, &facts(version, build), command);
        assert!(of("6.3.2", LegacyBuild::C, "cat"));
        assert!(!of("6.3.2", LegacyBuild::C, "status"));
        assert!(!of("6.3.2", LegacyBuild::C, "c"));
        assert!(of("6.3.2", LegacyBuild::Rust, "status"));
        assert!(!of("6.3", LegacyBuild::C, "cat"));
        assert!(!of("#", LegacyBuild::C, "words"));
    }

    #[test]
    fn the_suite_may_ask_for_what_it_is_to_prove() {
        let asking = env(&[("AMALGAM_UNPROVEN", "answer")]);
        assert_eq!(check(&asking, &facts("6.0", LegacyBuild::C), "cat"), Ok(()));
        assert!(check(&asking, &facts("6.0", LegacyBuild::Other), "cat").is_err());
        assert!(check(&env(&[("AMALGAM_UNPROVEN", "1")]), &facts("6.0", LegacyBuild::C), "cat").is_err());
    }
}
