//! Functions about phases and what is hidden.

use super::Call;
use crate::dag::Walk;
use crate::set::{Bits, Keep, Set};
use crate::tree::{Tree, arguments, error};
use amalgam_repo::Phase;
use amalgam_types::Outcome;
use std::rc::Rc;

pub(super) fn public<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("public")?;
    let visibility = call.evaluation.visibility;
    if visibility.first_mutable() >= call.evaluation.changelog.len() {
        return Ok(call.subset.clone());
    }
    Ok(call.subset.filter(Keep::light(|rev| Ok(visibility.phase(rev) == Phase::Public))))
}

pub(super) fn draft<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("draft")?;
    in_phase(call, |phase| phase == Phase::Draft)
}

pub(super) fn secret<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("secret")?;
    in_phase(call, |phase| phase == Phase::Secret)
}

pub(super) fn not_public<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("_notpublic")?;
    in_phase(call, |phase| phase != Phase::Public)
}

fn in_phase<'a>(call: &Call<'_, '_, 'a>, wanted: impl Fn(Phase) -> bool) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let revs = evaluation.visibility.first_mutable()..evaluation.changelog.len();
    let found: Bits =
        revs.filter(|&rev| !evaluation.hidden.contains(rev) && wanted(evaluation.visibility.phase(rev))).collect();
    call.subset.and(&Set::sorted(&found))
}

/// `draft() & ::set` and the like, for which the walk ends where the phase does.
pub(super) fn with_ancestors<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 2, 2, "_phaseandancestors requires two arguments")?;
    let Some(Tree::Symbol(name)) = arguments[0] else { return Err(error("not a symbol")) };
    let lowest = if name == b"secret" { Phase::Secret } else { Phase::Draft };
    let visibility = call.evaluation.visibility;
    let heads = call.evaluation.all_of(arguments[1])?;
    let cut = Rc::new(move |rev| visibility.phase(rev) < lowest);
    let mut found = Set::stream(call.evaluation.dag.ancestors(&heads, Walk::default(), Some(cut))?, false);
    if name == b"draft" {
        found = found.filter(Keep::light(move |rev| Ok(visibility.phase(rev) == Phase::Draft)));
    }
    call.subset.and(&found)
}

pub(super) fn hidden<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("hidden")?;
    call.subset.and(&Set::sorted(&call.evaluation.visibility.filtered().collect()))
}
