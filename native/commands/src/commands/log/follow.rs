//! Following: the ancestors of changesets, and the history of files across copies and renames.

use crate::history::History;
use amalgam_repo::{FileRev, FileWalk};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::BTreeMap;

/// `start` and everything below it, high to low; of merges only what is below the first parent with `first`.
///
/// # Errors
/// `RevisionExpression` for the null revision; what reading the index meets.
pub(crate) fn ancestors(history: &History<'_>, start: &[Rev], first: bool) -> Outcome<Vec<Rev>> {
    let Some(&last) = start.iter().max() else { return Ok(Vec::new()) };
    if start.contains(&NULL_REV) {
        return Err(Stop::unsupported(Reason::RevisionExpression, "following the null revision"));
    }
    history.changelog.expect_scan();
    let mut reached = vec![false; usize::try_from(last + 1).unwrap_or(0)];
    for &rev in start {
        reached[rev as usize] = true;
    }
    let mut out = Vec::new();
    for rev in (0..=last).rev() {
        if reached[rev as usize] {
            out.push(rev);
            let parents = history.changelog.parents(rev)?.into_iter().take(if first { 1 } else { 2 });
            for parent in parents.filter(|&parent| parent >= 0) {
                reached[parent as usize] = true;
            }
        }
    }
    Ok(out)
}

/// The changesets that introduced the files `names` as they are in `start`, and what they descend from, with the
/// names of the files in each; `first` is as for [`ancestors`].
pub(super) fn files(
    history: &History<'_>,
    start: &[Rev],
    names: &[Vec<u8>],
    first: bool,
) -> Outcome<BTreeMap<Rev, Vec<Vec<u8>>>> {
    let mut begin = Vec::new();
    for &rev in start {
        let manifest = history.repository.manifest_of(rev)?;
        for name in names {
            let Some(entry) = manifest.get(name)? else {
                return Err(Stop::unsupported(Reason::WarningExpected, "a followed file that a revision lacks"));
            };
            begin.push((FileRev { path: name.clone(), node: entry.node()? }, rev));
        }
    }
    let visibility = history.visibility()?;
    FileWalk::new(history.repository)?.ancestors(begin, first, |rev| visibility.is_hidden(rev))
}
