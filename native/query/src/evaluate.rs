//! Evaluation: from a tree to a set.
//!
//! Every step gets a subset to choose from and whether it may decide the order (`hg help revsets` does not say it, but
//! in `X & Y` the order is X's). `null` is in no set that stands for the history, and still found where it is asked
//! for by name in the whole of it.

use crate::contents::Contents;
use crate::dag::{Dag, Walk};
use crate::predicates;
use crate::query::Context;
use crate::set::{Bits, Keep, Set};
use crate::tree::{Op, Tree, error, integer};
use crate::unknown;
use amalgam_config::Config;
use amalgam_matching::MatchContext;
use amalgam_repo::{BranchNames, Changelog, Repository, Resolved, Visibility};
use amalgam_types::{Abort, AbortKind, NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// Who decides the order of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// It does not matter.
    Any,
    /// This step.
    Define,
    /// The subset.
    Follow,
}

/// What evaluation needs to know of the repository.
pub(crate) struct Evaluation<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) changelog: &'a Changelog,
    pub(crate) visibility: &'a Visibility,
    pub(crate) matching: MatchContext<'a>,
    contents: Option<&'a dyn Contents>,
    pub(crate) dag: Rc<Dag<'a>>,
    pub(crate) hidden: Rc<Bits>,
    branches: OnceCell<std::sync::Arc<BranchNames<'a>>>,
    /// Whether the working directory is among what was named.
    pub(crate) working_copy: Cell<bool>,
    /// How many functions and operators are at work that native knows nothing about for the working directory.
    pub(crate) committed_only: Cell<usize>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(context: &Context<'a>) -> Outcome<Self> {
        let Context { repository, matching, contents } = *context;
        let changelog = repository.changelog()?;
        let visibility = repository.visibility(matching.config)?;
        let hidden: Rc<Bits> = Rc::new(visibility.hidden().collect());
        let dag = Rc::new(Dag::new(repository, changelog, Rc::clone(&hidden)));
        Ok(Evaluation {
            repository,
            changelog,
            visibility,
            matching,
            contents,
            dag,
            hidden,
            branches: OnceCell::new(),
            working_copy: Cell::new(false),
            committed_only: Cell::new(0),
        })
    }

    pub(crate) fn config(&self) -> &'a Config {
        self.matching.config
    }

    /// Who answers about the contents of files, for the function `name`.
    pub(crate) fn contents(&self, name: &str) -> Outcome<&'a dyn Contents> {
        self.contents.ok_or_else(|| Stop::unsupported(Reason::RevsetPredicate, name))
    }

    /// What is said of a function that native does not have.
    pub(crate) fn unknown(&self, name: &[u8]) -> Stop {
        let legacy = || Stop::unsupported(Reason::RevsetPredicate, String::from_utf8_lossy(name));
        let functions = self.contents.and_then(Contents::functions);
        functions.and_then(|known| unknown::stop(name, known)).unwrap_or_else(legacy)
    }

    /// The whole visible history.
    pub(crate) fn whole(&self) -> Set<'a> {
        Set::whole(self.changelog.len(), &self.hidden)
    }

    /// The branch of any changeset.
    pub(crate) fn branch_names(&self) -> Outcome<std::sync::Arc<BranchNames<'a>>> {
        if let Some(names) = self.branches.get() {
            return Ok(names.clone());
        }
        let names = std::sync::Arc::new(self.repository.branch_names(self.changelog.len().max(0) as usize)?);
        Ok(self.branches.get_or_init(|| names).clone())
    }

    /// What `tree` selects from the whole history.
    pub(crate) fn all_of(&self, tree: Option<&Tree>) -> Outcome<Set<'a>> {
        self.set(&self.whole(), tree, Order::Define)
    }

    /// What `tree` selects from `subset`.
    pub(crate) fn set(&self, subset: &Set<'a>, tree: Option<&Tree>, order: Order) -> Outcome<Set<'a>> {
        let Some(tree) = tree else { return Err(error("missing argument")) };
        let (op, parts) = match tree {
            Tree::Symbol(name) | Tree::Text(name) | Tree::Parameter(name) => return self.symbol(subset, name),
            Tree::Node(op, parts) => (*op, parts.as_slice()),
        };
        let part = |at: usize| parts.get(at).and_then(Option::as_ref);
        let after_first = if order == Order::Any { Order::Any } else { Order::Follow };
        match op {
            Op::And => self.set(&self.set(subset, part(0), order)?, part(1), after_first),
            Op::AndSmally => self.set(&self.set(subset, part(1), after_first)?, part(0), order),
            Op::Difference => {
                let wanted = self.set(subset, part(0), order)?;
                wanted.minus(&self.set(subset, part(1), Order::Any)?)
            }
            Op::Or => self.union(subset, &parts.iter().map(Option::as_ref).collect::<Vec<_>>(), order),
            Op::Not => subset.minus(&self.set(subset, part(0), Order::Any)?),
            Op::Range => {
                let (first, last) = (self.all_of(part(0))?, self.all_of(part(1))?);
                match (first.first()?, last.last()?) {
                    (Some(first), Some(last)) => self.range(subset, first, last, order),
                    _ => Ok(Set::empty()),
                }
            }
            Op::RangeAll => self.range(subset, 0, self.changelog.last_rev(), order),
            Op::RangePre => match self.all_of(part(0))?.last()? {
                Some(last) => self.range(subset, 0, last, order),
                None => Ok(Set::empty()),
            },
            Op::RangePost => match self.all_of(part(0))?.first()? {
                Some(first) => self.range(subset, first, self.changelog.last_rev(), order),
                None => Ok(Set::empty()),
            },
            Op::DagRange => self.without_working_directory(subset, || {
                let roots = self.all_of(part(0))?;
                let heads = self.all_of(part(1))?;
                subset.and(&Set::sorted(&self.dag.between(&roots.to_bits()?, &heads.to_bits()?)?))
            }),
            Op::ParentPost => predicates::graph::parent(self, subset, part(0), 0),
            Op::Parent => self.nth_parent(subset, part(0), part(1)),
            Op::Ancestor => self.nth_ancestor(subset, part(0), part(1)),
            Op::Relation => self.without_working_directory(subset, || self.relation(subset, part(0), part(1), None)),
            Op::RelationSubscript => {
                self.without_working_directory(subset, || self.relation(subset, part(0), part(1), Some(part(2))))
            }
            Op::Function => match part(0) {
                Some(Tree::Symbol(name)) => predicates::call(self, subset, name, part(1), order),
                _ => Err(error("not a symbol")),
            },
            Op::Subscript => Err(error("can't use a subscript in this context")),
            Op::List => {
                let abort = Abort::parse(None, "can't use a list in this context");
                Err(abort.hint("see 'hg help \"revsets.x or y\"'").into())
            }
            Op::KeyValue => Err(error("can't use a key-value pair in this context")),
            _ => Err(Stop::unsupported(Reason::RevisionExpression, op.name())),
        }
    }

    /// A name, a number or an id.
    pub(crate) fn symbol(&self, subset: &Set<'a>, name: &[u8]) -> Outcome<Set<'a>> {
        if name.is_empty() {
            return Err(error("empty string is not a valid revision"));
        }
        let rev = self.resolve(name)?;
        Ok(if self.is_in(subset, rev)? { Set::list(vec![rev]) } else { Set::empty() })
    }

    /// Whether a revision that was named is in `subset`: neither the null revision nor the working directory belongs to
    /// the whole history, but both are found in it.
    pub(crate) fn is_in(&self, subset: &Set<'a>, rev: Rev) -> Outcome<bool> {
        Ok(subset.contains(rev)? || (matches!(rev, NULL_REV | WDIR_REV) && subset.is_whole()))
    }

    /// The working directory as a revision.
    pub(crate) fn working_directory(&self) -> Outcome<Rev> {
        if self.committed_only.get() > 0 {
            return Err(working_copy());
        }
        self.working_copy.set(true);
        Ok(WDIR_REV)
    }

    /// Runs `step`, in which the working directory must not be named or chosen from.
    pub(crate) fn without_working_directory<T>(
        &self,
        subset: &Set<'a>,
        step: impl FnOnce() -> Outcome<T>,
    ) -> Outcome<T> {
        if self.working_copy.get() && subset.contains(WDIR_REV)? {
            return Err(working_copy());
        }
        self.committed_only.update(|count| count + 1);
        let done = step();
        self.committed_only.update(|count| count - 1);
        done
    }

    /// The revision that a name, a number or an id stands for.
    pub(crate) fn resolve(&self, name: &[u8]) -> Outcome<Rev> {
        let found = self.repository.lookup(self.config(), name).map_err(|stop| match stop {
            // Within an expression legacy does not reword this one.
            Stop::Abort(abort) if abort.message.starts_with(b"ambiguous ") => {
                let digits = name.strip_prefix(b"x").unwrap_or(name);
                let message = [b"00changelog@", digits, b": ambiguous identifier"].concat();
                Stop::abort(AbortKind::Storage, message)
            }
            other => other,
        });
        match found? {
            Some(Resolved::Rev(rev)) => Ok(rev),
            Some(Resolved::Null) => Ok(NULL_REV),
            Some(Resolved::WorkingCopy) => self.working_directory(),
            None => Err(Stop::abort(AbortKind::Lookup, [b"unknown revision '", name, b"'"].concat())),
        }
    }

    /// The sum of several sets. Legacy halves the list of them, which decides who is turned round with whom.
    pub(crate) fn union(&self, subset: &Set<'a>, parts: &[Option<&Tree>], order: Order) -> Outcome<Set<'a>> {
        if parts.is_empty() {
            return Ok(Set::empty());
        }
        if order == Order::Follow {
            return subset.and(&self.sum(&self.whole(), parts, Order::Any)?);
        }
        self.sum(subset, parts, order)
    }

    fn sum(&self, subset: &Set<'a>, parts: &[Option<&Tree>], order: Order) -> Outcome<Set<'a>> {
        if let [only] = parts {
            return self.set(subset, *only, order);
        }
        let (first, second) = parts.split_at(parts.len() / 2);
        let first = self.sum(subset, first, order)?;
        Ok(first.plus(&self.sum(subset, second, order)?))
    }

    fn range(&self, subset: &Set<'a>, first: Rev, last: Rev, order: Order) -> Outcome<Set<'a>> {
        if self.changelog.is_empty() && first == 0 {
            return Err(Stop::unsupported(Reason::RevisionExpression, "a range in an empty repository"));
        }
        let tip = self.changelog.last_rev();
        let range = match first.cmp(&last) {
            _ if first == last => Set::list(vec![first]),
            _ if last == WDIR_REV => Set::span(first, tip + 1, &self.hidden).plus(&Set::list(vec![last])),
            _ if first == WDIR_REV => Set::list(vec![first]).plus(&Set::span(tip, last - 1, &self.hidden)),
            std::cmp::Ordering::Equal => Set::list(vec![first]),
            std::cmp::Ordering::Less => Set::span(first, last + 1, &self.hidden),
            std::cmp::Ordering::Greater => Set::span(first, last - 1, &self.hidden),
        };
        if order == Order::Define { range.and(subset) } else { subset.and(&range) }
    }

    fn nth_parent(&self, subset: &Set<'a>, set: Option<&Tree>, number: Option<&Tree>) -> Outcome<Set<'a>> {
        let message = "^ expects a number 0, 1, or 2";
        let number = match number {
            Some(Tree::Symbol(text) | Tree::Text(text)) => crate::strings::integer(text)?,
            _ => None,
        };
        let number = number.filter(|n| (0..=2).contains(n)).ok_or_else(|| error(message))?;
        let mut out = Bits::default();
        for rev in self.all_of(set)?.any_order()? {
            let rev = rev?;
            match number {
                0 => out.extend([rev]),
                1 => out.extend([self.dag.parents(rev)?[0]]),
                _ => {
                    let second = self.dag.parents(rev)?[1];
                    if second != NULL_REV {
                        out.insert(second);
                    }
                }
            }
        }
        subset.and(&Set::sorted(&out))
    }

    fn nth_ancestor(&self, subset: &Set<'a>, set: Option<&Tree>, number: Option<&Tree>) -> Outcome<Set<'a>> {
        let number = integer(number, "~ expects a number")?;
        let set = self.all_of(set)?;
        let mut out = Bits::default();
        'revs: for rev in set.any_order()? {
            let mut rev = rev?;
            for _ in 0..number.unsigned_abs() {
                if number > 0 {
                    rev = self.dag.parents(rev)?[0];
                    if rev == NULL_REV {
                        break;
                    }
                } else {
                    if rev == WDIR_REV {
                        return Err(working_copy());
                    }
                    rev = match self.children_of(rev)?.as_slice() {
                        [] => continue 'revs,
                        [only] => *only,
                        _ => {
                            let message = "revision in set has more than one child";
                            return Err(Stop::abort(AbortKind::Lookup, message));
                        }
                    };
                }
            }
            out.insert(rev);
        }
        subset.and(&Set::sorted(&out))
    }

    /// The visible children of a revision.
    fn children_of(&self, rev: Rev) -> Outcome<Vec<Rev>> {
        let parents = self.dag.load()?;
        let is_child = |child: &Rev| {
            let at = *child as usize;
            parents.get(at).is_some_and(|own| own[0] == rev || (own[1] == rev && rev != NULL_REV))
        };
        Ok((rev + 1..self.changelog.len()).filter(is_child).filter(|&child| !self.hidden.contains(child)).collect())
    }

    /// `set#generations[bounds]`: ancestors for negative distances, descendants for positive ones.
    fn relation(
        &self,
        subset: &Set<'a>,
        set: Option<&Tree>,
        name: Option<&Tree>,
        bounds: Option<Option<&Tree>>,
    ) -> Outcome<Set<'a>> {
        let Some(Tree::Symbol(name)) = name else { return Err(error("not a symbol")) };
        if name != b"g" && name != b"generations" {
            return Err(Stop::unsupported(Reason::RevsetPredicate, "an unknown relation"));
        }
        let furthest = (1 << 31) - 1;
        let (from, to) = match bounds {
            None => (-furthest, furthest),
            Some(bounds) => distances(bounds, furthest)?,
        };
        let ancestors = match (from, to) {
            (0, 0) => Some((0, 1)),
            _ if from < 0 => Some((-to.min(0), -from + 1)),
            _ => None,
        };
        let descendants = (to > 0).then(|| (from.max(0), to + 1));
        if ancestors.is_none() && descendants.is_none() {
            return Ok(Set::empty());
        }
        let revs = self.all_of(set)?;
        if revs.is_empty()? {
            return Ok(Set::empty());
        }
        let walk = |(start, stop): (i64, i64)| Walk {
            first_parents: false,
            start_depth: Some(start).filter(|s| *s > 0),
            stop_depth: Some(stop).filter(|s| *s <= furthest),
        };
        let below = match ancestors {
            Some(depths) => Some(Set::stream(self.dag.ancestors(&revs, walk(depths), None)?, false)),
            None => None,
        };
        let above = match descendants {
            Some(depths) => Some(Set::stream(self.dag.descendants(&revs, walk(depths))?, true)),
            None => None,
        };
        match (below, above) {
            (Some(below), Some(above)) => subset.and(&below.plus(&above)),
            (Some(one), None) | (None, Some(one)) => subset.and(&one),
            (None, None) => Ok(Set::empty()),
        }
    }

    /// A filter that reads changesets.
    pub(crate) fn reading(&self, subset: &Set<'a>, test: impl Fn(Rev) -> Outcome<bool> + Send + Sync + 'a) -> Set<'a> {
        subset.filter(Keep::heavy(test))
    }
}

fn distances(bounds: Option<&Tree>, furthest: i64) -> Outcome<(i64, i64)> {
    let kind = "relation subscript must be an integer or a range";
    let ends = "relation subscript bounds must be integers";
    range_of_integers(bounds, kind, ends, Some(-furthest), Some(furthest))
}

/// The integers at both ends of a range; one integer is a range of its own.
pub(crate) fn range_of_integers(
    tree: Option<&Tree>,
    kind: &str,
    ends: &str,
    first: Option<i64>,
    last: Option<i64>,
) -> Outcome<(i64, i64)> {
    let (low, high) = match tree {
        Some(Tree::Symbol(_) | Tree::Text(_)) => {
            let number = integer(tree, kind)?;
            return Ok((number, number));
        }
        Some(Tree::Node(op, parts)) => match (op, parts.as_slice()) {
            (Op::Range, [low, high]) => (low.as_ref(), high.as_ref()),
            (Op::RangePre, [high]) => (None, high.as_ref()),
            (Op::RangePost, [low]) => (low.as_ref(), None),
            (Op::RangeAll, _) => (None, None),
            _ => return Err(error(kind)),
        },
        _ => return Err(error(kind)),
    };
    let end = |tree: Option<&Tree>, default: Option<i64>| match (tree, default) {
        (None, Some(default)) => Ok(default),
        _ => integer(tree, ends),
    };
    Ok((end(low, first)?, end(high, last)?))
}

/// The stop for the working directory as a revision.
pub(crate) fn working_copy() -> Stop {
    Stop::unsupported(Reason::RevsetPredicate, "wdir")
}
