//! The route table: the policy compiled to a few lines that the launcher reads in microseconds.
//!
//! ```text
//! amalgam-route-table 1
//! source MTIME_NS SIZE PATH     repeated: the files it was compiled from; if one has changed, the table is stale
//! legacy PATH                   at most once: the Python hg
//! transport auto                at most once: auto, exec or warm
//! route native status,files     repeated: a mode and command names, or `*`; the first match wins, none is python
//! route python log rev,template    the same, only where one of these flags is given
//! route canary/2500/user/python log    native for a share of the buckets; see `canary.rs`
//! route native+100 log          of 10,000 native answers, 100 are compared with legacy's behind them
//! breaker 1 604800 3            at most once: mismatches until a cell is demoted, for how many seconds, and how many
//!                               clean comparisons bring it back
//! compare 2 60 line             at most once: comparisons at once, seconds for each answer, what evidence keeps; then
//!                               `ci` and `battery`, where comparisons run there as well
//! extension corp commit,push    what an extension changes that nobody can look at; see `extensions/`
//! end                           a table without it is torn
//! ```
//!
//! Words are separated by one space; a blank, a control byte or a backslash inside a path is `\xNN`. Writer and reader
//! are both here, so the format is nobody else's business.

use crate::canary::{BUCKETS, Canary};
use crate::facts::{escape, unescape};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const HEADER: &[u8] = b"amalgam-route-table 1";
/// No policy compiles to this much.
const MAX_SIZE: u64 = 1 << 20;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Legacy.
    Python,
    /// Native, where it can.
    Native,
    /// Legacy, and native is compared with it behind the command.
    Shadow,
}

impl Mode {
    /// The word in policies and tables.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Python => "python",
            Mode::Native => "native",
            Mode::Shadow => "shadow",
        }
    }

    /// The mode that `word` names.
    pub fn from_word(word: &str) -> Option<Mode> {
        [Mode::Python, Mode::Native, Mode::Shadow].into_iter().find(|mode| mode.word() == word)
    }
}

/// How the policy wants legacy to be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// Warm where that is proven, exec otherwise.
    #[default]
    Auto,
    /// The launcher becomes legacy.
    Exec,
    /// By a command server, wherever that shows no difference.
    Warm,
}

impl Transport {
    /// The word in policies and tables.
    pub fn word(self) -> &'static str {
        match self {
            Transport::Auto => "auto",
            Transport::Exec => "exec",
            Transport::Warm => "warm",
        }
    }

    /// The transport that `word` names.
    pub fn from_word(word: &str) -> Option<Transport> {
        [Transport::Auto, Transport::Exec, Transport::Warm].into_iter().find(|transport| transport.word() == word)
    }
}

/// How a route decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The same for everybody.
    Always(Mode),
    /// By buckets.
    Canary(Canary),
}

impl Way {
    fn word(&self) -> String {
        match self {
            Way::Always(mode) => mode.word().to_owned(),
            Way::Canary(canary) => canary.word(),
        }
    }

    fn from_word(word: &str) -> Option<Way> {
        Mode::from_word(word).map(Way::Always).or_else(|| Canary::from_word(word).map(Way::Canary))
    }
}

/// One route: what it covers and how it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Primary command names, or `*`.
    pub commands: Vec<String>,
    /// Long names of flags, one of which must be given; empty for any command line.
    pub flags: Vec<String>,
    /// Who answers.
    pub way: Way,
    /// Of 10,000 native answers, how many are compared with legacy's.
    pub verify: u16,
}

/// The route that covers an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched<'a> {
    /// This one; its number is from 1.
    Rule(usize, &'a Rule),
    /// None: legacy answers.
    None,
    /// It depends on flags that are not known yet.
    Flags,
}

/// When a cell is demoted, and when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many mismatches demote a cell.
    pub mismatches: u32,
    /// For so many seconds.
    pub cooldown: u64,
    /// After which so many clean comparisons in a row bring it back.
    pub clean: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { mismatches: 1, cooldown: 7 * 24 * 60 * 60, clean: 3 }
    }
}

/// What is kept of two answers that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing that was typed or answered: sizes, digests, and where the first difference is.
    Shape,
    /// The command line as well.
    Line,
    /// Both answers as well.
    Full,
}

impl Keep {
    const ALL: [Keep; 3] = [Keep::Shape, Keep::Line, Keep::Full];

    /// The word in policies and tables.
    pub fn word(self) -> &'static str {
        match self {
            Keep::Shape => "shape",
            Keep::Line => "line",
            Keep::Full => "full",
        }
    }

    /// What `word` names.
    pub fn from_word(word: &str) -> Option<Keep> {
        Keep::ALL.into_iter().find(|keep| keep.word() == word)
    }
}

/// How answers are compared behind a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compare {
    /// Comparisons at once, on this machine and for this user.
    pub at_once: u32,
    /// Seconds for each answer.
    pub seconds: u32,
    /// What evidence of a mismatch holds.
    pub keep: Keep,
    /// Also where `CI` is set.
    pub in_ci: bool,
    /// Also on battery.
    pub on_battery: bool,
}

impl Default for Compare {
    fn default() -> Self {
        Compare { at_once: 2, seconds: 60, keep: Keep::Line, in_ci: false, on_battery: false }
    }
}

/// What a route table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The Python `hg`, where the policy names it.
    pub legacy: Option<PathBuf>,
    /// How it is reached.
    pub transport: Transport,
    /// In order; the first match wins.
    pub rules: Vec<Rule>,
    /// When a cell is demoted.
    pub breaker: Limits,
    /// How answers are compared.
    pub compare: Compare,
    /// What extensions change by the code that runs for each repository.
    pub extensions: Vec<Affects>,
}

/// The policy's word on an extension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affects {
    /// The extension, by its short name.
    pub extension: String,
    /// Primary command names, or `*`; none where it changes no command.
    pub commands: Vec<String>,
}

impl Table {
    /// What holds where there is no table: everything that native knows.
    pub fn built_in() -> Table {
        let way = Way::Always(Mode::Native);
        let all = Rule { commands: vec!["*".to_owned()], flags: Vec::new(), way, verify: 0 };
        Table { rules: vec![all], ..Table::default() }
    }

    /// The route for `command`; `flags` are the long names of those that are given, once they are known.
    pub fn route(&self, command: &str, flags: Option<&[&str]>) -> Matched<'_> {
        for (at, rule) in self.rules.iter().enumerate() {
            if !rule.commands.iter().any(|name| name == "*" || name == command) {
                continue;
            }
            match flags {
                None if !rule.flags.is_empty() => return Matched::Flags,
                Some(given)
                    if !rule.flags.is_empty() && !given.iter().any(|flag| rule.flags.iter().any(|one| one == flag)) => {
                }
                _ => return Matched::Rule(at + 1, rule),
            }
        }
        Matched::None
    }
}

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// It cannot be opened or read.
    Unreadable,
    /// It is torn, foreign or damaged.
    Damaged,
    /// This source has changed since it was compiled.
    Stale(PathBuf),
}

impl TableError {
    /// For traces and `doctor`.
    pub fn describe(&self) -> String {
        match self {
            TableError::Unreadable => "unreadable".to_owned(),
            TableError::Damaged => "damaged".to_owned(),
            TableError::Stale(source) => format!("stale: {} has changed", source.display()),
        }
    }
}

/// Reads the table at `path`; `Ok(None)` where there is none.
///
/// # Errors
/// A table that is there but cannot be used: legacy answers then.
pub fn read(path: &Path) -> Result<Option<Table>, TableError> {
    match std::fs::metadata(path) {
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Ok(meta) if meta.is_file() && meta.size() <= MAX_SIZE => {}
        _ => return Err(TableError::Unreadable),
    }
    let text = std::fs::read(path).map_err(|_| TableError::Unreadable)?;
    let (table, sources) = parse(&text).ok_or(TableError::Damaged)?;
    match sources.into_iter().find(|source| stamp(&source.path) != Some(source.stamp)) {
        Some(changed) => Err(TableError::Stale(changed.path)),
        None => Ok(Some(table)),
    }
}

/// What to compile.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The files that the rules come from.
    pub sources: Vec<PathBuf>,
    /// The table itself.
    pub table: Table,
}

/// The text of a route table; the sources are looked at now.
///
/// # Errors
/// One sentence: a source that is not there, or a command name that cannot be one.
pub fn compile(rules: &Rules) -> Result<Vec<u8>, String> {
    let mut text = HEADER.to_vec();
    text.push(b'\n');
    for source in &rules.sources {
        let (mtime, size) = stamp(source).ok_or_else(|| format!("{} cannot be read", source.display()))?;
        text.extend_from_slice(format!("source {mtime} {size} ").as_bytes());
        escape(source.as_os_str().as_bytes(), &mut text);
        text.push(b'\n');
    }
    if let Some(legacy) = &rules.table.legacy {
        text.extend_from_slice(b"legacy ");
        escape(legacy.as_os_str().as_bytes(), &mut text);
        text.push(b'\n');
    }
    text.extend_from_slice(format!("transport {}\n", rules.table.transport.word()).as_bytes());
    let Limits { mismatches, cooldown, clean } = rules.table.breaker;
    text.extend_from_slice(format!("breaker {mismatches} {cooldown} {clean}\n").as_bytes());
    let Compare { at_once, seconds, keep, in_ci, on_battery } = rules.table.compare;
    text.extend_from_slice(format!("compare {at_once} {seconds} {}", keep.word()).as_bytes());
    for (on, word) in [(in_ci, " ci"), (on_battery, " battery")] {
        if on {
            text.extend_from_slice(word.as_bytes());
        }
    }
    text.push(b'\n');
    for rule in &rules.table.rules {
        if let Some(name) = rule.commands.iter().find(|name| !is_command_name(name)) {
            return Err(format!("{name:?} cannot be a command name"));
        }
        if rule.commands.is_empty() {
            return Err("a route without a command".to_owned());
        }
        if let Some(flag) = rule.flags.iter().find(|flag| *flag == "*" || !is_command_name(flag)) {
            return Err(format!("{flag:?} cannot be the long name of a flag"));
        }
        text.extend_from_slice(format!("route {}", rule.way.word()).as_bytes());
        if rule.verify > 0 {
            text.extend_from_slice(format!("+{}", rule.verify).as_bytes());
        }
        text.extend_from_slice(format!(" {}", rule.commands.join(",")).as_bytes());
        if !rule.flags.is_empty() {
            text.extend_from_slice(format!(" {}", rule.flags.join(",")).as_bytes());
        }
        text.push(b'\n');
    }
    for one in &rules.table.extensions {
        if let Some(name) = one.commands.iter().chain([&one.extension]).find(|name| !is_command_name(name)) {
            return Err(format!("{name:?} cannot be a command name or an extension's"));
        }
        text.extend_from_slice(format!("extension {}", one.extension).as_bytes());
        if !one.commands.is_empty() {
            text.extend_from_slice(format!(" {}", one.commands.join(",")).as_bytes());
        }
        text.push(b'\n');
    }
    text.extend_from_slice(b"end\n");
    Ok(text)
}

fn is_command_name(name: &str) -> bool {
    name == "*" || !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:".contains(&b))
}

struct Source {
    stamp: (i128, u64),
    path: PathBuf,
}

fn stamp(path: &Path) -> Option<(i128, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()), meta.size()))
}

fn parse(text: &[u8]) -> Option<(Table, Vec<Source>)> {
    let mut lines = text.strip_suffix(b"\nend\n")?.split(|&b| b == b'\n');
    if lines.next()? != HEADER {
        return None;
    }
    let (mut table, mut sources) = (Table::default(), Vec::new());
    for line in lines {
        let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
        match words.as_slice() {
            [b"source", mtime, size, path] => {
                let stamp = (number(mtime)?, number(size)?);
                sources.push(Source { stamp, path: unescape(path).map(OsString::from_vec)?.into() });
            }
            [b"legacy", path] => table.legacy = Some(unescape(path).map(OsString::from_vec)?.into()),
            [b"transport", word] => table.transport = Transport::from_word(std::str::from_utf8(word).ok()?)?,
            [b"breaker", mismatches, cooldown, clean] => {
                let (mismatches, clean) = (number(mismatches)?, number(clean)?);
                table.breaker = Limits { mismatches, cooldown: number(cooldown)?, clean };
            }
            [b"compare", at_once, seconds, keep, places @ ..] => {
                if places.iter().any(|place| !matches!(*place, b"ci" | b"battery")) {
                    return None;
                }
                let keep = Keep::from_word(std::str::from_utf8(keep).ok()?)?;
                let [in_ci, on_battery] = [&b"ci"[..], b"battery"].map(|place| places.contains(&place));
                table.compare =
                    Compare { at_once: number(at_once)?, seconds: number(seconds)?, keep, in_ci, on_battery };
            }
            [b"route", way, commands] => table.rules.push(rule(way, commands, None)?),
            [b"route", way, commands, flags] => table.rules.push(rule(way, commands, Some(flags))?),
            [b"extension", name] => table.extensions.push(affects(name, None)?),
            [b"extension", name, commands] => table.extensions.push(affects(name, Some(commands))?),
            _ => return None,
        }
    }
    Some((table, sources))
}

fn names(list: &[u8]) -> Option<Vec<String>> {
    let names: Vec<String> = std::str::from_utf8(list).ok()?.split(',').map(str::to_owned).collect();
    names.iter().all(|name| is_command_name(name)).then_some(names)
}

fn affects(name: &[u8], commands: Option<&[u8]>) -> Option<Affects> {
    let [extension] = <[String; 1]>::try_from(names(name)?).ok()?;
    Some(Affects { extension, commands: commands.map_or(Some(Vec::new()), names)? })
}

fn rule(way: &[u8], commands: &[u8], flags: Option<&[u8]>) -> Option<Rule> {
    let way = std::str::from_utf8(way).ok()?;
    let (way, verify) = match way.split_once('+') {
        Some((way, share)) => (way, share.parse().ok().filter(|&share| share <= BUCKETS)?),
        None => (way, 0),
    };
    let flags = flags.map_or(Some(Vec::new()), names)?;
    Some(Rule { commands: names(commands)?, flags, way: Way::from_word(way)?, verify })
}

fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::Key;

    fn rule(mode: Mode, commands: &[&str]) -> Rule {
        with_flags(Way::Always(mode), commands, &[])
    }

    fn with_flags(way: Way, commands: &[&str], flags: &[&str]) -> Rule {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Rule { commands: owned(commands), flags: owned(flags), way, verify: 0 }
    }

    fn example(source: &Path) -> Rules {
        let verified = Rule { verify: 100, ..rule(Mode::Native, &["status", "files"]) };
        let rules = vec![verified, rule(Mode::Python, &["root"]), rule(Mode::Shadow, &["log"])];
        let breaker = Limits { mismatches: 2, cooldown: 60, clean: 5 };
        let compare = Compare { keep: Keep::Full, in_ci: true, ..Compare::default() };
        let affects = |extension: &str, commands: &[&str]| Affects {
            extension: extension.to_owned(),
            commands: commands.iter().map(|&name| name.to_owned()).collect(),
        };
        let extensions = vec![affects("corp", &["commit", "status"]), affects("quiet", &[])];
        let legacy = Some("/opt/h g/hg".into());
        let table = Table { legacy, transport: Transport::Warm, rules, breaker, compare, extensions };
        Rules { sources: vec![source.to_path_buf()], table }
    }

    #[test]
    fn what_is_compiled_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let policy = folder.path().join("policy one.yaml");
        std::fs::write(&policy, b"version: 1\n").expect("write");
        let rules = example(&policy);
        let at = folder.path().join("route-table");
        assert_eq!(read(&at), Ok(None));
        std::fs::write(&at, compile(&rules).expect("compiled")).expect("write");
        let table = read(&at).expect("usable").expect("there");
        assert_eq!(table, rules.table);
        assert_eq!(table.route("files", None), Matched::Rule(1, &rules.table.rules[0]));
        assert_eq!(table.route("root", None), Matched::Rule(2, &rules.table.rules[1]));
        assert_eq!(table.route("cat", Some(&["rev"])), Matched::None);

        std::fs::write(&policy, b"version: 1 \n").expect("write");
        assert_eq!(read(&at), Err(TableError::Stale(policy.clone())));
        std::fs::remove_file(&policy).expect("remove");
        assert_eq!(read(&at), Err(TableError::Stale(policy)));
    }

    #[test]
    fn flags_narrow_a_route_and_a_canary_is_a_way() {
        let canary = Canary { threshold: 2500, by: vec![Key::User, Key::Repository], otherwise: Mode::Python };
        let rules = vec![
            with_flags(Way::Always(Mode::Python), &["log"], &["template", "patch"]),
            with_flags(Way::Canary(canary.clone()), &["log", "status"], &[]),
        ];
        let text =
            compile(&Rules { sources: Vec::new(), table: Table { rules, ..Table::default() } }).expect("compiled");
        let (table, _) = parse(&text).expect("read back");
        assert_eq!(table.route("log", None), Matched::Flags);
        assert_eq!(table.route("log", Some(&["rev", "patch"])), Matched::Rule(1, &table.rules[0]));
        assert_eq!(table.route("log", Some(&["rev"])), Matched::Rule(2, &table.rules[1]));
        assert_eq!(table.route("status", None), Matched::Rule(2, &table.rules[1]));
        assert_eq!(table.rules[1].way, Way::Canary(canary));
        assert_eq!(table.route("cat", None), Matched::None);
    }

    #[test]
    fn torn_and_damaged_tables_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let policy = folder.path().join("policy.yaml");
        std::fs::write(&policy, b"").expect("write");
        let text = compile(&example(&policy)).expect("compiled");
        let at = folder.path().join("route-table");
        for len in 0..text.len() {
            std::fs::write(&at, &text[..len]).expect("write");
            assert_eq!(read(&at), Err(TableError::Damaged), "{len}");
        }
        for (from, to) in [
            ("table 1", "table 2"),
            ("native", "nativ"),
            ("warm", "hot"),
            ("status", "sta  tus"),
            ("+100", "+x"),
            ("full ci", "full x"),
        ] {
            std::fs::write(&at, String::from_utf8_lossy(&text).replace(from, to)).expect("write");
            assert_eq!(read(&at), Err(TableError::Damaged), "{to}");
        }
        std::fs::remove_file(&at).expect("remove");
        std::fs::create_dir(&at).expect("folder");
        assert_eq!(read(&at), Err(TableError::Unreadable));
    }

    #[test]
    fn nonsense_is_not_compiled() {
        let with = |rules| Rules { sources: Vec::new(), table: Table { rules, ..Table::default() } };
        assert!(compile(&with(vec![rule(Mode::Native, &["a b"])])).is_err());
        assert!(compile(&with(vec![rule(Mode::Native, &[])])).is_err());
        assert!(compile(&example(Path::new("/nonexistent"))).is_err());
        assert!(compile(&with(vec![with_flags(Way::Always(Mode::Native), &["log"], &["a b"])])).is_err());
        let extensions = vec![Affects { extension: "a b".to_owned(), commands: Vec::new() }];
        assert!(compile(&Rules { sources: Vec::new(), table: Table { extensions, ..Table::default() } }).is_err());
        let built_in = Table::built_in();
        assert_eq!(built_in.route("anything", None), Matched::Rule(1, &built_in.rules[0]));
    }
}
