//! Shadow and verification: once the command has its answer, both programs are asked again behind it, and their
//! answers are compared.
//!
//! The user never waits: the comparison is nobody's child, has the lowest priority, begins when the command has ended,
//! and is bounded in number, time and memory. Native is asked before and after legacy: where its two answers or the
//! repository's files differ, somebody changed something meanwhile, and the comparison is thrown away. A line that would
//! write is never run: native refuses it first.

mod evidence;
mod program;
mod verdict;

use crate::background;
use crate::journal;
use amalgam_routing::breaker::{self, Finding};
use amalgam_routing::comparison::{Comparison, SIDES};
use amalgam_routing::journal::Compared;
use amalgam_routing::{Invocation, Route, renewal};
use program::{Answer, Ended, Program};
use rustix::fs::FlockOperation;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;
use verdict::{Verdict, judge};

/// For how long a command may run before its comparison is given up.
const LONGEST_COMMAND: Duration = Duration::from_secs(600);

/// Starts the comparison that `route` wants, before the process becomes legacy; returns at once.
pub(crate) fn before_legacy(invocation: &Invocation, route: &Route) {
    if let Some(comparison) = wanted(route) {
        background::behind(|| compare(comparison, invocation, route));
    }
}

/// Starts the comparison that `route` wants, after the answer, when the process has nothing left to say.
pub(crate) fn after_native(invocation: &Invocation, route: &Route) {
    if let Some(comparison) = wanted(route) {
        background::after(|| compare(comparison, invocation, route));
    }
}

/// The comparison, if there is to be one and this user keeps records.
fn wanted(route: &Route) -> Option<&Comparison> {
    route.comparison.as_ref().filter(|comparison| comparison.state.is_dir())
}

fn compare(comparison: &Comparison, invocation: &Invocation, route: &Route) {
    let Some(_slot) = slot(comparison) else { return };
    lowest_priority();
    if !wait_for(invocation.pid) || (!comparison.compare.on_battery && on_battery()) {
        return;
    }
    let Ok(legacy) = &route.legacy else { return };
    let Ok(own) = std::env::current_exe() else { return };
    let limit = Duration::from_secs(u64::from(comparison.compare.seconds));
    let unlogged = route.blackbox.is_some();
    if unlogged && route.command == Some("config") {
        // It would list the setting that keeps a comparison out of the log.
        return;
    }
    let [native, reference] = [(own.as_path(), SIDES[0]), (legacy.path.as_path(), SIDES[1])]
        .map(|(path, side)| Program { path, side, invocation, unlogged, limit });
    let before = fingerprint(&comparison.watched);
    let first = native.ask();
    if let Ended::Refused(_) = first.ended {
        return;
    }
    let said = reference.ask();
    let second = native.ask();
    let unchanged = before == fingerprint(&comparison.watched) && same(&first, &second);
    let verdict = judge(&first, &said, unchanged);
    let (native_took, legacy_took) = (first.took, said.took);
    let compared = Compared { kind: comparison.kind, outcome: verdict.word(), native_took, legacy_took };
    journal::append_comparison(&invocation.env, route, &compared);
    let file = breaker::file(&comparison.state);
    let finding = match &verdict {
        Verdict::Same => Finding::Clean,
        Verdict::Different(what) | Verdict::Broken(what) => Finding::Mismatch(what),
        Verdict::Raced | Verdict::Unknown => return,
    };
    if let (Finding::Clean, Some(identity)) = (finding, &comparison.identity) {
        let known = renewal::file(&comparison.state);
        drop(renewal::clean(&known, &comparison.cell, identity, comparison.limits.clean));
    }
    drop(breaker::enter(&file, &comparison.cell, finding, comparison.limits, breaker::now()));
    if let Finding::Mismatch(what) = finding {
        let version = route.current_facts().map(|facts| facts.version.as_str()).unwrap_or_default();
        let found = evidence::Found { what, version, native: &first, legacy: &said, repository: before };
        drop(evidence::write(comparison, invocation, &found));
    }
}

/// Whether two native answers are the same.
fn same(one: &Answer, other: &Answer) -> bool {
    (&one.stdout, &one.stderr, &one.ended) == (&other.stdout, &other.stderr, &other.ended)
}

/// One of the places for comparisons, held until the file is dropped; `None` where all are taken.
fn slot(comparison: &Comparison) -> Option<File> {
    (0..comparison.compare.at_once.min(64)).find_map(|number| {
        let path = comparison.state.join(format!("comparing.{number}"));
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).ok()?;
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).ok().map(|()| file)
    })
}

/// Nobody is to notice this process, at the processor or at the disk.
fn lowest_priority() {
    // SAFETY: plain system calls about this process.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 19);
        #[cfg(target_os = "linux")]
        {
            // Whoever wakes up takes the processor at once, which a nice value does not promise.
            let idle = libc::sched_param { sched_priority: 0 };
            libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const idle);
            const THIS_PROCESS: libc::c_int = 1;
            const IDLE: libc::c_int = 3 << 13;
            libc::syscall(libc::SYS_ioprio_set, THIS_PROCESS, 0, IDLE);
        }
    }
}

/// Waits until the command has ended; false where it takes too long.
fn wait_for(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    let Ok(command) = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) else {
        // It has ended, or this system cannot say.
        return true;
    };
    let mut poll = [rustix::event::PollFd::new(&command, rustix::event::PollFlags::IN)];
    let limit = rustix::event::Timespec { tv_sec: LONGEST_COMMAND.as_secs() as i64, tv_nsec: 0 };
    matches!(rustix::event::poll(&mut poll, Some(&limit)), Ok(ready) if ready > 0)
}

/// Whether a battery is being drained.
fn on_battery() -> bool {
    let Ok(supplies) = std::fs::read_dir("/sys/class/power_supply") else { return false };
    supplies.flatten().any(|supply| {
        let status = std::fs::read_to_string(supply.path().join("status")).unwrap_or_default();
        status.trim() == "Discharging"
    })
}

/// What the files of `folders` look like: names, sizes and times. What reading commands write is not among them.
fn fingerprint(folders: &[impl AsRef<Path>]) -> u64 {
    let mut seen: Vec<(std::ffi::OsString, u64, i64, i64, u64)> = Vec::new();
    for folder in folders {
        let Ok(files) = std::fs::read_dir(folder) else { continue };
        for file in files.flatten() {
            let name = file.file_name();
            let written_by_readers = [&b"dirstate"[..], b".dirstate", b"wlock", b"lock"];
            if written_by_readers.iter().any(|start| name.as_encoded_bytes().starts_with(start)) {
                continue;
            }
            if let Ok(meta) = file.metadata()
                && meta.is_file()
            {
                seen.push((name, meta.size(), meta.mtime(), meta.mtime_nsec(), meta.ino()));
            }
        }
    }
    seen.sort();
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(&seen, &mut hasher);
    std::hash::Hasher::finish(&hasher)
}
