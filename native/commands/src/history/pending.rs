//! The commit that the working directory would become: who would make it, and when, in which phase, with which files.

use crate::Prepared;
use crate::comparison::{Sides, compare};
use crate::history::History;
use crate::history::file_lists::FileLists;
use amalgam_formats::changelog::ChangelogEntry;
use amalgam_matching::Matcher;
use amalgam_query::{Clock, parse_date};
use amalgam_repo::Phase;
use amalgam_types::{NULL_NODE, NULL_REV, Outcome, Reason, Stop};
use amalgam_worktree::{PathList, StatusOptions, StatusResult};

/// Who works here.
///
/// # Errors
/// `WarningExpected` where nobody is named: legacy has something to say there.
pub(crate) fn user(prepared: &Prepared) -> Outcome<&[u8]> {
    let named = prepared.env.get("HGUSER").or_else(|| prepared.config.get("ui", "username"));
    let named = named.or_else(|| prepared.env.get("EMAIL"));
    named
        .filter(|name| !name.is_empty() && !name.contains(&b'\n') && !name.contains(&b'$'))
        .filter(|name| std::str::from_utf8(name).is_ok())
        .ok_or_else(|| Stop::unsupported(Reason::WarningExpected, "who works here is not known"))
}

/// Now, or the date that stands in for it: seconds since 1970 and seconds west of UTC.
///
/// # Errors
/// `DateUnsupported` where the local time zone is not known.
pub(crate) fn date(prepared: &Prepared) -> Outcome<(f64, i64)> {
    let clock = Clock::new(&prepared.env)?;
    match prepared.config.get("devel", "default-date") {
        Some(date) => parse_date(date, &clock),
        None => Ok((clock.now(), clock.offset_now()?)),
    }
}

/// The files that the commit would be about, where legacy looks for them too: what it finds out of unchanged ones on the
/// way is recorded, as it does.
///
/// # Errors
/// Whatever makes native uncertain.
pub(super) fn files(prepared: &Prepared) -> Outcome<FileLists> {
    let status = status(prepared)?;
    if let Some(refresh) = &status.refresh {
        refresh.write();
    }
    Ok(lists(&status))
}

fn status(prepared: &Prepared) -> Outcome<StatusResult> {
    compare(prepared, Sides::Changes, &Matcher::always(), StatusOptions::CHANGES)
}

fn lists(status: &StatusResult) -> FileLists {
    let list = |paths: &PathList| paths.iter().map(<[u8]>::to_vec).collect();
    FileLists { added: list(&status.added), modified: list(&status.modified), removed: list(&status.removed) }
}

/// The text of the commit.
///
/// # Errors
/// As [`user`], [`date`] and [`files`].
pub(super) fn entry(history: &History<'_>) -> Outcome<ChangelogEntry> {
    let (seconds, offset) = date(history.prepared)?;
    let mut text = NULL_NODE.hex().to_vec();
    text.push(b'\n');
    text.extend_from_slice(user(history.prepared)?);
    text.extend_from_slice(format!("\n{} {offset} branch:", seconds.trunc()).as_bytes());
    text.extend_from_slice(&history.repository.working_branch()?);
    text.push(b'\n');
    for file in lists(&status(history.prepared)?).sorted() {
        text.extend_from_slice(&file);
        text.push(b'\n');
    }
    text.push(b'\n');
    ChangelogEntry::parse(text)
}

/// The phase that the commit would be in.
///
/// # Errors
/// `ConfigUnsupported` where a setting decides it.
pub(super) fn phase(history: &History<'_>) -> Outcome<Phase> {
    if history.prepared.config.get("phases", "new-commit").is_some() {
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "phases.new-commit"));
    }
    let mut phase = Phase::Draft;
    for parent in history.repository.working_revs()?.into_iter().filter(|&rev| rev != NULL_REV) {
        phase = phase.max(history.changeset(parent)?.phase()?);
    }
    Ok(phase)
}

/// The bookmarks of the working directory's parents.
///
/// # Errors
/// What reading them meets.
pub(super) fn bookmarks(history: &History<'_>) -> Outcome<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for rev in history.repository.working_revs()?.into_iter().filter(|&rev| rev != NULL_REV) {
        all.extend_from_slice(history.changeset(rev)?.bookmarks()?);
    }
    Ok(all)
}
