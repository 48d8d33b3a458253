//! Manifests: which files a changeset has, and in which revision.

use crate::changelog::Indexed;
use crate::open::Repository;
use amalgam_formats::damaged;
use amalgam_formats::manifest::Manifest;
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::sync::Arc;

/// So many manifests are kept, however large: comparing two revisions needs two, a merge three.
const KEPT: usize = 4;

/// More are kept if all of them take no more bytes: a history is compared from changeset to changeset, in parallel.
const KEPT_BYTES: usize = 32 << 20;

/// Manifests that were read, the one used last first.
#[derive(Default)]
pub(crate) struct KeptManifests(Vec<Kept>);

struct Kept {
    node: Node,
    /// The changeset that it was last asked of: its text, which names the manifest, can be long.
    changeset: Option<Rev>,
    manifest: Arc<Manifest>,
}

impl KeptManifests {
    fn get(&mut self, node: &Node) -> Option<Arc<Manifest>> {
        self.find(|kept| kept.node == *node)
    }

    fn of(&mut self, changeset: Rev) -> Option<Arc<Manifest>> {
        self.find(|kept| kept.changeset == Some(changeset))
    }

    fn find(&mut self, is_it: impl Fn(&Kept) -> bool) -> Option<Arc<Manifest>> {
        let at = self.0.iter().position(is_it)?;
        self.0[..=at].rotate_right(1);
        Some(Arc::clone(&self.0[0].manifest))
    }

    fn keep(&mut self, node: Node, changeset: Option<Rev>, manifest: &Arc<Manifest>) {
        let before = self.0.iter().position(|kept| kept.node == node).map(|at| self.0.remove(at));
        let changeset = changeset.or(before.and_then(|kept| kept.changeset));
        self.0.insert(0, Kept { node, changeset, manifest: Arc::clone(manifest) });
        let mut bytes = 0;
        let mut count = 0;
        self.0.retain(|Kept { manifest, .. }| {
            bytes += manifest.text().len();
            count += 1;
            count <= KEPT || (count <= 4 * KEPT && bytes <= KEPT_BYTES)
        });
    }
}

impl Repository {
    fn manifestlog(&self) -> Outcome<&Indexed> {
        let open = || {
            if self.narrowspec()?.is_some_and(|spec| spec.is_empty()) {
                // Legacy knows no manifests then.
                return Err(Stop::unsupported(Reason::RepositoryNarrow, "a clone without files"));
            }
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
        if let Some(kept) = self.manifests.lock().ok().and_then(|mut kept| kept.of(rev)) {
            return Ok(kept);
        }
        self.read_manifest(&self.manifest_node(rev)?, Some(rev), Some(rev))
    }

    /// Whether a changeset has subrepositories: then it tracks `.hgsub` or `.hgsubstate`.
    pub fn has_subrepositories(&self, rev: Rev) -> Outcome<bool> {
        let manifest = self.manifest_of(rev)?;
        Ok(manifest.get(b".hgsub")?.is_some() || manifest.get(b".hgsubstate")?.is_some())
    }

    /// A manifest by its own id; `hint` is a revision to look at first (mostly that of the changeset).
    pub fn manifest(&self, node: &Node, hint: Option<Rev>) -> Outcome<Arc<Manifest>> {
        self.read_manifest(node, hint, None)
    }

    /// One that is kept, or reads it, and keeps it as that of `changeset`.
    fn read_manifest(&self, node: &Node, hint: Option<Rev>, changeset: Option<Rev>) -> Outcome<Arc<Manifest>> {
        if *node == NULL_NODE {
            return Ok(Arc::default());
        }
        let kept = self.manifests.lock().ok().and_then(|mut kept| kept.get(node));
        let manifest = match kept {
            Some(manifest) => manifest,
            None => {
                let rev = self.manifest_rev(node, hint)?;
                Arc::new(Manifest::new(self.manifestlog()?.revlog.shared_text(rev)?)?)
            }
        };
        if let Ok(mut kept) = self.manifests.lock() {
            kept.keep(*node, changeset, &manifest);
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_kept() {
        let node = |at: usize| Node([at as u8; 20]);
        let text = |len: usize| {
            let text = format!("{}\n", "x".repeat(len)).into_bytes();
            Arc::new(Manifest::new(text).expect("whole lines"))
        };
        let mut kept = KeptManifests::default();
        for at in 0..40 {
            kept.keep(node(at), Some(at as Rev), &text(10));
            assert!(kept.get(&node(0)).is_some(), "used again and again");
            assert!(kept.of(at as Rev).is_some());
        }
        assert_eq!(kept.0.len(), 4 * KEPT);
        assert!(kept.get(&node(20)).is_none() && kept.get(&node(39)).is_some());
        for at in 0..10 {
            kept.keep(node(at), None, &text(KEPT_BYTES / 3));
        }
        assert_eq!(kept.0.len(), KEPT, "large ones");
    }
}
