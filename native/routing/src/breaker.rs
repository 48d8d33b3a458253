//! The breaker: which cells are demoted to Python on this machine, since when and why. Native answers that were found
//! wrong are not given again until the cooldown is over and so many comparisons in a row were clean.
//!
//! ```text
//! amalgam-breaker 1
//! MISMATCHES CLEAN UNTIL <tab> CELL <tab> WHY     repeated; UNTIL is seconds since 1970, 0 where it is not demoted yet,
//!                                                 or `hand` where only `amalgam promote` ends it
//! end
//! ```
//!
//! The file is replaced as a whole, under a lock that only writers take: every shell sees the old one or the new one.
//! One that is damaged demotes everything, because nobody can say what it held.

use crate::cell::covers;
use crate::table::Limits;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const HEADER: &str = "amalgam-breaker 1";
/// Nobody has so many cells that differ.
const MAX_SIZE: u64 = 1 << 20;

/// Until when a cell is demoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It is not: too few mismatches so far.
    Counting,
    /// Until this second since 1970; after it, until it has proven itself.
    Time(u64),
    /// Until somebody says so.
    Hand,
}

/// What is known against a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The cell, or a command's name for all of its cells.
    pub cell: String,
    /// Until when it is demoted.
    pub until: Until,
    /// Mismatches so far.
    pub mismatches: u32,
    /// Clean comparisons in a row since the cooldown.
    pub clean: u32,
    /// What was found, in a few words.
    pub why: String,
}

/// What the breaker says of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Native may answer.
    Closed,
    /// Legacy answers.
    Demoted(String),
    /// Legacy answers, and native is compared behind it to earn its way back.
    Probation(String),
}

/// The breaker's file below the folder of what is recorded.
pub fn file(state: &Path) -> PathBuf {
    state.join("breaker")
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// All entries; none where there is no file.
///
/// # Errors
/// One word on a file that is there and cannot be used.
pub fn read(path: &Path) -> Result<Vec<Entry>, &'static str> {
    let text = match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() && meta.len() <= MAX_SIZE => std::fs::read_to_string(path),
        Ok(_) => return Err("unreadable"),
        Err(error) => Err(error),
    };
    match text {
        Ok(text) => parse(&text).ok_or("damaged"),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(_) => Err("unreadable"),
    }
}

fn parse(text: &str) -> Option<Vec<Entry>> {
    let mut lines = text.strip_suffix("end\n")?.lines();
    if lines.next()? != HEADER {
        return None;
    }
    lines
        .map(|line| {
            let mut fields = line.splitn(3, '\t');
            let (numbers, cell, why) = (fields.next()?, fields.next()?, fields.next()?);
            let mut numbers = numbers.split(' ');
            let (mismatches, clean) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
            let until = match numbers.next()? {
                "hand" => Until::Hand,
                "0" => Until::Counting,
                seconds => Until::Time(seconds.parse().ok()?),
            };
            Some(Entry { cell: cell.to_owned(), until, mismatches, clean, why: why.to_owned() })
        })
        .collect()
}

fn serialize(entries: &[Entry]) -> String {
    let mut text = format!("{HEADER}\n");
    let plain = |word: &str| word.replace(|c: char| c.is_control(), "?");
    for Entry { cell, until, mismatches, clean, why } in entries {
        let until = match until {
            Until::Counting => "0".to_owned(),
            Until::Time(seconds) => seconds.to_string(),
            Until::Hand => "hand".to_owned(),
        };
        text.push_str(&format!("{mismatches} {clean} {until}\t{}\t{}\n", plain(cell), plain(why)));
    }
    text + "end\n"
}

/// What `entries` say of `cell`. A clock that was set back only makes a demotion longer.
pub fn state(entries: &[Entry], cell: &str, now: u64) -> State {
    let mut state = State::Closed;
    for entry in entries.iter().filter(|entry| covers(&entry.cell, cell)) {
        match entry.until {
            Until::Counting => {}
            Until::Time(until) if until <= now => state = State::Probation(entry.why.clone()),
            Until::Time(_) | Until::Hand => return State::Demoted(entry.why.clone()),
        }
    }
    state
}

/// What a comparison found, for the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding<'a> {
    /// Both answers were the same.
    Clean,
    /// They were not, or native crashed or took too long: what, in a few words.
    Mismatch(&'a str),
}

/// Enters what a comparison of `cell` found.
///
/// # Errors
/// The file cannot be locked or written; a damaged one is replaced where something was found.
pub fn enter(path: &Path, cell: &str, finding: Finding<'_>, limits: Limits, now: u64) -> io::Result<State> {
    if finding == Finding::Clean && read(path).is_err() {
        // That one cell is right says nothing of those that nobody can read.
        return Ok(State::Demoted("its file cannot be used".to_owned()));
    }
    update(path, |entries| {
        let at = entries.iter().position(|entry| entry.cell == cell);
        match (finding, at) {
            (Finding::Clean, None) => {}
            (Finding::Clean, Some(at)) => {
                let entry = &mut entries[at];
                entry.clean = entry.clean.saturating_add(1);
                let over = match entry.until {
                    Until::Time(until) => until <= now,
                    Until::Counting => true,
                    Until::Hand => false,
                };
                if over && entry.clean >= limits.clean {
                    entries.remove(at);
                }
            }
            (Finding::Mismatch(why), at) => {
                let at = at.unwrap_or_else(|| {
                    let cell = cell.to_owned();
                    entries.push(Entry { cell, until: Until::Counting, mismatches: 0, clean: 0, why: String::new() });
                    entries.len() - 1
                });
                let entry = &mut entries[at];
                entry.mismatches = entry.mismatches.saturating_add(1);
                (entry.clean, entry.why) = (0, why.to_owned());
                if entry.until != Until::Hand && entry.mismatches >= limits.mismatches.max(1) {
                    entry.until = Until::Time(now.saturating_add(limits.cooldown));
                }
            }
        }
        state(entries, cell, now)
    })
}

/// Demotes `cell` (or a whole command) by hand.
///
/// # Errors
/// The file cannot be locked or written.
pub fn demote(path: &Path, cell: &str, why: &str) -> io::Result<()> {
    update(path, |entries| {
        entries.retain(|entry| entry.cell != cell);
        let (cell, why) = (cell.to_owned(), why.to_owned());
        entries.push(Entry { cell, until: Until::Hand, mismatches: 0, clean: 0, why });
    })
}

/// Strikes out what is held against `cell`; a command's name strikes out all of its cells. Says how many entries went.
///
/// # Errors
/// The file cannot be locked or written.
pub fn restore(path: &Path, cell: &str) -> io::Result<usize> {
    update(path, |entries| {
        let before = entries.len();
        entries.retain(|entry| !covers(cell, &entry.cell));
        before - entries.len()
    })
}

/// Changes the file under its lock and replaces it at once.
fn update<T>(path: &Path, change: impl FnOnce(&mut Vec<Entry>) -> T) -> io::Result<T> {
    let lock =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path.with_extension("lock"))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)?;
    let before = read(path);
    let mut entries = before.clone().unwrap_or_default();
    let result = change(&mut entries);
    if before.as_ref() != Ok(&entries) {
        let partial = path.with_extension(format!("{}.new", std::process::id()));
        write(&partial, &serialize(&entries)).and_then(|()| std::fs::rename(&partial, path)).inspect_err(|_| {
            drop(std::fs::remove_file(&partial));
        })?;
    }
    Ok(result)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: &str = "status --rev @1f0e3dad";
    const LIMITS: Limits = Limits { mismatches: 2, cooldown: 100, clean: 3 };

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file(folder.path());
        (folder, path)
    }

    fn at(path: &Path, now: u64) -> State {
        state(&read(path).expect("usable"), CELL, now)
    }

    #[test]
    fn a_cell_is_demoted_after_so_many_mismatches_and_earns_its_way_back() {
        let (_folder, path) = place();
        assert_eq!(at(&path, 0), State::Closed);
        enter(&path, CELL, Finding::Clean, LIMITS, 1).expect("entered");
        assert!(!path.exists(), "nothing is known against it");
        enter(&path, CELL, Finding::Mismatch("stdout"), LIMITS, 10).expect("entered");
        assert_eq!(at(&path, 10), State::Closed);
        let now = enter(&path, CELL, Finding::Mismatch("stderr"), LIMITS, 20).expect("entered");
        assert_eq!(now, State::Demoted("stderr".to_owned()));
        assert_eq!(at(&path, 119), State::Demoted("stderr".to_owned()));
        assert_eq!(at(&path, 120), State::Probation("stderr".to_owned()));
        for _ in 0..2 {
            enter(&path, CELL, Finding::Clean, LIMITS, 130).expect("entered");
        }
        // A mismatch begins it again.
        enter(&path, CELL, Finding::Mismatch("exit code"), LIMITS, 140).expect("entered");
        assert_eq!(at(&path, 200), State::Demoted("exit code".to_owned()));
        for _ in 0..3 {
            assert_ne!(at(&path, 300), State::Closed);
            enter(&path, CELL, Finding::Clean, LIMITS, 300).expect("entered");
        }
        assert_eq!(at(&path, 300), State::Closed);
    }

    #[test]
    fn other_cells_are_left_alone_and_a_command_can_be_demoted_as_a_whole() {
        let (_folder, path) = place();
        let one = Limits { mismatches: 1, ..LIMITS };
        enter(&path, "status @1f0e3dad", Finding::Mismatch("stdout"), one, 10).expect("entered");
        assert_eq!(at(&path, 11), State::Closed);
        demote(&path, "status", "by hand").expect("demoted");
        assert_eq!(at(&path, u64::MAX), State::Demoted("by hand".to_owned()));
        enter(&path, "status", Finding::Clean, one, u64::MAX).expect("entered");
        assert_eq!(at(&path, u64::MAX), State::Demoted("by hand".to_owned()));
        assert_eq!(restore(&path, "status").expect("restored"), 2);
        assert_eq!(read(&path), Ok(Vec::new()));
    }

    #[test]
    fn what_is_torn_is_told_and_replaced() {
        let (_folder, path) = place();
        demote(&path, CELL, "two\nlines\tof it").expect("demoted");
        let text = std::fs::read_to_string(&path).expect("text");
        assert_eq!(read(&path).expect("usable")[0].why, "two?lines?of it");
        for len in 0..text.len() {
            std::fs::write(&path, &text[..len]).expect("write");
            assert_eq!(read(&path), Err("damaged"), "{len}");
        }
        enter(&path, CELL, Finding::Clean, LIMITS, 1).expect("entered");
        assert_eq!(read(&path), Err("damaged"));
        demote(&path, CELL, "again").expect("demoted");
        assert_eq!(read(&path).expect("usable").len(), 1);
        std::fs::remove_file(&path).expect("remove");
        std::fs::create_dir(&path).expect("folder");
        assert_eq!(read(&path), Err("unreadable"));
    }

    #[test]
    fn writers_at_once_lose_nothing() {
        let (_folder, path) = place();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for turn in 0..20 {
                        let cell = format!("cell{writer}-{turn}");
                        enter(path, &cell, Finding::Mismatch("stdout"), LIMITS, 1).expect("entered");
                    }
                });
            }
        });
        assert_eq!(read(&path).expect("usable").len(), 160);
    }
}
