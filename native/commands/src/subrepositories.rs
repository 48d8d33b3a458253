//! Subrepositories, as far as commands are native beside them: none of these goes into one.

use crate::Prepared;
use crate::comparison::{Sides, working_copy};
use amalgam_formats::manifest::Manifest;
use amalgam_formats::subrepositories::Subrepositories;
use amalgam_matching::Matcher;
use amalgam_types::{Outcome, Reason, Rev, Stop};
use amalgam_worktree::{PathList, Refresh};
use std::sync::Arc;

/// Refuses a revision that has subrepositories.
///
/// # Errors
/// `SubrepositoryPresent`, or what reading meets.
pub(crate) fn refuse_subrepositories_of(prepared: &Prepared, rev: Rev) -> Outcome<()> {
    refuse(working_copy(prepared)?.subrepositories_of(rev)?.iter().next())
}

/// The manifest of `rev`, refused when files of its subrepositories are asked for.
///
/// # Errors
/// `SubrepositoryPresent`, or what reading meets.
pub(crate) fn manifest_beside_subrepositories(
    prepared: &Prepared,
    rev: Rev,
    matcher: &Matcher<'_>,
) -> Outcome<Arc<Manifest>> {
    refuse_named(&working_copy(prepared)?.subrepositories_of(rev)?, matcher)?;
    prepared.repository()?.manifest_of(rev)
}

/// Refuses files of the working copy's subrepositories; `tracked` are its own files.
///
/// # Errors
/// `SubrepositoryPresent`.
pub(crate) fn refuse_files_of_subrepositories(
    prepared: &Prepared,
    tracked: &PathList,
    matcher: &Matcher<'_>,
) -> Outcome<()> {
    refuse_named(&working_copy(prepared)?.subrepositories_among(tracked)?, matcher)
}

fn refuse_named(subrepositories: &Subrepositories, matcher: &Matcher<'_>) -> Outcome<()> {
    refuse(matcher.names().find(|name| subrepositories.hold(name)).map(Vec::as_slice))
}

fn refuse(path: Option<&[u8]>) -> Outcome<()> {
    match path {
        None => Ok(()),
        Some(path) => Err(Stop::unsupported(Reason::SubrepositoryPresent, String::from_utf8_lossy(path))),
    }
}

/// Refuses a working copy that has subrepositories; `tracked` are its own files.
///
/// # Errors
/// `SubrepositoryPresent`.
pub(crate) fn refuse_working_subrepositories(prepared: &Prepared, tracked: &PathList) -> Outcome<()> {
    refuse(working_copy(prepared)?.subrepositories_among(tracked)?.iter().next())
}

/// What looking at subrepositories has told.
#[derive(Default)]
pub(crate) struct Looked {
    /// How many are dirty.
    pub(crate) dirty: usize,
    /// What may be written back to each.
    pub(crate) refreshes: Vec<Refresh>,
}

/// Looks which subrepositories of the working copy are dirty, until there are `most`; with `missing`, files that have
/// gone count.
///
/// # Errors
/// `SubrepositoryPresent` where legacy is not known to open them without a word.
pub(crate) fn look_into(prepared: &Prepared, most: usize, missing: bool) -> Outcome<Looked> {
    let copy = working_copy(prepared)?;
    let all = copy.subrepositories()?;
    let mut looked = Looked::default();
    if prepared.loads_extensions {
        refuse(all.iter().next())?;
    }
    for path in all.iter() {
        let (dirty, refresh) = copy.is_dirty(&all, path, missing)?;
        looked.refreshes.extend(refresh);
        looked.dirty += usize::from(dirty);
        if looked.dirty >= most {
            break;
        }
    }
    Ok(looked)
}

/// Refuses a diff beside subrepositories that legacy would not open without a word: it opens each of either side, and
/// makes what is not there.
///
/// # Errors
/// `SubrepositoryPresent`, or what reading either side meets.
pub(crate) fn refuse_unopened(prepared: &Prepared, sides: Sides, matcher: &Matcher<'_>) -> Outcome<()> {
    let copy = working_copy(prepared)?;
    let both = match sides {
        Sides::Changes => [copy.subrepositories_of(copy.repository.working_revs()?[0])?, copy.subrepositories()?],
        Sides::Since(rev) => [copy.subrepositories_of(rev)?, copy.subrepositories()?],
        Sides::Between(older, newer) => [copy.subrepositories_of(older)?, copy.subrepositories_of(newer)?],
    };
    for all in both.iter().filter(|all| !all.is_empty()) {
        if prepared.parsed.switch("subrepos") || prepared.loads_extensions {
            return refuse(all.iter().next());
        }
        refuse_named(all, matcher)?;
        copy.check_opened(all)?;
    }
    Ok(())
}
