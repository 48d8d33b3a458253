//! Narrow clones, which have the history of a part of the files: the commands whose answers are limited to these as
//! legacy limits them. `amalgam_repo` stops whatever reads the history of another file.

use amalgam_commands::{CommandSpec, Parsed};
use amalgam_repo::Repository;
use amalgam_types::{Outcome, Reason, Stop};

const COMMANDS: &[&str] = &[
    "annotate",
    "bookmarks",
    "branch",
    "branches",
    "cat",
    "diff",
    "export",
    "files",
    "grep",
    "heads",
    "identify",
    "locate",
    "log",
    "manifest",
    "parents",
    "paths",
    "phase",
    "resolve",
    "root",
    "status",
    "summary",
    "tags",
    "tip",
    "version",
];
/// Flags of theirs with which they look at others.
const OTHERWISE: [(&str, &str); 5] =
    [("diff", "root"), ("log", "follow-first"), ("log", "line-range"), ("log", "removed"), ("manifest", "all")];

/// Stops where native is not known to limit an answer, or where legacy may find the narrowspec at fault.
///
/// # Errors
/// `RequirementUnknown` without the extension, and `RepositoryNarrow`.
pub(crate) fn check(repository: &Repository, spec: &CommandSpec, parsed: &Parsed, enabled: bool) -> Outcome<()> {
    if !repository.is_narrow() {
        return Ok(());
    }
    if !enabled {
        return Err(Stop::unsupported(Reason::RequirementUnknown, "narrowhg-experimental without the extension"));
    }
    if !COMMANDS.contains(&spec.name) || parsed.given().any(|flag| OTHERWISE.contains(&(spec.name, flag))) {
        return Err(Stop::unsupported(Reason::RepositoryNarrow, "what is not limited to its files"));
    }
    repository.narrowspec().map(drop)
}
