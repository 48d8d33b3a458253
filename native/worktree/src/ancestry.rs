//! How two changesets are related.

use amalgam_repo::Changelog;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::BinaryHeap;

const OF_A: u8 = 1;
const OF_B: u8 = 2;
const OF_BOTH: u8 = OF_A | OF_B;
/// An ancestor of a common ancestor.
const COVERED: u8 = 4;

/// The greatest common ancestor; -1 if there is none. Where there are several, legacy's choice depends on more.
pub(crate) fn common_ancestor(changelog: &Changelog, a: Rev, b: Rev) -> Outcome<Rev> {
    if a == NULL_REV || b == NULL_REV {
        return Ok(NULL_REV);
    }
    // Newest first: everything that can mark a revision comes before it.
    let mut marks = std::collections::HashMap::new();
    let mut pending = BinaryHeap::from([a, b]);
    *marks.entry(a).or_insert(0) |= OF_A;
    *marks.entry(b).or_insert(0) |= OF_B;
    let mut found = NULL_REV;
    // Revisions that still could lead to another candidate.
    let mut open = if a == b { 0 } else { 2 };
    while let Some(rev) = pending.pop() {
        let mark = marks.remove(&rev).unwrap_or(0);
        if mark & COVERED == 0 {
            if mark == OF_BOTH {
                if found != NULL_REV {
                    return Err(Stop::unsupported(Reason::RevisionExpression, "several common ancestors"));
                }
                found = rev;
            } else {
                open -= 1;
            }
        }
        if open <= 0 && found != NULL_REV && !pending.iter().any(|rev| marks.get(rev) == Some(&OF_BOTH)) {
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
