//! The functions of the language (`hg help revsets`, "Predicates").

pub(crate) mod graph;

mod bisect;
mod files;
mod lines;
mod matching;
mod names;
mod obsolescence;
mod origin;
mod phases;
mod selection;
mod sorting;
mod stack;
mod text;

use crate::evaluate::{Evaluation, Order};
use crate::set::Set;
use crate::tree::{Tree, arguments};
use amalgam_types::Outcome;

/// What a function gets.
pub(crate) struct Call<'e, 't, 'a> {
    pub(crate) evaluation: &'e Evaluation<'a>,
    pub(crate) subset: &'e Set<'a>,
    pub(crate) argument: Option<&'t Tree>,
    pub(crate) order: Order,
}

type Predicate = for<'e, 't, 'a> fn(&Call<'e, 't, 'a>) -> Outcome<Set<'a>>;

/// Every function that is answered here, the undocumented ones included, by name.
const NATIVE: &[(&str, Predicate)] = &[
    ("_commonancestorheads", graph::common_ancestor_heads),
    ("_firstancestors", graph::first_ancestors),
    ("_firstdescendants", graph::first_descendants),
    ("_intlist", selection::numbers),
    ("_list", selection::list),
    ("_matchfiles", files::match_files),
    ("_notpublic", phases::not_public),
    ("_phaseandancestors", phases::with_ancestors),
    ("_rev", selection::known_number),
    ("adds", files::adds),
    ("all", selection::all),
    ("ancestor", graph::ancestor),
    ("ancestors", graph::ancestors),
    ("author", text::author),
    ("bisect", bisect::bisect),
    ("bisected", bisect::bisect),
    ("bookmark", names::bookmark),
    ("branch", names::branch),
    ("branchpoint", graph::branchpoint),
    ("bundle", selection::bundle),
    ("children", graph::children),
    ("closed", names::closed),
    ("commonancestors", graph::common_ancestors),
    ("conflictlocal", selection::conflict_local),
    ("conflictother", selection::conflict_other),
    ("contains", files::contains),
    ("contentdivergent", obsolescence::content_divergent),
    ("converted", text::converted),
    ("date", text::date),
    ("desc", text::desc),
    ("descendants", graph::descendants),
    ("destination", origin::destination),
    ("diffcontains", lines::diff_contains),
    ("draft", phases::draft),
    ("expectsize", selection::expect_size),
    ("extinct", obsolescence::extinct),
    ("extra", text::extra),
    ("file", files::file),
    ("filelog", files::filelog),
    ("first", selection::limit),
    ("follow", graph::follow),
    ("followlines", lines::follow_lines),
    ("grep", text::grep),
    ("head", names::head),
    ("heads", graph::heads),
    ("hidden", phases::hidden),
    ("id", selection::id),
    ("keyword", text::keyword),
    ("last", selection::last),
    ("limit", selection::limit),
    ("matching", matching::matching),
    ("max", selection::max),
    ("merge", graph::merge),
    ("min", selection::min),
    ("modifies", files::modifies),
    ("named", names::named),
    ("nodefromfile", selection::id_from_file),
    ("none", selection::none),
    ("obsolete", obsolescence::obsolete),
    ("only", graph::only),
    ("origin", origin::origin),
    ("orphan", obsolescence::orphan),
    ("p1", graph::p1),
    ("p2", graph::p2),
    ("parents", graph::parents),
    ("phasedivergent", obsolescence::phase_divergent),
    ("present", selection::present),
    ("public", phases::public),
    ("removes", files::removes),
    ("rev", selection::number),
    ("reverse", selection::reverse),
    ("revset", selection::revset),
    ("roots", graph::roots),
    ("secret", phases::secret),
    ("sort", sorting::sort),
    ("stack", stack::stack),
    ("subrepo", files::subrepo),
    ("successors", obsolescence::successors),
    ("tag", names::tag),
    ("tagged", names::tag),
    ("unstable", obsolescence::unstable),
    ("user", text::author),
    ("wdir", selection::working_directory),
];

/// Those of them that are the same with the working directory among the revisions, by name.
const OF_THE_WORKING_DIRECTORY: &[&str] = &[
    "_firstancestors",
    "_list",
    "all",
    "ancestors",
    "children",
    "commonancestors",
    "descendants",
    "expectsize",
    "first",
    "heads",
    "last",
    "limit",
    "max",
    "merge",
    "min",
    "none",
    "p1",
    "p2",
    "parents",
    "present",
    "rev",
    "reverse",
    "revset",
    "roots",
    "sort",
    "wdir",
];

/// Calls a function.
///
/// # Errors
/// `RevsetPredicate` for one that is not answered here; legacy's error about one that nobody knows.
pub(crate) fn call<'a>(
    evaluation: &Evaluation<'a>,
    subset: &Set<'a>,
    name: &[u8],
    argument: Option<&Tree>,
    order: Order,
) -> Outcome<Set<'a>> {
    let Ok(at) = NATIVE.binary_search_by(|(known, _)| known.as_bytes().cmp(name)) else {
        return Err(evaluation.unknown(name));
    };
    let (name, predicate) = NATIVE[at];
    let call = Call { evaluation, subset, argument, order };
    match OF_THE_WORKING_DIRECTORY.binary_search(&name) {
        Ok(_) => predicate(&call),
        Err(_) => evaluation.without_working_directory(subset, || predicate(&call)),
    }
}

impl<'t, 'a> Call<'_, 't, 'a> {
    /// Refuses arguments.
    fn no_arguments(&self, name: &str) -> Outcome<()> {
        arguments(self.argument, 0, 0, &format!("{name} takes no arguments")).map(drop)
    }

    /// What the one argument selects from the whole history.
    fn argument_set(&self) -> Outcome<Set<'a>> {
        self.evaluation.all_of(self.argument)
    }

    /// The text that the one argument is.
    fn argument_text(&self, message: &str) -> Outcome<&'t [u8]> {
        crate::tree::text(self.argument, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(OF_THE_WORKING_DIRECTORY.is_sorted());
        assert!(OF_THE_WORKING_DIRECTORY.iter().all(|name| NATIVE.iter().any(|(known, _)| known == name)));
        assert!(NATIVE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
