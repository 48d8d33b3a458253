//! Asking legacy something with a script of ours, which it loads as an extension, and keeping the answer: one file in
//! the cache for each question, one process at a time that asks, a limit of time, and a note where asking failed.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A lock older than this was left behind by a process that died.
const LOCK_LIFETIME: Duration = Duration::from_secs(120);
/// How long a failure keeps amalgam from asking again.
const FAILURE_LIFETIME: Duration = Duration::from_secs(600);

/// Where one answer is kept.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) folder: PathBuf,
    pub(crate) name: String,
}

impl Slot {
    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Whether nobody is asking.
    pub(crate) fn is_free(&self) -> bool {
        age(&self.lock()).is_none_or(|age| age > LOCK_LIFETIME)
    }

    /// Why asking failed, if that was a short time ago.
    pub(crate) fn failure(&self) -> Option<String> {
        let note = self.failure_note();
        age(&note).filter(|age| *age < FAILURE_LIFETIME)?;
        let why = std::fs::read(note).unwrap_or_default();
        Some(String::from_utf8_lossy(&why).trim().to_owned())
    }

    /// The file that says why asking failed.
    pub(crate) fn failure_note(&self) -> PathBuf {
        self.folder.join(format!("{}.failed", self.name))
    }

    fn lock(&self) -> PathBuf {
        self.folder.join(format!("{}.lock", self.name))
    }

    /// Asks by `ask` and keeps its answer, unless another process that is at it leaves one that `read` finds good.
    ///
    /// # Errors
    /// One clause for people.
    pub(crate) fn fill<T>(
        &self,
        limit: Duration,
        read: impl Fn() -> Option<T>,
        ask: impl FnOnce(Instant) -> Result<(Vec<u8>, T), String>,
    ) -> Result<T, String> {
        std::fs::create_dir_all(&self.folder).map_err(|e| format!("{}: {e}", self.folder.display()))?;
        let deadline = Instant::now() + limit;
        let _lock = loop {
            match Lock::take(self)? {
                Some(lock) => break lock,
                None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
                None => return Err("another process has been asking for too long".to_owned()),
            }
            if let Some(found) = read() {
                return Ok(found);
            }
        };
        let asked = ask(deadline).and_then(|(text, value)| {
            write_atomically(&self.path(), &text)?;
            Ok(value)
        });
        match &asked {
            Ok(_) => drop(std::fs::remove_file(self.failure_note())),
            // The note only saves time; without it the question is asked again.
            Err(why) => drop(std::fs::write(self.failure_note(), why)),
        }
        asked
    }
}

/// A script of ours and its one command.
pub(crate) struct Script {
    name: &'static str,
    text: &'static str,
    command: &'static str,
    hash: Fnv,
}

impl Script {
    pub(crate) const fn new(name: &'static str, text: &'static str, command: &'static str) -> Script {
        let mut hash = Fnv::new();
        hash.add(text.as_bytes());
        Script { name, text, command, hash }
    }

    /// A hash that stands for the script, made when this was compiled, to which a question is added.
    pub(crate) fn hash(&self) -> Fnv {
        self.hash.clone()
    }

    /// The process that runs it in `legacy`, with `vars` as its environment; the script itself is put into `folder`.
    ///
    /// # Errors
    /// One clause: the script cannot be written.
    pub(crate) fn process(&self, legacy: &Path, folder: &Path) -> Result<Command, String> {
        let script = folder.join(self.name);
        if std::fs::read(&script).ok().as_deref() != Some(self.text.as_bytes()) {
            write_atomically(&script, self.text.as_bytes())?;
        }
        let word = self.command.replace('-', "_");
        let mut extension = format!("extensions.{word}=").into_bytes();
        extension.extend_from_slice(script.as_os_str().as_bytes());
        let mut command = Command::new(legacy);
        command.arg("--config").arg(OsStr::from_bytes(&extension)).arg(self.command);
        command.current_dir("/");
        Ok(command)
    }
}

/// All that `command` prints, given `input`, unless it takes too long, prints more than `most` or fails.
///
/// # Errors
/// One clause for people.
pub(crate) fn output(mut command: Command, input: Vec<u8>, most: u64, deadline: Instant) -> Result<Vec<u8>, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Whatever it starts ends with it.
    command.process_group(0);
    let mut child = command.spawn().map_err(|e| format!("it cannot be started: {e}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ends early reads no more; that shows in its status.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
    }
    read_until(child, most, deadline)
}

fn read_until(mut child: Child, most: u64, deadline: Instant) -> Result<Vec<u8>, String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut printed = Vec::new();
            let read = stdout.take(most).read_to_end(&mut printed);
            sender.send(read.map(|_| printed))
        });
    }
    let printed = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    if printed.is_err() {
        let group = rustix::process::Pid::from_child(&child);
        // It may have ended meanwhile; then there is nothing to kill.
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap_or_default();
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

/// How long ago a file was written; nothing where there is none.
fn age(path: &Path) -> Option<Duration> {
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.elapsed().unwrap_or_default())
}

/// Held while one process asks.
struct Lock(PathBuf);

impl Lock {
    fn take(slot: &Slot) -> Result<Option<Lock>, String> {
        let path = slot.lock();
        if age(&path).is_some_and(|age| age > LOCK_LIFETIME) {
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

/// FNV-1a, 64 bits: a name, not a proof; the file repeats what it is about.
#[derive(Debug, Clone)]
pub(crate) struct Fnv(pub(crate) u64);

impl Fnv {
    pub(crate) const fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    /// Adds `bytes` and an end mark.
    pub(crate) const fn add(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            self.add_byte(bytes[at]);
            at += 1;
        }
        self.add_byte(0xff);
    }

    const fn add_byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01b3);
    }
}
