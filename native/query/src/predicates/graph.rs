//! Functions about the shape of history.

use super::Call;
use crate::dag::Walk;
use crate::evaluate::{Evaluation, Order, working_copy};
use crate::set::{Bits, Keep, Set};
use crate::tree::{Tree, arguments, error, has_first, integer, list, named, text};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::rc::Rc;

pub(super) fn ancestors<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let (set, walk) = depths(call, "ancestors")?;
    ancestors_of(call, set, walk)
}

pub(super) fn first_ancestors<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    ancestors_of(call, call.argument, Walk { first_parents: true, ..Walk::default() })
}

pub(super) fn descendants<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let (set, walk) = depths(call, "descendants")?;
    descendants_of(call, set, walk)
}

pub(super) fn first_descendants<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    descendants_of(call, call.argument, Walk { first_parents: true, ..Walk::default() })
}

/// The set and the depth of `ancestors` and `descendants`.
fn depths<'t>(call: &Call<'_, 't, '_>, name: &str) -> Outcome<(Option<&'t Tree>, Walk)> {
    let [set, depth, start] = named(call.argument, name, ["set", "depth", "startdepth"])?;
    if set.is_none() {
        return Err(match has_first(call.argument, "set") {
            true => error("missing argument"),
            false => error(format!("{name} takes at least 1 argument")),
        });
    }
    let mut walk = Walk::default();
    if start.is_some() {
        let start = integer(start, &format!("{name} expects an integer startdepth"))?;
        if start < 0 {
            return Err(error("negative startdepth"));
        }
        walk.start_depth = Some(start);
    }
    if depth.is_some() {
        let depth = integer(depth, &format!("{name} expects an integer depth"))?;
        if depth < 0 {
            return Err(error("negative depth"));
        }
        walk.stop_depth = Some(depth + 1);
    }
    Ok((set, walk))
}

fn ancestors_of<'a>(call: &Call<'_, '_, 'a>, set: Option<&Tree>, walk: Walk) -> Outcome<Set<'a>> {
    let heads = call.evaluation.all_of(set)?;
    if heads.is_empty()? {
        return Ok(Set::empty());
    }
    call.subset.and(&Set::stream(call.evaluation.dag.ancestors(&heads, walk, None)?, false))
}

fn descendants_of<'a>(call: &Call<'_, '_, 'a>, set: Option<&Tree>, walk: Walk) -> Outcome<Set<'a>> {
    let roots = call.evaluation.all_of(set)?;
    if roots.is_empty()? {
        return Ok(Set::empty());
    }
    call.subset.and(&Set::stream(call.evaluation.dag.descendants(&roots, walk)?, true))
}

/// `follow()`: the ancestors of the working directory's parent.
pub(super) fn follow<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let [file, start] = named(call.argument, "follow", ["file", "startrev"])?;
    if let Some(file) = file {
        let pattern = text(Some(file), "follow expected a pattern")?;
        let start = start.map(|start| call.evaluation.all_of(Some(start))).transpose()?;
        return super::files::follow(call, pattern, start.as_ref());
    }
    let start = match start {
        Some(start) => call.evaluation.all_of(Some(start))?,
        None => Set::list(vec![call.evaluation.repository.working_revs()?[0]]),
    };
    call.subset.and(&Set::stream(call.evaluation.dag.ancestors(&start, Walk::default(), None)?, false))
}

pub(super) fn parents<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let mut out = Bits::default();
    match call.argument {
        None => out.extend(evaluation.repository.working_revs()?),
        Some(set) => {
            for rev in evaluation.all_of(Some(set))?.any_order()? {
                out.extend(evaluation.dag.parents(rev?)?);
            }
        }
    }
    out.remove(NULL_REV);
    call.subset.and(&Set::sorted(&out))
}

pub(super) fn p1<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    parent(call.evaluation, call.subset, call.argument, 0)
}

pub(super) fn p2<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    parent(call.evaluation, call.subset, call.argument, 1)
}

/// The first or second parents of a set, or of the working directory.
pub(crate) fn parent<'a>(
    evaluation: &Evaluation<'a>,
    subset: &Set<'a>,
    set: Option<&Tree>,
    which: usize,
) -> Outcome<Set<'a>> {
    let mut out = Bits::default();
    match set {
        None => out.extend([evaluation.repository.working_revs()?[which]]),
        Some(set) => {
            for rev in evaluation.all_of(Some(set))?.any_order()? {
                out.insert(evaluation.dag.parents(rev?)?[which]);
            }
        }
    }
    out.remove(NULL_REV);
    subset.and(&Set::sorted(&out))
}

pub(super) fn children<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let set = call.argument_set()?;
    let Some(lowest) = set.min()? else { return Ok(Set::empty()) };
    let parents = set.to_bits()?;
    let mut out = Bits::default();
    for rev in call.subset.any_order()? {
        let rev = rev?;
        if rev <= lowest {
            continue;
        }
        if rev == WDIR_REV {
            return Err(working_copy());
        }
        let [p1, p2] = call.evaluation.dag.parents(rev)?;
        if parents.contains(p1) || (p2 != NULL_REV && parents.contains(p2)) {
            out.insert(rev);
        }
    }
    call.subset.and(&Set::sorted(&out))
}

pub(super) fn heads<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let order = if call.order == Order::Define { Order::Follow } else { call.order };
    let set = call.evaluation.set(&call.evaluation.whole(), call.argument, order)?;
    call.subset.and(&Set::sorted(&call.evaluation.dag.heads(&set)?))
}

pub(super) fn roots<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let set = call.argument_set()?;
    let dag = Rc::clone(&call.evaluation.dag);
    let inside = set.clone();
    let roots = set.filter(Keep::light(move |rev| {
        for (at, parent) in dag.parents(rev)?.into_iter().enumerate() {
            // The null revision is a parent of the working directory only.
            let is_one = parent != NULL_REV || (rev == WDIR_REV && at == 0);
            if is_one && inside.contains(parent)? {
                return Ok(false);
            }
        }
        Ok(true)
    }));
    call.subset.and(&roots)
}

pub(super) fn only<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let arguments = arguments(call.argument, 1, 2, "only takes one or two arguments")?;
    let include = evaluation.all_of(arguments[0])?;
    let exclude = match arguments.get(1) {
        Some(exclude) => evaluation.all_of(*exclude)?.to_bits()?,
        None => {
            if include.is_empty()? {
                return Ok(Set::empty());
            }
            let descendants: Outcome<Bits> = evaluation.dag.descendants(&include, Walk::default())?.collect();
            let descendants = descendants?;
            evaluation.dag.visible_heads()?.iter().filter(|&rev| !descendants.contains(rev)).collect()
        }
    };
    call.subset.and(&Set::sorted(&evaluation.dag.missing(&exclude, &include.to_bits()?)?))
}

pub(super) fn ancestor<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let revs = evaluation.union(&evaluation.whole(), &list(call.argument), Order::Any)?;
    let mut found: Option<Rev> = None;
    for rev in revs.iter()? {
        let rev = rev?;
        found = Some(match found {
            None => rev,
            Some(NULL_REV) => NULL_REV,
            Some(_) if rev == NULL_REV => NULL_REV,
            Some(before) => {
                let heads: Vec<Rev> = evaluation.dag.common_heads(&[before, rev])?.iter().collect();
                match heads.as_slice() {
                    [] => NULL_REV,
                    [only] => *only,
                    _ if before == WDIR_REV || rev == WDIR_REV => return Err(several_ancestors()),
                    candidates => evaluation
                        .repository
                        .preferred_ancestor(evaluation.config(), candidates)?
                        .ok_or_else(several_ancestors)?,
                }
            }
        });
    }
    Ok(match found {
        Some(rev) if call.subset.contains(rev)? => Set::list(vec![rev]),
        _ => Set::empty(),
    })
}

fn several_ancestors() -> Stop {
    Stop::unsupported(Reason::RevsetPredicate, "ancestor with several candidates")
}

pub(super) fn common_ancestors<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let revs = evaluation.set(&evaluation.whole(), call.argument, Order::Any)?;
    if revs.is_empty()? {
        return Ok(Set::empty());
    }
    let mut subset = call.subset.clone();
    for rev in revs.iter()? {
        let heads = Set::list(vec![rev?]);
        subset = subset.and(&Set::stream(evaluation.dag.ancestors(&heads, Walk::default(), None)?, false))?;
    }
    Ok(subset)
}

pub(super) fn common_ancestor_heads<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let revs = evaluation.set(&evaluation.whole(), call.argument, Order::Any)?.to_vec()?;
    if revs.contains(&NULL_REV) {
        return Err(Stop::unsupported(Reason::RevsetPredicate, "common ancestors of the null revision"));
    }
    let heads: Vec<Rev> = evaluation.dag.common_heads(&revs)?.iter().collect();
    call.subset.and(&Set::list(heads))
}

pub(super) fn merge<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("merge")?;
    let dag = Rc::clone(&call.evaluation.dag);
    Ok(call.subset.filter(Keep::light(move |rev| Ok(dag.parents(rev)?[1] != NULL_REV))))
}

pub(super) fn branchpoint<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("branchpoint")?;
    let evaluation = call.evaluation;
    let Some(lowest) = call.subset.min()? else { return Ok(Set::empty()) };
    let mut once = Bits::default();
    let mut often = Bits::default();
    for rev in (lowest + 1..evaluation.changelog.len()).filter(|&rev| !evaluation.hidden.contains(rev)) {
        for parent in evaluation.dag.parents(rev)? {
            if parent >= lowest && !once.insert(parent) {
                often.insert(parent);
            }
        }
    }
    Ok(call.subset.filter(Keep::light(move |rev| Ok(often.contains(rev)))))
}
