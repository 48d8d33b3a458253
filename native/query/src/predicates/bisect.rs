//! `bisect(status)`: changesets by what a bisection knows of them.

use super::Call;
use crate::dag::{Dag, Walk};
use crate::set::{Bits, Set};
use crate::tree::error;
use amalgam_types::Outcome;
use std::rc::Rc;

pub(super) fn bisect<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let status = call.argument_text("bisect requires a string")?.to_ascii_lowercase();
    let evaluation = call.evaluation;
    let mut state = [const { Vec::new() }; 4];
    for (kind, node) in evaluation.repository.bisect_state()? {
        let at = ["good", "bad", "skip", "current"].iter().position(|name| *name == kind);
        if let (Some(at), Some(rev)) = (at, evaluation.changelog.rev_of(&node)?)
            && !evaluation.hidden.contains(rev)
        {
            state[at].push(rev);
        }
    }
    let [good, bad, skip, current] = state.map(|revs| revs.into_iter().collect::<Bits>());
    let marks = Marks { dag: &evaluation.dag, good, bad, skip };
    let found = match status.as_slice() {
        b"good" => marks.good,
        b"bad" => marks.bad,
        b"skip" => marks.skip,
        b"current" => current,
        b"range" => marks.range()?,
        b"pruned" => marks.pruned()?,
        b"untested" => minus(&marks.range()?, &marks.pruned()?),
        b"ignored" => marks.ignored()?,
        b"goods" => marks.sides()?.0,
        b"bads" => marks.sides()?.1,
        _ => return Err(error("invalid bisect state")),
    };
    call.subset.and(&Set::sorted(&found))
}

struct Marks<'e, 'a> {
    dag: &'e Rc<Dag<'a>>,
    good: Bits,
    bad: Bits,
    skip: Bits,
}

fn plus(a: &Bits, b: &Bits) -> Bits {
    a.iter().chain(b.iter()).collect()
}

fn minus(a: &Bits, b: &Bits) -> Bits {
    a.iter().filter(|&rev| !b.contains(rev)).collect()
}

impl Marks<'_, '_> {
    /// What lies between good and bad.
    fn range(&self) -> Outcome<Bits> {
        Ok(plus(&self.dag.between(&self.bad, &self.good)?, &self.dag.between(&self.good, &self.bad)?))
    }

    fn descendants(&self, of: &Bits) -> Outcome<Bits> {
        self.dag.descendants(&Set::sorted(of), Walk::default())?.collect()
    }

    /// What is good, and what is bad, by its place.
    fn sides(&self) -> Outcome<(Bits, Bits)> {
        if self.dag.between(&self.good, &self.bad)?.is_empty() {
            Ok((self.descendants(&self.good)?, self.dag.all_ancestors(&self.bad)?))
        } else {
            Ok((self.dag.all_ancestors(&self.good)?, self.descendants(&self.bad)?))
        }
    }

    /// What needs no test any more.
    fn pruned(&self) -> Outcome<Bits> {
        let (goods, bads) = self.sides()?;
        Ok(plus(&plus(&goods, &bads), &self.skip))
    }

    /// Ancestors of one side only that lie outside of the range.
    fn ignored(&self) -> Outcome<Bits> {
        let (good, bad) = (self.dag.all_ancestors(&self.good)?, self.dag.all_ancestors(&self.bad)?);
        Ok(minus(&plus(&minus(&bad, &good), &minus(&good, &bad)), &self.range()?))
    }
}
