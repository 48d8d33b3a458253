//! The revisions that a command line names. This is the one place where revision expressions are evaluated.

use crate::history::History;
use amalgam_types::{Outcome, Reason, Rev, Stop};

/// The revisions of all `specs`, each where it was named first.
///
/// # Errors
/// As `Repository::resolve`: an unknown symbol in legacy's words, `RevisionExpression` for what is not one symbol.
pub(crate) fn revisions(history: &History<'_>, specs: &[Vec<u8>]) -> Outcome<Vec<Rev>> {
    let mut revs = Vec::with_capacity(specs.len());
    let mut unknown = None;
    for spec in specs {
        match single(history, spec) {
            Ok(rev) if !revs.contains(&rev) => revs.push(rev),
            Ok(_) => {}
            // All are parsed before any is looked up: a mistake in a later one is what legacy complains of.
            Err(stop @ Stop::Abort(_)) => {
                unknown.get_or_insert(stop);
            }
            Err(stop) => return Err(stop),
        }
    }
    unknown.map_or(Ok(revs), Err)
}

/// The one revision of `spec`.
///
/// # Errors
/// As [`revisions`].
pub(crate) fn single(history: &History<'_>, spec: &[u8]) -> Outcome<Rev> {
    if spec.is_empty() {
        return Err(Stop::unsupported(Reason::RevisionExpression, "an empty revision"));
    }
    history.prepared.resolve(spec)
}
