//! The working copy against its first parent.

use crate::dirstate::{Dirstate, Parsed};
use crate::explicit::{self, BadReason};
use crate::lookup::{self, Parent};
use crate::place::Place;
use crate::refresh::Refresh;
use crate::subrepositories::SPEC;
use crate::walk::{FolderTimes, Found, Rules, Walk};
use crate::{Ignoring, PathList, Selecting};
use amalgam_formats::dirstate::{Parents, Refreshed};
use amalgam_types::{LegacyBuild, NULL_NODE, Outcome, Reason, Stop};
use std::os::fd::OwnedFd;

/// Which lists are wanted. What is not asked for may stay empty, and is not looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusOptions {
    /// Modified files.
    pub list_modified: bool,
    /// Added files.
    pub list_added: bool,
    /// Removed files.
    pub list_removed: bool,
    /// Tracked files that are not there.
    pub list_deleted: bool,
    /// Files as they are in the first parent.
    pub list_clean: bool,
    /// Files that are neither tracked nor ignored.
    pub list_unknown: bool,
    /// Files that an ignore rule matches.
    pub list_ignored: bool,
    /// Subrepositories may be there: they are left out. Otherwise they are a stop.
    pub beside_subrepositories: bool,
}

impl StatusOptions {
    /// Files that differ from the first parent, beside subrepositories: those that both sides have, and those that one
    /// has.
    pub const CHANGES: StatusOptions = StatusOptions {
        list_modified: true,
        list_added: true,
        list_removed: true,
        list_deleted: true,
        list_clean: false,
        list_unknown: false,
        list_ignored: false,
        beside_subrepositories: true,
    };

    /// `hg status` without an option.
    pub fn usual() -> Self {
        StatusOptions { list_unknown: true, beside_subrepositories: false, ..Self::CHANGES }
    }
}

/// Sorted lists of paths from the repository's root.
#[derive(Debug)]
pub struct StatusResult {
    /// The parents that the dirstate named.
    pub parents: Parents,
    /// Changed since the first parent, or touched by a merge.
    pub modified: PathList,
    /// Added since.
    pub added: PathList,
    /// Removed since.
    pub removed: PathList,
    /// Tracked but not there.
    pub deleted: PathList,
    /// Neither tracked nor ignored.
    pub unknown: PathList,
    /// Ignored.
    pub ignored: PathList,
    /// Unchanged.
    pub clean: PathList,
    /// Named files that legacy complains about, in its order, before it prints anything else.
    pub bad: Vec<(Vec<u8>, BadReason)>,
    /// What may be written back once the answer is certain.
    pub refresh: Option<Refresh>,
}

impl Default for StatusResult {
    fn default() -> Self {
        StatusResult {
            parents: Parents { p1: NULL_NODE, p2: NULL_NODE },
            modified: PathList::default(),
            added: PathList::default(),
            removed: PathList::default(),
            deleted: PathList::default(),
            unknown: PathList::default(),
            ignored: PathList::default(),
            clean: PathList::default(),
            bad: Vec::new(),
            refresh: None,
        }
    }
}

/// What a status is asked of.
pub struct Request<'a> {
    /// The working copy.
    pub place: Place<'a>,
    /// Which files.
    pub selection: &'a dyn Selecting,
    /// The files named as they are, from the root of the repository: those that are missing are reported.
    pub named: &'a [Vec<u8>],
    /// The ignore rules; needed for unknown and ignored files, and called only then.
    pub ignore: &'a (dyn Fn() -> Outcome<Box<dyn Ignoring + 'a>> + Sync),
    /// The first parent.
    pub parent: &'a dyn Parent,
    /// Which lists.
    pub options: StatusOptions,
    /// The selection leaves out the subrepositories, if there are any.
    pub without_subrepositories: bool,
}

/// Walks the working copy and settles what metadata cannot tell.
pub fn status(request: &Request<'_>) -> Outcome<StatusResult> {
    let place = &request.place;
    if place.build == LegacyBuild::Other {
        return Err(Stop::unsupported(Reason::LegacyUnproven, "neither the C build nor the Rust extension"));
    }
    let root = place.open()?;
    let options = &request.options;
    let untracked = options.list_unknown || options.list_ignored;
    let asks_of_tracked = options.list_modified
        || options.list_added
        || options.list_removed
        || options.list_deleted
        || options.list_clean;
    let boundary = place.now();
    // Compiling the ignore rules and grouping the dirstate take a few milliseconds each, side by side.
    let large = std::fs::metadata(place.dot_hg.join("dirstate")).is_ok_and(|meta| meta.len() > 1 << 20);
    let load = || Dirstate::load(place.dot_hg, place.dirstate_v2);
    let rules = || if untracked { (request.ignore)().map(Some) } else { Ok(None) };
    let dirstate = load()?;
    let (parsed, ignore) = if large {
        std::thread::scope(|scope| {
            let parsing = scope.spawn(|| dirstate.parse());
            let ignore = rules();
            (parsing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), ignore)
        })
    } else {
        (dirstate.parse(), rules())
    };
    let (parsed, ignore) = (parsed?, ignore?);
    if !request.without_subrepositories && parsed.look_up(SPEC)?.0.is_some_and(|entry| entry.tracked) {
        return Err(Stop::unsupported(Reason::SubrepositoryPresent, ""));
    }
    let ignore = ignore.as_deref();
    let folder_times = match (dirstate.ignore_hash(), ignore) {
        (Some(recorded), Some(rules)) if place.build == LegacyBuild::Rust => {
            if rules.hash() == recorded {
                FolderTimes::Current
            } else {
                FolderTimes::Outdated
            }
        }
        _ => FolderTimes::None,
    };
    let rules = Rules {
        // Legacy compares uncertain files whatever it was asked for. What that can tell is an error about one of
        // them, and what it leaves is their times; for unknown files alone neither is worth a stat of every file.
        tracked: !options.list_unknown || asks_of_tracked,
        clean: options.list_clean,
        unknown: options.list_unknown,
        ignored: options.list_ignored,
        build: place.build,
        boundary,
        folder_times,
        threads: std::thread::available_parallelism().map_or(1, |n| n.get().min(8)),
    };
    let bad = explicit::complaints(&root, &parsed, place.build, request.named)?;
    if !untracked && (!bad.is_empty() || names_untracked(&parsed, request.named)?) {
        // Legacy looks at the rules for a name that is not there or not tracked, and stumbles over those that it
        // cannot read.
        (request.ignore)()?;
    }
    let walk = |rules: Rules, root: OwnedFd| match &parsed {
        Parsed::V1(tree) => {
            walk_and_settle(Walk::new(tree, request.selection, ignore, request.parent, rules), root, request)
        }
        Parsed::V2(tree) => {
            walk_and_settle(Walk::new(tree, request.selection, ignore, request.parent, rules), root, request)
        }
    };
    let (mut found, mut refreshed) = walk(rules, root)?;
    if found.nested && !rules.tracked {
        // An uncertain file in there is an error.
        (found, refreshed) = walk(Rules { tracked: true, ..rules }, place.open()?)?;
    }
    let mut result = lists(&mut found, options);
    (result.bad, result.parents) = (bad, dirstate.parents()?);
    let outdated_rules = folder_times == FolderTimes::Outdated;
    let folders = outdated_rules || !found.cached.is_empty() || !found.outdated.is_empty();
    let ignore_hash = if outdated_rules { ignore.map(|rules| rules.hash()) } else { None };
    let (cached, outdated) = (std::mem::take(&mut found.cached), std::mem::take(&mut found.outdated));
    drop(found);
    drop(parsed);
    // The C build rewrites a dirstate-v2 without its folder times; that is left to it.
    let writes = place.build == LegacyBuild::Rust || !place.dirstate_v2;
    if writes && (folders || !refreshed.is_empty()) {
        result.refresh = Some(Refresh { dirstate, refreshed, cached, outdated, ignore_hash });
    }
    Ok(result)
}

fn walk_and_settle<'a, T: amalgam_formats::dirstate::Tree>(
    walk: Walk<'a, T>,
    root: OwnedFd,
    request: &Request<'_>,
) -> Outcome<(Found<'a>, Vec<Refreshed>)> {
    let again = root.try_clone().map_err(|error| Stop::unsupported(Reason::FileUnsupported, error.to_string()))?;
    let mut found = walk.run(root)?;
    let refreshed = lookup::settle(&again, &request.place, request.parent, walk.rules.boundary, &mut found)?;
    Ok((found, refreshed))
}

/// Whether a name is neither a tracked file nor a folder of such.
fn names_untracked(parsed: &Parsed<'_>, named: &[Vec<u8>]) -> Outcome<bool> {
    for name in named.iter().filter(|name| !name.is_empty()) {
        if matches!(parsed.look_up(name)?, (None, false)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn lists(found: &mut Found<'_>, options: &StatusOptions) -> StatusResult {
    let sorted = |wanted: bool, paths: &mut Vec<&[u8]>| {
        if !wanted {
            return PathList::default();
        }
        paths.sort_unstable();
        paths.iter().collect()
    };
    let mut result = StatusResult {
        modified: sorted(options.list_modified, &mut found.modified),
        added: sorted(options.list_added, &mut found.added),
        removed: sorted(options.list_removed, &mut found.removed),
        deleted: sorted(options.list_deleted, &mut found.deleted),
        clean: sorted(options.list_clean, &mut found.clean),
        unknown: std::mem::take(&mut found.unknown),
        ignored: std::mem::take(&mut found.ignored),
        ..Default::default()
    };
    result.unknown.sort();
    result.ignored.sort();
    result
}
