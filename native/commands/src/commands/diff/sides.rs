//! Which two sides a diff is about, and which of them is shown as the older one.

use crate::Prepared;
use crate::comparison::Sides;
use crate::patch::Directed;
use amalgam_query::Pair;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};

/// Reads the revision flags.
///
/// # Errors
/// As evaluating revisions; `UsageError` for flags that exclude each other.
pub(super) fn settle(prepared: &Prepared) -> Outcome<Directed> {
    let parsed = &prepared.parsed;
    let value = |flag| parsed.value(flag).filter(|spec: &&[u8]| !spec.is_empty());
    let (change, from, to, revs) = (value("change"), value("from"), value("to"), parsed.list("rev"));
    let given = |flag: &str| parsed.given().any(|name| name == flag);
    let named = usize::from(given("change")) + usize::from(given("rev")) + usize::from(given("from") || given("to"));
    if named > 1 {
        return Err(Stop::unsupported(Reason::UsageError, "flags that exclude each other"));
    }
    let mut turned = parsed.switch("reverse");
    let sides = if let Some(change) = change {
        let rev = single(prepared, change)?;
        if rev == NULL_REV {
            // Legacy takes the last changeset for its parent.
            return Err(Stop::unsupported(Reason::RevisionExpression, "the change of the null revision"));
        }
        Sides::Between(prepared.repository()?.changelog()?.parents(rev)?[0], rev)
    } else if from.is_some() || to.is_some() {
        match (from, to) {
            (Some(from), None) => Sides::since(prepared, single(prepared, from)?)?,
            (Some(from), Some(to)) => Sides::Between(single(prepared, from)?, single(prepared, to)?),
            (_, to) => {
                // The patterns are then those of the revision, and not of the working directory.
                if !parsed.arguments.is_empty() || !parsed.list("include").is_empty() {
                    return Err(Stop::unsupported(Reason::PatternUnsupported, "patterns with --to alone"));
                }
                turned = !turned;
                Sides::since(prepared, single(prepared, to.unwrap_or_default())?)?
            }
        }
    } else if revs.is_empty() {
        Sides::Changes
    } else {
        match prepared.query()?.pair(revs)? {
            Pair::Since(rev) => Sides::since(prepared, rev)?,
            Pair::Between(first, last) => Sides::Between(first, last),
        }
    };
    if parsed.switch("ignore-changes-from-ancestors") && !have_one_parent(prepared, sides)? {
        return Err(Stop::unsupported(Reason::FlagUnsupported, "--ignore-changes-from-ancestors"));
    }
    if sides == Sides::Between(NULL_REV, NULL_REV) {
        // Legacy takes the working directory's parent for the earlier one.
        return Err(Stop::unsupported(Reason::RevisionExpression, "the null revision with itself"));
    }
    Ok(Directed { sides, turned })
}

/// Whether the first parents of both sides are one: then there is nothing to leave out.
fn have_one_parent(prepared: &Prepared, sides: Sides) -> Outcome<bool> {
    let repository = prepared.repository()?;
    let of = |rev: Rev| -> Outcome<Rev> {
        if rev == NULL_REV { Ok(NULL_REV) } else { Ok(repository.changelog()?.parents(rev)?[0]) }
    };
    let [working, _] = repository.working_revs()?;
    Ok(match sides {
        Sides::Changes => of(working)? == working,
        Sides::Since(rev) => of(rev)? == working,
        Sides::Between(older, newer) => of(older)? == of(newer)?,
    })
}

fn single(prepared: &Prepared, spec: &[u8]) -> Outcome<Rev> {
    let rev = prepared.single(spec)?;
    rev.ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "an empty revision"))
}
