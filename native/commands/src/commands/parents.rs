//! `hg parents`: the parents of the working copy, of a revision, or of a file in one.

use crate::history::{History, query, with_displayer};
use crate::selection::Selected;
use crate::{CommandSpec, Flag, Output, Part, Prepared, RepositoryUse};
use amalgam_matching::PatternKind;
use amalgam_types::{AbortKind, NULL_REV, Outcome, Reason, Rev, Stop};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "parents",
    aliases: &[],
    flags: &[Flag::value('r', "rev"), Flag::value('\0', "style"), Flag::value('T', "template")],
    repository: RepositoryUse::Required,
    stands_for: &[Part::Templates],
    infers_repository: true,
    paged: false,
    summary: "show the parents of the working directory or revision",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.parsed.arguments.len() > 1 {
        return Err(Stop::unsupported(Reason::UsageError, "more than one file"));
    }
    let history = History::new(prepared)?;
    let (selected, parents) = match prepared.parsed.value("rev") {
        Some(spec) => {
            let rev = query::single(&history, spec)?;
            (Selected::Revision(rev), history.changelog.parents(rev)?)
        }
        None => (Selected::WorkingCopy, history.repository.working_revs()?),
    };
    let shown: Vec<Rev> = match prepared.parsed.arguments.as_slice() {
        [file] if !file.is_empty() => of_file(&history, &selected, parents)?,
        _ => parents.into_iter().filter(|&rev| rev != NULL_REV).collect(),
    };
    with_displayer(&history, out, |displayer, out| {
        shown.into_iter().try_for_each(|rev| displayer.show(rev, None, out))
    })?;
    Ok(0)
}

/// The changesets that introduced the file as it is in each of `parents`.
fn of_file(history: &History<'_>, selected: &Selected, parents: [Rev; 2]) -> Outcome<Vec<Rev>> {
    let matcher = history.prepared.matcher(selected, PatternKind::Relpath)?;
    let ([file], false) = (matcher.explicit_files(), matcher.any_patterns()) else {
        return Err(Stop::abort(AbortKind::Input, "can only specify an explicit filename"));
    };
    let filelog = history.repository.filelog(file)?;
    let mut found = Vec::new();
    for parent in parents.into_iter().filter(|&rev| rev != NULL_REV) {
        if let Some(entry) = history.repository.manifest_of(parent)?.get(file)? {
            let rev = filelog.linkrev(filelog.known_rev(&entry.node()?)?)?;
            if rev < 0 || rev >= history.changelog.len() || history.visibility()?.is_hidden(rev) {
                return Err(Stop::unsupported(Reason::RevisionHidden, format!("revision {rev}")));
            }
            found.push(rev);
        }
    }
    if found.is_empty() {
        return Err(Stop::abort(AbortKind::Input, [b"'", file.as_slice(), b"' not found in manifest"].concat()));
    }
    Ok(found)
}
