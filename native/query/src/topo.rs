//! `sort(..., topo)`: one line of development after the other, from heads to roots.
//!
//! Revisions wait in groups, each with the revisions that it is blocked on: the parents that have not been given yet.
//! A group is given as a whole as soon as one that it is blocked on is also waited for by what was given before.

use crate::dag::Dag;
use amalgam_types::{NULL_REV, Outcome, Rev};
use std::collections::{BTreeSet, BinaryHeap, HashSet};

#[derive(Default)]
struct Group {
    revs: Vec<Rev>,
    blocked: BTreeSet<Rev>,
}

/// `revs` (high to low) in topological order; the branches of `first` come first.
pub(crate) fn sort(dag: &Dag<'_>, revs: &[Rev], first: &[Rev]) -> Outcome<Vec<Rev>> {
    let mut out = Vec::with_capacity(revs.len());
    // The first group stands for what was given: its blockers are what may follow at once.
    let mut groups = vec![Group { revs: Vec::new(), blocked: first.iter().copied().collect() }];
    let mut queue: BinaryHeap<Rev> = BinaryHeap::new();
    let mut queued: HashSet<Rev> = HashSet::new();
    for &current in revs {
        if queued.insert(current) {
            queue.push(current);
        }
        while let Some(rev) = queue.pop() {
            queued.remove(&rev);
            let target = join_waiting(&mut groups, rev);
            let group = &mut groups[target];
            if rev == current {
                group.revs.push(rev);
            }
            group.blocked.remove(&rev);
            for parent in dag.parents(rev)?.into_iter().filter(|&p| p != NULL_REV) {
                group.blocked.insert(parent);
                if queued.insert(parent) {
                    queue.push(parent);
                }
            }
            give(&mut groups, target, &mut out);
            if rev == current {
                break;
            }
        }
    }
    for group in groups {
        out.extend(group.revs);
    }
    Ok(out)
}

/// Joins the groups that wait for `rev` into the oldest of them, or begins a group.
fn join_waiting(groups: &mut Vec<Group>, rev: Rev) -> usize {
    let waiting: Vec<usize> = (0..groups.len()).filter(|&at| groups[at].blocked.contains(&rev)).collect();
    let Some((&target, others)) = waiting.split_first() else {
        groups.push(Group { revs: Vec::new(), blocked: BTreeSet::from([rev]) });
        return groups.len() - 1;
    };
    let joined: Vec<Group> = others.iter().rev().map(|&at| groups.remove(at)).collect();
    for group in joined.into_iter().rev() {
        groups[target].revs.extend(group.revs);
        groups[target].blocked.extend(group.blocked);
    }
    target
}

/// Gives out the group `target` (or, where nothing is waited for, the oldest) if it may go.
fn give(groups: &mut Vec<Group>, mut target: usize, out: &mut Vec<Rev>) {
    if groups[0].blocked.is_empty() {
        if groups.len() > 1 {
            target = 1;
        }
    } else if groups[target].blocked.is_disjoint(&groups[0].blocked) {
        return;
    }
    let revs = std::mem::take(&mut groups[target].revs);
    out.extend(revs);
    if target > 0 {
        let group = groups.remove(target);
        groups[0].blocked.extend(group.blocked);
    }
}
