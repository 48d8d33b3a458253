//! The decision, step by step in legacy's own order, so that the step which decides here is the one that would have
//! decided there.
//!
//! A step that cannot be certain ends in `Unsupported`: legacy answers. An error in legacy's words (`Decision::Abort`)
//! is only given once every earlier step has passed.

use crate::aliases::{Resolved, Words};
use crate::canary::{Asker, BUCKETS};
use crate::comparison::{self, Comparison};
use crate::doubt::{Doubt, Doubted};
use crate::early::{self, Early};
use crate::environment::{Layout, ModeOverride, mode_override};
use crate::extensions::{Findings, Judge, Objection, Probe, State};
use crate::facts::{FactsState, FactsStore};
use crate::legacy::{Legacy, Search};
use crate::place::{self, Place};
use crate::renewal::{self, First};
use crate::route::{Decision, Invocation, Route, Steps};
use crate::table::{self, Condition, Matched, Mode, Rule, Surroundings, Table, TableError, Way};
use crate::{beside, extensions, flags, narrowing, proven, settings, surroundings};
use amalgam_commands::{
    Aside, Blackbox, CommandSpec, Parsed, Prepared, RepositoryUse, Split, Typed, abbreviates, parse, split,
};
use amalgam_config::{Config, LegacyPaths, plain};
use amalgam_repo::{Repository, repo_config_files};
use amalgam_types::{Abort, AbortKind, LegacyFacts, Outcome, Reason, Stop, Unsupported};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a first question to legacy may take.
pub const GATHER_LIMIT: Duration = Duration::from_secs(60);

/// Decides who answers `invocation`.
pub fn decide(invocation: &Invocation, steps: &mut Steps<'_>) -> Route {
    let layout = Layout::of(&invocation.env);
    let read = layout.route_table().map_or(Ok(None), |path| table::read(&path));
    steps.note("route table", || match &read {
        Ok(Some(table)) => format!("{} rules", table.rules.len()),
        Ok(None) => "none, everything native".to_owned(),
        Err(error) => error.describe(),
    });
    let has_policy = matches!(read, Ok(Some(_)));
    let (table, table_error) = match read {
        Ok(table) => (table.unwrap_or_else(Table::built_in), None),
        Err(error) => (Table::built_in(), Some(error)),
    };
    let journal = table.journal;
    let transport = Some(table.transport).filter(|_| table_error.is_none());
    let search = Search { env: &invocation.env, own: invocation.own, pid: invocation.pid };
    let legacy = search.find(table.legacy.as_deref());
    steps.note("legacy", || match &legacy {
        Ok(legacy) => legacy.path.display().to_string(),
        Err(missing) => format!("none: {missing}"),
    });
    let mut deciding = Deciding {
        invocation,
        steps,
        table,
        has_policy,
        table_error,
        narrowing: None,
        command: None,
        flags: Vec::new(),
        mode: None,
        verify: 0,
        extensions: Vec::new(),
        facts: None,
        store: None,
        probe: None,
        findings: None,
        set_up: None,
        aliases: Vec::new(),
        outside: Config::default(),
        blackbox: None,
        settings: 0,
    };
    let decided = deciding.run(&layout, legacy.as_ref().ok());
    let decision = match decided.and_then(|decision| deciding.log(decision)) {
        Ok(decision) => decision,
        Err(Stop::Unsupported(unsupported)) => Decision::Legacy(unsupported),
        // An abort that comes before the command is known: legacy prints it.
        Err(Stop::Abort(abort)) => Decision::Legacy(Unsupported::new(
            Reason::ConfigBroken,
            String::from_utf8_lossy(&abort.message).into_owned(),
        )),
    };
    let (decision, comparison, first) = deciding.doubt(decision, &layout);
    let Deciding { steps, table_error, command, flags, mode, facts, store, probe, findings, set_up, blackbox, .. } =
        deciding;
    steps.note("decision", || match &decision {
        Decision::Native(_) => "native".to_owned(),
        Decision::Abort(_, abort) => format!("native, abort: {}", String::from_utf8_lossy(&abort.message)),
        Decision::Legacy(unsupported) => format!("legacy, {unsupported}"),
    });
    Route {
        decision,
        command,
        flags,
        mode,
        comparison,
        first,
        journal,
        transport,
        table_error,
        legacy,
        facts,
        store,
        probe,
        findings: set_up.or(findings),
        blackbox,
    }
}

/// The extension that logs commands.
const BLACKBOX: &str = "blackbox";

struct Deciding<'a, 's> {
    invocation: &'a Invocation,
    steps: &'a mut Steps<'s>,
    table: Table,
    /// Whether the table comes from a policy.
    has_policy: bool,
    table_error: Option<TableError>,
    /// What the repository's own policy sends to Python.
    narrowing: Option<Table>,
    command: Option<&'static str>,
    flags: Vec<&'static str>,
    mode: Option<Mode>,
    /// Of 10,000 native answers, how many are compared.
    verify: u16,
    /// The enabled ones.
    extensions: Vec<String>,
    facts: Option<FactsState>,
    store: Option<FactsStore>,
    /// Extensions that are to be looked at.
    probe: Option<Probe>,
    /// What they change.
    findings: Option<Arc<Findings>>,
    /// The same, with what they do to this repository, where that counts.
    set_up: Option<Arc<Findings>>,
    /// The aliases that the command went through.
    aliases: Vec<(Vec<u8>, Vec<u8>)>,
    /// The configuration without the repository's, where a command is logged.
    outside: Config,
    /// What is logged about a native answer.
    blackbox: Option<Blackbox>,
    /// The digest of the user's and the system's settings, where a policy is in force.
    settings: u64,
}

impl Deciding<'_, '_> {
    fn run(&mut self, layout: &Layout, legacy: Option<&Legacy>) -> Outcome<Decision> {
        let env = &self.invocation.env;
        if let Some(refused) = &self.invocation.refused {
            return Err(refused.clone().into());
        }
        let forced = mode_override(env)?;
        if forced == Some(ModeOverride::Python) {
            return Err(Stop::unsupported(Reason::ModePython, ""));
        }
        if let (Some(error), None) = (&self.table_error, forced) {
            return Err(Stop::unsupported(Reason::PolicyBroken, error.describe()));
        }
        let early = early::scan(&self.invocation.args, plain(env, Some("strictflags")));
        let known = match legacy {
            Some(legacy) => Some(self.facts_about(layout, legacy)?),
            None => None,
        };
        let mut facts = known.clone().unwrap_or_else(|| Arc::new(without_legacy()));
        surroundings::check_encoding(env, &self.invocation.args)?;
        surroundings::check_language(env, known.as_deref())?;
        surroundings::check_variables(env, &facts)?;
        self.steps.note("environment", || "UTF-8, English".to_owned());

        let mut base = Config::load_user(env, &LegacyPaths::from(&*facts))?;
        if self.has_policy {
            self.settings = renewal::settings(&base);
        }
        base.add_command_line(&early.config)?;
        let cwd = place::working_folder(env, &early)?;
        let place = place::find(env, &early, cwd, &base)?;
        self.steps.note("repository", || match &place.root {
            Some(root) => root.display().to_string(),
            None => "none".to_owned(),
        });
        if let (Some(root), None) = (&place.root, forced) {
            self.narrowing = narrowing::read(layout, root).map_err(|error| self.broken(error))?;
        }
        let mut local = base.clone();
        if let Some(root) = &place.root {
            local.add_repository(env, &repo_config_files(root)?)?;
        }
        self.steps.note("configuration", || format!("{} files", local.files_read().len()));

        let split = split(&self.invocation.args, &facts)?;
        let resolved = self.command_word(&split, &local, &facts)?;
        let spec = resolved.spec;
        self.command = Some(spec.name);
        let around = Surroundings::new(env, place.root.as_deref(), &local);
        let asked = Asked { spec, forced, root: place.root.as_deref(), around: &around };
        self.policy(&asked, None)?;
        if let Some(facts) = &known {
            proven::check(env, facts, spec.name).map_err(|what| Stop::unsupported(Reason::LegacyUnproven, what))?;
        }
        let mut options = Vec::new();
        let loading = flags::when_loading(&early, &local)?;
        self.look_at_extensions(&loading)?;
        if let Some(findings) = self.findings.clone() {
            self.extensions = findings.loaded.iter().map(|one| one.name.clone()).collect();
            if self.extensions.iter().any(|name| name == BLACKBOX) {
                self.outside = base.clone();
            }
            beside::check_terminal(&self.invocation.terminal, &local, &self.extensions)?;
            options = findings.options(spec).into_iter().map(str::to_owned).collect();
            let labels = findings.labels();
            if !labels.is_empty() {
                Arc::make_mut(&mut facts).color_styles.extend(labels);
            }
        }
        settings::check_common(&local)?;
        settings::check_command(&local, &resolved.name)?;
        self.steps.note("settings", || "no hook, no default".to_owned());

        let rest: Vec<Vec<u8>> = resolved.arguments.into_iter().chain(split.rest.iter().cloned()).collect();
        surroundings::check_arguments(env, &rest)?;
        let whole = Split { rest, ..split };
        if !options.is_empty() && abbreviates(spec, &whole) {
            return Err(Stop::unsupported(Reason::UsageError, format!("--{} is an extension's", options[0])));
        }
        let parsed = parse(spec, &whole, &facts)?;
        self.flags = parsed.given().collect();
        if self.mode.is_none() {
            let flags = self.flags.clone();
            self.policy(&asked, Some(&flags))?;
        }
        flags::check_early(&early, &parsed)?;
        self.steps.note("command line", || format!("{} arguments", parsed.arguments.len()));
        let parts = || amalgam_commands::parts(spec, &parsed, &local);
        self.steps.note("parts of legacy", || parts().to_string());
        if let Some(findings) = self.findings.clone() {
            let dot_hg = place.root.as_ref().map(|root| root.join(".hg"));
            let affects = self.table.extensions.clone();
            let (facts, dot_hg, affects) = (&*facts, dot_hg.as_deref(), affects.as_slice());
            let judge = Judge { findings: &findings, facts, config: &local, dot_hg, affects, parts: parts() };
            let objection = match (judge.objection(spec), &place.root) {
                (Some(Objection::Setup(_)), Some(root)) => {
                    let findings = self.look_at_repository(&loading, root)?;
                    Judge { findings: &findings, ..judge }.objection(spec)
                }
                (objection, _) => objection,
            };
            if let Some(Objection::Change(words) | Objection::Setup(words)) = objection {
                return Err(Stop::unsupported(Reason::ExtensionUnproven, words));
            }
        }

        let is_alias = !resolved.aliases.is_empty();
        self.aliases = resolved.aliases;
        let ready = Ready { spec, is_alias, parsed, facts, place, base, local };
        self.open(ready, &early)
    }

    /// A policy of which it is not known what it says.
    fn broken(&mut self, error: TableError) -> Stop {
        let stop = Stop::unsupported(Reason::PolicyBroken, error.describe());
        self.table_error = Some(error);
        stop
    }

    /// The facts about `legacy`, asked for now where the edge wants that.
    fn facts_about(&mut self, layout: &Layout, legacy: &Legacy) -> Outcome<Arc<LegacyFacts>> {
        let env = &self.invocation.env;
        let state = match FactsStore::new(env, layout, legacy) {
            Ok(store) => {
                let mut state = store.read();
                if self.invocation.gather_first && !matches!(state, FactsState::Current(_)) {
                    state = match store.gather(env, GATHER_LIMIT) {
                        Ok(facts) => FactsState::Current(facts),
                        Err(why) => FactsState::Failed(why),
                    };
                }
                self.store = Some(store);
                state
            }
            Err(why) => FactsState::Impossible(why),
        };
        self.steps.note("facts", || state.describe());
        let facts = match &state {
            FactsState::Current(facts) => Ok(facts.clone()),
            other => Err(Stop::unsupported(Reason::FactsMissing, other.describe())),
        };
        self.facts = Some(state);
        facts
    }

    /// What the enabled extensions change.
    fn look_at_extensions(&mut self, loading: &Config) -> Outcome<()> {
        let Some(probe) = extensions::probe(loading, &self.invocation.env, self.store.as_ref())? else {
            self.steps.note("extensions", || "none".to_owned());
            return Ok(());
        };
        self.findings = Some(self.look(probe, Findings::names)?);
        Ok(())
    }

    /// The same, with what their code for each repository does to this one.
    fn look_at_repository(&mut self, loading: &Config, root: &Path) -> Outcome<Arc<Findings>> {
        let Some(probe) = extensions::probe(loading, &self.invocation.env, self.store.as_ref())? else {
            return Ok(Arc::default());
        };
        let findings = self.look(probe.of_repository(root), |_| "this repository was looked at".to_owned())?;
        self.set_up = Some(findings.clone());
        Ok(findings)
    }

    /// What a probe finds, looked at now where the edge wants that.
    fn look(&mut self, probe: Probe, said: impl Fn(&Findings) -> String) -> Outcome<Arc<Findings>> {
        let mut state = probe.read();
        if self.invocation.gather_first && matches!(state, State::Missing(_)) {
            state = match probe.run(GATHER_LIMIT) {
                Ok(()) => probe.read(),
                Err(why) => State::Failed(why),
            };
        }
        self.steps.note("extensions", || match &state {
            State::Current(findings) => said(findings),
            State::Missing(why) | State::Failed(why) => why.clone(),
        });
        match state {
            State::Current(findings) => Ok(Arc::from(findings)),
            State::Missing(why) => {
                self.probe = Some(probe).filter(Probe::is_wanted);
                Err(Stop::unsupported(Reason::ExtensionUnproven, why))
            }
            State::Failed(why) => Err(Stop::unsupported(Reason::ExtensionUnproven, why)),
        }
    }

    fn command_word(&mut self, split: &Split, local: &Config, facts: &LegacyFacts) -> Outcome<Resolved> {
        let Some(word) = &split.word else { return Err(Stop::unsupported(Reason::CommandNone, "")) };
        let extended = extensions::any(local);
        let resolved = Words::new(local, facts, extended)?.resolve(word)?;
        self.steps.note("command", || {
            let typed = String::from_utf8_lossy(word);
            if typed == resolved.spec.name { typed.into_owned() } else { format!("{typed} is {}", resolved.spec.name) }
        });
        Ok(resolved)
    }

    /// What the policy says, once it can be said: a route may depend on flags, which are known later.
    fn policy(&mut self, asked: &Asked<'_>, flags: Option<&[&str]>) -> Outcome<()> {
        let Asked { spec, forced, root, around } = *asked;
        let holds = |condition: &Condition| condition.holds(around);
        match self.narrowing.as_ref().map(|table| table.route(spec.name, flags, holds)) {
            Some(Matched::Flags) => return Ok(()),
            Some(Matched::Rule(rule, _)) => {
                self.steps.note("policy", || format!("python, rule {rule} of the repository"));
                self.mode = Some(Mode::Python);
                return Err(Stop::unsupported(Reason::PolicyPython, spec.name));
            }
            Some(Matched::None) | None => {}
        }
        let matched = self.table.route(spec.name, flags, holds);
        let bucket = match matched {
            Matched::Rule(_, Rule { way: Way::Canary(canary), .. }) => {
                canary.bucket(Asker { uid: self.invocation.env.euid, repository: root })
            }
            _ => 0,
        };
        let mode = match matched {
            Matched::Flags => return Ok(()),
            Matched::None => Mode::Python,
            Matched::Rule(_, Rule { way: Way::Always(mode), .. }) => *mode,
            Matched::Rule(_, Rule { way: Way::Canary(canary), .. }) => canary.mode(bucket),
        };
        if let Matched::Rule(_, rule) = matched {
            self.verify = rule.verify;
        }
        self.steps.note("policy", || match matched {
            Matched::Rule(rule, one @ Rule { way: Way::Canary(canary), .. }) => {
                let by: Vec<&str> = canary.by.iter().map(|key| key.word()).collect();
                let (mode, by, below) = (mode.word(), by.join(" and "), canary.threshold);
                let rule = format!("rule {rule}{}", because(one));
                format!("{mode}, {rule}, bucket {bucket} of {BUCKETS} by {by}, canary below {below}")
            }
            Matched::Rule(rule, one) => format!("{}, rule {rule}{}", mode.word(), because(one)),
            Matched::None | Matched::Flags => format!("{}, no rule matches", mode.word()),
        });
        self.mode = Some(mode);
        if mode == Mode::Python && forced != Some(ModeOverride::Native) {
            return Err(Stop::unsupported(Reason::PolicyPython, spec.name));
        }
        Ok(())
    }

    /// What the blackbox extension would write about a native answer.
    fn log(&mut self, decision: Decision) -> Outcome<Decision> {
        let Invocation { args, pid, env, .. } = self.invocation;
        if let Decision::Native(prepared) = &decision
            && self.extensions.iter().any(|name| name == BLACKBOX)
            && !comparison::is_one(env)
        {
            let typed = Typed { args, aliases: &self.aliases, pid: *pid, outside: &self.outside };
            self.blackbox = Blackbox::of(prepared, typed)?;
        }
        Ok(decision)
    }

    /// Whether what native can answer is to be doubted, and compared behind the command.
    fn doubt(&mut self, decision: Decision, layout: &Layout) -> (Decision, Option<Comparison>, Option<First>) {
        let env = &self.invocation.env;
        let Decision::Native(prepared) = &decision else { return (decision, None, None) };
        if comparison::is_one(env) || mode_override(env).ok().flatten().is_some() {
            return (decision, None, None);
        }
        let doubt = Doubt {
            prepared,
            table: &self.table,
            mode: self.mode,
            verify: self.verify,
            extensions: &self.extensions,
            findings: self.findings.as_deref(),
            settings: self.settings,
            state: layout.state.as_deref(),
            has_policy: self.has_policy,
        };
        let Doubted { refusal, comparison, first, said } = doubt.settle();
        self.steps.note("breaker", || said.into_owned());
        if let Some(comparison) = &comparison {
            self.steps.note("comparison", || format!("{}, behind the command", comparison.kind.word()));
        }
        (refusal.map_or(decision, Decision::Legacy), comparison, first)
    }

    /// Opens the repository where the command wants one.
    fn open(&self, ready: Ready, early: &Early) -> Outcome<Decision> {
        let env = &self.invocation.env;
        let Ready { spec, is_alias, parsed, facts, place, mut base, local } = ready;
        let Place { cwd, root } = place;
        let usage = spec.repository;
        if usage == RepositoryUse::None && early.repository.is_some() {
            return Err(Stop::unsupported(Reason::WarningExpected, "-R is ignored"));
        }
        let root = root.filter(|_| usage != RepositoryUse::None);
        // Global flags are settings over all files; a command without a repository sees none of a repository's.
        let changed = flags::apply(early, &parsed, &mut base)?;
        let loads_extensions = extensions::any(&local);
        let config = match &root {
            Some(root) if changed => {
                base.add_repository(env, &repo_config_files(root)?)?;
                base
            }
            Some(_) => local,
            None => base,
        };
        let debug = config.bool_or("ui", "debug", false)?;
        if debug && is_alias {
            return Err(Stop::unsupported(Reason::FlagGlobal, "--debug of an alias"));
        }
        let missing = (root.is_none() && usage == RepositoryUse::Required)
            .then(|| no_repository(spec, &parsed, &cwd))
            .transpose()?;
        let mut repository: Option<Repository> = root.map(|root: PathBuf| Repository::open(&root, env)).transpose()?;
        if let Some(repository) = &mut repository {
            if parsed.switch("hidden") {
                repository.show_hidden();
            }
            if debug {
                repository.refuse_remarks();
            }
            beside::prepare(repository, spec, &parsed, &config, &self.extensions)?;
            repository.check_build(&facts, &config)?;
            if env.non_empty("HGTEST_UUIDFILE").is_some() && repository.requirements().has("dirstate-v2") {
                // Names files that a status writes.
                return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "HGTEST_UUIDFILE"));
            }
        }
        let prepared = Box::new(Prepared {
            spec,
            loads_extensions,
            parsed,
            env: env.clone(),
            config,
            facts,
            repository,
            cwd,
            terminal: self.invocation.terminal,
            aside: Aside::default(),
        });
        Ok(match missing {
            Some(abort) => Decision::Abort(prepared, abort),
            None => Decision::Native(prepared),
        })
    }
}

/// What a policy decides by.
struct Asked<'a> {
    spec: &'static CommandSpec,
    forced: Option<ModeOverride>,
    root: Option<&'a Path>,
    around: &'a Surroundings<'a>,
}

/// What is settled once the command line is parsed.
struct Ready {
    spec: &'static CommandSpec,
    is_alias: bool,
    parsed: Parsed,
    facts: Arc<LegacyFacts>,
    place: Place,
    /// Before any repository's configuration, and with it.
    base: Config,
    local: Config,
}

/// The conditions of a rule, for a trace.
fn because(rule: &Rule) -> String {
    let all: Vec<String> = rule.conditions.iter().map(Condition::describe).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}

/// What can be assumed where no legacy is installed: the system's configuration files and nothing else.
fn without_legacy() -> LegacyFacts {
    LegacyFacts {
        system_rc: ["/etc/mercurial/hgrc", "/etc/mercurial/hgrc.d"].map(PathBuf::from).to_vec(),
        ..LegacyFacts::default()
    }
}

/// The error of a command outside any repository.
fn no_repository(spec: &CommandSpec, parsed: &Parsed, cwd: &Path) -> Outcome<Abort> {
    if spec.infers_repository && !parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::RepositoryPath, "the repository of the path arguments"));
    }
    let message = [b"no repository found in '", cwd.as_os_str().as_bytes(), b"' (.hg not found)"].concat();
    Ok(Abort::new(AbortKind::Input, message))
}
