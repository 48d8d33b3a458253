//! The graph of changesets: ancestors, descendants, what lies between, heads.
//!
//! The working directory has parents here; what legacy does not work out for it is refused where it is asked for.
//!
//! Walks go over revision numbers, in which parents always come before children. A walk over a mass of revisions
//! marks them in a bit set and steps from mark to mark, so that reading the first few costs only these.

use crate::evaluate::working_copy;
use crate::set::{Bits, Producer, Set};
use amalgam_repo::{Changelog, Repository};
use amalgam_types::{NULL_REV, Outcome, Rev, WDIR_REV};
use std::cell::{Cell, OnceCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// After so many look-ups in the index, all parents are read at once.
const LOOKUPS: u32 = 200;

/// The parents of all changesets.
pub(crate) struct Dag<'a> {
    repository: &'a Repository,
    changelog: &'a Changelog,
    hidden: Rc<Bits>,
    table: OnceCell<Vec<[Rev; 2]>>,
    lookups: Cell<u32>,
}

/// What an ancestors or descendants walk is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Walk {
    /// Only first parents.
    pub(crate) first_parents: bool,
    /// Leave out what is nearer than this.
    pub(crate) start_depth: Option<i64>,
    /// Stop before this.
    pub(crate) stop_depth: Option<i64>,
}

impl Walk {
    fn is_plain(self) -> bool {
        self.start_depth.is_none() && self.stop_depth.is_none()
    }
}

impl<'a> Dag<'a> {
    pub(crate) fn new(repository: &'a Repository, changelog: &'a Changelog, hidden: Rc<Bits>) -> Self {
        Dag { repository, changelog, hidden, table: OnceCell::new(), lookups: Cell::new(0) }
    }

    /// How many changesets there are, hidden ones included.
    pub(crate) fn len(&self) -> Rev {
        self.changelog.len()
    }

    fn is_visible(&self, rev: Rev) -> bool {
        !self.hidden.contains(rev)
    }

    /// Reads all parents, where many will be asked for.
    pub(crate) fn load(&self) -> Outcome<&[[Rev; 2]]> {
        if let Some(table) = self.table.get() {
            return Ok(table);
        }
        let table = self.changelog.all_parents()?;
        Ok(self.table.get_or_init(|| table))
    }

    /// Both parents; -1 is none.
    pub(crate) fn parents(&self, rev: Rev) -> Outcome<[Rev; 2]> {
        if rev == NULL_REV {
            return Ok([NULL_REV; 2]);
        }
        if rev == WDIR_REV {
            return self.repository.working_revs();
        }
        if self.table.get().is_none() {
            let lookups = self.lookups.get() + 1;
            self.lookups.set(lookups);
            if lookups <= LOOKUPS {
                return self.changelog.parents(rev);
            }
        }
        let table = self.load()?;
        match usize::try_from(rev).ok().and_then(|at| table.get(at)) {
            Some(parents) => Ok(*parents),
            None => self.changelog.parents(rev),
        }
    }

    /// The parents that a walk follows.
    fn followed(&self, rev: Rev, first_only: bool) -> Outcome<impl Iterator<Item = Rev> + use<>> {
        let parents = self.parents(rev)?;
        Ok(parents.into_iter().take(if first_only { 1 } else { 2 }).filter(|&p| p != NULL_REV))
    }

    /// `heads` and their ancestors, high to low. Where `cut` says so, the walk goes no further.
    pub(crate) fn ancestors(
        self: &Rc<Self>,
        heads: &Set<'a>,
        walk: Walk,
        cut: Option<Rc<dyn Fn(Rev) -> bool + 'a>>,
    ) -> Outcome<Producer<'a>> {
        let dag = Rc::clone(self);
        let cut = cut.unwrap_or_else(|| Rc::new(|_| false));
        if walk.is_plain() {
            let mut marks = Bits::default();
            for rev in heads.any_order()? {
                let rev = rev?;
                if !cut(rev) {
                    marks.insert(rev);
                }
            }
            let mut next = WDIR_REV;
            return Ok(Box::new(std::iter::from_fn(move || {
                let rev = marks.highest_to(next)?;
                next = rev - 1;
                match dag.followed(rev, walk.first_parents) {
                    Ok(parents) => {
                        for parent in parents.filter(|&p| !cut(p)) {
                            marks.insert(parent);
                        }
                        Some(Ok(rev))
                    }
                    Err(stop) => Some(Err(stop)),
                }
            })));
        }
        let heads = heads.to_vec()?;
        Ok(Box::new(DepthWalk::new(heads, walk, true, move |rev| Ok(dag.followed(rev, walk.first_parents)?.collect()))))
    }

    /// `roots` and their visible descendants, low to high.
    pub(crate) fn descendants(self: &Rc<Self>, roots: &Set<'a>, walk: Walk) -> Outcome<Producer<'a>> {
        let Some(lowest) = roots.min()? else { return Ok(Box::new(std::iter::empty())) };
        let dag = Rc::clone(self);
        let len = self.len();
        if walk.is_plain() {
            if lowest == NULL_REV {
                let all = (0..len).filter(move |&rev| dag.is_visible(rev));
                return Ok(Box::new(std::iter::once(NULL_REV).chain(all).map(Ok)));
            }
            let mut seen = roots.to_bits()?;
            let mut next = lowest;
            return Ok(Box::new(std::iter::from_fn(move || {
                while next < len {
                    let rev = next;
                    next += 1;
                    if !dag.is_visible(rev) {
                        continue;
                    }
                    if seen.contains(rev) {
                        return Some(Ok(rev));
                    }
                    match dag.followed(rev, walk.first_parents) {
                        Ok(mut parents) => {
                            if parents.any(|p| seen.contains(p)) {
                                seen.insert(rev);
                                return Some(Ok(rev));
                            }
                        }
                        Err(stop) => return Some(Err(stop)),
                    }
                }
                None
            })));
        }
        if roots.contains(WDIR_REV)? {
            return Err(working_copy());
        }
        let mut children: Vec<Vec<Rev>> = vec![Vec::new(); (len - lowest) as usize];
        for rev in (lowest + 1..len).filter(|&rev| self.is_visible(rev)) {
            let [p1, p2] = self.parents(rev)?;
            let mut add = |parent: Rev| {
                if let Some(slot) = usize::try_from(parent - lowest).ok().and_then(|at| children.get_mut(at)) {
                    slot.push(rev);
                }
            };
            add(p1);
            if !walk.first_parents && p2 != NULL_REV {
                add(p2);
            }
        }
        let of = move |rev: Rev| Ok(children.get((rev - lowest) as usize).cloned().unwrap_or_default());
        Ok(Box::new(DepthWalk::new(roots.to_vec()?, walk, false, of)))
    }

    /// What lies on a path from one of `roots` to one of `heads`, ends included.
    pub(crate) fn between(&self, roots: &Bits, heads: &Bits) -> Outcome<Bits> {
        let mut reachable = Bits::default();
        let Some(lowest) = roots.iter().next() else { return Ok(reachable) };
        let mut marks = heads.clone();
        let mut found = false;
        let mut next = marks.highest_to(Rev::MAX - 1);
        while let Some(rev) = next {
            if roots.contains(rev) {
                reachable.insert(rev);
                found = true;
            }
            for parent in self.parents(rev)? {
                if parent >= lowest {
                    marks.insert(parent);
                }
            }
            next = if rev == NULL_REV { None } else { marks.highest_to(rev - 1) };
        }
        if found {
            for rev in marks.iter().filter(|&rev| rev >= lowest.max(0)) {
                if self.parents(rev)?.iter().any(|&parent| reachable.contains(parent)) {
                    reachable.insert(rev);
                }
            }
        }
        Ok(reachable)
    }

    /// All ancestors of `heads`, these included, without the null revision.
    pub(crate) fn all_ancestors(&self, heads: &Bits) -> Outcome<Bits> {
        let mut marks = heads.clone();
        let mut next = marks.highest_to(Rev::MAX - 1);
        while let Some(rev) = next.filter(|&rev| rev != NULL_REV) {
            for parent in self.parents(rev)? {
                marks.insert(parent);
            }
            next = marks.highest_to(rev - 1);
        }
        marks.remove(NULL_REV);
        Ok(marks)
    }

    /// Ancestors of `heads` that are not ancestors of `bases`.
    pub(crate) fn missing(&self, bases: &Bits, heads: &Bits) -> Outcome<Bits> {
        let (mut wanted, mut unwanted) = (heads.clone(), bases.clone());
        let mut out = Bits::default();
        // Nothing below the lowest wanted mark can matter once no wanted mark is left.
        let mut next = heads.highest_to(Rev::MAX - 1).max(bases.highest_to(Rev::MAX - 1));
        while let Some(rev) = next.filter(|&rev| rev != NULL_REV) {
            let Some(left) = wanted.highest_to(rev).filter(|&left| left != NULL_REV) else { break };
            let at = left.max(unwanted.highest_to(rev).unwrap_or(NULL_REV));
            let parents = self.parents(at)?;
            if unwanted.contains(at) {
                unwanted.extend(parents);
            } else {
                out.insert(at);
                wanted.extend(parents);
            }
            next = Some(at - 1);
        }
        out.remove(NULL_REV);
        Ok(out)
    }

    /// The members of `revs` that are no parents of others there, without the null revision.
    pub(crate) fn heads(&self, revs: &Set<'a>) -> Outcome<Bits> {
        let mut heads = Bits::default();
        let mut parents = Bits::default();
        for rev in revs.any_order()? {
            let rev = rev?;
            heads.insert(rev);
            for parent in self.parents(rev)? {
                parents.insert(parent);
            }
        }
        parents.iter().for_each(|rev| heads.remove(rev));
        heads.remove(NULL_REV);
        Ok(heads)
    }

    /// The visible changesets without visible children.
    pub(crate) fn visible_heads(&self) -> Outcome<Bits> {
        self.heads(&Set::whole(self.len(), &self.hidden))
    }

    /// The heads of what all of `revs` descend from.
    pub(crate) fn common_heads(&self, revs: &[Rev]) -> Outcome<Bits> {
        let Some((first, rest)) = revs.split_first() else { return Ok(Bits::default()) };
        let mut common = self.all_ancestors(&Bits::from_iter([*first]))?;
        for rev in rest {
            let other = self.all_ancestors(&Bits::from_iter([*rev]))?;
            common = common.iter().filter(|&rev| other.contains(rev)).collect();
        }
        self.heads(&Set::sorted(&common))
    }
}

/// A walk that knows how far it is from where it began.
struct DepthWalk<F> {
    queue: BinaryHeap<(Rev, Reverse<i64>)>,
    walk: Walk,
    sign: Rev,
    last: Option<Rev>,
    /// What was looked at last: the same again adds nothing.
    seen: Option<(Rev, i64)>,
    next: F,
}

impl<F: Fn(Rev) -> Outcome<Vec<Rev>>> DepthWalk<F> {
    /// From `starts`, downwards or upwards, to what `next` names.
    fn new(starts: Vec<Rev>, walk: Walk, down: bool, next: F) -> Self {
        let sign = if down { 1 } else { -1 };
        let queue = match walk.stop_depth {
            Some(0) => BinaryHeap::new(),
            _ => starts.into_iter().map(|rev| (sign * rev, Reverse(0))).collect(),
        };
        DepthWalk { queue, walk, sign, last: None, seen: None, next }
    }
}

impl<F: Fn(Rev) -> Outcome<Vec<Rev>>> Iterator for DepthWalk<F> {
    type Item = Outcome<Rev>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (signed, Reverse(depth)) = self.queue.pop()?;
            let rev = signed * self.sign;
            // Of several ways to a revision the shortest comes first.
            if self.last == Some(rev) || self.seen == Some((rev, depth)) {
                continue;
            }
            self.seen = Some((rev, depth));
            if self.walk.stop_depth.is_none_or(|stop| depth + 1 < stop) {
                match (self.next)(rev) {
                    Ok(revs) => self.queue.extend(revs.into_iter().map(|r| (r * self.sign, Reverse(depth + 1)))),
                    Err(stop) => return Some(Err(stop)),
                }
            }
            if self.walk.start_depth.is_none_or(|start| depth >= start) {
                self.last = Some(rev);
                return Some(Ok(rev));
            }
        }
    }
}
