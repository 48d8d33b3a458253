//! What a filter keeps. Tests that have to read changesets are run for many revisions at once, on all cores; the
//! batches grow, so that who wants only the first result does not wait for many.

use super::{Revs, Set};
use amalgam_types::{Outcome, Rev};
use rayon::prelude::*;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// A test that may run on any thread.
pub(crate) type Test<'a> = Arc<dyn Fn(Rev) -> Outcome<bool> + Send + Sync + 'a>;

/// The first and the largest batch.
const FIRST_BATCH: usize = 8;
const LARGEST_BATCH: usize = 4096;
/// Smaller batches than this stay on one thread.
const PARALLEL: usize = 256;

/// What decides whether a revision stays.
#[derive(Clone)]
pub(crate) enum Keep<'a> {
    /// A test that reads changesets.
    Heavy(Test<'a>),
    /// A test that costs next to nothing.
    Light(Rc<dyn Fn(Rev) -> Outcome<bool> + 'a>),
    /// Being in a set.
    In(Set<'a>),
    /// Not being in a set.
    NotIn(Set<'a>),
}

impl<'a> Keep<'a> {
    /// A cheap test.
    pub(crate) fn light(test: impl Fn(Rev) -> Outcome<bool> + 'a) -> Keep<'a> {
        Keep::Light(Rc::new(test))
    }

    /// A test that reads changesets.
    pub(crate) fn heavy(test: impl Fn(Rev) -> Outcome<bool> + Send + Sync + 'a) -> Keep<'a> {
        Keep::Heavy(Arc::new(test))
    }

    pub(super) fn is_heavy(&self) -> bool {
        match self {
            Keep::Heavy(_) => true,
            Keep::Light(_) => false,
            Keep::In(set) | Keep::NotIn(set) => set.is_heavy(),
        }
    }

    pub(super) fn keeps(&self, rev: Rev) -> Outcome<bool> {
        match self {
            Keep::Heavy(test) => test(rev),
            Keep::Light(test) => test(rev),
            Keep::In(set) => set.contains(rev),
            Keep::NotIn(set) => Ok(!set.contains(rev)?),
        }
    }

    pub(super) fn keeps_each(&self, revs: &[Rev]) -> Outcome<Vec<bool>> {
        match self {
            Keep::Heavy(test) if revs.len() >= PARALLEL => revs.par_iter().with_min_len(64).map(|&r| test(r)).collect(),
            Keep::In(set) => set.contains_each(revs),
            Keep::NotIn(set) => Ok(set.contains_each(revs)?.into_iter().map(|inside| !inside).collect()),
            _ => revs.iter().map(|&rev| self.keeps(rev)).collect(),
        }
    }
}

/// Those of `revs` that are kept.
pub(super) fn filtered<'a>(mut revs: Revs<'a>, keep: &Keep<'a>) -> Revs<'a> {
    let keep = keep.clone();
    if !keep.is_heavy() {
        return Box::new(revs.filter_map(move |rev| match rev {
            Ok(rev) => match keep.keeps(rev) {
                Ok(true) => Some(Ok(rev)),
                Ok(false) => None,
                Err(stop) => Some(Err(stop)),
            },
            Err(stop) => Some(Err(stop)),
        }));
    }
    let mut ready: VecDeque<Outcome<Rev>> = VecDeque::new();
    let mut size = FIRST_BATCH;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(next) = ready.pop_front() {
                return Some(next);
            }
            let batch: Outcome<Vec<Rev>> = revs.by_ref().take(size).collect();
            let batch = match batch {
                Ok(batch) if batch.is_empty() => return None,
                Ok(batch) => batch,
                Err(stop) => return Some(Err(stop)),
            };
            size = (size * 2).min(LARGEST_BATCH);
            match keep.keeps_each(&batch) {
                Ok(kept) => ready.extend(batch.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(rev, _)| Ok(rev))),
                Err(stop) => return Some(Err(stop)),
            }
        }
    }))
}
