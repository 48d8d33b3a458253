//! One probe's result in the cache: its name, whether it can be believed, and asking for it.
//!
//! There is one file for each legacy and each set of enabled extensions with the settings in their own sections; what
//! else the extensions looked at while they were loaded is noted in the file and compared.

use super::Given;
use super::findings::{self, Findings};
use crate::environment::GATHERING;
use crate::facts::FactsStore;
use crate::inquiry::{self, Fnv, Script, Slot};
use amalgam_config::Config;
use amalgam_types::Environment;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The extension that looks at the others.
static SCRIPT: Script = Script::new("probe.py", TEXT, "amalgam-probe");
/// Its parts make one file.
const TEXT: &str = concat!(
    include_str!("probe/head.py"),
    "\n\n",
    include_str!("probe/notes.py"),
    "\n\n",
    include_str!("probe/snapshot.py"),
    "\n\n",
    include_str!("probe/process.py"),
    "\n\n",
    include_str!("probe/repository.py"),
    "\n\n",
    include_str!("probe/report.py"),
);
/// What a sound answer stays well below.
const MAX_OUTPUT: u64 = 4 << 20;
/// Variables that the probe is started with, whatever the invocation's are.
const CHANGED: &[&str] =
    &["HGPLAIN", "HGPLAINEXCEPT", "HGRCPATH", "HGRCSKIPREPO", "PYTHONDONTWRITEBYTECODE", GATHERING];
/// Where a file was changed this few seconds ago, it is looked at twice.
const FRESH: u64 = 5;

fn name(hash: &Fnv) -> String {
    format!("extensions-{:016x}", hash.0)
}

/// What the cache says about a set of extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Findings that hold.
    Current(Box<Findings>),
    /// Never looked at, or something has changed: what.
    Missing(String),
    /// Looking failed a short time ago: why.
    Failed(String),
}

/// A set of extensions to be looked at, with all that takes.
#[derive(Debug, Clone)]
pub struct Probe {
    legacy: PathBuf,
    /// The repository to open.
    root: Option<PathBuf>,
    hash: Fnv,
    slot: Slot,
    given: Vec<Given>,
    config: Config,
    env: Environment,
}

impl Probe {
    pub(super) fn new(facts: &FactsStore, given: Vec<Given>, config: &Config, env: &Environment) -> Probe {
        let mut hash = SCRIPT.hash();
        hash.add(facts.name().as_bytes());
        for name in ["verbose", "quiet"] {
            hash.add(config.get_exact("ui", name).unwrap_or_default());
        }
        for one in &given {
            hash.add(&one.name);
            hash.add(&one.value);
            for (name, value) in config.items(one.short()) {
                hash.add(name);
                hash.add(value);
            }
        }
        let slot = Slot { folder: facts.folder().to_owned(), name: name(&hash) };
        let legacy = facts.legacy().to_owned();
        Probe { legacy, root: None, hash, slot, given, config: config.clone(), env: env.clone() }
    }

    /// The same, with what the extensions do to a repository that is opened.
    pub(crate) fn of_repository(&self, root: &Path) -> Probe {
        let mut probe = Probe { root: Some(root.to_owned()), ..self.clone() };
        probe.hash.add(root.as_os_str().as_bytes());
        probe.slot.name = name(&probe.hash);
        probe
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.slot.path()
    }

    /// Whether nobody is asking, and the last attempt did not just fail.
    pub(crate) fn is_wanted(&self) -> bool {
        self.slot.is_free() && self.slot.failure().is_none()
    }

    pub(crate) fn read(&self) -> State {
        let unknown = || match self.slot.failure() {
            Some(why) => State::Failed(why),
            None if self.root.is_some() => State::Missing("not looked at in this repository yet".to_owned()),
            None => State::Missing("not looked at yet".to_owned()),
        };
        let Ok(text) = std::fs::read(self.path()) else { return unknown() };
        let Some(found) = findings::parse(&text) else { return unknown() };
        if found.legacy != self.legacy || found.root != self.root || found.given != self.given {
            return unknown();
        }
        if let Some(changed) = found.changed_file() {
            return State::Missing(format!("{} changed", changed.display()));
        }
        if !found.same_state(&self.config, &self.env) {
            return State::Missing("settings or variables changed".to_owned());
        }
        State::Current(Box::new(found))
    }

    /// Looks at the extensions and keeps what was found. A process that is at it already is waited for instead.
    ///
    /// # Errors
    /// One clause for people.
    pub fn run(&self, limit: Duration) -> Result<(), String> {
        let current = || matches!(self.read(), State::Current(_)).then_some(());
        self.slot.fill(limit, current, |deadline| {
            let incomplete = "what was found is not complete";
            let look = || -> Result<(Vec<u8>, Findings), String> {
                let printed = self.ask(deadline)?;
                let text = findings::compose(
                    &self.legacy,
                    self.root.as_deref(),
                    &self.given,
                    &printed,
                    &self.config,
                    &self.env,
                );
                let text = text.ok_or(incomplete)?;
                let found = findings::parse(&text).ok_or(incomplete)?;
                Ok((text, found))
            };
            let (mut text, found) = look()?;
            if found.is_fresh(SystemTime::now(), FRESH) {
                // A file that was changed meanwhile may have been read before and looked at after: what two looks
                // agree on was there all the time between them.
                let again = look()?;
                if again.0 != text {
                    return Err("files of an extension are just being changed".to_owned());
                }
                text = again.0;
            }
            Ok((text, ()))
        })
    }

    fn ask(&self, deadline: Instant) -> Result<Vec<u8>, String> {
        let mut command = SCRIPT.process(&self.legacy, &self.slot.folder)?;
        command
            .env_clear()
            .envs(self.env.vars.iter().map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
        command.env_remove("HGPLAINEXCEPT").env("HGPLAIN", "1").env("HGRCPATH", "").env("HGRCSKIPREPO", "1");
        command.env("PYTHONDONTWRITEBYTECODE", "1").env(GATHERING, "1");
        let input = findings::input(&self.config, &self.env, CHANGED, self.root.as_deref());
        inquiry::output(command, input, MAX_OUTPUT, deadline)
    }
}
