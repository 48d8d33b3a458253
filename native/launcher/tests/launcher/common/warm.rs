//! A repository whose commands go to a command server, and the servers ended with it.

use super::{LAUNCHER, ready, text};
use amalgam_routing::transport::servers::{Server, list, stop_all};
use amalgam_testkit::Sandbox;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A sandbox in which every command asks a server, and waits for one where there is none.
pub(crate) struct Warm(pub(crate) Sandbox);

impl Warm {
    /// A repository with one changeset.
    pub(crate) fn new() -> Warm {
        let mut sandbox = ready();
        sandbox.commit("a", "a\n", "first");
        let journal = sandbox.base().join("journal");
        for (name, value) in [("AMALGAM_MODE", "python"), ("AMALGAM_TRANSPORT", "warm"), ("AMALGAM_SERVER_IDLE", "60")]
        {
            sandbox.set_env(name, value);
        }
        sandbox.set_env("AMALGAM_JOURNAL", journal);
        Warm(sandbox)
    }

    /// The folder of the servers.
    pub(crate) fn folder(&self) -> PathBuf {
        self.0.base().join("amalgam/run")
    }

    /// The servers that run.
    pub(crate) fn servers(&self) -> Vec<Server> {
        list(&self.folder())
    }

    /// The launcher, prepared.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = self.0.command(LAUNCHER);
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Runs it.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.command(args).output().expect("the launcher runs")
    }

    /// Runs it, and checks that a server answered.
    pub(crate) fn warm<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        let before = self.answered().len();
        let output = self.run(args);
        let after = self.answered();
        assert_eq!(after.len(), before + 1, "{}", text(&output.stderr));
        assert!(is_warm(&after[before]), "{:?}: {}", after[before], text(&output.stderr));
        output
    }

    /// Runs it, and checks that it became legacy.
    pub(crate) fn exec<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        let output = self.run(args);
        assert!(!self.last_was_warm());
        output
    }

    /// Whether a server answered last.
    pub(crate) fn last_was_warm(&self) -> bool {
        is_warm(self.answered().last().expect("a line"))
    }

    /// The journal's lines.
    pub(crate) fn answered(&self) -> Vec<String> {
        let journal = std::fs::read_to_string(self.0.base().join("journal")).unwrap_or_default();
        journal.lines().map(str::to_owned).collect()
    }

    /// Runs legacy in the same place.
    pub(crate) fn legacy<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.0.hg(args)
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        let (_, left) = stop_all(&self.folder(), Duration::from_secs(20));
        if !std::thread::panicking() {
            assert_eq!(left, 0, "servers are left");
        }
    }
}

/// Waits for `condition`.
pub(crate) fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes whose parent is `process`.
pub(crate) fn children_of(process: i32) -> Vec<i32> {
    let parent = |id: i32| -> Option<i32> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let all = std::fs::read_dir("/proc").expect("/proc").flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|&id| parent(id) == Some(process)).collect()
}

/// Whether a line of the journal tells of a server's answer.
pub(crate) fn is_warm(line: &str) -> bool {
    line.contains("\"answer\":\"warm\"")
}
