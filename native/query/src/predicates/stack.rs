//! `stack()`: the changesets that someone works on one after the other.

use super::Call;
use crate::dag::Walk;
use crate::set::{Bits, Set};
use crate::tree::Tree;
use amalgam_repo::Phase;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};

/// The changesets that are not public, no merge's ancestors, and ancestors of a revision but of no head elsewhere; of the
/// working directory's parent where no revision is given.
pub(super) fn stack<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let unsupported = |detail: &str| Err(Stop::unsupported(Reason::RevsetPredicate, detail));
    if evaluation.repository.expects_topics() {
        return unsupported("stack beside topics");
    }
    let revs: Vec<Rev> = match call.argument {
        Some(_) => call.argument_set()?.to_vec()?,
        // The null revision is public.
        None => evaluation.repository.working_revs()?.into_iter().take(1).filter(|&rev| rev != NULL_REV).collect(),
    };
    if revs.contains(&NULL_REV) {
        // Legacy takes it for the last changeset.
        return unsupported("stack of the null revision");
    }
    let merges = evaluation.all_of(Some(&Tree::call("merge", Vec::new())))?;
    let merged: Outcome<Bits> = evaluation.dag.ancestors(&merges, Walk::default(), None)?.collect();
    let merged = merged?;
    let counts = |rev: &Rev| evaluation.visibility.phase(*rev) != Phase::Public && !merged.contains(*rev);
    let mut found = Bits::default();
    // Where one does not count, none of its ancestors does.
    for rev in revs.into_iter().filter(counts) {
        let only = Tree::call("only", vec![Some(Tree::Symbol(rev.to_string().into_bytes()))]);
        for rev in evaluation.all_of(Some(&only))?.to_bits()?.iter().filter(counts) {
            found.insert(rev);
        }
    }
    call.subset.and(&Set::sorted(&found))
}
