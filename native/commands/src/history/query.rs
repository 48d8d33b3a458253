//! The revisions that a command line names, by the revset crate.

use crate::history::History;
use amalgam_template::string_escaped;
use amalgam_types::{Outcome, Reason, Rev, Stop, WDIR_REV};

/// The revisions of all `specs`, in legacy's order, none twice.
///
/// # Errors
/// As [`amalgam_query::Context::revisions`]; the working directory is left to legacy.
pub(crate) fn revisions(history: &History<'_>, specs: &[Vec<u8>]) -> Outcome<Vec<Rev>> {
    let revs = history.prepared.query()?.revisions(specs)?;
    if revs.contains(&WDIR_REV) { Err(working_directory()) } else { Ok(revs) }
}

/// The same with the working directory among them, where it is named.
///
/// # Errors
/// As [`amalgam_query::Context::revisions`].
pub(crate) fn with_working_directory(history: &History<'_>, specs: &[Vec<u8>]) -> Outcome<Vec<Rev>> {
    history.prepared.query()?.revisions(specs)
}

/// The revisions that a graph is drawn of, the working directory among them if `wdir` says so; and whether they are in
/// topological order, which a graph keeps.
///
/// # Errors
/// As [`amalgam_query::Context::revisions`].
pub(crate) fn for_graph(history: &History<'_>, specs: &[Vec<u8>], wdir: bool) -> Outcome<(Vec<Rev>, bool)> {
    let found = history.prepared.query()?.evaluate(specs)?;
    let revs = found.to_vec()?;
    if !wdir && revs.contains(&WDIR_REV) { Err(working_directory()) } else { Ok((revs, found.is_topological())) }
}

/// `revs` (high to low) in topological order.
///
/// # Errors
/// As [`amalgam_query::Context::topological`]; the working directory, which legacy refuses, is left to it.
pub(crate) fn topological(history: &History<'_>, revs: &[Rev]) -> Outcome<Vec<Rev>> {
    if revs.contains(&WDIR_REV) { Err(working_directory()) } else { history.prepared.query()?.topological(revs) }
}

/// The first `limit` of them: the rest is not worked out.
///
/// # Errors
/// As [`revisions`].
pub(crate) fn first(history: &History<'_>, specs: &[Vec<u8>], limit: usize) -> Outcome<Vec<Rev>> {
    let found = history.prepared.query()?.evaluate(specs)?;
    let revs = found.iter()?.take(limit).collect::<Outcome<Vec<_>>>()?;
    if revs.contains(&WDIR_REV) { Err(working_directory()) } else { Ok(revs) }
}

/// The one revision of `spec`, which is not empty.
///
/// # Errors
/// As [`amalgam_query::Context::single`]; the working directory is left to legacy.
pub(crate) fn single(history: &History<'_>, spec: &[u8]) -> Outcome<Rev> {
    match history.prepared.single(spec)? {
        Some(rev) if rev != WDIR_REV => Ok(rev),
        _ => Err(working_directory()),
    }
}

/// The revisions of an expression that the program makes itself.
///
/// # Errors
/// As [`amalgam_query::Context::evaluate_own`].
pub(crate) fn own(history: &History<'_>, expression: &[u8]) -> Outcome<Vec<Rev>> {
    history.prepared.query()?.evaluate_own(expression)?.to_vec()
}

/// `text` as a string within an expression.
pub(crate) fn quoted(text: &[u8]) -> Vec<u8> {
    [b"'", string_escaped(text).as_slice(), b"'"].concat()
}

/// The expression for the changesets that are only reachable by a bookmark.
pub(crate) fn only_by_bookmark(name: &[u8]) -> Vec<u8> {
    let mark = quoted(&[b"literal:", name].concat());
    [
        b"ancestors(bookmark(".as_slice(),
        &mark,
        b")) - ancestors(head() and not bookmark(",
        &mark,
        b")) - ancestors(bookmark() and not bookmark(",
        &mark,
        b"))",
    ]
    .concat()
}

fn working_directory() -> Stop {
    Stop::unsupported(Reason::RevisionExpression, "the working directory")
}
