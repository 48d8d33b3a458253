//! Copies and renames from one side of a comparison to the other, as far as file histories tell them.
//!
//! A file that only the later side has is traced through its own history until a revision turns up that the
//! earlier side has, under whatever name. Backwards only renames count. Where neither side descends from the
//! other, both are traced from their common ancestor and chained.

use crate::WorkingCopy;
use crate::ancestry::common_ancestor;
use amalgam_formats::manifest::Manifest;
use amalgam_matching::Matcher;
use amalgam_repo::Repository;
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Destination to source.
pub type Copies = BTreeMap<Vec<u8>, Vec<u8>>;

/// Tells whether a side has a file.
type Presence = Box<dyn Fn(&[u8]) -> Outcome<bool>>;

/// The later side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A changeset.
    Revision(Rev),
    /// The working directory.
    WorkingCopy,
}

impl WorkingCopy<'_> {
    /// Which files of `to` were copied or renamed from which files of `from`.
    ///
    /// # Errors
    /// When a setting changes how copies are traced, or where the answer depends on a choice among ancestors.
    pub fn copies(&self, from: Rev, to: Target, matcher: &Matcher<'_>) -> Outcome<Copies> {
        let [p1, _] = self.repository.working_revs()?;
        let last = match to {
            Target::Revision(rev) => rev,
            Target::WorkingCopy => p1,
        };
        if from == NULL_REV || to == Target::Revision(from) || to == Target::Revision(NULL_REV) {
            return Ok(Copies::new());
        }
        let recorded = match to {
            Target::WorkingCopy => self.recorded_copies(matcher)?,
            Target::Revision(_) => Copies::new(),
        };
        if to == Target::WorkingCopy && from == p1 {
            return Ok(recorded);
        }
        self.refuse_settings()?;
        let ancestor = common_ancestor(self.repository, self.config, from, last)?;
        let mut copies = if ancestor == from {
            chain(&forward(self.repository, from, last, None, Some(matcher))?, recorded)
        } else if to == Target::Revision(ancestor) {
            let back = forward(self.repository, last, from, None, None)?;
            reverse(&back, &*self.repository.manifest_of(from)?, Some(matcher))?
        } else {
            self.around(ancestor, from, last, matcher, recorded)?
        };
        let (source, tracked) = (self.repository.manifest_of(from)?, self.present_in(to)?);
        let mut kept = Copies::new();
        while let Some((to, from)) = copies.pop_first() {
            if to != from && source.get(&from)?.is_some() && tracked(&to)? {
                kept.insert(to, from);
            }
        }
        Ok(kept)
    }

    /// What the dirstate records, without files that are no longer tracked.
    fn recorded_copies(&self, matcher: &Matcher<'_>) -> Outcome<Copies> {
        Ok(self.dirstate()?.copies()?.into_iter().filter(|(to, _)| matcher.matches(to)).collect())
    }

    /// Through the common ancestor of two sides that do not descend from each other.
    fn around(&self, ancestor: Rev, from: Rev, last: Rev, matcher: &Matcher<'_>, recorded: Copies) -> Outcome<Copies> {
        let base = if ancestor == NULL_REV { None } else { Some(from) };
        let mut there = forward(self.repository, ancestor, from, None, None)?;
        let mut here = chain(&forward(self.repository, ancestor, last, base, Some(matcher))?, recorded);
        // What happened alike on both sides did not happen between them.
        let alike: Vec<_> =
            there.iter().filter(|(to, from)| here.get(*to) == Some(*from)).map(|(to, _)| to.clone()).collect();
        for to in &alike {
            there.remove(to);
            here.remove(to);
        }
        let back = reverse(&there, &*self.repository.manifest_of(from)?, Some(matcher))?;
        Ok(chain(&back, here))
    }

    fn refuse_settings(&self) -> Outcome<()> {
        let unsupported = |name: &str| Err(Stop::unsupported(Reason::ConfigUnsupported, name));
        if matches!(self.config.get("experimental", "copies.read-from"), Some(b"changeset-only" | b"compatibility")) {
            return unsupported("experimental.copies.read-from");
        }
        if self.config.get("experimental", "copytrace").is_some_and(|value| value == b"off") {
            return unsupported("experimental.copytrace");
        }
        if self.config.bool_or("devel", "copy-tracing.trace-all-files", false)? {
            return unsupported("devel.copy-tracing.trace-all-files");
        }
        Ok(())
    }

    /// Whether the later side has a file.
    fn present_in(&self, to: Target) -> Outcome<Presence> {
        Ok(match to {
            Target::Revision(rev) => {
                let manifest = self.repository.manifest_of(rev)?;
                Box::new(move |path| Ok(manifest.get(path)?.is_some()))
            }
            Target::WorkingCopy => {
                let tracked = self.dirstate()?.tracked()?;
                Box::new(move |path| Ok(tracked.contains(path)))
            }
        })
    }
}

/// Continues the copies of `first` with those of `then`.
fn chain(first: &Copies, then: Copies) -> Copies {
    let mut all = first.clone();
    for (to, from) in then {
        let from = first.get(&from).cloned().unwrap_or(from);
        all.insert(to, from);
    }
    all
}

/// The renames among copies to `to`, the other way round.
fn reverse(copies: &Copies, to: &Manifest, matcher: Option<&Matcher<'_>>) -> Outcome<Copies> {
    let mut renames = Copies::new();
    for (copy, source) in copies {
        if matcher.is_none_or(|m| m.matches(source)) && to.get(source)?.is_none() {
            renames.insert(source.clone(), copy.clone());
        }
    }
    Ok(renames)
}

/// Traces the files that `b` has and its ancestor `a` has not.
fn forward(
    repository: &Repository,
    a: Rev,
    b: Rev,
    base: Option<Rev>,
    matcher: Option<&Matcher<'_>>,
) -> Outcome<Copies> {
    let (earlier, later) = (repository.manifest_of(a)?, repository.manifest_of(b)?);
    let base = base.map(|rev| repository.manifest_of(rev)).transpose()?.unwrap_or_else(|| Arc::clone(&earlier));
    // Between a changeset and its only parent, the changeset itself says which files to look at.
    let parents = if b == NULL_REV { [NULL_REV; 2] } else { repository.changelog()?.parents(b)? };
    let listed: Option<HashSet<Vec<u8>>> = if b != NULL_REV && parents == [a, NULL_REV] {
        Some(repository.changelog()?.entry(b)?.files().map(<[u8]>::to_vec).collect())
    } else {
        None
    };
    let mut copies = Copies::new();
    let mut missing = Vec::new();
    crate::compare::merge_join(&earlier, &later, |(path, old, new)| {
        if let (None, Some(new)) = (old, new) {
            let named = listed.as_ref().is_none_or(|names| names.contains(path));
            if named && matcher.is_none_or(|m| m.matches(path)) && repository.holds(path)? {
                missing.push((path, new.node()?));
            }
        }
        Ok(())
    })?;
    for (path, node) in missing {
        if let Some(source) = trace(repository, path, node, &earlier, &base)? {
            copies.insert(path.to_vec(), source);
        }
    }
    Ok(copies)
}

/// The nearest ancestor of a file revision that one of the manifests has: nearest by the changesets that
/// introduced the revisions, newest first.
fn trace(repository: &Repository, path: &[u8], node: Node, a: &Manifest, base: &Manifest) -> Outcome<Option<Vec<u8>>> {
    let mut pending: BTreeMap<(Rev, Node), Vec<u8>> = BTreeMap::new();
    let mut current = (path.to_vec(), node);
    loop {
        let filelog = repository.filelog(&current.0)?;
        let rev = filelog.known_rev(&current.1)?;
        let copied = filelog.copied(rev)?;
        for parent in filelog.parents(rev)?.into_iter().filter(|&parent| parent != NULL_REV) {
            pending.insert((filelog.linkrev(parent)?, filelog.node(parent)?), current.0.clone());
        }
        if let Some(source) = copied {
            let origin = repository.filelog(&source.path)?;
            let rev = origin.known_rev(&source.node)?;
            if rev == NULL_REV {
                return Err(Stop::unsupported(Reason::RepositoryDamaged, "a copy without a source"));
            }
            pending.insert((origin.linkrev(rev)?, source.node), source.path);
        }
        let Some(((_, node), path)) = pending.pop_last() else { return Ok(None) };
        for manifest in [a, base] {
            if manifest.get(&path)?.map(|entry| entry.node()).transpose()? == Some(node) {
                return Ok(Some(path));
            }
        }
        current = (path, node);
    }
}
