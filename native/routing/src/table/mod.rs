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
//! when variable CI set          repeated: what the route above asks besides; see `conditions.rs`
//! journal 16777216              at most once: bytes after which a journal is put aside; 0 for none
//! breaker 1 604800 3            at most once: mismatches until a cell is demoted, for how many seconds, and how many
//!                               clean comparisons bring it back
//! compare 2 60 line             at most once: comparisons at once, seconds for each answer, what evidence keeps; then
//!                               `ci` and `battery`, where comparisons run there as well
//! extension corp commit,push    what an extension changes that nobody can look at; see `extensions/`
//! end                           a table without it is torn
//! ```
//!
//! Words are separated by one space; a blank, a control byte or a backslash inside a word is `\xNN`. Writer and reader
//! are both in `text.rs`, so the format is nobody else's business.

mod conditions;
mod settings;
mod text;

use crate::canary::Canary;
pub use conditions::{Condition, Surroundings, Wanted};
pub use settings::{Compare, Journalling, Keep, Limits};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
pub use text::{Rules, compile, restamp};
use text::{parse, stamp};

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
    /// What else has to hold, all of it.
    pub conditions: Vec<Condition>,
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

/// What a route table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The Python `hg`, where the policy names it.
    pub legacy: Option<PathBuf>,
    /// How it is reached.
    pub transport: Transport,
    /// In order; the first match wins.
    pub rules: Vec<Rule>,
    /// What the journal keeps.
    pub journal: Journalling,
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
        let all = Rule { commands: vec!["*".to_owned()], flags: Vec::new(), conditions: Vec::new(), way, verify: 0 };
        Table { rules: vec![all], ..Table::default() }
    }

    /// The route for `command`; `flags` are the long names of those that are given, once they are known, and `holds`
    /// is asked for each condition.
    pub fn route(&self, command: &str, flags: Option<&[&str]>, holds: impl Fn(&Condition) -> bool) -> Matched<'_> {
        for (at, rule) in self.rules.iter().enumerate() {
            let covers = rule.commands.iter().any(|name| name == "*" || name == command);
            if !covers || !rule.conditions.iter().all(&holds) {
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
    /// This policy has not been compiled.
    Missing(PathBuf),
}

impl TableError {
    /// Whether compiling the policy again would help.
    pub fn wants_compiling(&self) -> bool {
        matches!(self, TableError::Stale(_) | TableError::Missing(_))
    }

    /// The repository whose policy it is about.
    pub fn repository(&self) -> Option<&Path> {
        let (TableError::Stale(file) | TableError::Missing(file)) = self else { return None };
        if file.file_name()? == crate::narrowing::FILE { file.parent() } else { None }
    }

    /// For traces and `doctor`.
    pub fn describe(&self) -> String {
        match self {
            TableError::Unreadable => "unreadable".to_owned(),
            TableError::Damaged => "damaged".to_owned(),
            TableError::Stale(source) => format!("stale: {} has changed", source.display()),
            TableError::Missing(source) => format!("missing: {} is not compiled", source.display()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::Key;

    fn rule(mode: Mode, commands: &[&str]) -> Rule {
        with_flags(Way::Always(mode), commands, &[])
    }

    fn with_flags(way: Way, commands: &[&str], flags: &[&str]) -> Rule {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Rule { commands: owned(commands), flags: owned(flags), conditions: Vec::new(), way, verify: 0 }
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
        let journal = Journalling { enabled: true, max_size: 4096 };
        let table = Table { legacy, transport: Transport::Warm, rules, journal, breaker, compare, extensions };
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
        assert_eq!(table.route("files", None, |_| true), Matched::Rule(1, &rules.table.rules[0]));
        assert_eq!(table.route("root", None, |_| true), Matched::Rule(2, &rules.table.rules[1]));
        assert_eq!(table.route("cat", Some(&["rev"]), |_| true), Matched::None);

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
        assert_eq!(table.route("log", None, |_| true), Matched::Flags);
        assert_eq!(table.route("log", Some(&["rev", "patch"]), |_| true), Matched::Rule(1, &table.rules[0]));
        assert_eq!(table.route("log", Some(&["rev"]), |_| true), Matched::Rule(2, &table.rules[1]));
        assert_eq!(table.route("status", None, |_| true), Matched::Rule(2, &table.rules[1]));
        assert_eq!(table.rules[1].way, Way::Canary(canary));
        assert_eq!(table.route("cat", None, |_| true), Matched::None);
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
        assert_eq!(built_in.route("anything", None, |_| true), Matched::Rule(1, &built_in.rules[0]));
    }
}
