//! Asks a legacy installation for its facts: runs it with our script as an extension, with an empty configuration,
//! outside any repository, for a limited time, one process at a time.

use super::file;
use super::store::{FactsState, FactsStore, shapes_python};
use crate::environment::GATHERING;
use crate::inquiry::{self, Script};
use amalgam_types::{Environment, LegacyFacts};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The extension.
pub(super) static SCRIPT: Script = Script::new("gather.py", include_str!("gather.py"), "amalgam-facts");

/// What a sound answer stays well below.
const MAX_OUTPUT: u64 = 1 << 20;

pub(super) fn gather(store: &FactsStore, env: &Environment, limit: Duration) -> Result<Arc<LegacyFacts>, String> {
    let current = || match store.read() {
        FactsState::Current(facts) => Some(facts),
        _ => None,
    };
    store.slot.fill(limit, current, |deadline| {
        let printed = ask(store, env, deadline)?;
        let incomplete = "its answer is not complete";
        let text = file::compose(&store.legacy, &printed).ok_or(incomplete)?;
        let facts = file::parse(&text).map(|read| Arc::new(read.facts)).ok_or(incomplete)?;
        Ok((text, facts))
    })
}

fn ask(store: &FactsStore, env: &Environment, deadline: Instant) -> Result<Vec<u8>, String> {
    let mut command = SCRIPT.process(&store.legacy, &store.slot.folder)?;
    let kept = env.vars.iter().filter(|(name, _)| !changes_answers(name));
    command.env_clear().envs(kept.map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
    command.env("HGPLAIN", "1").env("HGRCPATH", "").env("HGRCSKIPREPO", "1").env(GATHERING, "1");
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    inquiry::output(command, Vec::new(), MAX_OUTPUT, deadline)
}

/// Variables that belong to the invocation, not to the installation.
fn changes_answers(name: &[u8]) -> bool {
    let prefixed = [b"HG".as_slice(), b"CHG", b"LC_", b"LANG"].iter().any(|prefix| name.starts_with(prefix));
    prefixed && !shapes_python(name)
}
