//! Functions about the files that changesets touch or have.

use super::Call;
use crate::set::{Bits, Set};
use crate::tree::{arguments, error, list, text};
use amalgam_formats::manifest::{Manifest, ManifestEntry};
use amalgam_matching::{MatchContext, MatchOptions, Matcher, PatternKind, canonical_path};
use amalgam_repo::{Changelog, FileRev, FileWalk, Repository};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};

/// What patterns match in each revision.
enum Matching<'a> {
    /// The same everywhere, made as legacy makes it when the first revision is looked at; an error counts only then.
    Everywhere(Box<Outcome<Matcher<'a>>>),
    /// Filesets mean something else in each.
    By(MatchContext<'a>, Box<Patterns>),
}

struct Patterns {
    patterns: Vec<Vec<u8>>,
    include: Vec<Vec<u8>>,
    exclude: Vec<Vec<u8>>,
    default: PatternKind,
}

impl Patterns {
    fn options(&self) -> MatchOptions<'_> {
        let Patterns { patterns, include, exclude, default } = self;
        MatchOptions { patterns, include, exclude, default: *default }
    }

    fn has_sets(&self) -> bool {
        let lists = [&self.patterns, &self.include, &self.exclude];
        lists.into_iter().flatten().any(|pattern| pattern.starts_with(b"set:"))
    }
}

impl<'a> Matching<'a> {
    fn new(call: &Call<'_, '_, 'a>, patterns: Patterns) -> Outcome<Self> {
        let context = call.evaluation.matching;
        if patterns.has_sets() {
            return Ok(Matching::By(context, Box::new(patterns)));
        }
        Matching::everywhere(call, &patterns)
    }

    /// Filesets are then about the working directory.
    fn everywhere(call: &Call<'_, '_, 'a>, patterns: &Patterns) -> Outcome<Self> {
        match Matcher::new(&call.evaluation.matching, &patterns.options()) {
            Err(Stop::Unsupported(stop)) => Err(stop.into()),
            other => Ok(Matching::Everywhere(Box::new(other))),
        }
    }

    fn of_one(call: &Call<'_, '_, 'a>, pattern: &[u8]) -> Outcome<Self> {
        let patterns = vec![pattern.to_vec()];
        let (include, exclude) = (Vec::new(), Vec::new());
        Matching::new(call, Patterns { patterns, include, exclude, default: PatternKind::Glob })
    }

    /// Asks `question` of the matcher for `rev`.
    fn at<T>(&self, rev: Rev, question: impl FnOnce(&Matcher<'_>) -> Outcome<T>) -> Outcome<T> {
        match self {
            Matching::Everywhere(matcher) => question((**matcher).as_ref().map_err(Clone::clone)?),
            Matching::By(context, patterns) => question(&Matcher::for_query(context, rev, &patterns.options())?),
        }
    }
}

/// The files that a changeset says it touches.
fn any_file(changelog: &Changelog, rev: Rev, wanted: impl FnMut(&[u8]) -> bool) -> Outcome<bool> {
    if rev == NULL_REV {
        return Ok(false);
    }
    Ok(changelog.entry(rev)?.files().any(wanted))
}

pub(super) fn file<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    touching(call, Matching::of_one(call, call.argument_text("file requires a pattern")?)?)
}

fn touching<'a>(call: &Call<'_, '_, 'a>, matching: Matching<'a>) -> Outcome<Set<'a>> {
    let changelog = call.evaluation.changelog;
    Ok(call.evaluation.reading(call.subset, move |rev| {
        matching.at(rev, |matcher| any_file(changelog, rev, |path| matcher.matches(path)))
    }))
}

/// `_matchfiles('p:PATTERN', 'i:INCLUDE', 'x:EXCLUDE', 'd:KIND', 'r:REV', ...)`, as `hg log` asks.
pub(super) fn match_files<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let (mut patterns, mut include, mut exclude) = (Vec::new(), Vec::new(), Vec::new());
    let (mut default, mut revision) = (None, None);
    let arguments = list(call.argument);
    if arguments.is_empty() {
        return Err(error("_matchfiles requires at least one argument"));
    }
    for argument in arguments {
        let argument = text(argument, "_matchfiles requires string arguments")?;
        let (prefix, value) = argument.split_at(argument.len().min(2));
        match prefix {
            b"p:" => patterns.push(value.to_vec()),
            b"i:" => include.push(value.to_vec()),
            b"x:" => exclude.push(value.to_vec()),
            // It decides only what file sets mean.
            b"r:" if revision.is_none() => revision = Some(value),
            b"r:" => return Err(error("_matchfiles expected at most one revision")),
            b"d:" if default.is_none() => default = Some(value),
            b"d:" => return Err(error("_matchfiles expected at most one default mode")),
            _ => return Err(error([b"invalid _matchfiles prefix: ", prefix].concat())),
        }
    }
    let kind = match default {
        None | Some(b"") => PatternKind::Glob,
        Some(name) => PatternKind::from_name(name)
            .ok_or_else(|| Stop::unsupported(Reason::PatternUnsupported, "an unknown kind of pattern"))?,
    };
    let patterns = Patterns { patterns, include, exclude, default: kind };
    let matching = match revision {
        Some(b"") => Matching::everywhere(call, &patterns)?,
        Some(_) if patterns.has_sets() => {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "a fileset of another revision"));
        }
        _ => Matching::new(call, patterns)?,
    };
    touching(call, matching)
}

/// Which part of a status a function asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Added,
    Modified,
    Removed,
}

pub(super) fn adds<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    changing(call, call.argument_text("adds requires a pattern")?, Change::Added)
}

pub(super) fn modifies<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    changing(call, call.argument_text("modifies requires a pattern")?, Change::Modified)
}

pub(super) fn removes<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    changing(call, call.argument_text("removes requires a pattern")?, Change::Removed)
}

fn changing<'a>(call: &Call<'_, '_, 'a>, pattern: &[u8], change: Change) -> Outcome<Set<'a>> {
    let matching = Matching::of_one(call, pattern)?;
    let (repository, changelog) = (call.evaluation.repository, call.evaluation.changelog);
    Ok(call.evaluation.reading(call.subset, move |rev| {
        matching.at(rev, |matcher| any_change(repository, changelog, rev, matcher, change))
    }))
}

fn any_change(
    repository: &Repository,
    changelog: &Changelog,
    rev: Rev,
    matcher: &Matcher<'_>,
    change: Change,
) -> Outcome<bool> {
    if rev == NULL_REV {
        return Ok(false);
    }
    // One plain file is looked up by name, its folder's other files do not count.
    let exact = match (matcher.any_patterns(), matcher.explicit_files()) {
        (false, [only]) => Some(only.as_slice()),
        _ => None,
    };
    let wanted = |path: &[u8]| exact.map_or_else(|| matcher.matches(path), |exact| exact == path);
    let entry = changelog.entry(rev)?;
    let narrow = repository.narrowspec()?;
    let wanted = |path: &[u8]| wanted(path) && narrow.is_none_or(|spec| spec.holds(path));
    let touched: Vec<&[u8]> = entry.files().filter(|path| wanted(path)).collect();
    if touched.is_empty() {
        return Ok(false);
    }
    let parents = changelog.parents(rev)?;
    let before = repository.manifest_of(parents[0])?;
    let after = repository.manifest(&entry.manifest(), Some(rev))?;
    if parents[1] != NULL_REV {
        return any_difference(&before, &after, change, wanted);
    }
    for path in touched {
        if is_change(before.get(path)?, after.get(path)?, change) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_change(before: Option<ManifestEntry<'_>>, after: Option<ManifestEntry<'_>>, change: Change) -> bool {
    match change {
        Change::Added => before.is_none() && after.is_some(),
        Change::Removed => before.is_some() && after.is_none(),
        Change::Modified => match (before, after) {
            (Some(before), Some(after)) => before.hex != after.hex || before.flags != after.flags,
            _ => false,
        },
    }
}

/// Whether two manifests differ in this way in a file that is wanted: of a merge, not all that differs is recorded.
fn any_difference(
    before: &Manifest,
    after: &Manifest,
    change: Change,
    wanted: impl Fn(&[u8]) -> bool,
) -> Outcome<bool> {
    let (looked_at, other, swapped) = match change {
        Change::Removed => (before, after, true),
        Change::Added | Change::Modified => (after, before, false),
    };
    let mut others = other.iter().peekable();
    for entry in looked_at.iter() {
        let entry = entry?;
        while let Some(next) = others.next_if(|next| next.as_ref().is_ok_and(|next| next.path < entry.path)) {
            next?;
        }
        let same = match others.peek() {
            Some(Err(stop)) => return Err(stop.clone()),
            Some(Ok(next)) if next.path == entry.path => Some(*next),
            _ => None,
        };
        let (old, new) = if swapped { (Some(entry), same) } else { (same, Some(entry)) };
        if is_change(old, new, change) && wanted(entry.path) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn has_kind(pattern: &[u8]) -> bool {
    PatternKind::split(pattern, PatternKind::Relpath).1.len() != pattern.len()
}

pub(super) fn contains<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let pattern = call.argument_text("contains requires a pattern")?;
    let repository = call.evaluation.repository;
    if !has_kind(pattern) {
        let path = match canonical_path(&call.evaluation.matching, pattern) {
            Err(Stop::Unsupported(stop)) => return Err(stop.into()),
            other => other,
        };
        return Ok(call.evaluation.reading(call.subset, move |rev| {
            let path = path.as_ref().map_err(Clone::clone)?;
            Ok(repository.manifest_of(rev)?.get(path)?.is_some())
        }));
    }
    let matching = Matching::of_one(call, pattern)?;
    Ok(call.evaluation.reading(call.subset, move |rev| matching.at(rev, |matcher| any_in(repository, rev, matcher))))
}

fn any_in(repository: &Repository, rev: Rev, matcher: &Matcher<'_>) -> Outcome<bool> {
    for entry in repository.manifest_of(rev)?.iter() {
        if matcher.matches(entry?.path) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `filelog(file)`: the changesets that the file's own history names.
pub(super) fn filelog<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let pattern = call.argument_text("filelog requires a pattern")?;
    let evaluation = call.evaluation;
    let paths = if has_kind(pattern) {
        let patterns = [pattern.to_vec()];
        let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Glob };
        let matcher = Matcher::new(&evaluation.matching, &options)?;
        let mut tracked = evaluation.contents("filelog of a pattern")?.tracked()?;
        tracked.retain(|path| matcher.matches(path));
        tracked
    } else {
        vec![canonical_path(&evaluation.matching, pattern)?]
    };
    let mut revs = Bits::default();
    for path in paths {
        let history = evaluation.repository.filelog(&path)?;
        for at in 0..history.len() {
            let rev = history.linkrev(at)?;
            if evaluation.hidden.contains(rev) || rev < 0 || rev >= evaluation.changelog.len() {
                return Err(Stop::unsupported(Reason::RevsetPredicate, "filelog with a hidden changeset"));
            }
            revs.insert(rev);
        }
    }
    call.subset.and(&Set::sorted(&revs))
}

/// `subrepo([pattern])`, where no changeset ever had a subrepository.
pub(super) fn subrepo<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 0, 1, "subrepo takes at most one argument")?;
    if let Some(pattern) = arguments.first() {
        text(*pattern, "subrepo requires a pattern")?;
    }
    for name in [&b".hgsub"[..], b".hgsubstate"] {
        if !call.evaluation.repository.filelog(name)?.is_empty() {
            return Err(Stop::unsupported(Reason::RevsetPredicate, "subrepo"));
        }
    }
    Ok(Set::empty())
}

/// `follow(file[, startrev])`: the history of the files that match, across copies.
pub(super) fn follow<'a>(call: &Call<'_, '_, 'a>, pattern: &[u8], start: Option<&Set<'a>>) -> Outcome<Set<'a>> {
    let repository = call.evaluation.repository;
    let patterns = [pattern.to_vec()];
    let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Path };
    let mut starts = Vec::new();
    let revs = match start {
        Some(start) => start.to_vec()?,
        None => vec![repository.working_revs()?[0]],
    };
    for rev in revs {
        let matcher = match start {
            Some(_) => Matcher::for_revision(&call.evaluation.matching, rev, &options)?,
            None => Matcher::new(&call.evaluation.matching, &options)?,
        };
        for entry in repository.manifest_of(rev)?.iter() {
            let entry = entry?;
            if matcher.matches(entry.path) {
                starts.push((FileRev { path: entry.path.to_vec(), node: entry.node()? }, rev));
            }
        }
    }
    let hidden = &call.evaluation.hidden;
    let found = FileWalk::new(repository)?.ancestors(starts, false, |rev| hidden.contains(rev))?;
    let mut revs = Bits::default();
    revs.extend(found.into_keys());
    call.subset.and(&Set::sorted(&revs))
}
