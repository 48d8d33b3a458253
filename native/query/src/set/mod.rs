//! Ordered sets of revisions that are worked out as they are read.
//!
//! Which order a query gives its results in follows from what kind of set each step makes, and some steps change the
//! order of a set that others share; so the kinds, and the sharing, are legacy's: a range, a list, a filter over
//! another set, the sum of two, and a stream that is produced in one direction.

mod bits;
mod keep;
mod order;
mod stream;

pub(crate) use bits::Bits;
pub(crate) use keep::Keep;
pub(crate) use stream::{Producer, Stream};

use amalgam_types::{Outcome, Rev};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

/// Revisions in order.
pub(crate) type Revs<'a> = Box<dyn Iterator<Item = Outcome<Rev>> + 'a>;

/// A set. Clones share one state: turning one round turns the others.
#[derive(Clone)]
pub(crate) struct Set<'a>(Rc<Node<'a>>);

enum Node<'a> {
    Span(Span),
    List(List),
    Filtered { inner: Set<'a>, keep: Keep<'a> },
    Sum(Sum<'a>),
    Stream(Stream<'a>),
}

/// A range without the hidden revisions.
struct Span {
    low: Rev,
    /// The first that is not in it.
    end: Rev,
    ascending: Cell<bool>,
    /// The whole history: only there may `null` be asked for.
    whole: bool,
    hidden: Rc<Bits>,
}

/// Revisions that are known.
struct List {
    items: RefCell<Rc<Vec<Rev>>>,
    /// `None`: as they are in `items`.
    ascending: Cell<Option<bool>>,
    /// Whether they are in topological order: turned round or sorted they no longer are.
    topological: Cell<bool>,
    sorted: OnceCell<Rc<Vec<Rev>>>,
    members: OnceCell<Bits>,
}

/// Two sets one after the other, or merged in order.
struct Sum<'a> {
    first: Set<'a>,
    second: Set<'a>,
    ascending: Cell<Option<bool>>,
    /// All of them in order, once they were turned round.
    turned: RefCell<Option<Rc<Vec<Rev>>>>,
}

impl<'a> Set<'a> {
    /// No revision.
    pub(crate) fn empty() -> Set<'a> {
        Set::list(Vec::new())
    }

    /// These revisions, in this order.
    pub(crate) fn list(items: Vec<Rev>) -> Set<'a> {
        Set::of_list(items, None)
    }

    /// These revisions, which are in topological order.
    pub(crate) fn topological(items: Vec<Rev>) -> Set<'a> {
        Set::new_list(items, None, true)
    }

    /// These revisions, low to high.
    pub(crate) fn sorted(bits: &Bits) -> Set<'a> {
        Set::of_list(bits.iter().collect(), Some(true))
    }

    fn of_list(items: Vec<Rev>, ascending: Option<bool>) -> Set<'a> {
        Set::new_list(items, ascending, false)
    }

    fn new_list(items: Vec<Rev>, ascending: Option<bool>, topological: bool) -> Set<'a> {
        Set(Rc::new(Node::List(List {
            items: RefCell::new(Rc::new(items)),
            ascending: Cell::new(ascending),
            topological: Cell::new(topological),
            sorted: OnceCell::new(),
            members: OnceCell::new(),
        })))
    }

    /// From `start` to before `end`; downwards where `end` is lower.
    pub(crate) fn span(start: Rev, end: Rev, hidden: &Rc<Bits>) -> Set<'a> {
        let ascending = start <= end;
        let (low, end) = if ascending { (start, end) } else { (end + 1, start + 1) };
        Set::of_span(low, end, ascending, false, hidden)
    }

    /// All of a history of `len` revisions.
    pub(crate) fn whole(len: Rev, hidden: &Rc<Bits>) -> Set<'a> {
        Set::of_span(0, len, true, true, hidden)
    }

    fn of_span(low: Rev, end: Rev, ascending: bool, whole: bool, hidden: &Rc<Bits>) -> Set<'a> {
        Set(Rc::new(Node::Span(Span { low, end, ascending: Cell::new(ascending), whole, hidden: Rc::clone(hidden) })))
    }

    /// What `producer` makes, which is in ascending or descending order.
    pub(crate) fn stream(producer: Producer<'a>, ascending: bool) -> Set<'a> {
        Set(Rc::new(Node::Stream(Stream::new(producer, ascending))))
    }

    /// Those of this set that are kept.
    pub(crate) fn filter(&self, keep: Keep<'a>) -> Set<'a> {
        Set(Rc::new(Node::Filtered { inner: self.clone(), keep }))
    }

    /// Whether this is the whole history, where `null` is found if it is asked for.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(&*self.0, Node::Span(span) if span.whole)
    }

    /// Those that are also in `other`, in this set's order. The whole history takes the other set over and only
    /// orders it.
    pub(crate) fn and(&self, other: &Set<'a>) -> Outcome<Set<'a>> {
        if other.is_whole() {
            return Ok(self.clone());
        }
        match (&*self.0, &*other.0) {
            (Node::Span(span), _) if span.whole => {
                let hidden = Rc::clone(&span.hidden);
                let taken = if hidden.is_empty() { other.clone() } else { other.minus(&Set::sorted(&hidden))? };
                taken.sort(!span.ascending.get());
                Ok(taken)
            }
            (Node::List(list), Node::List(known)) if list.ascending.get().is_some() => {
                Ok(self.of_members(list, |rev| known.contains(rev)))
            }
            _ => Ok(self.filter(Keep::In(other.clone()))),
        }
    }

    /// Those that are not in `other`.
    pub(crate) fn minus(&self, other: &Set<'a>) -> Outcome<Set<'a>> {
        match (&*self.0, &*other.0) {
            (Node::List(list), Node::List(known)) if list.ascending.get().is_some() => {
                Ok(self.of_members(list, |rev| !known.contains(rev)))
            }
            _ => Ok(self.filter(Keep::NotIn(other.clone()))),
        }
    }

    fn of_members(&self, list: &List, keep: impl Fn(Rev) -> bool) -> Set<'a> {
        let items = list.sorted().iter().copied().filter(|&rev| keep(rev)).collect();
        Set::of_list(items, list.ascending.get())
    }

    /// These, then those of `other`.
    pub(crate) fn plus(&self, other: &Set<'a>) -> Set<'a> {
        Set(Rc::new(Node::Sum(Sum {
            first: self.clone(),
            second: other.clone(),
            ascending: Cell::new(None),
            turned: RefCell::new(None),
        })))
    }

    /// Whether `rev` is in it.
    pub(crate) fn contains(&self, rev: Rev) -> Outcome<bool> {
        match &*self.0 {
            Node::Span(span) => Ok(span.contains(rev)),
            Node::List(list) => Ok(list.contains(rev)),
            Node::Filtered { inner, keep } => Ok(inner.contains(rev)? && keep.keeps(rev)?),
            Node::Sum(sum) => Ok(sum.first.contains(rev)? || sum.second.contains(rev)?),
            Node::Stream(stream) => stream.contains(rev),
        }
    }

    /// Whether each of `revs` is in it.
    fn contains_each(&self, revs: &[Rev]) -> Outcome<Vec<bool>> {
        match &*self.0 {
            Node::Filtered { inner, keep } if keep.is_heavy() => {
                let mut inside = inner.contains_each(revs)?;
                let asked: Vec<Rev> =
                    revs.iter().zip(&inside).filter(|(_, inside)| **inside).map(|(r, _)| *r).collect();
                let mut kept = keep.keeps_each(&asked)?.into_iter();
                for slot in inside.iter_mut().filter(|slot| **slot) {
                    *slot = kept.next().unwrap_or(false);
                }
                Ok(inside)
            }
            Node::Sum(sum) => {
                let second = sum.second.contains_each(revs)?;
                Ok(sum.first.contains_each(revs)?.into_iter().zip(second).map(|(a, b)| a || b).collect())
            }
            _ => revs.iter().map(|&rev| self.contains(rev)).collect(),
        }
    }

    /// Whether asking about a revision costs so much that it is better done for many at once.
    fn is_heavy(&self) -> bool {
        match &*self.0 {
            Node::Filtered { inner, keep } => keep.is_heavy() || inner.is_heavy(),
            Node::Sum(sum) => sum.first.is_heavy() || sum.second.is_heavy(),
            _ => false,
        }
    }

    /// All members.
    pub(crate) fn to_vec(&self) -> Outcome<Vec<Rev>> {
        self.iter()?.collect()
    }

    /// All members, without their order.
    pub(crate) fn to_bits(&self) -> Outcome<Bits> {
        self.any_order()?.collect()
    }

    /// Whether there is no member.
    pub(crate) fn is_empty(&self) -> Outcome<bool> {
        Ok(self.any_order()?.next().transpose()?.is_none())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> Outcome<usize> {
        let mut count = 0;
        for rev in self.any_order()? {
            rev?;
            count += 1;
        }
        Ok(count)
    }

    /// The first in order.
    pub(crate) fn first(&self) -> Outcome<Option<Rev>> {
        self.iter()?.next().transpose()
    }

    /// The members from the `start`th to before the `end`th.
    pub(crate) fn slice(&self, start: usize, end: usize) -> Outcome<Set<'a>> {
        if let Node::Span(span) = &*self.0
            && span.hidden.is_empty()
        {
            let clamp = |n: usize| Rev::try_from(n).unwrap_or(Rev::MAX).min(span.end - span.low);
            let (start, end) = (clamp(start), clamp(end));
            let (low, end) = match span.ascending.get() {
                true => (span.low + start, span.low + end),
                false => (span.end - end, span.end - start),
            };
            return Ok(Set::of_span(low, end, span.ascending.get(), false, &span.hidden));
        }
        let items = self.iter()?.skip(start).take(end.saturating_sub(start)).collect::<Outcome<Vec<_>>>()?;
        Ok(match &*self.0 {
            Node::List(list) if list.topological.get() => Set::topological(items),
            _ => Set::list(items),
        })
    }
}

impl Span {
    fn contains(&self, rev: Rev) -> bool {
        self.low <= rev && rev < self.end && !self.hidden.contains(rev)
    }
}

impl List {
    fn sorted(&self) -> Rc<Vec<Rev>> {
        Rc::clone(self.sorted.get_or_init(|| {
            let items = Rc::clone(&self.items.borrow());
            if items.is_sorted() {
                return items;
            }
            let mut items = items.to_vec();
            items.sort_unstable();
            Rc::new(items)
        }))
    }

    fn contains(&self, rev: Rev) -> bool {
        let items = self.items.borrow();
        if items.len() <= 8 {
            return items.contains(&rev);
        }
        self.members.get_or_init(|| items.iter().copied().collect()).contains(rev)
    }
}
