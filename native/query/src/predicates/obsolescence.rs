//! Functions about rewritten changesets and what depends on them.

use super::Call;
use crate::set::{Bits, Set};
use amalgam_repo::Phase;
use amalgam_types::{Outcome, Reason, Stop};

pub(super) fn obsolete<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("obsolete")?;
    call.subset.and(&visible(call, &call.evaluation.visibility.obsolete().collect()))
}

pub(super) fn orphan<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("orphan")?;
    call.subset.and(&visible(call, &orphans(call)?))
}

/// Obsolete changesets that no orphan descends from.
pub(super) fn extinct<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("extinct")?;
    let kept = call.evaluation.dag.all_ancestors(&orphans(call)?)?;
    let extinct = call.evaluation.visibility.obsolete().filter(|&rev| !kept.contains(rev)).collect();
    call.subset.and(&visible(call, &extinct))
}

pub(super) fn phase_divergent<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("phasedivergent")?;
    nothing_without_markers(call)
}

pub(super) fn content_divergent<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("contentdivergent")?;
    nothing_without_markers(call)
}

pub(super) fn unstable<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("unstable")?;
    nothing_without_markers(call)
}

/// Without markers, a changeset's only successor is itself.
pub(super) fn successors<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let set = call.argument_set()?.to_bits()?;
    refuse_markers(call)?;
    call.subset.and(&Set::sorted(&set))
}

/// Mutable changesets that are not obsolete but descend from one that is.
fn orphans(call: &Call<'_, '_, '_>) -> Outcome<Bits> {
    let evaluation = call.evaluation;
    let visibility = evaluation.visibility;
    let mut orphans = Bits::default();
    if visibility.obsolete().next().is_none() {
        return Ok(orphans);
    }
    for rev in visibility.first_mutable()..evaluation.changelog.len() {
        if visibility.phase(rev) == Phase::Public || visibility.is_obsolete(rev) {
            continue;
        }
        let parents = evaluation.dag.parents(rev)?;
        if parents.iter().any(|&p| visibility.is_obsolete(p) || orphans.contains(p)) {
            orphans.insert(rev);
        }
    }
    Ok(orphans)
}

fn visible<'a>(call: &Call<'_, '_, 'a>, revs: &Bits) -> Set<'a> {
    Set::sorted(&revs.iter().filter(|&rev| !call.evaluation.hidden.contains(rev)).collect())
}

fn nothing_without_markers<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    refuse_markers(call)?;
    Ok(Set::empty())
}

fn refuse_markers(call: &Call<'_, '_, '_>) -> Outcome<()> {
    if call.evaluation.visibility.any_markers() {
        return Err(Stop::unsupported(Reason::ObsolescencePresent, "a question about successors"));
    }
    Ok(())
}
