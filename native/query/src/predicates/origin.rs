//! Functions about grafts, transplants and rebases: what came from where.

use super::Call;
use crate::evaluate::Evaluation;
use crate::set::{Bits, Keep, Set};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};

/// Where a changeset says that it comes from, if that is known here.
fn source(evaluation: &Evaluation<'_>, rev: Rev) -> Outcome<Option<Rev>> {
    if rev == NULL_REV {
        return Ok(None);
    }
    let extra = evaluation.changelog.entry(rev)?.extra()?;
    for label in [b"source".as_slice(), b"transplant_source", b"rebase_source"] {
        let Some((_, id)) = extra.iter().find(|(key, _)| key == label) else { continue };
        let node = match id.len() {
            20 => Node::from_slice(id),
            40 => Node::from_hex(id),
            _ => None,
        };
        let Some(node) = node else {
            return Err(Stop::unsupported(Reason::RevsetPredicate, "a source that is no whole id"));
        };
        if let Some(found) = evaluation.changelog.rev_of(&node)?
            && !evaluation.hidden.contains(found)
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The source of every member of `revs` that has one; no member comes from itself.
fn sources(evaluation: &Evaluation<'_>, revs: &Set<'_>) -> Outcome<Vec<(Rev, Rev)>> {
    let mut out = Vec::new();
    for rev in revs.iter()? {
        let rev = rev?;
        if let Some(source) = source(evaluation, rev)? {
            out.push((rev, source));
        }
    }
    Ok(out)
}

pub(super) fn origin<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let destinations = match call.argument {
        Some(set) => evaluation.all_of(Some(set))?,
        None => evaluation.whole(),
    };
    let mut out = Bits::default();
    for (_, mut first) in sources(evaluation, &destinations)? {
        let mut seen = Bits::default();
        while let Some(before) = source(evaluation, first)? {
            if !seen.insert(first) {
                return Err(Stop::unsupported(Reason::RepositoryState, "changesets that are each other's source"));
            }
            first = before;
        }
        out.insert(first);
    }
    call.subset.and(&Set::sorted(&out))
}

pub(super) fn destination<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let wanted = match call.argument {
        Some(set) => evaluation.all_of(Some(set))?,
        None => evaluation.whole(),
    };
    let mut out = Bits::default();
    for (rev, first) in sources(evaluation, call.subset)? {
        let mut lineage = vec![rev];
        let mut seen = Bits::default();
        let mut next = Some(first);
        while let Some(origin) = next {
            if wanted.contains(origin)? || out.contains(origin) {
                out.extend(lineage);
                break;
            }
            if !seen.insert(origin) {
                return Err(Stop::unsupported(Reason::RepositoryState, "changesets that are each other's source"));
            }
            lineage.push(origin);
            next = source(evaluation, origin)?;
        }
    }
    Ok(call.subset.filter(Keep::light(move |rev| Ok(out.contains(rev)))))
}
