//! Which changesets `log` shows, in order.

use super::filters::Filters;
use super::follow;
use crate::history::{History, query};
use crate::patch::FilesOf;
use crate::selection::Selected;
use amalgam_matching::{Matcher, PatternKind};
use amalgam_types::{Abort, AbortKind, NULL_REV, Outcome, Reason, Rev, Stop};
use amalgam_worktree::tracked_files;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// How changesets are told by their files.
enum ByFiles {
    /// They are not.
    All,
    /// The changesets that introduced a revision of a file.
    Introducing(HashSet<Rev>),
    /// Those that touch a file that matches.
    Touching,
}

/// What is shown.
pub(crate) struct Selection<'a> {
    /// The changesets, in order.
    pub(crate) revs: Vec<Rev>,
    /// The files that patches are about.
    pub(crate) files: FilesOf<'a>,
}

impl Selection<'_> {
    fn empty() -> Self {
        Selection { revs: Vec::new(), files: FilesOf::Followed(BTreeMap::new()) }
    }
}

/// Flags under which more changesets must be looked at than are shown.
const FILTERING: &[&str] = &[
    "follow",
    "follow-first",
    "date",
    "keyword",
    "removed",
    "only-merges",
    "user",
    "only-branch",
    "branch",
    "bookmark",
    "prune",
    "no-merges",
    "include",
    "exclude",
];

/// The changesets to show, of the files that match `patterns`; with `first`, what first parents lead to.
///
/// # Errors
/// Legacy's errors for limits, names and files; whatever makes native uncertain.
pub(crate) fn selection<'a>(history: &History<'a>, patterns: &[Vec<u8>], first: bool) -> Outcome<Selection<'a>> {
    match chosen(history, patterns, first) {
        Err(Stop::Abort(_)) if conditions(history, patterns) > 1 => {
            Err(Stop::unsupported(Reason::UsageError, "which of several conditions legacy finds wrong first"))
        }
        other => other,
    }
}

/// How many values were given in which legacy can find a mistake.
fn conditions(history: &History<'_>, patterns: &[Vec<u8>]) -> usize {
    let parsed = &history.prepared.parsed;
    let lists = ["rev", "branch", "only-branch", "prune", "bookmark", "user", "include", "exclude"];
    let listed: usize = lists.iter().map(|flag| parsed.list(flag).len()).sum();
    let single = ["date", "limit"].iter().filter(|flag| parsed.value(flag).is_some()).count();
    listed + single + patterns.len()
}

fn chosen<'a>(history: &History<'a>, patterns: &[Vec<u8>], first: bool) -> Outcome<Selection<'a>> {
    let parsed = &history.prepared.parsed;
    let given = [parsed.list("include"), parsed.list("exclude"), patterns];
    if given.iter().any(|given| given.iter().any(|pattern| pattern.starts_with(b"include:"))) {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "include: in log"));
    }
    let limit = limit(history)?;
    let graph = parsed.switch("graph");
    let by_topology = graph && history.prepared.config.bool_or("experimental", "log.topo", false)?;
    let follow = first || parsed.switch("follow");
    let filtered = parsed.given().any(|flag| FILTERING.contains(&flag)) || !patterns.is_empty();
    let mut topological = false;
    let named = match parsed.list("rev") {
        [] => None,
        specs => {
            let wdir = !filtered && specs.iter().any(|spec| memchr::memmem::find(spec, b"wdir").is_some());
            Some(match (graph, filtered) {
                (true, _) => {
                    let (revs, ordered) = query::for_graph(history, specs, wdir)?;
                    topological = ordered && !follow;
                    revs
                }
                (false, _) if wdir => query::with_working_directory(history, specs)?,
                (false, true) => query::revisions(history, specs)?,
                (false, false) => query::first(history, specs, limit.unwrap_or(usize::MAX))?,
            })
        }
    };
    let start = match &named {
        Some(revs) => revs.clone(),
        None if follow => {
            let [p1, _] = history.repository.working_revs()?;
            if p1 == NULL_REV { Vec::new() } else { vec![p1] }
        }
        None => {
            // Everything visible: nothing to show in an empty history, whatever else is asked.
            if history.visibility()?.tip() < 0 {
                return Ok(Selection::empty());
            }
            Vec::new()
        }
    };
    if start.is_empty() && (named.is_some() || follow) {
        return Ok(Selection::empty());
    }
    let matcher = history.prepared.matcher_for(&Selected::WorkingCopy, PatternKind::Relpath, patterns)?;
    if patterns.iter().any(Vec::is_empty) {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "an empty pattern"));
    }
    let (followed, files) = if follow {
        followed(history, &start, named.is_some(), first, &matcher)?
    } else {
        (None, by_files(history, &matcher)?)
    };
    let mut filters = Filters::new(history)?;
    let mut keep = |rev: Rev| -> Outcome<bool> {
        let files = match &files {
            ByFiles::All => true,
            ByFiles::Introducing(revs) => revs.contains(&rev),
            ByFiles::Touching => {
                // Most changesets touch few files, and all of them are needed only here.
                let changeset = history.changeset(rev)?;
                changeset.entry()?.files().any(|path| matcher.matches(path))
            }
        };
        Ok(files && filters.keep(rev)?)
    };
    let limit = limit.unwrap_or(usize::MAX);
    let (along, along_files) = match followed {
        Some(Followed { revs, files }) => (Some(revs), files),
        None => (None, None),
    };
    let revs = match along.or(named) {
        Some(mut revs) => {
            if graph && !topological {
                revs.sort_unstable_by(|a, b| b.cmp(a));
                if by_topology {
                    revs = query::topological(history, &revs)?;
                }
            }
            taken(revs.into_iter(), limit, &mut keep)?
        }
        None if by_topology => {
            let all: Vec<Rev> = history.all()?.collect();
            taken(query::topological(history, &all)?.into_iter(), limit, &mut keep)?
        }
        None => match &files {
            // Only what can be kept need be looked at.
            ByFiles::Introducing(revs) => {
                let mut revs: Vec<Rev> = revs.iter().copied().collect();
                revs.sort_unstable_by(|a, b| b.cmp(a));
                taken(revs.into_iter(), limit, &mut keep)?
            }
            _ => taken(history.all()?, limit, &mut keep)?,
        },
    };
    let files = along_files.map_or_else(|| FilesOf::Matching(Box::new(matcher)), FilesOf::Followed);
    Ok(Selection { revs, files })
}

fn taken(
    revs: impl Iterator<Item = Rev>,
    limit: usize,
    keep: &mut dyn FnMut(Rev) -> Outcome<bool>,
) -> Outcome<Vec<Rev>> {
    let mut out = Vec::new();
    for rev in revs {
        if out.len() >= limit {
            break;
        }
        if keep(rev)? {
            out.push(rev);
        }
    }
    Ok(out)
}

fn limit(history: &History<'_>) -> Outcome<Option<usize>> {
    let Some(value) = history.prepared.parsed.value("limit") else { return Ok(None) };
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) || digits.len() > 15 {
        if value.iter().all(u8::is_ascii_alphabetic) {
            return Err(Stop::abort(AbortKind::Input, "limit must be a positive integer"));
        }
        return Err(Stop::unsupported(Reason::UsageError, "a limit that only Python reads"));
    }
    let number: usize = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0);
    if number == 0 || digits.len() < value.len() {
        return Err(Stop::abort(AbortKind::Input, "limit must be positive"));
    }
    Ok(Some(number))
}

/// Without following: plain files by their own history, everything else by the files that changesets list.
fn by_files(history: &History<'_>, matcher: &Matcher<'_>) -> Outcome<ByFiles> {
    if matcher.is_always() {
        return Ok(ByFiles::All);
    }
    let mut slow = matcher.any_patterns() || history.prepared.parsed.switch("removed");
    let names: Vec<Vec<u8>> = matcher.explicit_files().to_vec();
    let mut introducing = HashSet::new();
    if !slow {
        let mut unknown = false;
        for name in &names {
            let filelog = history.repository.filelog(name)?;
            unknown |= filelog.is_empty();
            for rev in 0..filelog.len() {
                introducing.insert(filelog.linkrev(rev)?);
            }
        }
        slow = unknown;
    }
    // What never was in the history, neither as a file nor as a folder, needs no search.
    if slow && !names.iter().try_fold(names.is_empty(), |any, name| Ok::<_, Stop>(any || was_there(history, name)?))? {
        slow = false;
        for name in &names {
            let filelog = history.repository.filelog(name)?;
            for rev in 0..filelog.len() {
                introducing.insert(filelog.linkrev(rev)?);
            }
        }
        if matcher.any_patterns() {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "patterns beside files that never were"));
        }
    }
    if slow {
        return Ok(ByFiles::Touching);
    }
    let visibility = history.visibility()?;
    if introducing.iter().any(|&rev| rev < 0 || rev >= history.changelog.len() || visibility.is_hidden(rev)) {
        return Err(Stop::unsupported(Reason::RevisionHidden, "a file's history has hidden changesets"));
    }
    Ok(ByFiles::Introducing(introducing))
}

/// Whether the store has a file of this name, or one below a folder of this name.
fn was_there(history: &History<'_>, name: &[u8]) -> Outcome<bool> {
    if name.is_empty() {
        return Ok(true);
    }
    history.repository.was_tracked(name)
}

/// What following leads to.
struct Followed {
    revs: Vec<Rev>,
    /// Where files were followed: their names in each changeset.
    files: Option<BTreeMap<Rev, Vec<Vec<u8>>>>,
}

impl Followed {
    fn ancestors(history: &History<'_>, start: &[Rev], first: bool, by: ByFiles) -> Outcome<(Option<Self>, ByFiles)> {
        Ok((Some(Followed { revs: follow::ancestors(history, start, first)?, files: None }), by))
    }
}

/// With following: the ancestors, or what the files descend from; of merges only the first parents with `first`.
fn followed(
    history: &History<'_>,
    start: &[Rev],
    named: bool,
    first: bool,
    matcher: &Matcher<'_>,
) -> Outcome<(Option<Followed>, ByFiles)> {
    if matcher.is_always() {
        return Followed::ancestors(history, start, first, ByFiles::All);
    }
    let mut slow = matcher.any_patterns() || history.prepared.parsed.switch("removed");
    let names = matcher.explicit_files();
    if !slow && named {
        slow = folders_among(history, start, names)?;
    } else if !slow {
        let tracked = tracked_files(history.repository)?;
        for name in names {
            if tracked.contains(name) {
                if history.repository.filelog(name)?.is_empty() {
                    return Err(cannot_follow("cannot follow nonexistent file: ", name));
                }
            } else if history.repository.root().join(OsStr::from_bytes(name)).exists() {
                slow = true;
            } else {
                return Err(cannot_follow("cannot follow file not in parent revision: ", name));
            }
        }
    }
    if slow {
        for name in names {
            if was_there(history, name)? {
                return Followed::ancestors(history, start, first, ByFiles::Touching);
            }
        }
        if matcher.any_patterns() && names.is_empty() {
            return Followed::ancestors(history, start, first, ByFiles::Touching);
        }
        return Err(Stop::unsupported(Reason::PatternUnsupported, "following what never was"));
    }
    let files = follow::files(history, start, names, first)?;
    Ok((Some(Followed { revs: files.keys().rev().copied().collect(), files: Some(files) }), ByFiles::All))
}

/// With `-r`: whether any name is a folder; every name must be in one of the revisions.
fn folders_among(history: &History<'_>, start: &[Rev], names: &[Vec<u8>]) -> Outcome<bool> {
    for name in names {
        let (mut file, mut folder) = (false, false);
        for &rev in start {
            let manifest = history.repository.manifest_of(rev)?;
            file |= manifest.get(name)?.is_some();
            folder |= manifest.has_dir(name)?;
        }
        match (file, folder) {
            (true, false) => {}
            (false, false) => {
                return Err(cannot_follow("cannot follow file not in any of the specified revisions: ", name));
            }
            // How legacy goes on from there depends on the order in which it meets them.
            _ => return Err(Stop::unsupported(Reason::PatternUnsupported, "following folders from a revision")),
        }
    }
    Ok(false)
}

fn cannot_follow(message: &str, name: &[u8]) -> Stop {
    Abort::new(AbortKind::State, [message.as_bytes(), b"\"", name, b"\""].concat()).into()
}
