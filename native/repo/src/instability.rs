//! Changesets that obsolescence has left in trouble: orphans, whose ancestors were rewritten, and those that rewrite
//! what is public. Which changesets compete as rewritings of the same one is not worked out, only which may.

use crate::open::Repository;
use crate::visibility::{Phase, Visibility};
use amalgam_config::Config;
use amalgam_formats::obsstore::Marker;
use amalgam_types::{Node, Outcome, Rev};
use std::collections::{HashMap, HashSet};

/// A marker's flag: it mends a divergence from a public changeset.
const MENDS_PHASE: u16 = 1;

/// The unstable changesets of a repository, hidden ones included.
#[derive(Debug, Clone, Default)]
pub struct Instabilities {
    orphans: HashSet<Rev>,
    phase_divergent: HashSet<Rev>,
    may_be_content_divergent: HashSet<Rev>,
}

impl Instabilities {
    /// Whether an ancestor of `rev` was rewritten.
    pub fn is_orphan(&self, rev: Rev) -> bool {
        self.orphans.contains(&rev)
    }

    /// Whether `rev` rewrites a public changeset.
    pub fn is_phase_divergent(&self, rev: Rev) -> bool {
        self.phase_divergent.contains(&rev)
    }

    /// Whether `rev` may be one of several rewritings of a changeset.
    pub fn may_be_content_divergent(&self, rev: Rev) -> bool {
        self.may_be_content_divergent.contains(&rev)
    }

    /// The orphans, in no order.
    pub fn orphans(&self) -> impl Iterator<Item = Rev> + '_ {
        self.orphans.iter().copied()
    }

    /// Those that rewrite what is public, in no order.
    pub fn phase_divergent(&self) -> impl Iterator<Item = Rev> + '_ {
        self.phase_divergent.iter().copied()
    }

    /// Whether any changeset may be one of several rewritings.
    pub fn any_may_be_content_divergent(&self) -> bool {
        !self.may_be_content_divergent.is_empty()
    }
}

impl Repository {
    /// The unstable changesets.
    ///
    /// # Errors
    /// What reading phases and markers meets.
    pub fn instabilities(&self, config: &Config) -> Outcome<&Instabilities> {
        self.instabilities.get_or_init(|| self.read_instabilities(config)).as_ref().map_err(Clone::clone)
    }

    fn read_instabilities(&self, config: &Config) -> Outcome<Instabilities> {
        let visibility = self.visibility(config)?;
        let mut found = Instabilities::default();
        if !visibility.any_markers() {
            return Ok(found);
        }
        let markers = self.markers()?;
        let past = Past::of(&markers);
        let changelog = self.changelog()?;
        for rev in visibility.first_mutable().max(0)..changelog.len() {
            if visibility.phase(rev) == Phase::Public || visibility.is_obsolete(rev) {
                continue;
            }
            let parents = changelog.parents(rev)?;
            if parents.iter().any(|parent| visibility.is_obsolete(*parent) || found.orphans.contains(parent)) {
                found.orphans.insert(rev);
            }
            let node = changelog.node(rev)?;
            if past.rewrites_public(node, |node| self.is_public(visibility, node))? {
                found.phase_divergent.insert(rev);
            }
            if past.has_rivals && past.predecessors.contains_key(&node) {
                found.may_be_content_divergent.insert(rev);
            }
        }
        Ok(found)
    }

    fn is_public(&self, visibility: &Visibility, node: &Node) -> Outcome<bool> {
        Ok(self.changelog()?.rev_of(node)?.is_some_and(|rev| visibility.phase(rev) == Phase::Public))
    }
}

/// What changesets were before.
struct Past<'m> {
    predecessors: HashMap<Node, Vec<&'m Marker>>,
    /// Whether anything was rewritten more than once.
    has_rivals: bool,
}

impl<'m> Past<'m> {
    fn of(markers: &'m [Marker]) -> Self {
        let mut predecessors: HashMap<Node, Vec<&Marker>> = HashMap::new();
        let mut seen = HashSet::new();
        let mut has_rivals = false;
        for marker in markers {
            has_rivals |= !seen.insert(marker.predecessor);
            for successor in &marker.successors {
                predecessors.entry(*successor).or_default().push(marker);
            }
        }
        Past { predecessors, has_rivals }
    }

    fn rewrites_public(&self, node: Node, is_public: impl Fn(&Node) -> Outcome<bool>) -> Outcome<bool> {
        let mut seen = HashSet::from([node]);
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            for marker in self.predecessors.get(&node).into_iter().flatten() {
                if marker.flags & MENDS_PHASE == 0 && seen.insert(marker.predecessor) {
                    if is_public(&marker.predecessor)? {
                        return Ok(true);
                    }
                    open.push(marker.predecessor);
                }
            }
        }
        Ok(false)
    }
}
