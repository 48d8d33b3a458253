//! `AMALGAM_JOURNAL=FILE`: one line per invocation, so that a run of many programs can be summed up afterwards.
//!
//! A line is a single write to a file opened for appending, so that lines of processes that run at once stay whole.
//! Failing to write is nobody's concern: the answer does not depend on it.

use amalgam_routing::environment::JOURNAL;
use amalgam_routing::{Decision, Route};
use amalgam_types::{Environment, Reason};
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

/// Appends who answered (`native`, or the reason for legacy), which command it was, and whether a server answers it.
pub(crate) fn append(env: &Environment, outcome: &str, route: &Route, warm: bool) {
    let Some(file) = env.non_empty(JOURNAL) else { return };
    let command = route.command.or_else(|| legacys_name(route)).unwrap_or("-");
    let line = format!("{outcome} {command}{}\n", if warm { " warm" } else { "" });
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(OsStr::from_bytes(file)) {
        drop(file.write_all(line.as_bytes()));
    }
}

/// The primary name of a command that only legacy has.
fn legacys_name(route: &Route) -> Option<&str> {
    let Decision::Legacy(unsupported) = &route.decision else { return None };
    if unsupported.reason != Reason::CommandUnknown {
        return None;
    }
    let rows = &route.current_facts()?.commands;
    rows.iter().find(|row| row.contains(&unsupported.detail))?.first().map(String::as_str)
}
