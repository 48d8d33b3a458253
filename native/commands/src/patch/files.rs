//! The files of a diff: which are shown, against which, and what is in them.

use super::Directed;
use crate::Prepared;
use crate::comparison::{Sides, copies, working_copy};
use crate::display::PathDisplay;
use crate::selection::changeset_node;
use amalgam_diff::{Content, DiffOptions, FileChange, FileDiff, Side, file_diff};
use amalgam_formats::manifest::Manifest;
use amalgam_matching::Matcher;
use amalgam_query::{Clock, parse_date};
use amalgam_repo::{Filelog, Repository, SharedContent};
use amalgam_template::dates;
use amalgam_types::{Outcome, Reason, Rev, Stop};
use amalgam_worktree::{Copies, PathList, StatusResult, WorkingFiles};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// From so many files on, they are read and compared side by side.
const MANY: usize = 16;

/// From how many files on more than one thread is worth it here.
fn enough() -> usize {
    // Where changesets are compared side by side the threads run already, and the last changeset is not left to one.
    if rayon::current_thread_index().is_some() { 2 } else { MANY }
}

/// One side, as contents are read from it.
struct Source<'a> {
    repository: &'a Repository,
    from: From<'a>,
    date: Vec<u8>,
}

/// Where contents are read from.
enum From<'a> {
    WorkingCopy(WorkingFiles<'a>),
    Revision(Rev, Arc<Manifest>),
}

/// A file's content, flags and name on one side.
struct Version {
    path: Vec<u8>,
    content: SharedContent,
    flags: u8,
}

/// The names of one shown file before and after.
struct Names<'a> {
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
    origin: Content,
}

/// The diffs of all files, in order.
///
/// # Errors
/// Whatever makes native uncertain; nothing was written then.
pub(crate) fn diffs(
    prepared: &Prepared,
    directed: &Directed,
    matcher: &Matcher<'_>,
    result: &StatusResult,
    options: &DiffOptions,
    display: &PathDisplay,
) -> Outcome<Vec<FileDiff>> {
    let (added, removed) =
        if directed.turned { (&result.removed, &result.added) } else { (&result.added, &result.removed) };
    if result.modified.is_empty() && added.is_empty() && removed.is_empty() {
        return Ok(Vec::new());
    }
    let dates = !options.git && !options.no_dates;
    let (earlier, later) = match directed.sides {
        Sides::Changes => (Some(prepared.repository()?.working_revs()?[0]), None),
        Sides::Since(rev) => (Some(rev), None),
        Sides::Between(older, newer) => (Some(older), Some(newer)),
    };
    let (left, right) = if directed.turned { (later, earlier) } else { (earlier, later) };
    let (left, right) = (Source::open(prepared, left, dates)?, Source::open(prepared, right, dates)?);
    let mut revisions = Vec::new();
    for source in [&left, &right] {
        if let From::Revision(rev, _) = source.from {
            revisions.push(prepared.shown_id(&changeset_node(prepared.repository()?, rev)?));
        }
    }
    let mut copied = if options.git { copies_of(prepared, directed, matcher, &left)? } else { Copies::new() };
    if let PathDisplay::Below(folder) = display {
        copied.retain(|_, source| source.starts_with(folder));
    }
    let names = shown(&result.modified, added, removed, &copied, &left)?;
    let diff = |folder: &mut Vec<u8>, names: &Names<'_>| -> Outcome<FileDiff> {
        let (old, new) = read_both(&left, &right, names, display, folder)?;
        let change = FileChange {
            old: old.as_ref().map(|version| version.side(&left.date)),
            new: new.as_ref().map(|version| version.side(&right.date)),
            origin: names.origin,
            revisions: &revisions,
        };
        file_diff(&change, options)
            .map_err(|_| Stop::unsupported(Reason::OutputUnsupported, "binary content in the git format"))
    };
    if names.len() < enough() {
        let mut folder = Vec::new();
        return names.iter().map(|names| diff(&mut folder, names)).collect();
    }
    names.par_iter().map_init(Vec::new, diff).collect()
}

/// Both versions of a file. The history of a file is opened once where both are in it.
fn read_both(
    left: &Source<'_>,
    right: &Source<'_>,
    names: &Names<'_>,
    display: &PathDisplay,
    folder: &mut Vec<u8>,
) -> Outcome<(Option<Version>, Option<Version>)> {
    let same = names.old.is_some() && names.old == names.new;
    let both = same && [left, right].iter().all(|side| matches!(side.from, From::Revision(..)));
    let filelog = match names.old {
        Some(path) if both => Some(left.repository.shared_filelog(path)?),
        _ => None,
    };
    let mut read = |side: &Source<'_>, path: Option<&[u8]>| {
        path.map(|path| side.read(path, filelog.as_deref(), display, folder)).transpose()
    };
    Ok((read(left, names.old)?, read(right, names.new)?))
}

impl<'a> Source<'a> {
    fn open(prepared: &'a Prepared, rev: Option<Rev>, dates: bool) -> Outcome<Self> {
        let working_copy = working_copy(prepared)?;
        let repository = working_copy.repository;
        let date = match rev {
            _ if !dates => Vec::new(),
            Some(rev) => {
                let date = repository.changelog()?.entry(rev)?.date()?;
                dates::default(date.seconds, date.offset)?
            }
            None => {
                let clock = Clock::new(&prepared.env)?;
                let (seconds, offset) = match prepared.config.get("devel", "default-date") {
                    Some(date) => parse_date(date, &clock)?,
                    None => (clock.now(), clock.offset_now()?),
                };
                dates::default(seconds, offset)?
            }
        };
        let from = match rev {
            Some(rev) => From::Revision(rev, repository.manifest_of(rev)?),
            None => From::WorkingCopy(working_copy.files()?),
        };
        Ok(Source { repository, from, date })
    }

    /// Whether this side has the file. Of the working directory only files are asked about that it has.
    fn has(&self, path: &[u8]) -> Outcome<bool> {
        match &self.from {
            From::Revision(_, manifest) => Ok(manifest.get(path)?.is_some()),
            From::WorkingCopy(_) => Ok(true),
        }
    }

    fn read(
        &self,
        path: &[u8],
        filelog: Option<&Filelog>,
        display: &PathDisplay,
        folder: &mut Vec<u8>,
    ) -> Outcome<Version> {
        let shown = display.show(path).into_owned();
        let manifest = match &self.from {
            From::Revision(_, manifest) => manifest,
            From::WorkingCopy(files) => {
                let file = files.read(path, folder)?;
                return Ok(Version { path: shown, content: file.content.into(), flags: file.flags });
            }
        };
        let entry = manifest.get(path)?;
        let entry = entry.ok_or_else(|| Stop::unsupported(Reason::RepositoryChanged, String::from_utf8_lossy(path)))?;
        let node = entry.node()?;
        let content = match filelog {
            Some(filelog) => filelog.shared_content_of(&node)?,
            None => self.repository.file_content(path, &node)?.into(),
        };
        Ok(Version { path: shown, content, flags: entry.flags })
    }
}

impl Version {
    fn side<'v>(&'v self, date: &'v [u8]) -> Side<'v> {
        Side { path: &self.path, content: &self.content, flags: self.flags, date }
    }
}

/// Copies from the side shown as the older one.
fn copies_of(prepared: &Prepared, directed: &Directed, matcher: &Matcher<'_>, left: &Source<'_>) -> Outcome<Copies> {
    let mut found = match (directed.turned, directed.sides) {
        (true, Sides::Between(older, newer)) => copies(prepared, Sides::Between(newer, older), matcher)?,
        (true, sides) => {
            // What a file becomes that way round may be one that was not asked about.
            let found = copies(prepared, sides, &Matcher::always())?;
            if !found.is_empty() || !matches!(sides, Sides::Changes) {
                return Err(Stop::unsupported(Reason::OutputUnsupported, "copies the other way round"));
            }
            found
        }
        (false, sides) => copies(prepared, sides, matcher)?,
    };
    let mut unknown = BTreeSet::new();
    for (to, from) in &found {
        if !left.has(from)? {
            unknown.insert(to.clone());
        }
    }
    found.retain(|to, _| !unknown.contains(to));
    Ok(found)
}

/// The files that are shown, by name.
fn shown<'a>(
    modified: &'a PathList,
    added: &'a PathList,
    removed: &'a PathList,
    copied: &'a Copies,
    left: &Source<'_>,
) -> Outcome<Vec<Names<'a>>> {
    // 'M', 'A' or 'R'. A merge can modify or remove what the older side never had.
    let mut files: BTreeMap<&[u8], u8> = BTreeMap::new();
    for path in modified.iter() {
        files.insert(path, if left.has(path)? { b'M' } else { b'A' });
    }
    files.extend(added.iter().map(|path| (path, b'A')));
    for path in removed.iter() {
        if left.has(path)? {
            files.insert(path, b'R');
        }
    }
    let mut destinations: BTreeMap<&[u8], Vec<bool>> = BTreeMap::new();
    for (to, from) in copied {
        destinations.entry(from).or_default().push(files.get(to.as_slice()) == Some(&b'A'));
    }
    let mut renamed: BTreeSet<&[u8]> = BTreeSet::new();
    let mut all = Vec::new();
    for (&path, &kind) in &files {
        let own = |old, new| Names { old, new, origin: Content::Own };
        all.push(match (kind, copied.get(path)) {
            (b'A', Some(from)) => {
                let moved = files.get(from.as_slice()) == Some(&b'R') && renamed.insert(from);
                let origin = if moved { Content::Renamed } else { Content::Copied };
                Names { old: Some(from), new: Some(path), origin }
            }
            (b'A', None) => own(None, Some(path)),
            (b'R', _) => match destinations.get(path).map(Vec::as_slice) {
                None => own(Some(path), None),
                Some(shown) if shown.iter().all(|&shown| shown) => continue,
                Some(shown) if shown.iter().all(|&shown| !shown) => own(Some(path), None),
                // Legacy goes by the one that it found last.
                Some(_) => return Err(Stop::unsupported(Reason::OutputUnsupported, "a file copied in two ways")),
            },
            _ => own(Some(path), Some(path)),
        });
    }
    Ok(all)
}
