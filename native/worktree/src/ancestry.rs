//! How two changesets are related.

use amalgam_config::Config;
use amalgam_repo::{Changelog, Repository};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::BinaryHeap;

const OF_A: u8 = 1;
const OF_B: u8 = 2;
const OF_BOTH: u8 = OF_A | OF_B;
/// An ancestor of a common ancestor.
const COVERED: u8 = 4;

/// The common ancestor that counts; -1 if there is none.
///
/// # Errors
/// `RevisionExpression` where a setting decides among several.
pub(crate) fn common_ancestor(repository: &Repository, config: &Config, a: Rev, b: Rev) -> Outcome<Rev> {
    match nearest(repository.changelog()?, a, b)?.as_slice() {
        [] => Ok(NULL_REV),
        [only] => Ok(*only),
        several => {
            let chosen = repository.preferred_ancestor(config, several)?;
            chosen.ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "several common ancestors"))
        }
    }
}

/// The common ancestors that no other common ancestor descends from.
fn nearest(changelog: &Changelog, a: Rev, b: Rev) -> Outcome<Vec<Rev>> {
    if a == NULL_REV || b == NULL_REV {
        return Ok(Vec::new());
    }
    // Newest first: everything that can mark a revision comes before it.
    let mut marks = std::collections::HashMap::new();
    let mut pending = BinaryHeap::from([a, b]);
    *marks.entry(a).or_insert(0) |= OF_A;
    *marks.entry(b).or_insert(0) |= OF_B;
    let mut found = Vec::new();
    // Revisions that still could lead to another candidate.
    let mut open = if a == b { 0 } else { 2 };
    while let Some(rev) = pending.pop() {
        let mark = marks.remove(&rev).unwrap_or(0);
        if mark & COVERED == 0 {
            if mark == OF_BOTH {
                found.push(rev);
            } else {
                open -= 1;
            }
        }
        if open <= 0 && !found.is_empty() && !pending.iter().any(|rev| marks.get(rev) == Some(&OF_BOTH)) {
            return Ok(found);
        }
        let handed = if mark & OF_BOTH == OF_BOTH { OF_BOTH | COVERED } else { mark };
        for parent in changelog.parents(rev)?.into_iter().filter(|&parent| parent != NULL_REV) {
            let is_single = |mark: u8| mark == OF_A || mark == OF_B;
            let slot = marks.entry(parent).or_insert_with(|| {
                pending.push(parent);
                0
            });
            let before = *slot;
            *slot |= handed;
            open += i32::from(is_single(*slot)) - i32::from(is_single(before));
        }
    }
    Ok(found)
}
