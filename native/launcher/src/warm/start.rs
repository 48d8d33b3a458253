//! Starting a server, behind the command that found none: one process at a time, and only a server that starts without
//! a word is used, because what legacy says while it starts belongs to each command.

use super::connect::Server;
use super::environment::Raw;
use crate::background;
use amalgam_routing::transport::{Plan, servers, sources};
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A start that takes longer was given up or killed.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a failure keeps from trying again.
const FAILURE_LIFETIME: Duration = Duration::from_secs(600);
/// More than a start ever says.
const MAX_WORDS: usize = 4096;

/// Starts a server and returns at once. Where that cannot be done, the next command tries again.
///
/// # Errors
/// Why nobody starts one.
pub(super) fn start(server: &Server, plan: &Plan, euid: u32, environment: &Raw) -> Result<(), String> {
    servers::prepare(&server.folder, euid)?;
    if let Err(error) = take_lock(&server.folder) {
        let others = error.kind() == io::ErrorKind::AlreadyExists;
        return if others { Ok(()) } else { Err(format!("{}: {error}", server.folder.display())) };
    }
    background::behind(|| {
        servers::limit(&server.all);
        if let Err(error) = launch(server, plan, environment) {
            note_failure(&server.folder, &error.to_string());
        }
        drop(std::fs::remove_file(lock_file(&server.folder)));
    });
    Ok(())
}

/// Why the last start failed, if that was not long ago.
pub(super) fn recent_failure(folder: &Path) -> Option<String> {
    let file = folder.join("failed");
    (age(&file)? < FAILURE_LIFETIME).then(|| std::fs::read_to_string(file).unwrap_or_default())
}

/// Keeps the next commands from trying the same.
pub(super) fn note_failure(folder: &Path, why: &str) {
    // Without the note it is only tried again too early.
    drop(std::fs::write(folder.join("failed"), why));
}

/// Whether somebody is starting the server.
pub(super) fn is_starting(folder: &Path) -> bool {
    age(&lock_file(folder)).is_some_and(|age| age < START_LIMIT)
}

/// Starts legacy's server, waits until it listens, and makes it known.
fn launch(server: &Server, plan: &Plan, environment: &Raw) -> io::Result<()> {
    // The server makes a link to its socket; that is renamed once the server is known to be good.
    let address = server.folder.join(format!("{}.{}", servers::SOCKET, std::process::id()));
    // Before it loads any: what changes meanwhile is seen as a change.
    std::fs::write(server.folder.join(servers::MODULES), sources::digest(&plan.packages))?;
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(&plan.legacy);
    command.args(["serve", "--no-profile", "--cmdserver", "chgunix", "--daemon-postexec", "chdir:/"]);
    command.arg("--address").arg(&address);
    command.args(plan.options.iter().map(|option| OsStr::from_bytes(option)));
    if let Some(idle) = plan.idle {
        command.arg(format!("--config=chgserver.idletimeout={idle}"));
    }
    command.env_clear();
    for entry in &environment.0 {
        if let Some(end) = entry.iter().position(|&b| b == b'=') {
            command.env(OsStr::from_bytes(&entry[..end]), OsStr::from_bytes(&entry[end + 1..]));
        }
    }
    // Has legacy load its modules now instead of in each command.
    command.env("CHGINTERNALMARK", "");
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the ends to write to.
    drop(command);
    // The end of its output is when it has let go of it: it listens then.
    let listens = read_until_end(reader).and_then(|words| {
        if !words.is_empty() {
            let words = String::from_utf8_lossy(&words);
            return Err(io::Error::other(words.lines().next().unwrap_or_default().to_owned()));
        }
        servers::Server::note(&server.folder, child.id(), &plan.legacy, &plan.version)?;
        std::fs::rename(&address, server.folder.join(servers::SOCKET))
    });
    listens.map_err(|error| {
        // It may have ended by itself.
        drop(child.kill());
        drop(child.wait());
        drop(std::fs::remove_file(&address));
        io::Error::other(format!("a server could not be started: {error}"))
    })
}

/// All that comes, which should be nothing.
fn read_until_end(mut reader: io::PipeReader) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + START_LIMIT / 2;
    let mut words = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let limit = rustix::event::Timespec::try_from(left).map_err(io::Error::other)?;
        let mut poll = [rustix::event::PollFd::new(&reader, rustix::event::PollFlags::IN)];
        if rustix::event::poll(&mut poll, Some(&limit))? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut chunk = [0; MAX_WORDS];
        match reader.read(&mut chunk)? {
            0 => return Ok(words),
            _ if words.len() > MAX_WORDS => return Ok(words),
            read => words.extend_from_slice(&chunk[..read]),
        }
    }
}

fn take_lock(folder: &Path) -> io::Result<()> {
    let file = lock_file(folder);
    if age(&file).is_some_and(|age| age > START_LIMIT) {
        drop(std::fs::remove_file(&file));
    }
    OpenOptions::new().write(true).create_new(true).open(file).map(drop)
}

fn lock_file(folder: &Path) -> PathBuf {
    folder.join("starting")
}

fn age(path: &Path) -> Option<Duration> {
    let modified = path.metadata().and_then(|meta| meta.modified()).ok()?;
    Some(modified.elapsed().unwrap_or_default())
}
