//! One facts file in the cache: its name, whether it can be believed, and whether asking again makes sense.

use super::file::{self, Watched};
use super::gather;
use crate::environment::Layout;
use crate::inquiry::Slot;
use crate::legacy::Legacy;
use amalgam_types::{Environment, LegacyFacts};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What the cache says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactsState {
    /// Facts that hold.
    Current(Arc<LegacyFacts>),
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
    pub(super) slot: Slot,
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
        let mut hash = gather::SCRIPT.hash();
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
        let slot = Slot { folder, name: format!("facts-{:016x}", hash.0) };
        Ok(FactsStore { legacy: legacy.path.clone(), slot })
    }

    /// The executable that the facts are about.
    pub(crate) fn legacy(&self) -> &Path {
        &self.legacy
    }

    /// The folder of the cache.
    pub(crate) fn folder(&self) -> &Path {
        &self.slot.folder
    }

    /// The file's name, which stands for the installation and what shapes it.
    pub(crate) fn name(&self) -> &str {
        &self.slot.name
    }

    /// The facts file.
    pub fn path(&self) -> PathBuf {
        self.slot.path()
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
                None => FactsState::Current(Arc::new(read.facts)),
                Some(changed) => FactsState::Stale(changed.path().display().to_string()),
            },
            _ => FactsState::Damaged,
        }
    }

    /// Asks legacy and keeps what it says. A process that is asking already is waited for instead.
    ///
    /// # Errors
    /// One clause for people.
    pub fn gather(&self, env: &Environment, limit: Duration) -> Result<Arc<LegacyFacts>, String> {
        gather::gather(self, env, limit)
    }

    /// Whether nobody is asking, and the last attempt did not just fail.
    pub fn wants_gathering(&self) -> bool {
        self.slot.is_free() && !matches!(self.without_file(), FactsState::Failed(_))
    }

    fn without_file(&self) -> FactsState {
        match self.slot.failure().filter(|_| !self.is_mended()) {
            Some(why) => FactsState::Failed(why),
            None => FactsState::Missing,
        }
    }

    /// Whether legacy was installed or changed since asking failed: that deserves another question.
    fn is_mended(&self) -> bool {
        !Watched::now(&self.legacy).is_older_than(&self.slot.failure_note())
    }
}

/// Variables that decide which Mercurial a Python script loads.
pub(super) fn shapes_python(name: &[u8]) -> bool {
    name.starts_with(b"PYTHON") || matches!(name, b"HGMODULEPOLICY" | b"VIRTUAL_ENV" | b"__PYVENV_LAUNCHER__")
}
