//! The revisions that a command line names. This is the one place where the history commands evaluate expressions.

use crate::history::History;
use amalgam_types::{Outcome, Reason, Rev, Stop};

/// The revisions of all `specs` in legacy's order, none twice.
///
/// # Errors
/// Legacy's errors; `Unsupported` for what native does not evaluate.
pub(crate) fn revisions(history: &History<'_>, specs: &[Vec<u8>]) -> Outcome<Vec<Rev>> {
    let cwd = history.prepared.cwd_in_repository()?;
    history.prepared.query(&cwd)?.revisions(specs)
}

/// The one revision of `spec`, the last where it names several.
///
/// # Errors
/// As [`revisions`].
pub(crate) fn single(history: &History<'_>, spec: &[u8]) -> Outcome<Rev> {
    let rev = history.prepared.single(spec)?;
    rev.ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "an empty revision"))
}
