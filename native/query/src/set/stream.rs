//! Revisions that are produced one by one in one direction, and remembered.

use super::{Bits, Revs};
use amalgam_types::{Outcome, Rev};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What produces them.
pub(crate) type Producer<'a> = Box<dyn Iterator<Item = Outcome<Rev>> + 'a>;

/// The producer and what it has given.
pub(crate) struct Stream<'a> {
    made: Rc<RefCell<Made<'a>>>,
    made_ascending: bool,
    ascending: Cell<bool>,
}

struct Made<'a> {
    producer: Option<Producer<'a>>,
    items: Vec<Rev>,
    members: Bits,
}

impl Made<'_> {
    /// One more.
    fn step(&mut self) -> Outcome<Option<Rev>> {
        let Some(producer) = &mut self.producer else { return Ok(None) };
        let next = producer.next().transpose()?;
        match next {
            Some(rev) => {
                self.items.push(rev);
                self.members.insert(rev);
            }
            None => self.producer = None,
        }
        Ok(next)
    }
}

impl<'a> Stream<'a> {
    /// Read low to high until somebody asks for another order, whichever way the producer goes.
    pub(super) fn new(producer: Producer<'a>, made_ascending: bool) -> Stream<'a> {
        let made = Made { producer: Some(producer), items: Vec::new(), members: Bits::default() };
        Stream { made: Rc::new(RefCell::new(made)), made_ascending, ascending: Cell::new(true) }
    }

    pub(super) fn is_ascending(&self) -> bool {
        self.ascending.get()
    }

    pub(super) fn is_made_ascending(&self) -> bool {
        self.made_ascending
    }

    pub(super) fn set_ascending(&self, ascending: bool) {
        self.ascending.set(ascending);
    }

    pub(super) fn contains(&self, rev: Rev) -> Outcome<bool> {
        let mut made = self.made.borrow_mut();
        loop {
            if made.members.contains(rev) {
                return Ok(true);
            }
            let past = |last: &Rev| if self.made_ascending { *last > rev } else { *last < rev };
            if made.items.last().is_some_and(past) || made.step()?.is_none() {
                return Ok(false);
            }
        }
    }

    pub(super) fn iter(&self, ascending: bool) -> Revs<'a> {
        let made = Rc::clone(&self.made);
        if ascending == self.made_ascending {
            let mut at = 0;
            return Box::new(std::iter::from_fn(move || {
                let mut made = made.borrow_mut();
                if at >= made.items.len()
                    && let Err(stop) = made.step()
                {
                    return Some(Err(stop));
                }
                at += 1;
                made.items.get(at - 1).copied().map(Ok)
            }));
        }
        let mut left: Option<usize> = None;
        Box::new(std::iter::from_fn(move || {
            let mut made = made.borrow_mut();
            let at = match left {
                Some(at) => at,
                None => loop {
                    match made.step() {
                        Ok(Some(_)) => {}
                        Ok(None) => break made.items.len(),
                        Err(stop) => return Some(Err(stop)),
                    }
                },
            };
            left = Some(at.saturating_sub(1));
            if at == 0 { None } else { made.items.get(at - 1).copied().map(Ok) }
        }))
    }
}
