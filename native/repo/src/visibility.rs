//! Which changesets are hidden, which are obsolete, and in which phase each one is.
//!
//! Hidden are the obsolete changesets that are not public and those in the archived and internal phases,
//! except the pinned ones (working-copy parents, bookmarks, local tags, both sides of an unresolved merge)
//! and the ancestors of visible changesets that are not public.

use crate::changelog::Changelog;
use crate::open::Repository;
use crate::source::read_optional;
use amalgam_config::Config;
use amalgam_formats::{obsstore, phaseroots};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use sha1::{Digest, Sha1};
use std::collections::{BTreeSet, HashSet};

pub use amalgam_formats::phaseroots::Phase;

/// What is visible, obsolete and mutable in one repository.
#[derive(Debug, Clone, Default)]
pub struct Visibility {
    phases: Phases,
    /// What the usual view leaves out.
    filtered: BTreeSet<Rev>,
    /// Whether the usual view is in force.
    filters: bool,
    obsolete: BTreeSet<Rev>,
    any_markers: bool,
    last: Rev,
}

/// The phases of all revisions from the first that is not public.
#[derive(Debug, Clone, Default)]
struct Phases {
    base: Rev,
    from_base: Vec<Phase>,
}

impl Phases {
    fn read(repo: &Repository, changelog: &Changelog) -> Outcome<Self> {
        let bytes = read_optional(&repo.store().join("phaseroots"))?.unwrap_or_default();
        let mut roots = Vec::new();
        for (phase, node) in phaseroots::parse(&bytes)? {
            // Legacy forgets roots that the history no longer has; one on the null revision means all of it.
            match changelog.rev_of(&node)? {
                Some(NULL_REV) => {
                    return Err(Stop::unsupported(Reason::RepositoryState, "the null revision is a phase root"));
                }
                Some(rev) => roots.push((rev, phase)),
                None => repo.remark("an unknown phase root")?,
            }
        }
        let Some(base) = roots.iter().filter(|r| r.1 != Phase::Public).map(|r| r.0).min() else {
            return Ok(Phases { base: changelog.len(), from_base: Vec::new() });
        };
        let mut from_base = vec![Phase::Public; (changelog.len() - base) as usize];
        for (rev, phase) in roots {
            if let Some(slot) = usize::try_from(rev - base).ok().and_then(|at| from_base.get_mut(at)) {
                *slot = phase.max(*slot);
            }
        }
        changelog.walk_parents(base, |rev, parents| {
            let at = (rev - base) as usize;
            for parent in parents.into_iter().filter(|&parent| parent >= base) {
                from_base[at] = from_base[at].max(from_base[(parent - base) as usize]);
            }
        })?;
        Ok(Phases { base, from_base })
    }

    fn of(&self, rev: Rev) -> Phase {
        usize::try_from(rev - self.base).ok().and_then(|at| self.from_base.get(at)).copied().unwrap_or(Phase::Public)
    }

    /// The revisions that are not public, low to high.
    fn mutable(&self) -> impl DoubleEndedIterator<Item = (Rev, Phase)> + '_ {
        let revs = self.from_base.iter().enumerate();
        revs.map(|(at, &phase)| (self.base + at as Rev, phase)).filter(|(_, phase)| *phase != Phase::Public)
    }
}

impl Visibility {
    /// Whether `rev` is hidden; with hidden changesets shown, none is.
    pub fn is_hidden(&self, rev: Rev) -> bool {
        self.filters && self.filtered.contains(&rev)
    }

    /// Whether anything is hidden.
    pub fn any_hidden(&self) -> bool {
        self.filters && !self.filtered.is_empty()
    }

    /// The hidden revisions, low to high.
    pub fn hidden(&self) -> impl DoubleEndedIterator<Item = Rev> + '_ {
        self.filtered.iter().copied().filter(|_| self.filters)
    }

    /// The revisions that are hidden or would be if hidden changesets were not shown, low to high.
    pub fn filtered(&self) -> impl DoubleEndedIterator<Item = Rev> + '_ {
        self.filtered.iter().copied()
    }

    /// Whether `rev` is hidden or would be if hidden changesets were not shown.
    pub(crate) fn is_filtered(&self, rev: Rev) -> bool {
        self.filtered.contains(&rev)
    }

    /// Whether `rev` was rewritten and is not public.
    pub fn is_obsolete(&self, rev: Rev) -> bool {
        self.obsolete.contains(&rev)
    }

    /// The obsolete revisions, low to high.
    pub fn obsolete(&self) -> impl DoubleEndedIterator<Item = Rev> + '_ {
        self.obsolete.iter().copied()
    }

    /// Whether any changeset, known or not, was ever rewritten.
    pub fn any_markers(&self) -> bool {
        self.any_markers
    }

    /// The phase of `rev`.
    pub fn phase(&self, rev: Rev) -> Phase {
        self.phases.of(rev)
    }

    /// The revisions that are not public, hidden ones included, low to high.
    pub(crate) fn mutable(&self) -> impl Iterator<Item = Rev> + '_ {
        self.phases.mutable().map(|(rev, _)| rev)
    }

    /// The first revision that may not be public.
    pub fn first_mutable(&self) -> Rev {
        self.phases.base
    }

    /// The last visible revision; -1 when there is none.
    pub fn tip(&self) -> Rev {
        let mut rev = self.last;
        while rev >= 0 && self.is_hidden(rev) {
            rev -= 1;
        }
        rev
    }

    /// The digest by which caches recognise the set of hidden (and, for branches, obsolete) revisions up to
    /// `last`; `None` when there are none.
    pub(crate) fn digest(&self, last: Rev, with_obsolete: bool) -> Option<Node> {
        digest_of(self.hidden().chain(self.obsolete().filter(|_| with_obsolete)), last)
    }
}

/// SHA-1 over the sorted revision numbers, each followed by a semicolon.
pub(crate) fn digest_of(revs: impl Iterator<Item = Rev>, last: Rev) -> Option<Node> {
    let revs: BTreeSet<Rev> = revs.filter(|&rev| rev <= last).collect();
    if revs.is_empty() {
        return None;
    }
    let mut hash = Sha1::new();
    for rev in revs {
        hash.update(format!("{rev};"));
    }
    Some(Node(hash.finalize().into()))
}

impl Repository {
    /// What is visible. Ask only where legacy would look, too: with obsolescence switched off it prints a
    /// warning when it does, and that is a stop here.
    pub fn visibility(&self, config: &Config) -> Outcome<&Visibility> {
        self.visibility.get_or_init(|| self.read_visibility(config)).as_ref().map_err(Clone::clone)
    }

    fn read_visibility(&self, config: &Config) -> Outcome<Visibility> {
        if config.get("experimental", "extra-filter-revs").is_some() {
            return Err(Stop::unsupported(Reason::ConfigUnsupported, "experimental.extra-filter-revs"));
        }
        let changelog = self.changelog()?;
        // Legacy asks for the working copy's parents here, and warns of an unknown one.
        self.working_revs()?;
        let phases = Phases::read(self, changelog)?;
        let rewritten = self.rewritten(config)?;
        let mut obsolete = BTreeSet::new();
        let mut hidden = BTreeSet::new();
        for (rev, phase) in phases.mutable() {
            if !rewritten.is_empty() && rewritten.contains(&changelog.node(rev)?) {
                obsolete.insert(rev);
                hidden.insert(rev);
            } else if phase >= Phase::Archived {
                hidden.insert(rev);
            }
        }
        if !hidden.is_empty() {
            for rev in self.pinned(config, changelog)? {
                hidden.remove(&rev);
            }
            for (rev, _) in phases.mutable().rev() {
                if !hidden.contains(&rev) {
                    for parent in changelog.parents(rev)? {
                        hidden.remove(&parent);
                    }
                }
            }
        }
        let (filters, any_markers, last) = (!self.unfiltered, !rewritten.is_empty(), changelog.last_rev());
        Ok(Visibility { phases, filtered: hidden, filters, obsolete, any_markers, last })
    }

    /// All obsolescence markers, in the order of the file.
    pub fn markers(&self) -> Outcome<Vec<obsstore::Marker>> {
        obsstore::parse(&read_optional(&self.store().join("obsstore"))?.unwrap_or_default())
    }

    /// The ids that obsolescence markers rewrite.
    fn rewritten(&self, config: &Config) -> Outcome<HashSet<Node>> {
        let markers = self.markers()?;
        if markers.is_empty() {
            return Ok(HashSet::new());
        }
        if !evolution_enabled(config)? {
            return Err(Stop::unsupported(Reason::ObsolescencePresent, "markers, but obsolescence is not enabled"));
        }
        Ok(markers.into_iter().map(|m| m.predecessor).collect())
    }

    fn pinned(&self, config: &Config, changelog: &Changelog) -> Outcome<Vec<Rev>> {
        let mut nodes = Vec::new();
        let mut pinned = self.working_revs()?.to_vec();
        nodes.extend(self.bookmarks(config)?.iter().map(|(_, node)| *node));
        nodes.extend(self.local_tags()?.iter().map(|(_, tag)| tag.node));
        let merge = self.merge_state()?;
        if merge.is_active() && merge.unresolved().next().is_some() {
            match (merge.local, merge.other) {
                (Some(local), Some(other)) => nodes.extend([local, other]),
                _ => return Err(Stop::unsupported(Reason::RepositoryState, "a merge without both sides")),
            }
        }
        for node in nodes {
            pinned.extend(changelog.rev_of(&node)?);
        }
        Ok(pinned)
    }
}

/// Whether legacy may create markers, which also decides whether it warns of those that it finds.
fn evolution_enabled(config: &Config) -> Outcome<bool> {
    if let Some(own) = config.get_bool("experimental", "evolution.createmarkers")? {
        return Ok(own);
    }
    let Some(value) = config.get("experimental", "evolution") else { return Ok(false) };
    if let Some(all) = amalgam_config::parse_bool(value) {
        return Ok(all);
    }
    let list = config.get_list("experimental", "evolution").unwrap_or_default();
    Ok(list.iter().any(|word| word == b"all" || word == b"createmarkers"))
}
