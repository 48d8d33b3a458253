//! What changesets changed, as it is shown below them: `--patch` and `--stat` of the commands that list changesets.

use super::write::Write;
use super::{Directed, LISTS, diffs, settle_options, stat_lines, stat_width, write_diffs, write_stat};
use crate::comparison::{Sides, compare};
use crate::display::PathDisplay;
use crate::{Output, Prepared};
use amalgam_diff::{DiffOptions, FileDiff};
use amalgam_matching::Matcher;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::BTreeMap;

/// Which files of a changeset are shown.
pub(crate) enum FilesOf {
    /// Those that match.
    Matching(Box<Matcher>),
    /// Those that were found on the way along their history.
    Followed(BTreeMap<Rev, Vec<Vec<u8>>>),
}

/// What flags and settings ask for.
pub(crate) struct Patches {
    options: DiffOptions,
    /// How a diffstat's diffs are made, and its names shown.
    stat: Option<(DiffOptions, PathDisplay)>,
    patch: bool,
}

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
            let counted = DiffOptions { context: 0, no_prefix: false, ..options.clone() };
            Some((counted, PathDisplay::settle(prepared, false)?))
        } else {
            None
        };
        Ok(Some(Patches { options, stat, patch }))
    }

    /// Appends what `rev` changed since its first parent to `text`.
    ///
    /// # Errors
    /// Whatever makes native uncertain.
    pub(crate) fn add(
        &self,
        prepared: &Prepared,
        rev: Rev,
        files: &FilesOf,
        graph_width: usize,
        out: &Output<'_>,
        text: &mut Vec<u8>,
    ) -> Outcome<()> {
        let colored = out.is_colored();
        let mut write = |piece: &[u8], label: &str| {
            if colored && !label.is_empty() {
                text.extend_from_slice(&out.painted(piece, label));
            } else {
                text.extend_from_slice(piece);
            }
        };
        let followed;
        let matcher = match files {
            FilesOf::Matching(matcher) => matcher,
            FilesOf::Followed(files) => {
                followed = Matcher::exact(files.get(&rev).cloned().unwrap_or_default());
                &followed
            }
        };
        let change = Change::of(prepared, rev, matcher)?;
        if let Some((options, display)) = &self.stat {
            let width = stat_width(prepared, graph_width)?;
            write_stat(&stat_lines(&change.diffs(options, display)?, width), &mut write);
            if self.patch {
                write(b"\n", "");
            }
        }
        if self.patch {
            change.write(&self.options, colored, &mut write)?;
        }
        write(b"\n", "");
        Ok(())
    }
}

/// What a changeset changed since one of its parents.
pub(crate) struct Change<'a> {
    prepared: &'a Prepared,
    matcher: &'a Matcher,
    directed: Directed,
    result: amalgam_worktree::StatusResult,
}

impl<'a> Change<'a> {
    /// Since its first parent.
    fn of(prepared: &'a Prepared, rev: Rev, matcher: &'a Matcher) -> Outcome<Self> {
        if rev == NULL_REV {
            // Legacy takes the last changeset for its parent.
            return Err(Stop::unsupported(Reason::RevisionExpression, "the change of the null revision"));
        }
        let parent = prepared.repository()?.changelog()?.parents(rev)?[0];
        Self::since(prepared, parent, rev, matcher)
    }

    /// Since `parent`.
    ///
    /// # Errors
    /// What reading the manifests meets.
    pub(crate) fn since(prepared: &'a Prepared, parent: Rev, rev: Rev, matcher: &'a Matcher) -> Outcome<Self> {
        let sides = Sides::Between(parent, rev);
        let result = compare(prepared, sides, matcher, LISTS)?;
        Ok(Change { prepared, matcher, directed: Directed { sides, turned: false }, result })
    }

    fn diffs(&self, options: &DiffOptions, display: &PathDisplay) -> Outcome<Vec<FileDiff>> {
        diffs(self.prepared, &self.directed, self.matcher, &self.result, options, display)
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
