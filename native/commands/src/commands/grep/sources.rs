//! The files that are searched: read and searched many at a time, reported in order.

use super::matches::{Found, difference, matches};
use crate::Prepared;
use crate::comparison::working_copy;
use crate::history::History;
use crate::patch::FilesOf;
use amalgam_diff::file::is_binary;
use amalgam_matching::{LineSearch, Matcher};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use amalgam_worktree::tracked_files;
use rayon::prelude::*;

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
    crate::selection::refuse_subrepositories(|name| tracked.contains(name))?;
    let paths: Vec<&[u8]> = tracked.iter().filter(|path| matcher.matches(path)).collect();
    let files = working_copy(prepared)?.files()?;
    let search_one = |folder: &mut Vec<u8>, path: &&[u8]| -> Outcome<Option<Hit>> {
        let Some(file) = files.read_if_there(path, folder)? else { return Ok(None) };
        Ok(hit(path, &file.content, search))
    };
    report_all(paths.par_iter().map_init(Vec::new, search_one).collect::<Outcome<Vec<_>>>()?, report)
}

/// Searches the files of a changeset.
///
/// # Errors
/// Whatever makes native uncertain, and what `report` ends with.
pub(super) fn revision_files(
    history: &History<'_>,
    rev: Rev,
    matcher: &Matcher<'_>,
    search: &LineSearch,
    report: Report<'_>,
) -> Outcome<bool> {
    let repository = history.repository;
    let manifest = crate::selection::manifest_without_subrepositories(repository, rev)?;
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
    report_all(files.par_iter().map(search_one).collect::<Outcome<Vec<_>>>()?, report)
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

/// A file that a changeset changed: its revision there, and in the first parent.
struct Changed {
    rev: Rev,
    path: Vec<u8>,
    node: Node,
    before: Option<Node>,
}

/// Searches what changesets changed, against their first parents.
///
/// # Errors
/// Whatever makes native uncertain, and what `report` ends with.
pub(super) fn changed_files(
    history: &History<'_>,
    revs: &[Rev],
    files: &FilesOf<'_>,
    search: &LineSearch,
    report: &mut dyn FnMut(Rev, &Hit) -> Outcome<bool>,
) -> Outcome<bool> {
    if revs.is_empty() {
        return Ok(false);
    }
    let FilesOf::Matching(matcher) = files else {
        return Err(Stop::unsupported(Reason::FlagUnsupported, "following"));
    };
    let mut any = false;
    let mut changed: Vec<Changed> = Vec::new();
    for &rev in revs {
        add_changed(history, rev, matcher, &mut changed)?;
        if changed.len() >= AT_ONCE {
            any |= search_changed(history, &changed, search, report)?;
            changed.clear();
        }
    }
    any |= search_changed(history, &changed, search, report)?;
    Ok(any)
}

fn add_changed(history: &History<'_>, rev: Rev, matcher: &Matcher<'_>, changed: &mut Vec<Changed>) -> Outcome<()> {
    if rev == NULL_REV {
        return Err(Stop::unsupported(Reason::RevisionExpression, "the change of the null revision"));
    }
    let changeset = history.changeset(rev)?;
    let mut paths: Vec<&[u8]> = changeset.entry()?.files().filter(|path| matcher.matches(path)).collect();
    if paths.is_empty() {
        return Ok(());
    }
    paths.sort_unstable();
    let parent = history.changelog.parents(rev)?[0];
    let (after, before) = (history.repository.manifest_of(rev)?, history.repository.manifest_of(parent)?);
    for path in paths {
        if let Some(entry) = after.get(path)? {
            let before = before.get(path)?.map(|entry| entry.node()).transpose()?;
            changed.push(Changed { rev, path: path.to_vec(), node: entry.node()?, before });
        }
    }
    Ok(())
}

/// Whether the matching lines of any file that the changeset has differ from those before it.
///
/// # Errors
/// Whatever makes native uncertain.
pub(crate) fn matches_differ(history: &History<'_>, rev: Rev, search: &LineSearch) -> Outcome<bool> {
    let mut changed = Vec::new();
    add_changed(history, rev, &Matcher::always(), &mut changed)?;
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
        let filelog = repository.shared_filelog(&changed.path)?;
        let content = filelog.content_of(&changed.node)?;
        let before = match &changed.before {
            Some(node) => matches(&filelog.content_of(node)?, search),
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
