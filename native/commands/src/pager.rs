//! Whether legacy would start a pager for this invocation, and which.
//!
//! Source: `hg help pager` and what the running program does.

use crate::{Output, PagerRequest, Prepared};
use amalgam_config::{parse_bool, plain};
use amalgam_types::{Outcome, Reason, Stop};

/// What legacy sets for the pager where the environment has nothing.
const PAGER_ENVIRONMENT: &[(&str, &str)] = &[("LESS", "FRX"), ("LV", "-c")];

/// A command with none of these is executed directly, without a shell.
const SHELL_CHARACTERS: &[u8] = b"|&;<>()$`\\\"' \t\n*?[#~=%";

/// With `--pager=on` legacy pages every command, and starts the pager before it looks at anything.
///
/// # Errors
/// `TerminalUnsupported`.
pub(crate) fn refuse_forced(prepared: &Prepared) -> Outcome<()> {
    match prepared.parsed.value("pager") {
        Some(value) if parse_bool(value) == Some(true) => {
            Err(Stop::unsupported(Reason::TerminalUnsupported, "--pager=on"))
        }
        _ => Ok(()),
    }
}

/// Starts the pager where legacy would for this invocation; called where legacy calls for it, since what comes before
/// (complaints, errors) does not go through it.
///
/// # Errors
/// `TerminalUnsupported` where paging would change the colour mode.
pub(crate) fn start(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<()> {
    if let Some(request) = request(prepared)? {
        out.request_pager(request);
    }
    Ok(())
}

fn request(prepared: &Prepared) -> Outcome<Option<PagerRequest>> {
    let config = &prepared.config;
    if prepared.parsed.value("pager").is_some_and(|value| value != b"auto") || is_off(prepared)? {
        return Ok(None);
    }
    let command = config.get("pager", "pager").unwrap_or(b"less");
    if command.is_empty() || command == b"cat" {
        return Ok(None);
    }
    let mode = config.get("color", "mode").unwrap_or(b"auto");
    if config.get("color", "pagermode").is_some_and(|paged| paged != mode) {
        return Err(Stop::unsupported(Reason::TerminalUnsupported, "color.pagermode"));
    }
    Ok(Some(PagerRequest {
        command: command.to_vec(),
        shell: command.iter().any(|b| SHELL_CHARACTERS.contains(b)),
        environment: PAGER_ENVIRONMENT,
    }))
}

fn is_off(prepared: &Prepared) -> Outcome<bool> {
    let (config, name) = (&prepared.config, prepared.spec.name);
    let ignored = config.get_list("pager", "ignore").unwrap_or_default();
    Ok(ignored.iter().any(|command| command == name.as_bytes())
        || !config.bool_or("ui", "paginate", true)?
        || !config.bool_or("pager", format!("attend-{name}"), true)?
        || prepared.env.get("TERM") == Some(b"dumb")
        || !prepared.terminal.is_formatted(config)?
        || plain(&prepared.env, None))
}
