//! Following: the ancestors of changesets, and the history of files across copies and renames.

use crate::history::History;
use crate::history::file_revisions::{FileRev, FileWalk};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::{BTreeMap, BTreeSet};

/// `start` and everything below it, high to low; of merges only what is below the first parent with `first`.
pub(super) fn ancestors(history: &History<'_>, start: &[Rev], first: bool) -> Outcome<Vec<Rev>> {
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
    let mut walk = FileWalk::new(history);
    let mut open: BTreeMap<Rev, BTreeSet<FileRev>> = BTreeMap::new();
    for &rev in start {
        let manifest = history.repository.manifest_of(rev)?;
        for name in names {
            let Some(entry) = manifest.get(name)? else {
                return Err(Stop::unsupported(Reason::WarningExpected, "a followed file that a revision lacks"));
            };
            let file = FileRev { path: name.clone(), node: entry.node()? };
            let introduced = walk.introduced(&file, rev, true)?;
            open.entry(introduced).or_default().insert(file);
        }
    }
    let visibility = history.visibility()?;
    let mut out = BTreeMap::new();
    while let Some((rev, files)) = open.pop_last() {
        if rev < 0 || rev >= history.changelog.len() || visibility.is_hidden(rev) {
            return Err(Stop::unsupported(Reason::RevisionHidden, format!("revision {rev}")));
        }
        out.insert(rev, files.iter().map(|file| file.path.clone()).collect());
        for file in files {
            for parent in walk.parents(&file)?.into_iter().take(if first { 1 } else { usize::MAX }) {
                let introduced = walk.introduced(&parent, rev, false)?;
                if introduced >= rev {
                    return Err(Stop::unsupported(Reason::RepositoryState, "a file revision younger than its child"));
                }
                open.entry(introduced).or_default().insert(parent);
            }
        }
    }
    Ok(out)
}
