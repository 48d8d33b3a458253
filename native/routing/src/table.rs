//! The route table: the policy compiled to a few lines that the launcher reads in microseconds.
//!
//! ```text
//! amalgam-route-table 1
//! source MTIME_NS SIZE PATH     repeated: the files it was compiled from; if one has changed, the table is stale
//! legacy PATH                   at most once: the Python hg
//! transport auto                at most once: auto, exec or warm
//! route native status,files     repeated: a mode and command names, or `*`; the first match wins, none is python
//! end                           a table without it is torn
//! ```
//!
//! Words are separated by one space; a blank, a control byte or a backslash inside a path is `\xNN`. Writer and reader
//! are both here, so the format is nobody else's business.

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
}

impl Mode {
    /// The word in policies and tables.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Python => "python",
            Mode::Native => "native",
        }
    }

    /// The mode that `word` names.
    pub fn from_word(word: &str) -> Option<Mode> {
        [Mode::Python, Mode::Native].into_iter().find(|mode| mode.word() == word)
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

/// One route: the commands it covers and their mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Primary command names, or `*`.
    pub commands: Vec<String>,
    /// Who answers them.
    pub mode: Mode,
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
}

impl Table {
    /// What holds where there is no table: everything that native knows.
    pub fn built_in() -> Table {
        let all = Rule { commands: vec!["*".to_owned()], mode: Mode::Native };
        Table { rules: vec![all], ..Table::default() }
    }

    /// The mode for `command` and the number of the rule that gives it, from 1.
    pub fn mode(&self, command: &str) -> (Mode, Option<usize>) {
        let covers = |rule: &Rule| rule.commands.iter().any(|name| name == "*" || name == command);
        match self.rules.iter().position(covers) {
            Some(at) => (self.rules[at].mode, Some(at + 1)),
            None => (Mode::Python, None),
        }
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
    for rule in &rules.table.rules {
        if let Some(name) = rule.commands.iter().find(|name| !is_command_name(name)) {
            return Err(format!("{name:?} cannot be a command name"));
        }
        if rule.commands.is_empty() {
            return Err("a route without a command".to_owned());
        }
        text.extend_from_slice(format!("route {} {}\n", rule.mode.word(), rule.commands.join(",")).as_bytes());
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
            [b"route", mode, commands] => {
                let mode = Mode::from_word(std::str::from_utf8(mode).ok()?)?;
                let commands: Vec<String> = std::str::from_utf8(commands).ok()?.split(',').map(str::to_owned).collect();
                if !commands.iter().all(|name| is_command_name(name)) {
                    return None;
                }
                table.rules.push(Rule { commands, mode });
            }
            _ => return None,
        }
    }
    Some((table, sources))
}

fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(mode: Mode, commands: &[&str]) -> Rule {
        Rule { commands: commands.iter().map(|&c| c.to_owned()).collect(), mode }
    }

    fn example(source: &Path) -> Rules {
        let rules = vec![rule(Mode::Native, &["status", "files"]), rule(Mode::Python, &["root"])];
        let table = Table { legacy: Some("/opt/h g/hg".into()), transport: Transport::Warm, rules };
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
        assert_eq!(table.mode("files"), (Mode::Native, Some(1)));
        assert_eq!(table.mode("root"), (Mode::Python, Some(2)));
        assert_eq!(table.mode("cat"), (Mode::Python, None));

        std::fs::write(&policy, b"version: 1 \n").expect("write");
        assert_eq!(read(&at), Err(TableError::Stale(policy.clone())));
        std::fs::remove_file(&policy).expect("remove");
        assert_eq!(read(&at), Err(TableError::Stale(policy)));
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
        for (from, to) in [("table 1", "table 2"), ("native", "nativ"), ("warm", "hot"), ("status", "sta tus")] {
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
        assert_eq!(Table::built_in().mode("anything"), (Mode::Native, Some(1)));
    }
}
