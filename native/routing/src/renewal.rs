//! Cells after a change: native was compared with, or trusted beside, one Mercurial, its extensions and the settings of
//! the user and the system. When one of them is another, legacy answers again, and so many clean comparisons bring a cell
//! back.
//!
//! ```text
//! IDENTITY known <tab> CELL       native answers for this cell beside what IDENTITY stands for
//! IDENTITY clean <tab> CELL       a comparison without a difference since the change
//! ```
//!
//! Lines are appended, each with one write. A cell may be known beside several identities: a way back is no change, nor is
//! each call of a tool that sets `HGPLAIN`. A line that cannot be read is passed over, and a cell that is nowhere is one
//! that is used for the first time.

use crate::extensions::Findings;
use crate::inquiry::Fnv;
use amalgam_config::Config;
use amalgam_types::LegacyFacts;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file that is longer is written anew, without what no longer counts.
const MAX_SIZE: u64 = 1 << 16;

/// What remains of a cell then.
const MOST_IDENTITIES: usize = 4;

/// What is known of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is used for the first time.
    New,
    /// Nothing has changed.
    Known,
    /// Something has; so many comparisons were clean since.
    Changed(u32),
}

/// The file below the folder of what is recorded.
pub fn file(state: &Path) -> PathBuf {
    state.join("known")
}

/// Sections that no native answer depends on: where others are found and how they are talked to.
const WITHOUT_EFFECT: &[&str] = &[
    "auth",
    "bundle-remote-names",
    "email",
    "hostfingerprints",
    "hostsecurity",
    "http",
    "http_proxy",
    "merge-patterns",
    "merge-tools",
    "paths",
    "schemes",
    "server",
    "smtp",
    "web",
];

/// Settings of that kind in a section that matters; some come from variables, which differ from one shell to the next.
const NAMES_WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("pager", "pager"),
    ("ui", "askusername"),
    ("ui", "editor"),
    ("ui", "merge"),
    ("ui", "remotecmd"),
    ("ui", "ssh"),
    ("ui", "username"),
];

/// A digest of the settings of the user and the system. A repository's own are not among them: cells are shared between
/// repositories, and going from one to the next is not a change.
pub(crate) fn settings(config: &Config) -> u64 {
    let mut hash = Fnv::new();
    let is_without = |list: &[&str], name: &[u8]| list.iter().any(|one| one.as_bytes() == name);
    for section in config.sections().into_iter().filter(|section| !is_without(WITHOUT_EFFECT, section)) {
        hash.add(section);
        for (name, value) in config.items(section) {
            if !NAMES_WITHOUT_EFFECT.iter().any(|(of, one)| of.as_bytes() == section && one.as_bytes() == name) {
                hash.add(name);
                hash.add(value);
            }
        }
    }
    hash.0
}

/// What a native answer stands beside: this amalgam, legacy, the extensions with all files that they loaded, and
/// `settings`.
pub(crate) fn identity(facts: &LegacyFacts, findings: Option<&Findings>, settings: u64) -> String {
    let mut hash = Fnv::new();
    hash.add(&settings.to_le_bytes());
    for word in [env!("CARGO_PKG_VERSION"), &facts.version, &facts.python_version, &facts.zlib_samples] {
        hash.add(word.as_bytes());
    }
    hash.add(crate::proven::build_name(facts.build).as_bytes());
    if let Some(findings) = findings {
        hash.add(findings.text().as_bytes());
    }
    format!("{:016x}", hash.0)
}

/// What the file says of `cell` beside `identity`.
pub(crate) fn state(path: &Path, cell: &str, identity: &str) -> State {
    let Ok(text) = std::fs::read_to_string(path) else { return State::New };
    let mut state = State::New;
    for (other, word, _) in lines(&text).filter(|line| line.2 == cell) {
        match (word, state) {
            ("known", _) if other == identity => return State::Known,
            ("known", State::New) => state = State::Changed(0),
            ("clean", State::Changed(clean)) if other == identity => state = State::Changed(clean + 1),
            _ => {}
        }
    }
    state
}

/// A cell that native answers for the first time.
#[derive(Debug, Clone)]
pub struct First {
    pub(crate) file: PathBuf,
    pub(crate) cell: String,
    pub(crate) identity: String,
}

impl First {
    /// Notes that native has answered.
    ///
    /// # Errors
    /// The file cannot be written: the cell is new the next time as well.
    pub fn note(&self) -> io::Result<()> {
        know(&self.file, &self.cell, &self.identity)
    }
}

fn know(path: &Path, cell: &str, identity: &str) -> io::Result<()> {
    append(path, cell, identity, "known")
}

/// Notes a comparison of `cell` without a difference, and that native answers again if it was the last one needed.
///
/// # Errors
/// The file cannot be written: the comparison does not count.
pub fn clean(path: &Path, cell: &str, identity: &str, needed: u32) -> io::Result<()> {
    match state(path, cell, identity) {
        State::Changed(clean) if clean + 1 < needed => append(path, cell, identity, "clean"),
        State::Changed(_) => know(path, cell, identity),
        State::New | State::Known => Ok(()),
    }
}

fn append(path: &Path, cell: &str, identity: &str, word: &str) -> io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|meta| meta.len() > MAX_SIZE) {
        shorten(path)?;
    }
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(format!("{identity} {word}\t{cell}\n").as_bytes())
}

/// Keeps what each cell was last known beside; half-way comparisons begin anew.
fn shorten(path: &Path) -> io::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let mut last = BTreeMap::<&str, Vec<&str>>::new();
    for (identity, _, cell) in lines(&text).filter(|line| line.1 == "known") {
        let identities = last.entry(cell).or_default();
        identities.retain(|one| *one != identity);
        identities.push(identity);
    }
    let mut kept = String::new();
    for (cell, identities) in &last {
        for identity in &identities[identities.len().saturating_sub(MOST_IDENTITIES)..] {
            kept.push_str(&format!("{identity} known\t{cell}\n"));
        }
    }
    let partial = path.with_extension(format!("{}.new", std::process::id()));
    // More than this many cells are nobody's: all are new again.
    let kept = if kept.len() as u64 > MAX_SIZE / 2 { String::new() } else { kept };
    std::fs::write(&partial, kept).and_then(|()| std::fs::rename(&partial, path)).inspect_err(|_| {
        drop(std::fs::remove_file(&partial));
    })
}

/// Identity, word and cell of each line that has them.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    text.lines().filter_map(|line| {
        let (head, cell) = line.split_once('\t')?;
        let (identity, word) = head.split_once(' ')?;
        matches!(word, "known" | "clean").then_some((identity, word, cell))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_asks_for_clean_comparisons_and_other_cells_are_left_alone() {
        let base = tempfile::tempdir().expect("a folder");
        let path = file(base.path());
        let now = |identity: &str| state(&path, "log @1", identity);
        assert_eq!(now("a"), State::New);
        know(&path, "log @1", "a").expect("noted");
        assert_eq!((now("a"), now("b")), (State::Known, State::Changed(0)));
        assert_eq!(state(&path, "log @2", "b"), State::New);
        for count in 1..3 {
            clean(&path, "log @1", "b", 3).expect("noted");
            assert_eq!(now("b"), State::Changed(count));
        }
        // Another change begins anew, and the way back to what was known needs nothing.
        assert_eq!((now("c"), now("a")), (State::Changed(0), State::Known));
        clean(&path, "log @1", "b", 3).expect("noted");
        assert_eq!((now("a"), now("b"), now("c")), (State::Known, State::Known, State::Changed(0)));
        clean(&path, "log @2", "b", 3).expect("nothing to note");
        assert_eq!(state(&path, "log @2", "b"), State::New);
    }

    #[test]
    fn nonsense_is_passed_over_and_a_long_file_is_shortened() {
        let base = tempfile::tempdir().expect("a folder");
        let path = file(base.path());
        std::fs::write(&path, "nonsense\na b\tlog\n\t\n a known\tlog\n").expect("written");
        assert_eq!(state(&path, "log", "a"), State::New);
        for turn in 0..4000 {
            know(&path, &format!("log {}", turn % 100), &turn.to_string()).expect("noted");
        }
        assert!(path.metadata().expect("there").len() <= MAX_SIZE + 100);
        assert_eq!(state(&path, "log 99", "3999"), State::Known);
        assert_eq!(state(&path, "log 0", "3900"), State::Known);
        assert_eq!(state(&path, "log 0", "100"), State::Changed(0));
        assert!(know(&base.path().join("none/known"), "log", "a").is_err());
    }

    #[test]
    fn versions_builds_and_extensions_are_other_identities() {
        let facts = LegacyFacts { version: "7.2.4".to_owned(), ..LegacyFacts::default() };
        let other = LegacyFacts { version: "7.2.5".to_owned(), ..LegacyFacts::default() };
        let findings = Findings::default();
        let all = [identity(&facts, None, 1), identity(&other, None, 1), identity(&facts, Some(&findings), 1)];
        assert!(all[0] != all[1] && all[0] != all[2]);
        assert_eq!(all[0], identity(&facts, None, 1));
        assert_ne!(all[0], identity(&facts, None, 2));
    }

    #[test]
    fn settings_that_change_no_answer_are_no_change() {
        let with = |values: &[&str]| {
            let mut config = Config::default();
            let values: Vec<Vec<u8>> = values.iter().map(|value| value.as_bytes().to_vec()).collect();
            config.add_command_line(&values).expect("well-formed");
            settings(&config)
        };
        assert_ne!(with(&["diff.git=yes"]), with(&["diff.git=no"]));
        assert_ne!(with(&["diff.git=yes"]), with(&["ui.git=yes"]));
        assert_ne!(with(&["ui.quiet=yes"]), with(&[]));
        let same = with(&["diff.git=yes", "ui.editor=vi"]);
        assert_eq!(same, with(&["diff.git=yes", "ui.editor=ed", "ui.username=me"]));
        assert_eq!(same, with(&["diff.git=yes", "ui.editor=ed", "paths.default=/x", "auth.a.username=b"]));
    }
}
