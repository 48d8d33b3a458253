//! Manifests: which files a changeset has, and in which revision.

use crate::changelog::Indexed;
use crate::open::Repository;
use amalgam_formats::damaged;
use amalgam_formats::manifest::Manifest;
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Rev};
use std::sync::Arc;

/// Manifests that are kept: comparing two revisions needs two, a merge three.
const KEPT: usize = 4;

impl Repository {
    fn manifestlog(&self) -> Outcome<&Indexed> {
        let open = || {
            let mut log = Indexed::open(self.store(), "00manifest")?;
            log.revlog.keep_texts();
            if self.ascii {
                log.revlog.require_ascii();
            }
            Ok(log)
        };
        self.manifestlog.get_or_init(open).as_ref().map_err(Clone::clone)
    }

    /// The revision of a manifest in its log; -1 for the null id.
    pub fn manifest_rev(&self, node: &Node, hint: Option<Rev>) -> Outcome<Rev> {
        self.manifestlog()?.rev_of(node, hint)?.ok_or_else(|| damaged("a manifest is missing"))
    }

    /// The id of a changeset's manifest.
    pub fn manifest_node(&self, rev: Rev) -> Outcome<Node> {
        if rev == NULL_REV { Ok(NULL_NODE) } else { Ok(self.changelog()?.entry(rev)?.manifest()) }
    }

    /// The manifest of a changeset; that of the null revision is empty.
    pub fn manifest_of(&self, rev: Rev) -> Outcome<Arc<Manifest>> {
        self.manifest(&self.manifest_node(rev)?, Some(rev))
    }

    /// Whether a changeset has subrepositories: then it tracks `.hgsub` or `.hgsubstate`.
    pub fn has_subrepositories(&self, rev: Rev) -> Outcome<bool> {
        let manifest = self.manifest_of(rev)?;
        Ok(manifest.get(b".hgsub")?.is_some() || manifest.get(b".hgsubstate")?.is_some())
    }

    /// A manifest by its own id; `hint` is a revision to look at first (mostly that of the changeset).
    pub fn manifest(&self, node: &Node, hint: Option<Rev>) -> Outcome<Arc<Manifest>> {
        if *node == NULL_NODE {
            return Ok(Arc::default());
        }
        if let Some(kept) = self.manifests.lock().ok().and_then(|kept| kept.get(node).cloned()) {
            return Ok(kept);
        }
        let log = self.manifestlog()?;
        let rev = log.rev_of(node, hint)?.ok_or_else(|| damaged("a manifest is missing"))?;
        let manifest = Arc::new(Manifest::new(log.revlog.text(rev)?)?);
        if let Ok(mut kept) = self.manifests.lock() {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(*node, Arc::clone(&manifest));
        }
        Ok(manifest)
    }
}
