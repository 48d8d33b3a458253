//! Functions about branches, bookmarks and tags.

use super::Call;
use crate::pattern::{Pattern, split};
use crate::set::{Bits, Keep, Set};
use crate::strings::local;
use crate::tree::{Tree, arguments, text};
use amalgam_repo::{BranchNames, Tag};
use amalgam_types::{AbortKind, NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::collections::BTreeSet;

/// A revision that a name points at and that has to be visible.
fn visible(call: &Call<'_, '_, '_>, node: &Node) -> Outcome<Rev> {
    match call.evaluation.changelog.rev_of(node)? {
        Some(rev) if call.evaluation.hidden.contains(rev) => {
            Err(Stop::unsupported(Reason::RevisionHidden, "a name of a hidden changeset"))
        }
        Some(rev) => Ok(rev),
        None => Err(Stop::unsupported(Reason::RevisionUnknown, "a name of an unknown changeset")),
    }
}

fn missing(kind: &str, name: &[u8]) -> Stop {
    let message = [kind.as_bytes(), b" '", name, b"' does not exist"].concat();
    Stop::abort(AbortKind::Lookup, message)
}

fn of_bits<'a>(call: &Call<'_, '_, 'a>, mut revs: Bits) -> Outcome<Set<'a>> {
    revs.remove(NULL_REV);
    call.subset.and(&Set::sorted(&revs))
}

pub(super) fn bookmark<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 0, 1, "bookmark takes one or no arguments")?;
    let bookmarks = call.evaluation.repository.bookmarks(call.evaluation.config())?;
    let mut revs = Bits::default();
    let Some(argument) = arguments.first() else {
        for (_, node) in bookmarks.iter() {
            revs.insert(visible(call, node)?);
        }
        return of_bits(call, revs);
    };
    let given = text(*argument, "the argument to bookmark must be a string")?;
    match split(given) {
        (true, _) => {
            let pattern = Pattern::new(given)?;
            for (_, node) in bookmarks.iter().filter(|(name, _)| pattern.is(name)) {
                revs.insert(visible(call, node)?);
            }
        }
        (false, name) => {
            let name = match name {
                b"." if name == given => {
                    bookmarks.active().ok_or_else(|| Stop::abort(AbortKind::Lookup, "no active bookmark"))?
                }
                _ => name,
            };
            let node = bookmarks.get(name).ok_or_else(|| missing("bookmark", name))?;
            revs.insert(visible(call, &node)?);
        }
    }
    of_bits(call, revs)
}

pub(super) fn tag<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 0, 1, "tag takes one or no arguments")?;
    let tags = call.evaluation.repository.tags(call.evaluation.config())?;
    let mut revs = Bits::default();
    let is_listed = |tag: &&Tag| visible(call, &tag.node).is_ok();
    match arguments.first() {
        None => {
            for tag in tags.iter().filter(|tag| tag.name != b"tip").filter(is_listed) {
                revs.insert(visible(call, &tag.node)?);
            }
            // Legacy keeps the null revision here.
            return call.subset.and(&Set::sorted(&revs));
        }
        Some(argument) => {
            let given = text(*argument, "the argument to tag must be a string")?;
            match split(given) {
                (true, _) => {
                    let pattern = Pattern::new(given)?;
                    for tag in tags.iter().filter(|tag| pattern.is(&tag.name)).filter(is_listed) {
                        revs.insert(visible(call, &tag.node)?);
                    }
                }
                (false, name) => {
                    let tag = tags.get(name).ok_or_else(|| missing("tag", name))?;
                    revs.insert(visible(call, &tag.node)?);
                }
            }
        }
    }
    call.subset.and(&Set::sorted(&revs))
}

pub(super) fn named<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 1, 1, "named requires a namespace argument")?;
    let given = text(arguments[0], "the argument to named must be a string")?;
    let pattern = Pattern::new(given)?;
    let spaces: Vec<&str> =
        ["bookmarks", "tags", "branches"].into_iter().filter(|space| pattern.is(space.as_bytes())).collect();
    if spaces.is_empty() && !split(given).0 {
        return Err(missing("namespace", given));
    }
    let config = call.evaluation.config();
    let repository = call.evaluation.repository;
    let mut revs = Bits::default();
    for space in spaces {
        match space {
            "bookmarks" => {
                for (_, node) in repository.bookmarks(config)?.iter() {
                    revs.insert(visible(call, node)?);
                }
            }
            "tags" => {
                for tag in repository.tags(config)?.iter().filter(|tag| tag.name != b"tip") {
                    if let Ok(rev) = visible(call, &tag.node) {
                        revs.insert(rev);
                    }
                }
            }
            _ => {
                let branches = repository.branches(config)?;
                revs = branches.iter().filter_map(|(name, _)| branches.tip(name)).chain(revs.iter()).collect();
            }
        }
    }
    of_bits(call, revs)
}

pub(super) fn head<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("head")?;
    let branches = call.evaluation.repository.branches(call.evaluation.config())?;
    let heads: Bits = branches.iter().flat_map(|(_, heads)| heads.iter().map(|head| head.rev)).collect();
    call.subset.and(&Set::sorted(&heads))
}

pub(super) fn closed<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("closed")?;
    let names = call.evaluation.branch_names()?;
    Ok(call.evaluation.reading(call.subset, move |rev| Ok(rev != NULL_REV && names.of(rev)?.1)))
}

/// `branch(name, pattern or set)`: a set stands for the branches of its members.
pub(super) fn branch<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let names = evaluation.branch_names()?;
    if let Some(Tree::Symbol(given) | Tree::Text(given)) = call.argument {
        let (is_regex, name) = split(given);
        if is_regex || evaluation.repository.branches(evaluation.config())?.tip(name).is_some() {
            let pattern = Pattern::new(given)?;
            return Ok(evaluation.reading(call.subset, move |rev| Ok(pattern.is(&name_of(&names, rev)?))));
        }
        if given.starts_with(b"literal:") {
            return Err(missing("branch", name));
        }
    }
    let set = call.argument_set()?;
    let mut wanted = BTreeSet::new();
    for rev in set.any_order()? {
        wanted.insert(name_of(&names, rev?)?);
    }
    // Members of the set are on one of the branches themselves.
    Ok(call.subset.filter(Keep::heavy(move |rev| Ok(wanted.contains(&name_of(&names, rev)?)))))
}

fn name_of(names: &BranchNames<'_>, rev: Rev) -> Outcome<Vec<u8>> {
    Ok(match rev {
        NULL_REV => b"default".to_vec(),
        _ => local(&names.of(rev)?.0).into_owned(),
    })
}
