//! What the rest of the program asks: which revisions a user's `-r` values name.

use crate::contents::Contents;
use crate::evaluate::{Evaluation, Order};
use crate::set::{Revs, Set};
use crate::tree::{Op, Tree, error};
use crate::{alias, optimize, parse, topo};
use amalgam_config::Config;
use amalgam_matching::MatchContext;
use amalgam_repo::Repository;
use amalgam_types::{AbortKind, NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};

/// Where revisions are looked for: a repository, and how paths in patterns are read.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The working directory, the environment, the configuration.
    pub matching: MatchContext<'a>,
    /// Who answers about the contents of files; without it the functions that ask are refused.
    pub contents: Option<&'a dyn Contents>,
}

/// Revisions in the order in which legacy lists them, worked out as they are read.
pub struct Revisions<'a>(Set<'a>);

impl<'a> Revisions<'a> {
    /// In order.
    ///
    /// # Errors
    /// What working them out meets; each item may be an error, too.
    pub fn iter(&self) -> Outcome<impl Iterator<Item = Outcome<Rev>> + use<'a>> {
        let revs: Revs<'a> = self.0.iter()?;
        Ok(revs)
    }

    /// All of them.
    ///
    /// # Errors
    /// What working them out meets.
    pub fn to_vec(&self) -> Outcome<Vec<Rev>> {
        self.0.to_vec()
    }

    /// Turns the order round.
    ///
    /// # Errors
    /// What working them out meets.
    pub fn reverse(&self) -> Outcome<()> {
        self.0.reverse()
    }

    /// Whether a revision is among them.
    ///
    /// # Errors
    /// What working them out meets.
    pub fn contains(&self, rev: Rev) -> Outcome<bool> {
        self.0.contains(rev)
    }

    /// Whether they are in topological order: a graph then keeps it.
    pub fn is_topological(&self) -> bool {
        self.0.is_topological()
    }

    /// Whether there is none.
    ///
    /// # Errors
    /// What working them out meets.
    pub fn is_empty(&self) -> Outcome<bool> {
        self.0.is_empty()
    }

    /// The first and the last in order.
    ///
    /// # Errors
    /// What working them out meets.
    pub fn ends(&self) -> Outcome<Option<(Rev, Rev)>> {
        Ok(self.0.first()?.zip(self.0.last()?))
    }
}

/// What a pair of revisions is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// A revision and the working directory.
    Since(Rev),
    /// Two revisions.
    Between(Rev, Rev),
}

impl<'a> Context<'a> {
    fn config(&self) -> &'a Config {
        self.matching.config
    }

    /// Evaluates what a user gave: each of `specs` an expression, with names and aliases as the configuration has them.
    ///
    /// # Errors
    /// Legacy's errors; `Unsupported` for what native does not evaluate.
    pub fn evaluate(&self, specs: &[impl AsRef<[u8]>]) -> Outcome<Revisions<'a>> {
        match specs {
            [] => return Ok(Revisions(Set::empty())),
            [only] if only.as_ref() == b"null" => return Ok(Revisions(Set::list(vec![NULL_REV]))),
            [only] if only.as_ref() == b"wdir()" && self.config().items("revsetalias").next().is_none() => {
                return Ok(Revisions(Set::list(vec![WDIR_REV])));
            }
            [only] if only.as_ref() == b"." => {
                return Ok(Revisions(Set::list(vec![self.repository.working_revs()?[0]])));
            }
            _ => {}
        }
        if specs.iter().any(|spec| spec.as_ref().is_empty()) {
            return Err(error("empty query"));
        }
        let known = |name: &[u8]| self.is_known(name);
        let mut trees = Vec::with_capacity(specs.len());
        for spec in specs {
            trees.push(Some(parse::parse(spec.as_ref(), Some(&known))?));
        }
        let tree = if trees.len() == 1 { trees.pop().flatten() } else { Some(Tree::Node(Op::Or, trees)) };
        let tree = tree.ok_or_else(|| error("empty query"))?;
        self.run(alias::expand(tree, self.config())?)
    }

    /// Evaluates an expression of the program's own, in which names are not looked up first and no alias counts.
    ///
    /// # Errors
    /// As [`Context::evaluate`].
    pub fn evaluate_own(&self, expression: &[u8]) -> Outcome<Revisions<'a>> {
        self.run(parse::parse(expression, None)?)
    }

    fn run(&self, tree: Tree) -> Outcome<Revisions<'a>> {
        let tree = optimize::optimize(optimize::analyze(optimize::join(tree)?)?);
        let evaluation = Evaluation::new(self)?;
        evaluation.set(&evaluation.whole(), tree.as_ref(), Order::Define).map(Revisions)
    }

    /// `revs` (high to low) in topological order.
    ///
    /// # Errors
    /// What reading the history meets.
    pub fn topological(&self, revs: &[Rev]) -> Outcome<Vec<Rev>> {
        topo::sort(&Evaluation::new(self)?.dag, revs, &[])
    }

    fn is_known(&self, name: &[u8]) -> Outcome<bool> {
        match self.repository.lookup(self.config(), name) {
            Ok(found) => Ok(found.is_some()),
            Err(Stop::Unsupported(stop)) if stop.reason == Reason::RevisionHidden => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    /// All revisions that `specs` name, in legacy's order, none twice.
    ///
    /// # Errors
    /// As [`Context::evaluate`].
    pub fn revisions(&self, specs: &[impl AsRef<[u8]>]) -> Outcome<Vec<Rev>> {
        self.evaluate(specs)?.to_vec()
    }

    /// The one revision that `spec` names: the last, where it names several. `None` for an empty text, which stands
    /// for the command's default.
    ///
    /// # Errors
    /// As [`Context::evaluate`]; legacy's error where there is none.
    pub fn single(&self, spec: &[u8]) -> Outcome<Option<Rev>> {
        if spec.is_empty() {
            return Ok(None);
        }
        match self.evaluate(&[spec])?.0.last()? {
            Some(rev) => Ok(Some(rev)),
            None => Err(Stop::abort(AbortKind::Input, "empty revision set")),
        }
    }

    /// What `specs` (at least one) compare: the first and the last revision, or one revision and the working directory.
    ///
    /// # Errors
    /// As [`Context::evaluate`]; legacy's error where there is none.
    pub fn pair(&self, specs: &[impl AsRef<[u8]>]) -> Outcome<Pair> {
        let Some((first, last)) = self.evaluate(specs)?.ends()? else {
            return Err(Stop::abort(AbortKind::Input, "empty revision range"));
        };
        if first == WDIR_REV {
            return Err(Stop::unsupported(Reason::RevsetPredicate, "wdir"));
        }
        if first == last && specs.len() >= 2 {
            for spec in specs {
                if self.evaluate(&[spec])?.is_empty()? {
                    return Err(Stop::abort(AbortKind::Input, "empty revision on one side of range"));
                }
            }
        }
        if first == last
            && let [only] = specs
            && !is_range(&parse::parse(only.as_ref(), None)?)
        {
            return Ok(Pair::Since(first));
        }
        if last == WDIR_REV {
            return Ok(Pair::Since(first));
        }
        Ok(Pair::Between(first, last))
    }
}

fn is_range(tree: &Tree) -> bool {
    matches!(tree, Tree::Node(Op::Range | Op::RangePre | Op::RangePost | Op::RangeAll, _))
}
