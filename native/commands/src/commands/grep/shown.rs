//! How matches are shown: as lines, or as the items of `-T`.

use super::matches::{Found, difference};
use super::sources::Hit;
use crate::display::PathDisplay;
use crate::formatter::Formatter;
use crate::history::{History, pending};
use crate::{Output, Prepared};
use amalgam_matching::LineSearch;
use amalgam_template::{DateForm, Map, Value, dates, short_user};
use amalgam_types::{Outcome, Rev, WDIR_NODE, WDIR_REV};

/// What is common to all matches.
pub(super) struct Shown<'s> {
    pub(super) search: &'s LineSearch,
    pub(super) display: PathDisplay,
    /// Matches that went and came are shown, and not those that are there.
    pub(super) changes: bool,
    /// The searched revision is not named.
    pub(super) plain: bool,
}

/// Where matches are: in a changeset, or in the working copy with the date of this search.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Changeset(Rev),
    WorkingCopy { seconds: f64, offset: i64 },
}

/// Who made a changeset, or works here, and when.
fn made(history: &History<'_>, place: Place) -> Outcome<(Vec<u8>, f64, i64)> {
    Ok(match place {
        Place::Changeset(rev) => {
            let changeset = history.changeset(rev)?;
            let date = changeset.date()?;
            (changeset.user()?.to_vec(), date.seconds, date.offset)
        }
        Place::WorkingCopy { seconds, offset } => (pending::user(history.prepared)?.to_vec(), seconds, offset),
    })
}

impl Shown<'_> {
    fn lines<'h>(&self, hit: &'h Hit) -> Vec<(u8, &'h Found)> {
        if self.changes {
            difference(&hit.before, &hit.found)
        } else {
            hit.found.iter().map(|found| (0, found)).collect()
        }
    }

    /// Writes the matches in one file as lines; tells whether there was something to write.
    pub(super) fn write(&self, history: &History<'_>, place: Place, hit: &Hit, out: &mut Output<'_>) -> Outcome<bool> {
        let prepared = history.prepared;
        let parsed = &prepared.parsed;
        let end: &[u8] = if parsed.switch("print0") { b"\0" } else { b"\n" };
        let separator: &[u8] = if parsed.switch("print0") { b"\0" } else { b":" };
        let lines = self.lines(hit);
        let path = self.display.show(&hit.path).into_owned();
        // Legacy asks who works here as soon as a file of the working copy matches.
        let asked = parsed.switch("user") || parsed.switch("date") || matches!(place, Place::WorkingCopy { .. });
        let (user, seconds, offset) = if asked { made(history, place)? } else { Default::default() };
        for (change, found) in &lines {
            out.write_labelled(&path, "grep.filename");
            let mut column = |text: &[u8], label: &str| {
                out.write_labelled(separator, "grep.sep");
                out.write_labelled(text, label);
            };
            if !self.plain {
                let rev = match place {
                    Place::Changeset(rev) => rev,
                    Place::WorkingCopy { .. } => WDIR_REV,
                };
                column(rev.to_string().as_bytes(), "grep.rev");
            }
            if parsed.switch("line-number") {
                column(found.number.to_string().as_bytes(), "grep.linenumber");
            }
            if self.changes {
                let label = if *change == b'+' { "grep.inserted grep.change" } else { "grep.deleted grep.change" };
                column(&[*change], label);
            }
            if parsed.switch("user") {
                column(if prepared.verbose()? { &user } else { short_user(&user) }, "grep.user");
            }
            if parsed.switch("date") {
                column(&date(prepared, seconds, offset)?, "grep.date");
            }
            if !parsed.switch("files-with-matches") {
                out.write_labelled(separator, "grep.sep");
                if !parsed.switch("text") && hit.binary {
                    out.write(b" Binary file matches");
                } else {
                    self.write_line(found, out);
                }
            }
            out.write(end);
            if parsed.switch("files-with-matches") {
                break;
            }
        }
        Ok(!lines.is_empty())
    }

    fn write_line(&self, found: &Found, out: &mut Output<'_>) {
        if !out.is_colored() {
            return out.write(&found.line);
        }
        for (text, matched) in pieces(found, self.search) {
            if matched { out.write_labelled(text, "grep.match") } else { out.write(text) }
        }
    }

    /// Shows the matches in one file as items; tells whether there was something to show.
    pub(super) fn show(
        &self,
        history: &History<'_>,
        place: Place,
        hit: &Hit,
        formatter: &Formatter<'_>,
        out: &mut Output<'_>,
    ) -> Outcome<bool> {
        let parsed = &history.prepared.parsed;
        let lines = self.lines(hit);
        let (user, seconds, offset) = made(history, place)?;
        let (rev, node) = match place {
            Place::Changeset(rev) => (rev, history.changeset(rev)?.node),
            Place::WorkingCopy { .. } => (WDIR_REV, WDIR_NODE),
        };
        for (change, found) in &lines {
            let mut names = vec![
                (&b"node"[..], Value::text(node.hex())),
                (b"path", Value::text(&hit.path)),
                (b"rev", Value::Int(i64::from(rev))),
                (b"lineno", Value::Int(found.number as i64)),
                (b"user", Value::text(&user)),
                (b"date", Value::date(seconds, offset, DateForm::Pair)),
            ];
            if self.changes {
                names.push((b"change", Value::text([*change])));
            }
            if !parsed.switch("files-with-matches") && (parsed.switch("text") || !hit.binary) {
                let texts = pieces(found, self.search).into_iter().map(|(text, matched)| {
                    Map::named(vec![(&b"text"[..], Value::text(text)), (b"matched", Value::Bool(matched))])
                });
                names.push((b"texts", Value::nested(texts.collect(), "{text}")));
            }
            formatter.item(Map { names, changeset: Some(rev), ..Map::default() }, out)?;
            if parsed.switch("files-with-matches") {
                break;
            }
        }
        Ok(!lines.is_empty())
    }
}

fn date(prepared: &Prepared, seconds: f64, offset: i64) -> Outcome<Vec<u8>> {
    if prepared.quiet()? { dates::format(b"%Y-%m-%d", seconds, offset) } else { dates::default(seconds, offset) }
}

/// A line in pieces, with whether each matches.
fn pieces<'f>(found: &'f Found, search: &LineSearch) -> Vec<(&'f [u8], bool)> {
    let piece = |from: usize, to: usize| {
        let (from, to) = (from.min(found.line.len()), to.min(found.line.len()));
        &found.line[from..to.max(from)]
    };
    let mut pieces = Vec::new();
    let mut done = 0;
    for (start, end) in found.parts(search) {
        if done < start {
            pieces.push((piece(done, start), false));
        }
        pieces.push((piece(start, end), true));
        done = end;
    }
    if done < found.line.len() {
        pieces.push((piece(done, found.line.len()), false));
    }
    pieces
}
