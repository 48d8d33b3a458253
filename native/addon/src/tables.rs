//! The engine's own tables: reasons, commands, what is proven; and the compiler of route tables.

use amalgam_commands::{COMMANDS, FlagKind, GLOBAL_FLAGS};
use amalgam_routing::canary::{BUCKETS, Canary, Key};
use amalgam_routing::compiler;
use amalgam_routing::proven::rows;
use amalgam_routing::table::{
    self, Affects, Compare, Condition, Journalling, Keep, Limits, Mode, Rule, Table, Transport, Wanted, Way,
};
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use std::path::PathBuf;

/// A reason for a fallback.
#[napi(object)]
pub struct Reason {
    /// Its identifier.
    pub id: String,
    /// One sentence.
    pub sentence: String,
}

/// All reasons.
#[napi]
pub fn reasons() -> Vec<Reason> {
    let all = amalgam_types::Reason::ALL.iter();
    all.map(|reason| Reason { id: reason.id().to_owned(), sentence: reason.sentence().to_owned() }).collect()
}

/// A flag.
#[napi(object)]
pub struct Flag {
    /// The letter; empty where there is none.
    pub short: String,
    /// The long name.
    pub long: String,
    /// Whether a value follows.
    pub takes_value: bool,
    /// Whether it may be given several times.
    pub list: bool,
    /// Whether native implements it.
    pub native: bool,
}

impl From<&amalgam_commands::Flag> for Flag {
    fn from(flag: &amalgam_commands::Flag) -> Flag {
        Flag {
            short: Some(flag.short).filter(|&short| short != '\0').map(String::from).unwrap_or_default(),
            long: flag.long.to_owned(),
            takes_value: flag.kind != FlagKind::Switch,
            list: flag.kind == FlagKind::List,
            native: flag.native,
        }
    }
}

/// A command that native answers.
#[napi(object)]
pub struct Command {
    /// The primary name.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its own flags.
    pub flags: Vec<Flag>,
    /// Whether its output is paged.
    pub paged: bool,
    /// One line.
    pub doc: String,
}

/// All commands that native answers.
#[napi]
pub fn commands() -> Vec<Command> {
    let command = |spec: &amalgam_commands::CommandSpec| Command {
        name: spec.name.to_owned(),
        aliases: spec.aliases.iter().map(|&alias| alias.to_owned()).collect(),
        flags: spec.flags.iter().map(Flag::from).collect(),
        paged: spec.paged,
        doc: spec.summary.to_owned(),
    };
    COMMANDS.iter().map(command).collect()
}

/// The options that every command takes.
#[napi]
pub fn global_flags() -> Vec<Flag> {
    GLOBAL_FLAGS.iter().map(Flag::from).collect()
}

/// One legacy that native is proven against.
#[napi(object)]
pub struct Proven {
    /// Release.
    pub version: String,
    /// Build.
    pub build: String,
    /// Commands; `*` is all of them.
    pub commands: Vec<String>,
}

/// The releases and builds of Mercurial that native is proven against.
#[napi]
pub fn proven() -> Vec<Proven> {
    let proven = |(version, build, commands): (&str, &str, Vec<&str>)| Proven {
        version: version.to_owned(),
        build: build.to_owned(),
        commands: commands.into_iter().map(str::to_owned).collect(),
    };
    rows().map(proven).collect()
}

/// One route of the policy.
#[napi(object)]
pub struct Route {
    /// `python`, `native` or `canary`.
    pub mode: String,
    /// Command names, or `*`.
    pub commands: Vec<String>,
    /// Long names of flags, one of which must be given.
    pub flags: Option<Vec<String>>,
    /// What else has to hold.
    pub conditions: Option<Vec<ConditionRule>>,
    /// Of a canary.
    pub canary: Option<CanaryShare>,
    /// The share, in percent, of native answers that are compared.
    pub verify: Option<f64>,
}

/// One thing that has to hold, by `kind`.
#[napi(object)]
pub struct ConditionRule {
    /// `variable`, `user`, `repository`, `extension`, `requirement` or `changesets`.
    pub kind: String,
    /// Of a variable.
    pub name: Option<String>,
    /// Of a variable: whether it is to be set.
    pub set: Option<bool>,
    /// Of a variable: what it is to be.
    pub value: Option<String>,
    /// Users by number.
    pub users: Option<Vec<u32>>,
    /// Patterns of folders, extensions, or requirements.
    pub names: Option<Vec<String>>,
    /// Changesets.
    pub least: Option<f64>,
    /// Changesets.
    pub most: Option<f64>,
}

/// How a canary chooses.
#[napi(object)]
pub struct CanaryShare {
    /// Native is this share, in percent.
    pub percent: f64,
    /// `user`, `host`, `repository`.
    pub by: Vec<String>,
    /// The mode of the others.
    pub otherwise: String,
}

/// What the policy compiles to.
#[napi(object)]
pub struct Rules {
    /// The files that the rules come from.
    pub sources: Vec<String>,
    /// The Python `hg`.
    pub legacy: Option<String>,
    /// `auto`, `exec` or `warm`.
    pub transport: Option<String>,
    /// In order; the first match wins.
    pub routes: Vec<Route>,
    /// What extensions change that nobody can look at.
    pub extensions: Option<Vec<ExtensionRule>>,
    /// Bytes after which a journal is put aside; 0 for none.
    pub journal_bytes: Option<f64>,
    /// When a cell is demoted.
    pub breaker: Option<BreakerRules>,
    /// How answers are compared.
    pub compare: Option<CompareRules>,
}

/// The policy's word on an extension.
#[napi(object)]
pub struct ExtensionRule {
    /// The extension, by its short name.
    pub extension: String,
    /// Command names, or `*`.
    pub commands: Vec<String>,
}

/// When a cell is demoted, and when it returns.
#[napi(object)]
pub struct BreakerRules {
    /// So many mismatches demote it.
    pub mismatches: u32,
    /// For so long.
    pub cooldown_seconds: u32,
    /// So many clean comparisons after that bring it back.
    pub clean: u32,
}

/// How answers are compared behind a command.
#[napi(object)]
pub struct CompareRules {
    /// Comparisons at once.
    pub at_once: u32,
    /// Seconds for each answer.
    pub seconds: u32,
    /// `shape`, `line` or `full`.
    pub keep: String,
    /// Also where `CI` is set.
    pub in_ci: bool,
    /// Also on battery.
    pub on_battery: bool,
}

/// A route table or what is wrong, by `kind`.
#[napi(object)]
#[derive(Default)]
pub struct Compiled {
    /// `table` or `invalid`.
    pub kind: String,
    /// The table's text.
    pub text: Option<Buffer>,
    /// What is wrong.
    pub message: Option<String>,
}

/// The text of the route table for `rules`.
#[napi]
pub fn compile_route_table(rules: Rules) -> Compiled {
    compiled(compile(rules))
}

/// The table in `old` for `sources` as they are now, though they cannot be compiled: what was last in order stays in
/// force.
#[napi]
pub fn restamp_route_table(old: Buffer, sources: Vec<String>) -> Compiled {
    let sources: Vec<PathBuf> = sources.into_iter().map(PathBuf::from).collect();
    compiled(table::restamp(&old, &sources))
}

/// The note by which the launcher knows what compiles policies.
#[napi]
pub fn compiler_note(argv: Vec<String>) -> Buffer {
    compiler::note(&argv.into_iter().map(String::into_bytes).collect::<Vec<_>>()).into()
}

fn compiled(result: Result<Vec<u8>, String>) -> Compiled {
    match result {
        Ok(text) => Compiled { kind: "table".to_owned(), text: Some(text.into()), ..Compiled::default() },
        Err(message) => Compiled { kind: "invalid".to_owned(), message: Some(message), ..Compiled::default() },
    }
}

fn compile(rules: Rules) -> Result<Vec<u8>, String> {
    let rule = |route: Route| {
        let way = match route.canary {
            Some(share) => Way::Canary(canary(&share)?),
            None => Way::Always(mode(&route.mode)?),
        };
        let verify = route.verify.map_or(Ok(0), of_ten_thousand)?;
        let conditions = route.conditions.unwrap_or_default().into_iter().map(condition).collect::<Result<_, _>>()?;
        let flags = route.flags.unwrap_or_default();
        Ok::<_, String>(Rule { commands: route.commands, flags, conditions, way, verify })
    };
    let word = rules.transport.unwrap_or_else(|| Transport::default().word().to_owned());
    let table = Table {
        legacy: rules.legacy.map(PathBuf::from),
        transport: Transport::from_word(&word).ok_or_else(|| format!("{word:?} is not a transport"))?,
        rules: rules.routes.into_iter().map(rule).collect::<Result<_, _>>()?,
        journal: rules.journal_bytes.map_or_else(Journalling::default, journalling),
        breaker: rules.breaker.map_or_else(Limits::default, |limits| Limits {
            mismatches: limits.mismatches,
            cooldown: u64::from(limits.cooldown_seconds),
            clean: limits.clean,
        }),
        compare: rules.compare.map_or_else(|| Ok(Compare::default()), compare)?,
        extensions: rules.extensions.unwrap_or_default().into_iter().map(affects).collect(),
    };
    table::compile(&table::Rules { sources: rules.sources.into_iter().map(PathBuf::from).collect(), table })
}

/// Counts beyond what JavaScript counts exactly are no limit.
fn condition(given: ConditionRule) -> Result<Condition, String> {
    let ConditionRule { kind, name, set, value, users, names, least, most } = given;
    let names = names.unwrap_or_default();
    let count = |number: Option<f64>, otherwise| number.map_or(otherwise, |number| number as u64);
    Ok(match kind.as_str() {
        "variable" => {
            let wanted = match (value, set) {
                (Some(value), _) => Wanted::Value(value.into_bytes()),
                (None, Some(false)) => Wanted::Unset,
                (None, _) => Wanted::Set,
            };
            Condition::Variable(name.unwrap_or_default(), wanted)
        }
        "user" => Condition::User(users.unwrap_or_default()),
        "repository" => Condition::Repository(names.into_iter().map(String::into_bytes).collect()),
        "extension" => Condition::Extension(names),
        "requirement" => Condition::Requirement(names),
        "changesets" => Condition::Changesets(count(least, 0), count(most, u64::MAX)),
        other => return Err(format!("{other:?} is not a condition")),
    })
}

fn affects(ExtensionRule { extension, commands }: ExtensionRule) -> Affects {
    Affects { extension, commands }
}

fn journalling(bytes: f64) -> Journalling {
    let max_size = bytes as u64;
    if max_size > 0 {
        Journalling { enabled: true, max_size }
    } else {
        Journalling { enabled: false, ..Journalling::default() }
    }
}

fn mode(word: &str) -> Result<Mode, String> {
    Mode::from_word(word).ok_or_else(|| format!("{word:?} is not a mode"))
}

fn compare(given: CompareRules) -> Result<Compare, String> {
    let CompareRules { at_once, seconds, keep, in_ci, on_battery } = given;
    let keep = Keep::from_word(&keep).ok_or_else(|| format!("{keep:?} is not what evidence can keep"))?;
    Ok(Compare { at_once, seconds, keep, in_ci, on_battery })
}

/// From 0 to 10,000, so the conversion is exact.
fn of_ten_thousand(percent: f64) -> Result<u16, String> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(format!("{percent} is not a percentage from 0 to 100"));
    }
    Ok((percent * f64::from(BUCKETS) / 100.0).round() as u16)
}

fn canary(share: &CanaryShare) -> Result<Canary, String> {
    if share.by.is_empty() {
        return Err("a canary needs something to choose by".to_owned());
    }
    let key = |word: &String| Key::from_word(word).ok_or_else(|| format!("{word:?} is nothing to choose by"));
    Ok(Canary {
        threshold: of_ten_thousand(share.percent)?,
        by: share.by.iter().map(key).collect::<Result<_, _>>()?,
        otherwise: mode(&share.otherwise)?,
    })
}
