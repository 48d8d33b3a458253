//! `subsetparents()`: what a changeset hangs together with among some changesets of the history.

use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::{BinaryHeap, HashSet};
use std::rc::Rc;

/// Some changesets, for looking them up.
pub(super) struct Subset {
    revs: HashSet<Rev>,
    lowest: Rev,
}

impl Subset {
    pub(super) fn new(revs: &[Rev]) -> Outcome<Rc<Self>> {
        if revs.contains(&NULL_REV) {
            return Err(Stop::unsupported(Reason::TemplateFunction, "subsetparents with the null revision"));
        }
        let lowest = revs.iter().copied().min().unwrap_or(0);
        Ok(Rc::new(Subset { revs: revs.iter().copied().collect(), lowest }))
    }

    /// The parents of `rev` among these, in the order of the ways to them. A parent proper always counts, another
    /// ancestor only where it is not below one that counts.
    ///
    /// # Errors
    /// What `parents` ends with.
    pub(super) fn parents(&self, rev: Rev, parents: impl Fn(Rev) -> Outcome<[Rev; 2]>) -> Outcome<Vec<Rev>> {
        if !self.revs.contains(&rev) {
            return Ok(Vec::new());
        }
        let parents_of = |rev: Rev| -> Outcome<Vec<Rev>> {
            let parents = parents(rev)?;
            Ok(parents.into_iter().filter(|&parent| parent >= self.lowest).collect())
        };
        let own = parents_of(rev)?;
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        for &parent in &own {
            if self.revs.contains(&parent) {
                found.push(parent);
                continue;
            }
            // Into first parents first, through what is not in the subset.
            let mut open = vec![parent];
            while let Some(rev) = open.pop() {
                match (seen.insert(rev), self.revs.contains(&rev)) {
                    (true, true) if !own.contains(&rev) => found.push(rev),
                    (true, false) => open.extend(parents_of(rev)?.into_iter().rev()),
                    _ => {}
                }
            }
        }
        let Some(lowest) = found.iter().copied().filter(|rev| !own.contains(rev)).min() else { return Ok(found) };
        let mut below: BinaryHeap<Rev> = BinaryHeap::new();
        for &rev in &found {
            below.extend(parents_of(rev)?);
        }
        let mut reached = HashSet::new();
        while let Some(rev) = below.pop().filter(|&rev| rev >= lowest) {
            if reached.insert(rev) {
                below.extend(parents_of(rev)?);
            }
        }
        found.retain(|rev| own.contains(rev) || !reached.contains(rev));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_what_is_shown() {
        let parents = [[-1, -1], [0, -1], [0, -1], [1, 2], [2, 1], [3, 4], [5, -1], [6, 1]];
        let of = |rev: Rev, subset: &[Rev]| -> Vec<Rev> {
            let subset = Subset::new(subset).expect("no null revision");
            subset.parents(rev, |rev| Ok(parents[rev as usize])).expect("known")
        };
        assert_eq!(of(5, &[5, 3, 4, 1]), [3, 4]);
        assert_eq!(of(6, &[6, 1, 2]), [1, 2]);
        assert_eq!(of(6, &[6, 4, 0, 1]), [4]);
        // A parent proper stays, though it is below another, and stands where the parent does.
        assert_eq!(of(7, &[7, 5, 1]), [5, 1]);
        assert_eq!(of(7, &[7, 1, 2]), [2, 1]);
        assert_eq!(of(7, &[6, 1]), []);
        assert!(Subset::new(&[-1]).is_err());
    }
}
