//! Which states are listed, and the list itself.

use super::footer::Footer;
use crate::display::PathDisplay;
use crate::formatter::Formatter;
use crate::{Output, Prepared};
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Rev};
use amalgam_worktree::{Copies, PathList, StatusOptions, StatusResult};
use std::collections::HashSet;

/// One state: the flag that asks for it, its letter and its label, in the order of the listing.
struct State {
    flag: &'static str,
    letter: u8,
    label: &'static str,
}

const STATES: [State; 7] = [
    State { flag: "modified", letter: b'M', label: "status.modified" },
    State { flag: "added", letter: b'A', label: "status.added" },
    State { flag: "removed", letter: b'R', label: "status.removed" },
    State { flag: "deleted", letter: b'!', label: "status.deleted" },
    State { flag: "unknown", letter: b'?', label: "status.unknown" },
    State { flag: "ignored", letter: b'I', label: "status.ignored" },
    State { flag: "clean", letter: b'C', label: "status.clean" },
];

const UNKNOWN: usize = 4;
const IGNORED: usize = 5;

/// The states that are listed, in the order of [`STATES`].
pub(super) struct Shown([bool; 7]);

impl Shown {
    /// From the flags: those asked for, all, or the usual ones; quiet leaves untracked files out of the latter two.
    pub(super) fn settle(prepared: &Prepared) -> Outcome<Shown> {
        let quiet = prepared.quiet()?;
        let mut shown = [false; 7];
        for (shown, state) in shown.iter_mut().zip(&STATES) {
            *shown = prepared.parsed.switch(state.flag);
        }
        if prepared.parsed.switch("all") {
            for (i, shown) in shown.iter_mut().enumerate() {
                *shown |= !(quiet && (i == UNKNOWN || i == IGNORED));
            }
        }
        if shown == [false; 7] {
            let usual = if quiet { UNKNOWN } else { UNKNOWN + 1 };
            shown[..usual].fill(true);
        }
        Ok(Shown(shown))
    }

    pub(super) fn options(&self) -> StatusOptions {
        let [list_modified, list_added, list_removed, list_deleted, list_unknown, list_ignored, list_clean] = self.0;
        StatusOptions {
            list_modified,
            list_added,
            list_removed,
            list_deleted,
            list_clean,
            list_unknown,
            list_ignored,
            beside_subrepositories: true,
        }
    }
}

/// The files in the order of [`STATES`].
fn lists(result: &StatusResult) -> [&PathList; 7] {
    let StatusResult { modified, added, removed, deleted, unknown, ignored, clean, .. } = result;
    [modified, added, removed, deleted, unknown, ignored, clean]
}

/// The listing's form.
pub(super) struct Report<'a> {
    pub(super) display: PathDisplay,
    pub(super) end: u8,
    pub(super) letters: bool,
    pub(super) copies: &'a Copies,
}

impl Report<'_> {
    pub(super) fn write(&self, result: &StatusResult, shown: &Shown, out: &mut Output<'_>) {
        for ((list, state), shown) in lists(result).into_iter().zip(&STATES).zip(shown.0) {
            if shown && out.is_colored() {
                self.write_labelled(list, state, out);
            } else if shown {
                out.write_owned(self.plain(list, state));
            }
        }
    }

    /// Hands each file to a formatter. `changeset` is the later side.
    pub(super) fn items(
        &self,
        result: &StatusResult,
        shown: &Shown,
        footer: &Footer,
        changeset: Rev,
        formatter: &Formatter<'_>,
        out: &mut Output<'_>,
    ) -> Outcome<()> {
        let mut listed: HashSet<&[u8]> = HashSet::new();
        for ((list, state), shown) in lists(result).into_iter().zip(&STATES).zip(shown.0) {
            for path in list.iter().filter(|_| shown) {
                let mut names = vec![
                    (&b"itemtype"[..], Value::text("file")),
                    (b"path", Value::text(path)),
                    (b"status", Value::text([state.letter])),
                ];
                if let Some(source) = self.source(path) {
                    names.push((b"source", Value::text(source)));
                }
                if footer.is_unresolved(path) {
                    names.push((b"unresolved", Value::Bool(true)));
                    listed.insert(path);
                }
                formatter.item(Map { names, changeset: Some(changeset), ..Map::default() }, out)?;
            }
        }
        footer.items(|path| listed.contains(path), formatter, out)
    }

    fn source(&self, path: &[u8]) -> Option<&[u8]> {
        self.copies.get(path).map(Vec::as_slice)
    }

    fn plain(&self, list: &PathList, state: &State) -> Vec<u8> {
        let mut text = Vec::with_capacity(list.total_len() + list.len() * 3);
        for path in list.iter() {
            if self.letters {
                text.extend_from_slice(&[state.letter, b' ']);
            }
            text.extend_from_slice(&self.display.show(path));
            text.push(self.end);
            if !self.copies.is_empty()
                && let Some(source) = self.source(path)
            {
                text.extend_from_slice(b"  ");
                text.extend_from_slice(&self.display.show(source));
                text.push(self.end);
            }
        }
        text
    }

    fn write_labelled(&self, list: &PathList, state: &State, out: &mut Output<'_>) {
        for path in list.iter() {
            if self.letters {
                out.write_labelled(&[state.letter, b' '], state.label);
            }
            out.write_labelled(&[&self.display.show(path)[..], &[self.end]].concat(), state.label);
            if let Some(source) = self.source(path) {
                let line = [&b"  "[..], &self.display.show(source), &[self.end]].concat();
                out.write_labelled(&line, "status.copied");
            }
        }
    }
}
