//! One facts file in the cache: its name, whether it can be believed, and whether asking again makes sense.

use super::file::{self, Watched};
use super::gather;
use crate::environment::Layout;
use crate::legacy::Legacy;
use amalgam_types::{Environment, LegacyFacts};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A lock older than this was left behind by a process that died.
const LOCK_LIFETIME: Duration = Duration::from_secs(120);
/// How long a failure keeps amalgam from asking again.
const FAILURE_LIFETIME: Duration = Duration::from_secs(600);

/// What the cache says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactsState {
    /// Facts that hold.
    Current(Box<LegacyFacts>),
    /// Never asked.
    Missing,
    /// Something that they depend on has changed: which file.
    Stale(String),
    /// The file cannot be read.
    Damaged,
    /// Asking failed recently: why.
    Failed(String),
    /// Facts cannot be kept for this legacy: why.
    Impossible(String),
}

impl FactsState {
    /// One word.
    pub fn word(&self) -> &'static str {
        match self {
            FactsState::Current(_) => "current",
            FactsState::Missing => "missing",
            FactsState::Stale(_) => "stale",
            FactsState::Damaged => "damaged",
            FactsState::Failed(_) => "failed",
            FactsState::Impossible(_) => "impossible",
        }
    }

    /// The state and the particular, for traces and `doctor`.
    pub fn describe(&self) -> String {
        match self {
            FactsState::Current(facts) => format!("current, {}", facts.version),
            FactsState::Missing => "not gathered yet".to_owned(),
            FactsState::Stale(what) => format!("stale, {what} changed"),
            FactsState::Damaged => "damaged".to_owned(),
            FactsState::Failed(why) => format!("asking failed, {why}"),
            FactsState::Impossible(why) => format!("impossible, {why}"),
        }
    }
}

/// Where the facts about one legacy are kept.
#[derive(Debug, Clone)]
pub struct FactsStore {
    pub(super) legacy: PathBuf,
    pub(super) folder: PathBuf,
    name: String,
}

impl FactsStore {
    /// The store for `legacy` in `env`.
    ///
    /// # Errors
    /// One clause: no cache folder, or a legacy whose path depends on the working directory.
    pub fn new(env: &Environment, layout: &Layout, legacy: &Legacy) -> Result<FactsStore, String> {
        if legacy.path.is_relative() {
            return Err(format!("{} depends on the working directory", legacy.path.display()));
        }
        let folder = layout.cache.clone().ok_or("no HOME, XDG_CACHE_HOME or AMALGAM_HOME is set")?;
        let mut hash = Fnv::new();
        hash.add(gather::SCRIPT.as_bytes());
        hash.add(legacy.path.as_os_str().as_bytes());
        for (name, value) in env.vars.iter().filter(|(name, value)| shapes_python(name) && !value.is_empty()) {
            hash.add(name);
            hash.add(value);
        }
        if legacy.interpreter_on_path {
            hash.add(env.get("PATH").unwrap_or_default());
        }
        // The user's own packages: another home folder may hold others.
        if let Some(home) = env.non_empty("HOME")
            && crate::environment::path(home).join(".local/lib").is_dir()
        {
            hash.add(home);
        }
        Ok(FactsStore { legacy: legacy.path.clone(), folder, name: format!("facts-{:016x}", hash.0) })
    }

    /// The facts file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Reads and checks the file.
    pub fn read(&self) -> FactsState {
        let text = match std::fs::read(self.path()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return self.without_file(),
            Err(_) => return FactsState::Damaged,
        };
        match file::parse(&text) {
            Some(read) if read.legacy == self.legacy => match read.watched.iter().find(|watched| !watched.holds()) {
                None => FactsState::Current(Box::new(read.facts)),
                Some(changed) => FactsState::Stale(changed.path().display().to_string()),
            },
            _ => FactsState::Damaged,
        }
    }

    /// Asks legacy and keeps what it says. A process that is asking already is waited for instead.
    ///
    /// # Errors
    /// One clause for people.
    pub fn gather(&self, env: &Environment, limit: Duration) -> Result<LegacyFacts, String> {
        gather::gather(self, env, limit)
    }

    /// Whether nobody is asking, and the last attempt did not just fail.
    pub fn wants_gathering(&self) -> bool {
        age(&self.lock()).is_none_or(|age| age > LOCK_LIFETIME) && !matches!(self.without_file(), FactsState::Failed(_))
    }

    fn without_file(&self) -> FactsState {
        let failure = self.failure();
        let recent = age(&failure).is_some_and(|age| age < FAILURE_LIFETIME);
        // A legacy that was installed or mended since then deserves another question.
        let unchanged = Watched::now(&self.legacy).is_older_than(&failure);
        if !(recent && unchanged) {
            return FactsState::Missing;
        }
        let why = std::fs::read(failure).unwrap_or_default();
        FactsState::Failed(String::from_utf8_lossy(&why).trim().to_owned())
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.folder.join(format!("{}.lock", self.name))
    }

    pub(super) fn failure(&self) -> PathBuf {
        self.folder.join(format!("{}.failed", self.name))
    }

    pub(super) fn lock_is_abandoned(&self) -> bool {
        age(&self.lock()).is_some_and(|age| age > LOCK_LIFETIME)
    }
}

/// Variables that decide which Mercurial a Python script loads.
pub(super) fn shapes_python(name: &[u8]) -> bool {
    name.starts_with(b"PYTHON") || matches!(name, b"HGMODULEPOLICY" | b"VIRTUAL_ENV" | b"__PYVENV_LAUNCHER__")
}

fn age(path: &Path) -> Option<Duration> {
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.elapsed().unwrap_or_default())
}

/// FNV-1a, 64 bits: a name, not a proof; the file repeats what it is about.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    /// Adds `bytes` and an end mark.
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
