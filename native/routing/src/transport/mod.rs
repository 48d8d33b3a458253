//! How an invocation gets to legacy: **exec**, the launcher replaces itself, or **warm**, it asks a running command
//! server of legacy's. Decided here and nowhere else, from the policy, `AMALGAM_TRANSPORT`, the facts, the
//! configuration and the command line.
//!
//! Warm is only chosen where nothing can tell it from exec. Everything that could, or that is not known, is exec.

mod context;
mod key;
mod proven;
pub mod recent;
pub mod servers;
pub mod sources;
mod unfit;

use crate::decide::GATHER_LIMIT;
use crate::environment::{TRANSPORT, server_idle};
use crate::facts::{FactsState, FactsStore};
use crate::proven::build_name;
use crate::route::{Invocation, Route};
use crate::table::Transport as Setting;
use amalgam_types::{LegacyFacts, Stop};
use context::Context;
pub use key::Key;
use std::path::PathBuf;
use std::sync::Arc;

/// How legacy is reached.
#[derive(Debug, Clone)]
pub enum Transport {
    /// The launcher becomes legacy; why, and where facts are to be gathered so that the next command may do better.
    Exec(String, Option<FactsStore>),
    /// A command server.
    Warm(Box<Plan>),
}

/// What it takes to ask a command server.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Why it is not exec.
    pub why: String,
    /// The folder of this user's servers.
    pub folder: PathBuf,
    /// What this server must have in common with the invocation; the edge adds what only it can know.
    pub key: Key,
    /// The legacy to start a server of.
    pub legacy: PathBuf,
    /// The folders of its modules.
    pub packages: Vec<PathBuf>,
    /// The version that the facts tell.
    pub version: String,
    /// Options of the command line that a new server has to know: they decide its extensions.
    pub options: Vec<Vec<u8>>,
    /// For how many seconds an idle server stays, where the configuration does not say.
    pub idle: Option<u32>,
    /// Whether to wait for a server that is not there yet; otherwise it is started behind an exec.
    pub waits: bool,
}

/// Chooses the transport for an invocation that legacy answers.
pub fn choose(invocation: &Invocation, route: &Route) -> Transport {
    let mut missing = None;
    match plan(invocation, route, &mut missing) {
        Ok(plan) => Transport::Warm(Box::new(plan)),
        Err(why) => Transport::Exec(why, missing),
    }
}

fn plan(invocation: &Invocation, route: &Route, missing: &mut Option<FactsStore>) -> Result<Plan, String> {
    let env = &invocation.env;
    let asked = match env.non_empty(TRANSPORT) {
        None => None,
        Some(b"exec") => return Err(format!("{TRANSPORT}=exec")),
        Some(b"warm") => Some(Setting::Warm),
        Some(other) => return Err(format!("{TRANSPORT}={} is neither", String::from_utf8_lossy(other))),
    };
    let setting = asked.or(route.transport).unwrap_or(Setting::Auto);
    if setting == Setting::Exec {
        return Err("the policy says so".to_owned());
    }
    if let Some(refused) = &invocation.refused {
        return Err(refused.to_string());
    }
    let legacy = route.legacy.as_ref().map_err(ToString::to_string)?;
    if !legacy.is_python {
        return Err(format!("{} is not plainly a Python script", legacy.path.display()));
    }
    let layout = crate::environment::Layout::of(env);
    let store = FactsStore::new(env, &layout, legacy)?;
    let facts = match facts(route, &store) {
        Ok(facts) => facts,
        Err(_) if asked.is_some() => store.gather(env, GATHER_LIMIT)?,
        Err(why) => {
            *missing = Some(store).filter(FactsStore::wants_gathering);
            return Err(why);
        }
    };
    let may = if setting == Setting::Auto { proven::is_proven(&facts) } else { proven::is_compared(env, &facts) };
    if !may {
        return Err(format!("warm is not proven for version {}, build {}", facts.version, build_name(facts.build)));
    }
    let why = match (asked, setting) {
        (Some(_), _) => format!("{TRANSPORT}=warm"),
        (None, Setting::Warm) => "the policy says so".to_owned(),
        _ => format!("proven for version {}, build {}", facts.version, build_name(facts.build)),
    };
    let context = Context::read(invocation, &facts).map_err(words)?;
    unfit::check(&context)?;
    let facts_text = std::fs::read(store.path()).map_err(|error| error.to_string())?;
    Ok(Plan {
        why,
        folder: servers::folder(env)?,
        key: key::of(&context, &legacy.path, &facts_text),
        legacy: legacy.path.clone(),
        packages: sources::packages(&facts),
        version: facts.version.clone(),
        options: context.server_options(),
        idle: context.config.get("chgserver", "idletimeout").is_none().then(|| server_idle(env)),
        waits: asked.is_some(),
    })
}

fn facts(route: &Route, store: &FactsStore) -> Result<Arc<LegacyFacts>, String> {
    if let Some(facts) = route.current_facts() {
        return Ok(facts.clone());
    }
    match store.read() {
        FactsState::Current(facts) => Ok(facts),
        other => Err(format!("facts: {}", other.describe())),
    }
}

fn words(stop: Stop) -> String {
    match stop {
        Stop::Unsupported(unsupported) => unsupported.to_string(),
        Stop::Abort(abort) => String::from_utf8_lossy(&abort.message).into_owned(),
    }
}
