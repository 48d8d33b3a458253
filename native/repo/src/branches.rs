//! Named branches and their heads.
//!
//! A head of a branch is a visible changeset on it that is not obsolete and has no such descendant on the
//! same branch. Legacy caches the heads for nested views of the repository (all, visible, served, immutable,
//! base); a cache that fits its view is taken as it is and only what came later is added.

use crate::changelog::Changelog;
use crate::open::Repository;
use crate::source::read_cache;
use crate::visibility::{Phase, Visibility, digest_of};
use amalgam_config::Config;
use amalgam_formats::branch_cache::{self, BranchCache};
use amalgam_formats::rev_branch_cache::RevBranchCache;
use amalgam_formats::{damaged, names};
use amalgam_types::{Outcome, Rev};
use std::collections::{BTreeSet, HashMap};

/// One head of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchHead {
    /// The changeset.
    pub rev: Rev,
    /// Whether it closes the branch.
    pub closed: bool,
}

/// All branches of the visible history.
#[derive(Debug, Clone, Default)]
pub struct Branches {
    heads: HashMap<Vec<u8>, Vec<BranchHead>>,
}

impl Branches {
    /// The changeset that a branch name stands for: the highest open head, or the highest one.
    pub fn tip(&self, name: &[u8]) -> Option<Rev> {
        let heads = self.heads.get(name)?;
        heads.iter().rev().find(|h| !h.closed).or_else(|| heads.last()).map(|h| h.rev)
    }

    /// The heads of a branch, low to high.
    pub fn heads(&self, name: &[u8]) -> &[BranchHead] {
        self.heads.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// All branches, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[BranchHead])> {
        self.heads.iter().map(|(name, heads)| (name.as_slice(), heads.as_slice()))
    }
}

/// The nested views for which caches are kept, from the widest that may serve to the narrowest.
const VIEWS: [&str; 4] = ["visible", "served", "immutable", "base"];

impl Repository {
    /// The branches.
    pub fn branches(&self, config: &Config) -> Outcome<&Branches> {
        self.refuse_topics(config)?;
        self.branches.get_or_init(|| self.read_branches(config)).as_ref().map_err(Clone::clone)
    }

    /// The branch of a changeset, and whether the changeset closes it.
    pub fn branch_of(&self, rev: Rev) -> Outcome<(Vec<u8>, bool)> {
        self.changelog()?.entry(rev)?.branch()
    }

    /// Whether a cache that is up to date shows that no branch is called `name`. It is cheaper to see that than to find
    /// the heads that the cache names; `false` says nothing.
    pub(crate) fn has_surely_no_branch(&self, config: &Config, name: &[u8]) -> Outcome<bool> {
        if self.branches.get().is_some() {
            return Ok(false);
        }
        let (changelog, visibility) = (self.changelog()?, self.visibility(config)?);
        for view in self.views() {
            let Some(bytes) = read_cache(&self.cache(&format!("branch2-{view}"))) else { continue };
            let Ok(Some(cache)) = branch_cache::parse(&bytes) else { continue };
            if fits(&cache, view, changelog, visibility)? {
                let lacks = |rev: Rev| !visibility.is_hidden(rev) && left_out(view, rev, visibility);
                let whole = cache.tip_rev == visibility.tip()
                    && !(visibility.first_mutable().max(0)..=cache.tip_rev).any(lacks);
                return Ok(whole && cache.heads.iter().all(|head| head.branch != name));
            }
        }
        Ok(false)
    }

    /// The branches of many changesets, of `wanted` or so.
    pub fn branch_names(&self, wanted: usize) -> Outcome<BranchNames<'_>> {
        self.remark("the cache of branches by revision")?;
        Ok(BranchNames::new(self, self.changelog()?, wanted))
    }

    /// The views whose caches may serve; where legacy would remark on one that does not, only the one that it looks at
    /// first.
    fn views(&self) -> &'static [&'static str] {
        match (self.remarks, self.unfiltered) {
            (false, _) => &VIEWS,
            (true, false) => &VIEWS[..1],
            (true, true) => &[],
        }
    }

    fn read_branches(&self, config: &Config) -> Outcome<Branches> {
        let changelog = self.changelog()?;
        let visibility = self.visibility(config)?;
        let mut known = Known::default();
        for view in self.views() {
            let Some(bytes) = read_cache(&self.cache(&format!("branch2-{view}"))) else { continue };
            if let Ok(Some(cache)) = branch_cache::parse(&bytes)
                && fits(&cache, view, changelog, visibility)?
            {
                known = Known::from_cache(cache, view, changelog)?;
                break;
            }
        }
        // What a view leaves out of the history that its cache covers is not public.
        let new: Vec<Rev> = (visibility.first_mutable().clamp(0, known.tip + 1)..changelog.len())
            .filter(|&rev| !visibility.is_hidden(rev) && (rev > known.tip || left_out(known.view, rev, visibility)))
            .collect();
        if known.view.is_empty() || !new.is_empty() {
            self.remark("a cache of branches that is not up to date")?;
        }
        if new.len() > 100 {
            changelog.expect_scan();
        }
        let branch_names = BranchNames::new(self, changelog, new.len());
        let branches = known.add(&new, &branch_names, visibility)?;
        self.check_names(branches.iter().map(|(name, _)| name))?;
        Ok(branches)
    }
}

/// Whether a view leaves out `rev`.
fn left_out(view: &str, rev: Rev, visibility: &Visibility) -> bool {
    let phase = visibility.phase(rev);
    match view {
        "served" => visibility.is_filtered(rev) || phase >= Phase::Secret,
        "immutable" => phase != Phase::Public,
        "base" => rev >= visibility.first_mutable(),
        _ => visibility.is_filtered(rev),
    }
}

/// Whether a cache was made for this history and for what the view leaves out of it today.
fn fits(cache: &BranchCache, view: &str, changelog: &Changelog, visibility: &Visibility) -> Outcome<bool> {
    let tip = cache.tip_rev;
    if tip < 0 || tip >= changelog.len() || left_out(view, tip, visibility) || changelog.node(tip)? != cache.tip_node {
        return Ok(false);
    }
    let unseen = (visibility.first_mutable().max(0)..=tip)
        .filter(|&rev| left_out(view, rev, visibility) || visibility.is_obsolete(rev));
    Ok(cache.filtered == digest_of(unseen, tip))
}

/// What a cache says, to be brought up to date.
struct Known {
    view: &'static str,
    tip: Rev,
    heads: HashMap<Vec<u8>, Vec<BranchHead>>,
}

impl Default for Known {
    fn default() -> Self {
        Known { view: "", tip: -1, heads: HashMap::new() }
    }
}

impl Known {
    fn from_cache(cache: BranchCache, view: &'static str, changelog: &Changelog) -> Outcome<Self> {
        let mut heads: HashMap<Vec<u8>, Vec<BranchHead>> = HashMap::new();
        let nodes: Vec<_> = cache.heads.iter().map(|head| head.node).collect();
        let revs = changelog.revs_of(&nodes)?;
        for head in cache.heads {
            let rev = *revs.get(&head.node).ok_or_else(|| damaged("a cached branch head is unknown"))?;
            heads.entry(head.branch).or_default().push(BranchHead { rev, closed: head.closed });
        }
        Ok(Known { view, tip: cache.tip_rev, heads })
    }

    /// Adds revisions, given low to high.
    fn add(mut self, new: &[Rev], branch_names: &BranchNames<'_>, visibility: &Visibility) -> Outcome<Branches> {
        let mut touched: BTreeSet<Vec<u8>> = BTreeSet::new();
        for &rev in new {
            if visibility.is_obsolete(rev) {
                continue;
            }
            let (branch, closed) = branch_names.of(rev)?;
            let parents = branch_names.changelog.parents(rev)?;
            let heads = self.heads.entry(branch.clone()).or_default();
            heads.retain(|h| !parents.contains(&h.rev));
            heads.push(BranchHead { rev, closed });
            if heads.len() > 1 {
                touched.insert(branch);
            }
        }
        for branch in touched {
            let heads = self.heads.entry(branch).or_default();
            heads.sort_unstable_by_key(|h| h.rev);
            drop_ancestors(heads, branch_names.changelog)?;
        }
        Ok(Branches { heads: self.heads })
    }
}

/// Takes out the heads that are ancestors of other heads.
fn drop_ancestors(heads: &mut Vec<BranchHead>, changelog: &Changelog) -> Outcome<()> {
    let Some(lowest) = heads.first().map(|h| h.rev) else { return Ok(()) };
    let mut open: BTreeSet<Rev> = heads.iter().map(|h| h.rev).collect();
    let mut ancestors = BTreeSet::new();
    while let Some(rev) = open.pop_last() {
        for parent in changelog.parents(rev)? {
            if parent >= lowest && ancestors.insert(parent) {
                open.insert(parent);
            }
        }
    }
    heads.retain(|h| !ancestors.contains(&h.rev));
    Ok(())
}

/// The branch of any changeset, from legacy's cache where it knows.
pub struct BranchNames<'a> {
    changelog: &'a Changelog,
    cache: RevBranchCache,
}

impl<'a> BranchNames<'a> {
    fn new(repo: &Repository, changelog: &'a Changelog, wanted: usize) -> Self {
        let cache = if wanted > 4 {
            let names = read_cache(&repo.cache("rbc-names-v2")).unwrap_or_default();
            let revs = read_cache(&repo.cache("rbc-revs-v2")).unwrap_or_default();
            RevBranchCache::new(&names, revs)
        } else {
            RevBranchCache::default()
        };
        BranchNames { changelog, cache }
    }

    /// The branch of a changeset, and whether the changeset closes it.
    pub fn of(&self, rev: Rev) -> Outcome<(Vec<u8>, bool)> {
        if let Some((name, closed)) = self.cache.get(rev, &self.changelog.node(rev)?) {
            return Ok((name.to_vec(), closed));
        }
        let (name, closed) = self.changelog.entry(rev)?.branch()?;
        names::utf8(&name, "a branch")?;
        Ok((name, closed))
    }
}
