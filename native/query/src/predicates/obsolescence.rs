//! Functions about rewritten changesets and what depends on them.

use super::Call;
use crate::set::{Bits, Set};
use amalgam_repo::Instabilities;
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
    let found = instabilities(call)?.phase_divergent().collect();
    call.subset.and(&visible(call, &found))
}

pub(super) fn content_divergent<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("contentdivergent")?;
    refuse_rivals(call)?;
    Ok(Set::empty())
}

pub(super) fn unstable<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("unstable")?;
    refuse_rivals(call)?;
    let all = instabilities(call)?;
    let found = all.orphans().chain(all.phase_divergent()).collect();
    call.subset.and(&visible(call, &found))
}

/// Without markers, a changeset's only successor is itself.
pub(super) fn successors<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let set = call.argument_set()?.to_bits()?;
    refuse_markers(call)?;
    call.subset.and(&Set::sorted(&set))
}

fn orphans(call: &Call<'_, '_, '_>) -> Outcome<Bits> {
    Ok(instabilities(call)?.orphans().collect())
}

fn instabilities<'a>(call: &Call<'_, '_, 'a>) -> Outcome<&'a Instabilities> {
    call.evaluation.repository.instabilities(call.evaluation.matching.config)
}

fn refuse_rivals(call: &Call<'_, '_, '_>) -> Outcome<()> {
    if instabilities(call)?.any_may_be_content_divergent() {
        return Err(Stop::unsupported(Reason::ObsolescencePresent, "changesets that may be rewritten in two ways"));
    }
    Ok(())
}

fn visible<'a>(call: &Call<'_, '_, 'a>, revs: &Bits) -> Set<'a> {
    Set::sorted(&revs.iter().filter(|&rev| !call.evaluation.hidden.contains(rev)).collect())
}

fn refuse_markers(call: &Call<'_, '_, '_>) -> Outcome<()> {
    if call.evaluation.visibility.any_markers() {
        return Err(Stop::unsupported(Reason::ObsolescencePresent, "a question about successors"));
    }
    Ok(())
}
