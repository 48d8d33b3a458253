//! The files that are searched: read and searched many at a time, reported in order.

use super::matches::{Found, difference, matches};
use crate::Prepared;
use crate::comparison::working_copy;
use crate::history::History;
use crate::patch::FilesOf;
use crate::subrepositories::{manifest_beside_subrepositories, refuse_files_of_subrepositories};
use amalgam_diff::file::is_binary;
use amalgam_formats::manifest::Manifest;
use amalgam_matching::{LineSearch, Matcher};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use amalgam_worktree::tracked_files;
use rayon::prelude::*;
use std::collections::HashSet;

/// The matches in one file.
pub(super) struct Hit {
    pub(super) path: Vec<u8>,
    pub(super) found: Vec<Found>,
    /// Those in the file before the change.
    pub(super) before: Vec<Found>,
    pub(super) binary: bool,
}

/// So many file revisions are searched before their matches are written.
const AT_ONCE: usize = 512;

/// Takes what was found in a file, and tells whether it had something to show.
type Report<'r> = &'r mut dyn FnMut(&Hit) -> Outcome<bool>;

/// Searches the tracked files of the working copy.
///
/// # Errors
/// Whatever makes native uncertain, and what `report` ends with.
pub(super) fn working_files(
    prepared: &Prepared,
    matcher: &Matcher<'_>,
    search: &LineSearch,
    report: Report<'_>,
) -> Outcome<bool> {
    let repository = prepared.repository()?;
    let tracked = tracked_files(repository)?;
    refuse_files_of_subrepositories(prepared, &tracked, matcher)?;
    let narrow = repository.narrowspec()?;
    let is_asked = |path: &&[u8]| matcher.matches(path) && narrow.is_none_or(|spec| spec.holds(path));
    let paths: Vec<&[u8]> = tracked.iter().filter(is_asked).collect();
    let files = working_copy(prepared)?.files()?;
    let search_one = |folder: &mut Vec<u8>, path: &&[u8]| -> Outcome<Option<Hit>> {
        let Some(file) = files.read_if_there(path, folder)? else { return Ok(None) };
        Ok(hit(path, &file.content, search))
    };
    report_all(paths.par_iter().map_init(Vec::new, search_one).collect::<Outcome<Vec<_>>>()?, report)
}

/// The file revisions that are known not to match: changesets share most of their files.
pub(super) type Misses = HashSet<(Vec<u8>, Node)>;

/// Searches the files of a changeset but those that are `misses`, among which it counts the others without a match.
///
/// # Errors
/// Whatever makes native uncertain, and what `report` ends with.
pub(super) fn revision_files(
    history: &History<'_>,
    rev: Rev,
    matcher: &Matcher<'_>,
    search: &LineSearch,
    misses: Option<&mut Misses>,
    report: Report<'_>,
) -> Outcome<bool> {
    let repository = history.repository;
    let manifest = manifest_beside_subrepositories(history.prepared, rev, matcher)?;
    let mut files: Vec<(&[u8], Node)> = Vec::new();
    for entry in manifest.iter() {
        let entry = entry?;
        if matcher.matches(entry.path) {
            files.push((entry.path, entry.node()?));
        }
    }
    let search_one = |(path, node): &(&[u8], Node)| -> Outcome<Option<Hit>> {
        Ok(hit(path, &repository.file_content(path, node)?, search))
    };
    if let Some(misses) = &misses {
        files.retain(|(path, node)| !misses.contains(&(path.to_vec(), *node)));
    }
    let hits = files.par_iter().map(search_one).collect::<Outcome<Vec<_>>>()?;
    if let Some(misses) = misses {
        let without = files.iter().zip(&hits).filter(|(_, hit)| hit.is_none());
        misses.extend(without.map(|((path, node), _)| (path.to_vec(), *node)));
    }
    report_all(hits, report)
}

fn hit(path: &[u8], content: &[u8], search: &LineSearch) -> Option<Hit> {
    let found = matches(content, search);
    let binary = !found.is_empty() && is_binary(content);
    (!found.is_empty()).then(|| Hit { path: path.to_vec(), found, before: Vec::new(), binary })
}

fn report_all(hits: Vec<Option<Hit>>, report: Report<'_>) -> Outcome<bool> {
    let mut any = false;
    for hit in hits.iter().flatten() {
        any |= report(hit)?;
    }
    Ok(any)
}

/// A file that a changeset changed: its revision there, and in the first parent, where it may have another name.
struct Changed {
    rev: Rev,
    path: Vec<u8>,
    node: Node,
    before: Option<(Vec<u8>, Node)>,
}

/// Searches what changesets changed, against their first parents; with `follow`, copies against what was copied.
///
/// # Errors
/// Whatever makes native uncertain, and what `report` ends with.
pub(super) fn changed_files(
    history: &History<'_>,
    revs: &[Rev],
    files: &FilesOf<'_>,
    follow: bool,
    search: &LineSearch,
    report: &mut dyn FnMut(Rev, &Hit) -> Outcome<bool>,
) -> Outcome<bool> {
    if revs.is_empty() {
        return Ok(false);
    }
    let mut any = false;
    let mut changed: Vec<Changed> = Vec::new();
    for &rev in revs {
        match files {
            FilesOf::Matching(matcher) => add_changed(history, rev, matcher, follow, &mut changed)?,
            FilesOf::Followed(files) => {
                let matcher = Matcher::exact(files.get(&rev).cloned().unwrap_or_default());
                add_changed(history, rev, &matcher, follow, &mut changed)?;
            }
            FilesOf::Lines(_) => return Err(Stop::unsupported(Reason::FlagUnsupported, "a range of lines")),
        }
        if changed.len() >= AT_ONCE {
            any |= search_changed(history, &changed, search, report)?;
            changed.clear();
        }
    }
    any |= search_changed(history, &changed, search, report)?;
    Ok(any)
}

fn add_changed(
    history: &History<'_>,
    rev: Rev,
    matcher: &Matcher<'_>,
    follow: bool,
    changed: &mut Vec<Changed>,
) -> Outcome<()> {
    if rev == NULL_REV {
        return Err(Stop::unsupported(Reason::RevisionExpression, "the change of the null revision"));
    }
    let changeset = history.changeset(rev)?;
    let mut paths: Vec<&[u8]> = changeset.entry()?.files().filter(|path| matcher.matches(path)).collect();
    if paths.is_empty() {
        return Ok(());
    }
    paths.sort_unstable();
    let repository = history.repository;
    let [parent, other] = history.changelog.parents(rev)?;
    let (after, before) = (repository.manifest_of(rev)?, repository.manifest_of(parent)?);
    let node_in = |manifest: &Manifest, path: &[u8]| manifest.get(path)?.map(|entry| entry.node()).transpose();
    for path in paths {
        let Some(node) = node_in(&after, path)? else { continue };
        let mut name = path.to_vec();
        let mut earlier = node_in(&before, path)?;
        // What a parent has as it is was not copied here.
        if follow
            && earlier != Some(node)
            && let Some(copied) = repository.file_copied(path, &node)?
        {
            if other != NULL_REV && node_in(repository.manifest_of(other)?.as_ref(), path)? == Some(node) {
                return Err(Stop::unsupported(Reason::OutputUnsupported, "a copy that a merge brought"));
            }
            earlier = node_in(&before, &copied.path)?;
            name = copied.path;
        }
        changed.push(Changed { rev, path: path.to_vec(), node, before: earlier.map(|node| (name, node)) });
    }
    Ok(())
}

/// Whether the matching lines of any file that the changeset has differ from those before it.
///
/// # Errors
/// Whatever makes native uncertain.
pub(crate) fn matches_differ(history: &History<'_>, rev: Rev, search: &LineSearch) -> Outcome<bool> {
    let mut changed = Vec::new();
    add_changed(history, rev, &Matcher::always(), false, &mut changed)?;
    let mut any = false;
    search_changed(history, &changed, search, &mut |_, hit| {
        any |= !difference(&hit.before, &hit.found).is_empty();
        Ok(any)
    })?;
    Ok(any)
}

fn search_changed(
    history: &History<'_>,
    changed: &[Changed],
    search: &LineSearch,
    report: &mut dyn FnMut(Rev, &Hit) -> Outcome<bool>,
) -> Outcome<bool> {
    let repository = history.repository;
    let search_one = |changed: &Changed| -> Outcome<Hit> {
        let content = repository.shared_filelog(&changed.path)?.content_of(&changed.node)?;
        let before = match &changed.before {
            Some((path, node)) => matches(&repository.shared_filelog(path)?.content_of(node)?, search),
            None => Vec::new(),
        };
        let found = matches(&content, search);
        let binary = (!found.is_empty() || !before.is_empty()) && is_binary(&content);
        Ok(Hit { path: changed.path.clone(), found, before, binary })
    };
    let hits: Vec<Hit> = changed.par_iter().map(search_one).collect::<Outcome<_>>()?;
    let mut any = false;
    for (changed, hit) in changed.iter().zip(&hits) {
        if !hit.found.is_empty() || !hit.before.is_empty() {
            any |= report(changed.rev, hit)?;
        }
    }
    Ok(any)
}
