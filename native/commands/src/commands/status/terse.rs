//! `status --terse`: a folder of which all files have one state stands for them, if that state was asked for.

use crate::Prepared;
use amalgam_types::{AbortKind, Outcome, Reason, Stop};
use amalgam_worktree::{PathList, StatusOptions, StatusResult};
use std::collections::HashMap;

/// The letters that may be asked for, in the order of [`lists`].
const LETTERS: &[u8] = b"marduic";

/// The states of which folders stand for files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terse(u8);

impl Terse {
    /// From the flag or the setting; `None` where files stand for themselves.
    ///
    /// # Errors
    /// Legacy's, for `--rev` and for unknown letters; with both, which comes first depends on what else is wrong.
    pub(super) fn settle(prepared: &Prepared) -> Outcome<Option<Terse>> {
        let parsed = &prepared.parsed;
        let revisions = !parsed.list("rev").is_empty();
        let letters = match parsed.value("terse") {
            Some(letters) => letters,
            // An empty one counts against the setting.
            None if parsed.given().any(|flag| flag == "terse") => b"",
            None if revisions => b"",
            None => prepared.config.get("commands", "status.terse").unwrap_or_default(),
        };
        if letters.is_empty() {
            return Ok(None);
        }
        if revisions {
            return Err(Stop::abort(AbortKind::Input, "cannot use --terse with --rev"));
        }
        let mut states = 0;
        for letter in letters {
            match LETTERS.iter().position(|known| known == letter) {
                Some(at) => states |= 1 << at,
                // Legacy comes to it after the status.
                None => return Err(Stop::unsupported(Reason::UsageError, "an unknown letter")),
            }
        }
        Ok(Some(Terse(states)))
    }

    /// What has to be looked for: all that can be in a folder beside changed files. Legacy looks into the folders of
    /// subrepositories.
    pub(super) fn options(self, shown: StatusOptions) -> StatusOptions {
        let ignored = LETTERS.iter().position(|&letter| letter == b'i').is_some_and(|at| self.0 & (1 << at) != 0);
        StatusOptions { list_clean: true, list_ignored: shown.list_ignored || ignored, ..StatusOptions::usual() }
    }

    /// Puts folders in the place of files.
    pub(super) fn apply(self, result: &mut StatusResult) {
        // Which states there are in each folder, and below it.
        let mut folders: HashMap<Vec<u8>, u8> = HashMap::new();
        for (at, list) in lists(result).into_iter().enumerate() {
            for path in list.iter() {
                for end in memchr::memchr_iter(b'/', path) {
                    match folders.get_mut(&path[..end]) {
                        Some(states) => *states |= 1 << at,
                        None => {
                            folders.insert(path[..end].to_vec(), 1 << at);
                        }
                    }
                }
            }
        }
        for (at, list) in lists(result).into_iter().enumerate() {
            let state = 1 << at;
            let mut terse = PathList::default();
            let mut last: &[u8] = b"";
            for path in list.iter() {
                let uniform = |end: &usize| self.0 & state != 0 && folders.get(&path[..*end]) == Some(&state);
                match memchr::memchr_iter(b'/', path).find(uniform) {
                    Some(end) if &path[..=end] == last => {}
                    Some(end) => {
                        last = &path[..=end];
                        terse.push(last);
                    }
                    None => terse.push(path),
                }
            }
            terse.sort();
            *list = terse;
        }
    }
}

/// The lists in the order of [`LETTERS`].
fn lists(result: &mut StatusResult) -> [&mut PathList; 7] {
    let StatusResult { modified, added, removed, deleted, unknown, ignored, clean, .. } = result;
    [modified, added, removed, deleted, unknown, ignored, clean]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(paths: &[&str]) -> PathList {
        let mut list = PathList::default();
        paths.iter().for_each(|path| list.push(path.as_bytes()));
        list
    }

    fn shown(list: &PathList) -> Vec<String> {
        list.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    #[test]
    fn folders_of_one_state() {
        let unknown = ["a", "d/e/f", "d/e/g", "d/h", "m/u", "x/y/z", "x-y"];
        let mut result =
            StatusResult { unknown: list(&unknown), modified: list(&["m/m", "n/a", "n/b"]), ..StatusResult::default() };
        Terse(1 << 4).apply(&mut result);
        assert_eq!(shown(&result.unknown), ["a", "d/", "m/u", "x-y", "x/"]);
        assert_eq!(shown(&result.modified), ["m/m", "n/a", "n/b"]);
        Terse(1).apply(&mut result);
        assert_eq!(shown(&result.modified), ["m/m", "n/"]);
    }
}
