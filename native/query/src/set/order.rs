//! Reading a set in its order or against it, and turning it round.

use super::{List, Node, Revs, Set, Span, Sum, keep};
use amalgam_types::{Outcome, Rev};
use std::rc::Rc;

impl<'a> Set<'a> {
    /// The members in order.
    pub(crate) fn iter(&self) -> Outcome<Revs<'a>> {
        Ok(match &*self.0 {
            Node::Span(span) => span.iter(span.ascending.get()),
            Node::List(list) => list.iter(list.ascending.get()),
            Node::Filtered { inner, keep } => keep::filtered(inner.iter()?, keep),
            Node::Sum(sum) => sum.iter()?,
            Node::Stream(stream) => stream.iter(stream.is_ascending()),
        })
    }

    /// The members in the order that costs least.
    pub(crate) fn any_order(&self) -> Outcome<Revs<'a>> {
        Ok(match &*self.0 {
            Node::Filtered { inner, keep } => keep::filtered(inner.any_order()?, keep),
            Node::Stream(stream) => stream.iter(stream.is_made_ascending()),
            _ => self.iter()?,
        })
    }

    /// The members low to high, or high to low.
    pub(crate) fn iter_towards(&self, ascending: bool) -> Outcome<Revs<'a>> {
        Ok(match &*self.0 {
            Node::Span(span) => span.iter(ascending),
            Node::List(list) => list.iter(Some(ascending)),
            Node::Filtered { inner, keep } => keep::filtered(inner.iter_towards(ascending)?, keep),
            Node::Sum(sum) => sum.merged(ascending)?,
            Node::Stream(stream) => stream.iter(ascending),
        })
    }

    /// The lowest member.
    pub(crate) fn min(&self) -> Outcome<Option<Rev>> {
        self.iter_towards(true)?.next().transpose()
    }

    /// The highest member.
    pub(crate) fn max(&self) -> Outcome<Option<Rev>> {
        self.iter_towards(false)?.next().transpose()
    }

    /// The last in order.
    pub(crate) fn last(&self) -> Outcome<Option<Rev>> {
        match self.direction() {
            Some(ascending) => self.iter_towards(!ascending)?.next().transpose(),
            None => self.iter()?.last().transpose(),
        }
    }

    /// Whether the order is low to high or high to low; `None` when it is another.
    fn direction(&self) -> Option<bool> {
        match &*self.0 {
            Node::Span(span) => Some(span.ascending.get()),
            Node::List(list) => list.ascending.get(),
            Node::Filtered { inner, .. } => inner.direction(),
            Node::Sum(sum) => sum.ascending.get(),
            Node::Stream(stream) => Some(stream.is_ascending()),
        }
    }

    /// Whether the order is topological: made so by `sort()` and only picked from since.
    pub(crate) fn is_topological(&self) -> bool {
        match &*self.0 {
            Node::List(list) => list.topological.get(),
            Node::Filtered { inner, .. } => inner.is_topological(),
            Node::Span(_) | Node::Sum(_) | Node::Stream(_) => false,
        }
    }

    /// Orders the members low to high, or high to low.
    pub(crate) fn sort(&self, descending: bool) {
        match &*self.0 {
            Node::Span(span) => span.ascending.set(!descending),
            Node::List(list) => {
                list.topological.set(false);
                list.ascending.set(Some(!descending));
            }
            Node::Filtered { inner, .. } => inner.sort(descending),
            Node::Sum(sum) => sum.ascending.set(Some(!descending)),
            Node::Stream(stream) => stream.set_ascending(!descending),
        }
    }

    /// Turns the order round.
    pub(crate) fn reverse(&self) -> Outcome<()> {
        match &*self.0 {
            Node::Span(span) => span.ascending.set(!span.ascending.get()),
            Node::List(list) => {
                list.topological.set(false);
                match list.ascending.get() {
                    Some(ascending) => list.ascending.set(Some(!ascending)),
                    None => {
                        let mut items = list.items.borrow().to_vec();
                        items.reverse();
                        *list.items.borrow_mut() = Rc::new(items);
                    }
                }
            }
            Node::Filtered { inner, .. } => inner.reverse()?,
            Node::Sum(sum) => match sum.ascending.get() {
                Some(ascending) => sum.ascending.set(Some(!ascending)),
                None => {
                    let mut all: Vec<Rev> = sum.iter()?.collect::<Outcome<_>>()?;
                    all.reverse();
                    *sum.turned.borrow_mut() = Some(Rc::new(all));
                }
            },
            Node::Stream(stream) => stream.set_ascending(!stream.is_ascending()),
        }
        Ok(())
    }
}

impl Span {
    fn iter<'a>(&self, ascending: bool) -> Revs<'a> {
        let range = self.low..self.end.max(self.low);
        match (self.hidden.is_empty(), ascending) {
            (true, true) => Box::new(range.map(Ok)),
            (true, false) => Box::new(range.rev().map(Ok)),
            (false, true) => {
                let hidden = Rc::clone(&self.hidden);
                Box::new(range.filter(move |&rev| !hidden.contains(rev)).map(Ok))
            }
            (false, false) => {
                let hidden = Rc::clone(&self.hidden);
                Box::new(range.rev().filter(move |&rev| !hidden.contains(rev)).map(Ok))
            }
        }
    }
}

impl List {
    fn iter<'a>(&self, ascending: Option<bool>) -> Revs<'a> {
        let items = match ascending {
            Some(_) => self.sorted(),
            None => Rc::clone(&self.items.borrow()),
        };
        let len = items.len();
        let backwards = ascending == Some(false);
        Box::new((0..len).map(move |at| Ok(items[if backwards { len - 1 - at } else { at }])))
    }
}

impl<'a> Sum<'a> {
    fn iter(&self) -> Outcome<Revs<'a>> {
        if let Some(ascending) = self.ascending.get() {
            return self.merged(ascending);
        }
        if let Some(turned) = self.turned.borrow().as_ref().filter(|turned| !turned.is_empty()) {
            let turned = Rc::clone(turned);
            return Ok(Box::new((0..turned.len()).map(move |at| Ok(turned[at]))));
        }
        let first = self.first.clone();
        let rest = self.second.iter()?.filter_map(move |rev| match rev {
            Ok(rev) => match first.contains(rev) {
                Ok(true) => None,
                Ok(false) => Some(Ok(rev)),
                Err(stop) => Some(Err(stop)),
            },
            Err(stop) => Some(Err(stop)),
        });
        Ok(Box::new(self.first.iter()?.chain(rest)))
    }

    fn merged(&self, ascending: bool) -> Outcome<Revs<'a>> {
        let mut first = self.first.iter_towards(ascending)?.peekable();
        let mut second = self.second.iter_towards(ascending)?.peekable();
        Ok(Box::new(std::iter::from_fn(move || {
            let take_first = match (first.peek(), second.peek()) {
                (None, None) => return None,
                (Some(Err(_)) | None, Some(Err(_))) | (None, Some(_)) => false,
                (Some(_), Some(Err(_)) | None) | (Some(Err(_)), Some(_)) => true,
                (Some(Ok(a)), Some(Ok(b))) => {
                    if a == b {
                        second.next();
                        true
                    } else {
                        (a < b) == ascending
                    }
                }
            };
            if take_first { first.next() } else { second.next() }
        })))
    }
}
