//! What a probe found, in the text that the cache keeps.
//!
//! ```text
//! amalgam-extensions 1
//! legacy PATH                      the executable that was asked
//! root PATH                        the repository that was opened with them, if one was
//! given NAME VALUE                 repeated: [extensions], in order; the value is `\` where it is empty
//! state SHA1                       of all settings and variables that were looked at
//! loaded NAME bundled|other VERSION
//! hook NAME reposetup|uipopulate   code that runs for each repository or user interface, which no probe sees
//! tried WHO WHAT                   output, write, program, network, ...: what cannot be judged
//! command WHO added|wrapped|changed|removed NAME
//! command WHO option NAME LONG SHORT
//! revset|keyword|filter|function|fileset WHO HOW NAME
//! label WHO added NAME EFFECT      a colour; changed and removed ones have no effect
//! default WHO HOW SECTION.NAME     the declaration of a setting
//! setting-set WHO SECTION NAME     a setting that an extension made
//! change WHO added|changed|removed WHERE
//! setup                            what follows is what `reposetup` did to the repository
//! host                             the machine's name was asked for
//! variable NAME, section NAME, setting SECTION NAME
//! file CTIME_NS MTIME_NS SIZE INODE PATH
//! absent PATH
//! end
//! ```
//!
//! Everything from `loaded` on is what `probe/` prints; `WHO` is an extension, or `?`. Words are escaped as in the
//! facts file.

use super::Given;
use crate::facts::{escape, unescape};
use amalgam_commands::CommandSpec;
use amalgam_config::Config;
use amalgam_types::{Environment, hex};
use sha1::{Digest, Sha1};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const HEADER: &[u8] = b"amalgam-extensions 1";
/// No set of extensions changes this much; more is damage.
const MAX_SIZE: usize = 4 << 20;

/// One change, in the probe's words: the kind, whose it is, how, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finding<'a> {
    pub(crate) kind: &'a str,
    pub(crate) who: &'a str,
    /// What follows, as it is written.
    pub(crate) how: &'a str,
    pub(crate) what: &'a str,
    /// A third word, and a fourth, where the kind has them.
    pub(crate) more: [&'a str; 2],
    /// Whether it was done to the repository when that was opened.
    pub(crate) setup: bool,
}

/// An extension that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loaded {
    pub(crate) name: String,
    /// Whether it is the one that came with this Mercurial.
    pub(crate) bundled: bool,
    /// Its own version, or `?`.
    pub(crate) version: String,
}

/// A probe's result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    text: String,
    /// The lines of it that are changes.
    lines: Vec<Line>,
    /// Where in the text what was done to the repository begins.
    setup: Option<u32>,
    pub(crate) legacy: PathBuf,
    /// The repository that was opened.
    pub(crate) root: Option<PathBuf>,
    pub(crate) given: Vec<Given>,
    pub(crate) loaded: Vec<Loaded>,
    state: String,
    depends: Depends,
    watched: Vec<Stamped>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Depends {
    host: bool,
    variables: Vec<Vec<u8>>,
    sections: Vec<Vec<u8>>,
    settings: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A file as it was: change time, modification time, size, inode; `None` where nothing may be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamped {
    path: PathBuf,
    stamp: Option<[i128; 4]>,
}

impl Stamped {
    fn holds(&self) -> bool {
        stamp(&self.path) == self.stamp
    }
}

fn stamp(path: &Path) -> Option<[i128; 4]> {
    let meta = std::fs::metadata(path).ok()?;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    Some([
        nanoseconds(meta.ctime(), meta.ctime_nsec()),
        nanoseconds(meta.mtime(), meta.mtime_nsec()),
        i128::from(meta.size()),
        i128::from(meta.ino()),
    ])
}

impl Findings {
    /// All of it, as the cache keeps it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Each change, as the probe wrote it.
    pub(crate) fn each(&self) -> impl Iterator<Item = Finding<'_>> {
        self.lines.iter().map(|line| self.finding(line))
    }

    /// Each change of one kind.
    pub(crate) fn each_of(&self, kind: &'static str) -> impl Iterator<Item = Finding<'_>> {
        let of = move |line: &&Line| &self.text[line.start as usize..line.ends[0] as usize] == kind;
        self.lines.iter().filter(of).map(|line| self.finding(line))
    }

    fn finding(&self, line: &Line) -> Finding<'_> {
        let [kind, who, how, what, more @ ..] = line.words(&self.text);
        Finding { kind, who, how, what, more, setup: self.setup.is_some_and(|setup| line.start >= setup) }
    }

    /// Long names of options that extensions gave to `spec`: no abbreviation of another is certain beside them.
    pub(crate) fn options(&self, spec: &CommandSpec) -> Vec<&str> {
        let given = |found: &Finding<'_>| found.how == "option" && spec.names().any(|name| name == found.what);
        self.each_of("command").filter(given).map(|found| found.more[0]).collect()
    }

    /// Colours that extensions brought.
    pub(crate) fn labels(&self) -> Vec<(String, String)> {
        let word = |word: &str| String::from_utf8(unescape(word.as_bytes())?).ok();
        let added = self.each_of("label").filter(|found| found.how == "added");
        added.filter_map(|found| Some((word(found.what)?, word(found.more[0])?))).collect()
    }

    /// The extensions that were loaded, for people.
    pub(crate) fn names(&self) -> String {
        self.loaded.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The file that is not as it was, if there is one.
    pub(crate) fn changed_file(&self) -> Option<&Path> {
        self.watched.iter().find(|one| !one.holds()).map(|one| one.path.as_path())
    }

    /// Whether what the extensions looked at is as it was.
    pub(crate) fn same_state(&self, config: &Config, env: &Environment) -> bool {
        self.depends.digest(config, env) == self.state
    }

    /// Whether a file on which this rests was touched within `seconds` before `now`, or after it.
    pub(crate) fn is_fresh(&self, now: std::time::SystemTime, seconds: u64) -> bool {
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos() as i128;
        let limit = since - i128::from(seconds) * 1_000_000_000;
        self.watched.iter().filter_map(|one| one.stamp).any(|[changed, modified, ..]| changed.max(modified) >= limit)
    }
}

impl Depends {
    fn digest(&self, config: &Config, env: &Environment) -> String {
        let mut hash = Sha1::new();
        let mut add = |part: Option<&[u8]>| {
            hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
            hash.update(part.unwrap_or_default());
        };
        if self.host {
            add(Some(rustix::system::uname().nodename().to_bytes()));
        }
        for name in ALWAYS_VARIABLES {
            add(env.get(name));
        }
        for name in ALWAYS_SETTINGS {
            add(config.get_exact("ui", name));
        }
        for name in &self.variables {
            add(env.vars.get(name).map(Vec::as_slice));
        }
        for (section, name) in &self.settings {
            add(config.get_exact(section, name));
        }
        for section in &self.sections {
            for (name, value) in config.items(section) {
                add(Some(name));
                add(Some(value));
            }
            add(None);
        }
        hex(&hash.finalize())
    }
}

/// What Mercurial itself has read before any extension is loaded, so that they see it without asking.
const ALWAYS_VARIABLES: &[&str] =
    &["HGENCODING", "HGENCODINGMODE", "HGENCODINGAMBIGUOUS", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES"];
/// The same of `[ui]`.
const ALWAYS_SETTINGS: &[&str] = &["debug", "insecureconnections", "quiet", "report_untrusted", "traceback", "verbose"];

/// The line before what was done to a repository.
const SETUP: &str = "setup";

/// Whether a line that begins with this word is a finding.
fn is_kind(word: &str) -> bool {
    matches!(
        word,
        "hook"
            | "tried"
            | "command"
            | "revset"
            | "keyword"
            | "filter"
            | "function"
            | "fileset"
            | "label"
            | "default"
            | "setting-set"
            | "change"
    )
}

/// Where a line is, and where its words end: its own end where it has fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    start: u32,
    ends: [u32; 6],
}

impl Line {
    /// Of `line`, at `start` of the text.
    fn new(start: u32, line: &str) -> Line {
        let mut ends = [start + line.len() as u32; 6];
        for (end, at) in ends.iter_mut().zip(memchr::memchr_iter(b' ', line.as_bytes())) {
            *end = start + at as u32;
        }
        Line { start, ends }
    }

    /// Its words, empty ones where it has fewer.
    fn words<'a>(&self, text: &'a str) -> [&'a str; 6] {
        let mut start = self.start;
        self.ends.map(|end| {
            let word = &text[start.min(end) as usize..end as usize];
            start = end + 1;
            word
        })
    }
}

/// Completes what the probe printed to the text that is kept; `None` if it is not complete.
pub(crate) fn compose(
    legacy: &Path,
    root: Option<&Path>,
    given: &[Given],
    printed: &[u8],
    config: &Config,
    env: &Environment,
) -> Option<Vec<u8>> {
    let mut head = HEADER.to_vec();
    head.push(b'\n');
    line("legacy", &[legacy.as_os_str().as_bytes()], &mut head);
    if let Some(root) = root {
        line("root", &[root.as_os_str().as_bytes()], &mut head);
    }
    for one in given {
        line("given", &[&one.name, &one.value], &mut head);
    }
    let with = |state: &str| {
        let mut text = head.clone();
        line("state", &[state.as_bytes()], &mut text);
        text.extend_from_slice(printed);
        text
    };
    // What the state is made of stands in the text itself.
    let whole = with(&parse(&with(""))?.depends.digest(config, env));
    parse(&whole).map(|_| whole)
}

/// Appends a line, in which a word that is empty is a backslash.
fn line(key: &str, words: &[&[u8]], text: &mut Vec<u8>) {
    text.extend_from_slice(key.as_bytes());
    for word in words {
        text.push(b' ');
        if word.is_empty() { text.push(b'\\') } else { escape(word, text) }
    }
    text.push(b'\n');
}

/// Reads the text; `None` for anything torn, foreign or damaged.
pub(crate) fn parse(text: &[u8]) -> Option<Findings> {
    if text.len() > MAX_SIZE {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let mut lines = text.strip_suffix("\nend\n")?.split('\n');
    let header = lines.next()?;
    if header.as_bytes() != HEADER {
        return None;
    }
    let mut read = Findings { text: text.to_owned(), ..Findings::default() };
    let mut at = header.len() + 1;
    let mut failed = false;
    for line in lines {
        let start = at as u32;
        at += line.len() + 1;
        let key = memchr::memchr(b' ', line.as_bytes()).map_or(line, |end| &line[..end]);
        if is_kind(key) {
            let found = Line::new(start, line);
            // Who, and how.
            if found.ends[1] == found.ends[2] {
                return None;
            }
            failed |= key == "tried";
            read.lines.push(found);
            continue;
        }
        let mut words = line.split(' ').skip(1);
        let mut next = || words.next();
        match key {
            "legacy" => read.legacy = path(next()?)?,
            "root" => read.root = Some(path(next()?)?),
            SETUP => read.setup = Some(start),
            "given" => read.given.push(Given { name: bytes(next()?)?, value: bytes(next()?)? }),
            "state" => read.state = next()?.to_owned(),
            "loaded" => read.loaded.push(Loaded {
                name: next()?.to_owned(),
                bundled: match next()? {
                    "bundled" => true,
                    "other" => false,
                    _ => return None,
                },
                version: next()?.to_owned(),
            }),
            "host" => read.depends.host = true,
            "variable" => read.depends.variables.push(bytes(next()?)?),
            "section" => read.depends.sections.push(bytes(next()?)?),
            "setting" => read.depends.settings.push((bytes(next()?)?, bytes(next()?)?)),
            "file" => {
                let mut number = || next()?.parse().ok();
                let stamp = [number()?, number()?, number()?, number()?];
                read.watched.push(Stamped { path: path(next()?)?, stamp: Some(stamp) });
            }
            "absent" => read.watched.push(Stamped { path: path(next()?)?, stamp: None }),
            _ => return None,
        }
    }
    // A probe that failed before it came to the repository says so, and that reaches everything.
    let is_whole = read.setup.is_some() == read.root.is_some() || failed;
    (is_whole && !read.state.is_empty()).then_some(read)
}

fn bytes(word: &str) -> Option<Vec<u8>> {
    if word == "\\" { Some(Vec::new()) } else { unescape(word.as_bytes()) }
}

fn path(word: &str) -> Option<PathBuf> {
    bytes(word).map(std::ffi::OsString::from_vec).map(PathBuf::from)
}

/// The probe's input: the variables that its start changed, the configuration in force, and the repository to open.
pub(crate) fn input(config: &Config, env: &Environment, changed: &[&str], root: Option<&Path>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(root) = root {
        line("repository", &[root.as_os_str().as_bytes()], &mut text);
    }
    for name in changed {
        match env.get(name) {
            Some(value) => line("variable", &[name.as_bytes(), value], &mut text),
            None => line("variable", &[name.as_bytes()], &mut text),
        }
    }
    for section in config.sections() {
        for (name, value) in config.items(section) {
            let source = config.source_bytes(section, name).unwrap_or_default();
            line("setting", &[section, name, value, &source], &mut text);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "loaded rebase bundled ?\nhook mq reposetup\ncommand rebase wrapped pull\n\
        command rebase option pull tool t\nlabel mq added a.b green\\x20bold\nvariable HOME\nsection mq\n\
        setting ui x\nabsent /nonexistent\nend\n";

    fn state(items: &[(&str, &str, &str)], home: &str) -> (Config, Environment) {
        let mut config = Config::default();
        for (section, name, value) in items {
            config.set(*section, *name, *value, "--config").expect("set");
        }
        (config, crate::testing::env(&[("HOME", home)]))
    }

    fn composed() -> Vec<u8> {
        let (config, env) = state(&[("ui", "x", "1"), ("mq", "git", "yes")], "/h");
        let given = [Given { name: b"rebase".to_vec(), value: Vec::new() }];
        compose(Path::new("/bin/h g"), None, &given, PRINTED.as_bytes(), &config, &env).expect("complete")
    }

    #[test]
    fn what_was_printed_is_read_back() {
        let read = parse(&composed()).expect("readable");
        assert_eq!(read.legacy, Path::new("/bin/h g"));
        assert_eq!(read.given, [Given { name: b"rebase".to_vec(), value: Vec::new() }]);
        assert_eq!(read.loaded, [Loaded { name: "rebase".into(), bundled: true, version: "?".into() }]);
        let words: Vec<_> = read.each().map(|one| (one.kind, one.who, one.how, one.what, one.more[0])).collect();
        assert_eq!(
            words,
            [
                ("hook", "mq", "reposetup", "", ""),
                ("command", "rebase", "wrapped", "pull", ""),
                ("command", "rebase", "option", "pull", "tool"),
                ("label", "mq", "added", "a.b", "green\\x20bold"),
            ]
        );
        assert_eq!(read.changed_file(), None);
    }

    #[test]
    fn every_truncation_and_every_strange_line_is_refused() {
        let text = composed();
        for len in 0..text.len() {
            assert_eq!(parse(&text[..len]), None, "{len}");
        }
        let broken = |from: &str, to: &str| parse(String::from_utf8_lossy(&text).replace(from, to).as_bytes());
        assert!(broken("x", "x").is_some());
        assert!(broken("extensions 1", "extensions 2").is_none());
        assert!(broken("bundled", "bundle").is_none());
        assert!(broken("hook mq", "hoop mq").is_none());
        assert!(broken("hook mq reposetup", "hook mq").is_none());
    }

    #[test]
    fn what_extensions_looked_at_must_be_the_same() {
        let read = parse(&composed()).expect("readable");
        let holds = |items: &[(&str, &str, &str)], home: &str| {
            let (config, env) = state(items, home);
            read.same_state(&config, &env)
        };
        assert!(holds(&[("ui", "x", "1"), ("mq", "git", "yes"), ("other", "y", "z")], "/h"));
        assert!(!holds(&[("ui", "x", "1"), ("mq", "git", "yes")], "/i"));
        assert!(!holds(&[("ui", "x", "2"), ("mq", "git", "yes")], "/h"));
        assert!(!holds(&[("ui", "x", "1"), ("mq", "git", "no")], "/h"));
        assert!(!holds(&[("ui", "x", "1"), ("mq", "git", "yes"), ("mq", "z", "")], "/h"));
        assert!(!holds(&[("mq", "git", "yes")], "/h"));
    }

    #[test]
    fn a_changed_file_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("e.py");
        std::fs::write(&file, "one").expect("write");
        let stamped = |path: &Path| Stamped { path: path.to_owned(), stamp: stamp(path) };
        let new = folder.path().join("new");
        let (there, nothing) = (stamped(&file), stamped(&new));
        assert!(there.holds() && nothing.holds());
        std::fs::write(&file, "longer").expect("write");
        std::fs::write(&new, "").expect("write");
        assert!(!there.holds() && !nothing.holds());
    }
}
