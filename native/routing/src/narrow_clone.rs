//! Narrow clones, which have the history of a part of the files: what looks at changesets and names alone is answered as
//! in any other repository. `amalgam_repo` stops whatever reads manifests or files, `amalgam_worktree` the dirstate.

use amalgam_commands::{CommandSpec, Parsed};
use amalgam_repo::Repository;
use amalgam_types::{Outcome, Reason, Stop};

/// Commands that can do without the files.
const OF_HISTORY: [&str; 12] =
    ["bookmarks", "branch", "branches", "heads", "log", "parents", "paths", "phase", "root", "tags", "tip", "version"];
/// Those of them whose arguments are files.
const TAKE_FILES: [&str; 2] = ["log", "parents"];
/// Flags with which they look at files.
const OF_FILES: [&str; 10] =
    ["copies", "exclude", "follow", "follow-first", "git", "include", "line-range", "patch", "removed", "stat"];

/// Stops where a narrow clone is asked for its files, or where legacy may find its narrowspec at fault.
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
    let takes_files = TAKE_FILES.contains(&spec.name) && !parsed.arguments.is_empty();
    if !OF_HISTORY.contains(&spec.name) || takes_files || parsed.given().any(|flag| OF_FILES.contains(&flag)) {
        return Err(Stop::unsupported(Reason::RepositoryNarrow, "files are asked for"));
    }
    repository.check_narrowspecs()
}
