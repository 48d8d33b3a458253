//! The working directory's own lines: what they are compared with, and who answers for them.

use super::lines::Origin;
use crate::comparison::working_copy;
use crate::history::{History, pending};
use crate::named::{self, Named};
use amalgam_formats::manifest::Manifest;
use amalgam_matching::Matcher;
use amalgam_repo::FileRev;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// The files of the working directory that are annotated.
pub(super) struct Files {
    pub(super) named: Vec<Named>,
    /// Destination and source of each copy.
    copies: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Files {
    /// Those that `matcher` names.
    ///
    /// # Errors
    /// As [`named::files`]; a merge under way is left to legacy.
    pub(super) fn of(history: &History<'_>, matcher: &Matcher<'_>) -> Outcome<Files> {
        if history.repository.working_revs()?[1] != NULL_REV {
            return Err(Stop::unsupported(Reason::RepositoryState, "lines of a merge under way"));
        }
        let named = named::files(history.prepared, matcher)?;
        let copies = working_copy(history.prepared)?.dirstate()?.copies()?;
        Ok(Files { named, copies })
    }

    /// The file revision, in the manifest of the first parent, that a file was made from.
    ///
    /// # Errors
    /// What reading the manifest meets.
    pub(super) fn parent_of(&self, path: &[u8], manifest: &Manifest) -> Outcome<Option<FileRev>> {
        let copied = self.copies.iter().find(|(to, _)| to == path).map(|(_, from)| from.as_slice());
        let path = copied.unwrap_or(path);
        let Some(entry) = manifest.get(path)? else { return Ok(None) };
        Ok(Some(FileRev { path: path.to_vec(), node: entry.node()? }))
    }
}

impl Origin {
    /// The changeset, or the one that the working directory is based on.
    pub(super) fn committed(&self, history: &History<'_>) -> Outcome<Rev> {
        if self.rev == WDIR_REV { Ok(history.repository.working_revs()?[0]) } else { Ok(self.rev) }
    }

    /// Who made it.
    pub(super) fn user(&self, history: &History<'_>) -> Outcome<Vec<u8>> {
        if self.rev == WDIR_REV {
            return pending::user(history.prepared).map(<[u8]>::to_vec);
        }
        Ok(history.changeset(self.rev)?.user()?.to_vec())
    }

    /// When it was made: of the working directory, when the file was written last.
    pub(super) fn date(&self, history: &History<'_>) -> Outcome<(f64, i64)> {
        if self.rev != WDIR_REV {
            let date = history.changeset(self.rev)?.date()?;
            return Ok((date.seconds, date.offset));
        }
        let file = history.repository.root().join(OsStr::from_bytes(&self.path));
        let written = std::fs::symlink_metadata(file).map(|data| data.mtime());
        match written {
            Ok(written @ 0..) => Ok((written as f64, pending::date(history.prepared)?.1)),
            _ => Err(Stop::unsupported(Reason::DateUnsupported, "a file's time")),
        }
    }
}

/// A number or an id, told apart from the working directory's: a mark is on the ids, or where there are none on the
/// numbers.
pub(super) fn marked(mut text: Vec<u8>, column: &str, shown: &[&str], origin: &Origin) -> Vec<u8> {
    if column == "changeset" || (column == "number" && !shown.contains(&"changeset")) {
        text.push(if origin.rev == WDIR_REV { b'+' } else { b' ' });
    }
    text
}
