//! Extensions beside which native answers, but not everything: what depends on the invocation or on the history, so that
//! no look at the extension can tell.

use crate::narrow_clone;
use amalgam_commands::{CommandSpec, Parsed, Terminal};
use amalgam_config::Config;
use amalgam_repo::Repository;
use amalgam_types::{Outcome, Reason, Stop};

/// Commands that show changesets and with them their topics.
const SHOW_TOPICS: &[&str] = &["annotate", "export", "heads", "log", "parents", "summary", "tip"];

/// Stops where the old pager extension decides what is paged, which it only can in front of a terminal.
///
/// # Errors
/// `ExtensionUnproven`.
pub(crate) fn check_terminal(terminal: &Terminal, config: &Config, loaded: &[String]) -> Outcome<()> {
    let may_be_paged = terminal.stdout_tty || config.get("ui", "formatted").is_some();
    match may_be_paged && loaded.iter().any(|name| name == "pager") {
        true => Err(Stop::unsupported(Reason::ExtensionUnproven, "pager decides what is paged")),
        false => Ok(()),
    }
}

/// Prepares `repository` for what these extensions would do in it.
///
/// # Errors
/// `ExtensionUnproven` where one of them shows in any answer.
pub(crate) fn prepare(
    repository: &mut Repository,
    spec: &CommandSpec,
    parsed: &Parsed,
    config: &Config,
    loaded: &[String],
) -> Outcome<()> {
    let has = |extension: &str| loaded.iter().any(|name| name == extension);
    if repository.requirements().has("exp-sparse") {
        if !has("sparse") {
            return Err(Stop::unsupported(Reason::RequirementUnknown, "exp-sparse without the extension"));
        }
        // Which commands legacy stops at a mistake in them is not worth telling apart.
        repository.sparse_rules()?;
    }
    narrow_clone::check(repository, spec, parsed, has("narrow"))?;
    if has("topic") {
        repository.expect_topics();
        if SHOW_TOPICS.contains(&spec.name) {
            repository.refuse_topics(config)?;
        }
    }
    if has("remotenames") {
        repository.expect_other_names();
    }
    if has("fsmonitor") {
        if has("eol") || has("largefiles") {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, "fsmonitor warns that it does not work here"));
        }
        if config.get("fsmonitor", "mode") != Some(b"off") {
            repository.leave_working_copy_to("fsmonitor");
        }
    }
    Ok(())
}
