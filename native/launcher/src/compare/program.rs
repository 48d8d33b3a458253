//! One of the two programs of a comparison, run on the same line, with its output taken and its time limited.

use amalgam_routing::Invocation;
use amalgam_routing::environment::{COMPARING, JOURNAL, MODE, ON_UNSUPPORTED, RECORD, TRACE, UNSUPPORTED_EXIT_CODE};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Output beyond this is not compared.
const MOST_OUTPUT: u64 = 64 << 20;

/// What is asked.
pub(super) struct Program<'a> {
    pub(super) path: &'a Path,
    /// The value of `AMALGAM_COMPARING`.
    pub(super) side: &'static str,
    pub(super) invocation: &'a Invocation,
    /// Whether the repository has a log of commands, in which no comparison belongs.
    pub(super) unlogged: bool,
    pub(super) limit: Duration,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    Exit(i32),
    Signal(i32),
    /// Native leaves the line to legacy, for this reason.
    Refused(Vec<u8>),
    /// It did not end in time.
    Late,
    /// It did not end in time, for want of a processor.
    Starved,
    /// It printed more than is compared.
    Endless,
    /// It could not be started or read.
    Failed,
}

/// What it answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) ended: Ended,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) took: Duration,
}

impl Program<'_> {
    /// The program's answer.
    pub(super) fn ask(&self) -> Answer {
        let started = Instant::now();
        let nothing = |ended, took| Answer { ended, stdout: Vec::new(), stderr: Vec::new(), took };
        match self.command().spawn() {
            Ok(child) => take(child, self.limit).unwrap_or_else(|ended| nothing(ended, started.elapsed())),
            Err(_) => nothing(Ended::Failed, started.elapsed()),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.path);
        if self.unlogged && self.side == amalgam_routing::comparison::SIDES[1] {
            command.args(["--config", "blackbox.track="]);
        }
        command.args(self.invocation.args.iter().map(|arg| OsStr::from_bytes(arg)));
        command.env_clear();
        for (name, value) in &self.invocation.env.vars {
            command.env(OsString::from_vec(name.clone()), OsString::from_vec(value.clone()));
        }
        command.env_remove(TRACE).env_remove(RECORD).env(COMPARING, self.side).env(JOURNAL, "/dev/null");
        if self.side == amalgam_routing::comparison::SIDES[0] {
            command.env(MODE, "native").env(ON_UNSUPPORTED, "abort");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, to be ended as a whole.
        command.process_group(0);
        command
    }
}

/// Reads both streams until they and the child end, or the limit does.
fn take(mut child: Child, limit: Duration) -> Result<Answer, Ended> {
    let started = Instant::now();
    let (sender, receiver) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] =
        [child.stdout.take().map(|pipe| Box::new(pipe) as _), child.stderr.take().map(|pipe| Box::new(pipe) as _)];
    for (at, stream) in streams.into_iter().enumerate() {
        let (Some(stream), sender) = (stream, sender.clone()) else { return Err(Ended::Failed) };
        std::thread::spawn(move || drop(sender.send((at, read(stream)))));
    }
    let mut read = [None, None];
    for _ in 0..2 {
        match receiver.recv_timeout(limit.saturating_sub(started.elapsed())) {
            Ok((at, Ok(bytes))) if bytes.len() as u64 <= MOST_OUTPUT => read[at] = Some(bytes),
            Ok((_, Ok(_))) => return Err(end(child, Ended::Endless)),
            Ok((_, Err(_))) => return Err(end(child, Ended::Failed)),
            Err(_) => return Err(late(child, limit)),
        }
    }
    let [Some(stdout), Some(stderr)] = read else { return Err(end(child, Ended::Failed)) };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < limit => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => return Err(late(child, limit)),
            Err(_) => return Err(end(child, Ended::Failed)),
        }
    };
    let ended = how(status, &stderr);
    Ok(Answer { ended, stdout, stderr, took: started.elapsed() })
}

fn read(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(MOST_OUTPUT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn how(status: ExitStatus, stderr: &[u8]) -> Ended {
    match (status.code(), status.signal()) {
        (Some(UNSUPPORTED_EXIT_CODE), _) if stderr.starts_with(b"unsupported: ") => Ended::Refused(stderr.to_vec()),
        (Some(code), _) => Ended::Exit(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Failed,
    }
}

/// Ends a child that took too long, which is its own fault unless it stood in the queue most of the time: the lowest
/// priority gets nothing from a busy machine.
fn late(child: Child, limit: Duration) -> Ended {
    let starved = queued(child.id()).is_some_and(|waited| waited > limit / 2);
    end(child, if starved { Ended::Starved } else { Ended::Late })
}

/// For how long a process was ready to run and did not; `None` where the system does not say.
fn queued(pid: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    text.split_ascii_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
}

/// Ends the child and what it started.
fn end(mut child: Child, ended: Ended) -> Ended {
    let group = rustix::process::Pid::from_child(&child);
    // It may have ended meanwhile; then there is nothing to kill.
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap_or_default();
    drop(child.kill());
    drop(child.wait());
    ended
}
