//! Appends an invocation's line to the journal, for `amalgam report`.
//!
//! A line is a single write to a file opened for appending, so that lines of processes that run at once stay whole.
//! The journal is kept only where its folder is (`amalgam setup` makes it), and the policy can do without. Failing to write is nobody's concern: the
//! answer does not depend on it.

use amalgam_routing::Route;
use amalgam_routing::environment::Layout;
use amalgam_routing::journal::{Compared, Ending, comparison_line, line};
use amalgam_types::Environment;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Instant, SystemTime};

/// Appends how `route` ended; `started` is when the launcher was entered.
pub(crate) fn append(env: &Environment, route: &Route, ending: Ending<'_>, started: Instant) {
    write(env, route, || line(route, ending, SystemTime::now(), started.elapsed()));
}

/// Appends what a comparison behind an invocation found.
pub(crate) fn append_comparison(env: &Environment, route: &Route, compared: &Compared) {
    write(env, route, || comparison_line(route, compared, SystemTime::now()));
}

fn write(env: &Environment, route: &Route, line: impl FnOnce() -> String) {
    if !route.journal.enabled {
        return;
    }
    let Some(path) = Layout::of(env).journal(env) else { return };
    let Ok(mut file) = OpenOptions::new().append(true).create(true).mode(0o600).open(&path) else { return };
    if file.write_all(line().as_bytes()).is_ok() {
        rotate(&path, &file, route.journal.max_size);
    }
}

/// Puts a full journal aside, which is kept until the next one is full. Two processes may come here at once: the second finds another file at the path.
fn rotate(path: &Path, file: &File, max_size: u64) {
    let Ok(written) = file.metadata() else { return };
    if written.size() <= max_size {
        return;
    }
    let same = std::fs::metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (written.dev(), written.ino()));
    if same {
        // A name beside it, so that this stays one atomic step.
        drop(std::fs::rename(path, path.with_extension("1.jsonl")));
    }
}
