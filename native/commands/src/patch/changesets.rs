//! What changesets changed, as it is shown below them: `--patch` and `--stat` of the commands that list changesets.

use super::write::Write;
use super::{Directed, counting, diffs, settle_options, stat_lines, stat_width, write_diffs, write_stat};
use crate::comparison::{Sides, compare};
use crate::display::PathDisplay;
use crate::subrepositories::refuse_unopened;
use crate::{Output, Prepared, memory};
use amalgam_diff::{DiffOptions, FileDiff, keep_hunks};
use amalgam_matching::Matcher;
use amalgam_types::{Outcome, Rev, WDIR_REV};
use amalgam_worktree::StatusOptions;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Which files of a changeset are shown.
pub(crate) enum FilesOf<'a> {
    /// Those that match.
    Matching(Box<Matcher<'a>>),
    /// Those that were found on the way along their history.
    Followed(BTreeMap<Rev, Vec<Vec<u8>>>),
    /// Those of which some lines were found there; of their hunks only those that are about these lines.
    Lines(BTreeMap<Rev, LinesOf>),
}

/// Lines by file.
pub(crate) type LinesOf = BTreeMap<Vec<u8>, Vec<Range<usize>>>;

impl FilesOf<'_> {
    /// The diffs of a changeset's change, as far as it is about these files and lines.
    pub(super) fn diffs(
        &self,
        prepared: &Prepared,
        rev: Rev,
        options: &DiffOptions,
        display: &PathDisplay,
    ) -> Outcome<Vec<FileDiff>> {
        let lines = match self {
            FilesOf::Matching(matcher) => return Change::of(prepared, rev, matcher)?.diffs(options, display),
            FilesOf::Followed(files) => {
                let matcher = Matcher::exact(files.get(&rev).cloned().unwrap_or_default());
                return Change::of(prepared, rev, &matcher)?.diffs(options, display);
            }
            FilesOf::Lines(lines) => lines,
        };
        let mut diffs = Vec::new();
        for (path, lines) in lines.get(&rev).into_iter().flatten() {
            let matcher = Matcher::exact(vec![path.clone()]);
            for mut diff in Change::of(prepared, rev, &matcher)?.diffs(options, display)? {
                keep_hunks(&mut diff.body, lines);
                diffs.push(diff);
            }
        }
        Ok(diffs)
    }
}

/// What flags and settings ask for.
pub(crate) struct Patches {
    options: DiffOptions,
    /// How a diffstat's diffs are made, and its names shown.
    stat: Option<(DiffOptions, PathDisplay)>,
    patch: bool,
    /// The changesets that are going to be shown, and what was worked out of them ahead.
    expected: Vec<Rev>,
    ahead: HashMap<Rev, Made>,
}

/// The diffs of a changeset: those that are counted, and those that are shown.
type Made = Outcome<(Vec<FileDiff>, Vec<FileDiff>)>;

/// So many changesets are compared side by side.
const AT_ONCE: usize = 16;

impl Patches {
    /// From `--patch` and `--stat`; `None` with neither.
    ///
    /// # Errors
    /// As [`settle_options`].
    pub(crate) fn settle(prepared: &Prepared) -> Outcome<Option<Patches>> {
        let (patch, stat) = (prepared.parsed.switch("patch"), prepared.parsed.switch("stat"));
        if !patch && !stat {
            return Ok(None);
        }
        let options = settle_options(prepared)?;
        let stat = if stat {
            let counted = counting(options.clone());
            Some((counted, PathDisplay::settle(prepared, false)?))
        } else {
            None
        };
        Ok(Some(Patches { options, stat, patch, expected: Vec::new(), ahead: HashMap::new() }))
    }

    /// Says which changesets are going to be shown, in order.
    pub(crate) fn expect(&mut self, revs: &[Rev]) {
        self.expected = revs.to_vec();
        self.expected.reverse();
    }

    fn made(&self, prepared: &Prepared, rev: Rev, files: &FilesOf<'_>) -> Made {
        let sides = Sides::of_change(prepared, rev)?;
        match files {
            FilesOf::Matching(matcher) => refuse_unopened(prepared, sides, matcher)?,
            _ => refuse_unopened(prepared, sides, &Matcher::always())?,
        }
        let counted = match &self.stat {
            Some((options, display)) => files.diffs(prepared, rev, options, display)?,
            None => Vec::new(),
        };
        let shown = match self.patch {
            true => files.diffs(prepared, rev, &self.options, &PathDisplay::FromRoot)?,
            false => Vec::new(),
        };
        Ok((counted, shown))
    }

    /// The diffs of `rev`; those of the changesets behind it are worked out at the same time.
    fn next(&mut self, prepared: &Prepared, rev: Rev, files: &FilesOf<'_>) -> Made {
        if let Some(made) = self.ahead.remove(&rev) {
            return made;
        }
        if self.expected.last() != Some(&rev) {
            return self.made(prepared, rev, files);
        }
        let begin = self.expected.len().saturating_sub(AT_ONCE);
        let revs = self.expected.split_off(begin);
        // The others' manifests are a few deltas away from this one: not every thread goes through the long chain then.
        if let Some(parent) = lowest_parent(prepared, &revs)
            && let Ok(manifest) = prepared.repository()?.manifest_of(parent)
        {
            memory::expect_texts(manifest.text().len() * revs.len());
        }
        let made = revs.par_iter().map(|&rev| (rev, self.made(prepared, rev, files)));
        self.ahead = made.collect();
        self.ahead.remove(&rev).unwrap_or_else(|| self.made(prepared, rev, files))
    }

    /// Appends what `rev` changed since its first parent to `text`.
    ///
    /// # Errors
    /// Whatever makes native uncertain.
    pub(crate) fn add(
        &mut self,
        prepared: &Prepared,
        rev: Rev,
        files: &FilesOf<'_>,
        graph_width: usize,
        out: &Output<'_>,
        text: &mut Vec<u8>,
    ) -> Outcome<()> {
        let colored = out.is_colored();
        let (counted, shown) = self.next(prepared, rev, files)?;
        let mut write = |piece: &[u8], label: &str| {
            if colored && !label.is_empty() {
                text.extend_from_slice(&out.painted(piece, label));
            } else {
                text.extend_from_slice(piece);
            }
        };
        if self.stat.is_some() {
            let width = stat_width(prepared, graph_width)?;
            write_stat(&stat_lines(prepared, &counted, width)?, &mut write);
            if self.patch {
                write(b"\n", "");
            }
        }
        if self.patch {
            write_diffs(&shown, &self.options, colored, &mut write);
        }
        write(b"\n", "");
        Ok(())
    }
}

/// The lowest first parent of several changesets. What cannot be read is met again by whoever needs it.
fn lowest_parent(prepared: &Prepared, revs: &[Rev]) -> Option<Rev> {
    let changelog = prepared.repository().and_then(|repository| repository.changelog()).ok()?;
    let known = revs.iter().filter(|&&rev| rev >= 0 && rev != WDIR_REV && revs.len() > 1);
    known.filter_map(|&rev| changelog.parents(rev).ok()).map(|parents| parents[0]).filter(|&rev| rev >= 0).min()
}

/// What a changeset changed since one of its parents.
pub(crate) struct Change<'a> {
    prepared: &'a Prepared,
    matcher: &'a Matcher<'a>,
    directed: Directed,
    result: amalgam_worktree::StatusResult,
}

impl<'a> Change<'a> {
    /// Since its first parent.
    pub(super) fn of(prepared: &'a Prepared, rev: Rev, matcher: &'a Matcher<'a>) -> Outcome<Self> {
        Self::between(prepared, Sides::of_change(prepared, rev)?, matcher)
    }

    /// Since `parent`.
    ///
    /// # Errors
    /// What reading the manifests meets.
    pub(crate) fn since(prepared: &'a Prepared, parent: Rev, rev: Rev, matcher: &'a Matcher<'a>) -> Outcome<Self> {
        let sides = if rev == WDIR_REV { Sides::since(prepared, parent)? } else { Sides::Between(parent, rev) };
        Self::between(prepared, sides, matcher)
    }

    fn between(prepared: &'a Prepared, sides: Sides, matcher: &'a Matcher<'a>) -> Outcome<Self> {
        let result = compare(prepared, sides, matcher, StatusOptions::CHANGES)?;
        Ok(Change { prepared, matcher, directed: Directed { sides, turned: false }, result })
    }

    pub(super) fn diffs(&self, options: &DiffOptions, display: &PathDisplay) -> Outcome<Vec<FileDiff>> {
        let diffs = diffs(self.prepared, &self.directed, self.matcher, &self.result, options, display)?;
        if let Some(refresh) = &self.result.refresh {
            refresh.write();
        }
        Ok(diffs)
    }

    /// Writes the diff.
    ///
    /// # Errors
    /// Whatever makes native uncertain.
    pub(crate) fn write(&self, options: &DiffOptions, colored: bool, write: Write<'_>) -> Outcome<()> {
        write_diffs(&self.diffs(options, &PathDisplay::FromRoot)?, options, colored, write);
        Ok(())
    }
}
