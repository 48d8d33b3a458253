//! Asks a legacy installation for its facts: runs it with our script as an extension, with an empty configuration,
//! outside any repository, for a limited time, one process at a time.

use super::file;
use super::store::{FactsState, FactsStore, shapes_python};
use crate::environment::GATHERING;
use amalgam_types::{Environment, LegacyFacts};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The extension.
pub(super) const SCRIPT: &str = include_str!("gather.py");

/// What a sound answer stays well below.
const MAX_OUTPUT: u64 = 1 << 20;

pub(super) fn gather(store: &FactsStore, env: &Environment, limit: Duration) -> Result<LegacyFacts, String> {
    std::fs::create_dir_all(&store.folder).map_err(|e| format!("{}: {e}", store.folder.display()))?;
    let deadline = Instant::now() + limit;
    let _lock = loop {
        match Lock::take(store)? {
            Some(lock) => break lock,
            None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
            None => return Err("another process has been asking for too long".to_owned()),
        }
        if let FactsState::Current(facts) = store.read() {
            return Ok(*facts);
        }
    };
    let asked = ask(store, env, deadline).and_then(|printed| {
        let text = file::compose(&store.legacy, &printed).ok_or("its answer is not complete")?;
        write_atomically(&store.path(), &text)?;
        file::parse(&text).map(|read| read.facts).ok_or_else(|| "its answer is not complete".to_owned())
    });
    match &asked {
        Ok(_) => drop(std::fs::remove_file(store.failure())),
        // The note only saves time; without it the question is asked again.
        Err(why) => drop(std::fs::write(store.failure(), why)),
    }
    asked
}

fn ask(store: &FactsStore, env: &Environment, deadline: Instant) -> Result<Vec<u8>, String> {
    let script = store.folder.join("gather.py");
    if std::fs::read(&script).ok().as_deref() != Some(SCRIPT.as_bytes()) {
        write_atomically(&script, SCRIPT.as_bytes())?;
    }
    let mut extension = b"extensions.amalgam_facts=".to_vec();
    extension.extend_from_slice(script.as_os_str().as_bytes());
    let mut command = Command::new(&store.legacy);
    command.arg("--config").arg(OsStr::from_bytes(&extension)).arg("amalgam-facts");
    let kept = env.vars.iter().filter(|(name, _)| !changes_answers(name));
    command.env_clear().envs(kept.map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
    command.env("HGPLAIN", "1").env("HGRCPATH", "").env("HGRCSKIPREPO", "1").env(GATHERING, "1");
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().map_err(|e| format!("it cannot be started: {e}"))?;
    read_until(child, deadline)
}

/// Variables that belong to the invocation, not to the installation.
fn changes_answers(name: &[u8]) -> bool {
    let prefixed = [b"HG".as_slice(), b"CHG", b"LC_", b"LANG"].iter().any(|prefix| name.starts_with(prefix));
    prefixed && !shapes_python(name)
}

/// All that `child` prints, unless it takes too long or fails.
fn read_until(mut child: Child, deadline: Instant) -> Result<Vec<u8>, String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut printed = Vec::new();
            let read = stdout.take(MAX_OUTPUT).read_to_end(&mut printed);
            sender.send(read.map(|_| printed))
        });
    }
    let printed = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    if printed.is_err() {
        // It may have ended meanwhile; then there is nothing to kill.
        drop(child.kill());
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    match printed {
        Err(_) => Err("it did not answer in time".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(_)) if !status.success() => Err(format!("it ended with {status}")),
        Ok(Ok(printed)) => Ok(printed),
    }
}

/// Writes a file that is there whole or not at all.
fn write_atomically(path: &Path, content: &[u8]) -> Result<(), String> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let fresh = PathBuf::from(name);
    let written = File::create(&fresh).and_then(|mut file| file.write_all(content));
    written.and_then(|()| std::fs::rename(&fresh, path)).map_err(|e| {
        drop(std::fs::remove_file(&fresh));
        format!("{}: {e}", path.display())
    })
}

/// Held while one process asks.
struct Lock(PathBuf);

impl Lock {
    fn take(store: &FactsStore) -> Result<Option<Lock>, String> {
        let path = store.lock();
        if store.lock_is_abandoned() {
            drop(std::fs::remove_file(&path));
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => Ok(Some(Lock(path))),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}
