//! `explain`, `gatherFacts` and `layout`: what routing knows, for people.

use crate::request::{Request, text};
use amalgam_routing::environment::Layout as Files;
use amalgam_routing::legacy::Search;
use amalgam_routing::proven::build_name;
use amalgam_routing::{Decision, FactsState, FactsStore, GATHER_LIMIT, Steps, decide, table};
use amalgam_routing::{compiler, narrowing};
use amalgam_types::Environment;
use napi_derive::napi;

/// One step of the decision.
#[napi(object)]
pub struct Step {
    /// Its name.
    pub step: String,
    /// What came of it.
    pub outcome: String,
}

/// An enabled extension.
#[napi(object)]
pub struct Extension {
    /// Its name; `?` collects what is nobody's for certain.
    pub name: String,
    /// Its own version.
    pub version: Option<String>,
    /// Whether it came with this Mercurial.
    pub bundled: bool,
    /// What it changes, one clause each.
    pub changes: Vec<String>,
}

/// The route of one invocation and what it rests on.
#[napi(object)]
#[derive(Default)]
pub struct Explanation {
    /// The command's primary name.
    pub command: Option<String>,
    /// What the route table says.
    pub mode: Option<String>,
    /// `native` or `legacy`.
    pub answered_by: String,
    /// The reason for legacy.
    pub reason: Option<String>,
    /// Its sentence.
    pub sentence: Option<String>,
    /// The particular.
    pub detail: Option<String>,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// The Python `hg`.
    pub legacy_path: Option<String>,
    /// Why there is none.
    pub legacy_missing: Option<String>,
    /// Why the route table cannot be used.
    pub table_error: Option<String>,
    /// One word on the facts.
    pub facts_state: Option<String>,
    /// The state with its particular.
    pub facts_detail: Option<String>,
    /// The file that holds them.
    pub facts_path: Option<String>,
    /// The legacy's version.
    pub version: Option<String>,
    /// Its build.
    pub build: Option<String>,
    /// The enabled extensions, where they were looked at.
    pub extensions: Vec<Extension>,
}

/// Decides without answering.
#[napi]
pub fn explain(request: Request) -> Explanation {
    let mut steps = Vec::new();
    let route = decide(
        &request.invocation(),
        &mut Steps::to(&mut |step, outcome| steps.push(Step { step: step.to_owned(), outcome })),
    );
    let unsupported = match &route.decision {
        Decision::Legacy(unsupported) => Some(unsupported),
        _ => None,
    };
    Explanation {
        command: route.command.map(str::to_owned),
        mode: route.mode.map(|mode| mode.word().to_owned()),
        answered_by: if unsupported.is_some() { "legacy" } else { "native" }.to_owned(),
        reason: unsupported.map(|u| u.reason.id().to_owned()),
        sentence: unsupported.map(|u| u.reason.sentence().to_owned()),
        detail: unsupported.map(|u| u.detail.clone()),
        steps,
        legacy_path: route.legacy.as_ref().ok().map(|legacy| text(&legacy.path)),
        legacy_missing: route.legacy.as_ref().err().map(ToString::to_string),
        table_error: route.table_error.as_ref().map(table::TableError::describe),
        facts_state: route.facts.as_ref().map(|facts| facts.word().to_owned()),
        facts_detail: route.facts.as_ref().map(FactsState::describe),
        facts_path: route.store.as_ref().map(|store| text(&store.path())),
        version: route.current_facts().map(|facts| facts.version.clone()),
        build: route.current_facts().map(|facts| build_name(facts.build).to_owned()),
        extensions: route.extensions().into_iter().map(extension).collect(),
    }
}

fn extension(one: amalgam_routing::Extension) -> Extension {
    let amalgam_routing::Extension { name, version, bundled, changes } = one;
    Extension { name, version, bundled, changes }
}

/// What is known of legacy after asking it.
#[napi(object)]
#[derive(Default)]
pub struct Gathered {
    /// One word.
    pub state: String,
    /// With its particular.
    pub detail: String,
    /// The file that holds the facts.
    pub path: Option<String>,
    /// The legacy's version.
    pub version: Option<String>,
    /// Its build.
    pub build: Option<String>,
}

/// Asks legacy for its facts unless they are current.
#[napi]
pub fn gather_facts(request: Request) -> Gathered {
    let invocation = request.invocation();
    let env = &invocation.env;
    let (state, path) = match store_for(env, invocation.pid) {
        Ok(store) => {
            let state = match store.read() {
                current @ FactsState::Current(_) => current,
                _ => store.gather(env, GATHER_LIMIT).map_or_else(FactsState::Failed, FactsState::Current),
            };
            (state, Some(text(&store.path())))
        }
        Err(why) => (FactsState::Impossible(why), None),
    };
    let facts = match &state {
        FactsState::Current(facts) => Some(facts),
        _ => None,
    };
    Gathered {
        state: state.word().to_owned(),
        detail: state.describe(),
        path,
        version: facts.map(|facts| facts.version.clone()),
        build: facts.map(|facts| build_name(facts.build).to_owned()),
    }
}

fn store_for(env: &Environment, pid: u32) -> Result<FactsStore, String> {
    let layout = Files::of(env);
    let table = layout.route_table().and_then(|path| table::read(&path).ok().flatten()).unwrap_or_default();
    let legacy = Search { env, own: None, pid }.find(table.legacy.as_deref()).map_err(|missing| missing.0)?;
    FactsStore::new(env, &layout, &legacy)
}

/// Where amalgam's files are.
#[napi(object)]
pub struct Layout {
    /// The folder of policy and route table.
    pub home: Option<String>,
    /// The policy.
    pub policy: Option<String>,
    /// The route table.
    pub route_table: Option<String>,
    /// The folder of caches.
    pub cache: Option<String>,
    /// The folder of what is recorded.
    pub state: Option<String>,
    /// The journal.
    pub journal: Option<String>,
    /// The note of what compiles policies.
    pub compiler: Option<String>,
}

/// Where the request's environment puts amalgam's files.
#[napi]
pub fn layout(request: Request) -> Layout {
    let env = request.invocation().env;
    let files = Files::of(&env);
    Layout {
        home: files.home.as_deref().map(text),
        policy: files.policy().as_deref().map(text),
        route_table: files.route_table().as_deref().map(text),
        cache: files.cache.as_deref().map(text),
        state: files.state.as_deref().map(text),
        journal: files.journal(&env).as_deref().map(text),
        compiler: compiler::note_path(&files).as_deref().map(text),
    }
}

/// The policy that the repository of the working directory may have.
#[napi(object)]
pub struct RepositoryPolicy {
    /// The repository.
    pub root: String,
    /// The policy, which need not be there.
    pub policy: String,
    /// What it compiles to.
    pub table: Option<String>,
}

/// Where the repository of the working directory would have a policy; nothing outside of repositories.
#[napi]
pub fn repository_policy(request: Request) -> Option<RepositoryPolicy> {
    let env = request.invocation().env;
    let root = narrowing::root(env.cwd.as_deref()?)?;
    let table = narrowing::table_path(&Files::of(&env), &root);
    Some(RepositoryPolicy {
        policy: text(&root.join(narrowing::FILE)),
        table: table.as_deref().map(text),
        root: text(&root),
    })
}
