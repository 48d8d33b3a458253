//! The history, and what it shares with the log of manifests: a revlog in which revisions are found by id.

use crate::source::{FileSource, open_revlog, read_cache};
use amalgam_formats::changelog::ChangelogEntry;
use amalgam_formats::nodemap::{Docket, Nodemap};
use amalgam_formats::revlog::Revlog;
use amalgam_types::{NULL_NODE, NULL_REV, Node, NodePrefix, Outcome, Rev};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// After so many searches through the index a table is worth its making.
const SEARCHES: u32 = 4;

/// So many revisions are looked at before a table is made.
const NEAR_TIP: Rev = 64;

/// A revlog and the ways to find a revision in it.
pub(crate) struct Indexed {
    pub(crate) revlog: Revlog,
    nodemap: Option<Nodemap>,
    table: OnceLock<HashMap<u64, Rev, foldhash::fast::RandomState>>,
    searches: AtomicU32,
}

impl Indexed {
    pub(crate) fn open(store: &Path, radix: &str) -> Outcome<Self> {
        let file = |end: &str| store.join(format!("{radix}{end}"));
        let revlog = open_revlog(radix, &file(".i"), file(".d"))?;
        let nodemap = if revlog.index().is_inline() { None } else { open_nodemap(store, radix, &revlog)? };
        Ok(Indexed { revlog, nodemap, table: OnceLock::new(), searches: AtomicU32::new(0) })
    }

    /// The revision of `node`; `hint` is looked at first.
    pub(crate) fn rev_of(&self, node: &Node, hint: Option<Rev>) -> Outcome<Option<Rev>> {
        if *node == NULL_NODE {
            return Ok(Some(NULL_REV));
        }
        let index = self.revlog.index();
        if let Some(hint) = hint.filter(|&h| h >= 0 && h < index.len())
            && index.entry(hint)?.node == *node
        {
            return Ok(Some(hint));
        }
        if let Some(table) = self.table.get() {
            return self.in_table(table, node);
        }
        let mut floor = 0;
        if let Some(nodemap) = &self.nodemap {
            match nodemap.candidate(node)? {
                Some(rev) if index.entry(rev)?.node == *node => return Ok(Some(rev)),
                _ => floor = nodemap.tip_rev() + 1,
            }
        } else if self.searches.fetch_add(1, Ordering::Relaxed) >= SEARCHES {
            // What is asked for is mostly near the tip, and the table is work.
            if let Some(rev) = index.find_from_tip(index.len() - NEAR_TIP, node)? {
                return Ok(Some(rev));
            }
            return self.in_table(self.make_table()?, node);
        }
        index.find_from_tip(floor, node)
    }

    fn make_table(&self) -> Outcome<&HashMap<u64, Rev, foldhash::fast::RandomState>> {
        if let Some(table) = self.table.get() {
            return Ok(table);
        }
        let index = self.revlog.index();
        index.expect_scan();
        let mut table = HashMap::with_capacity_and_hasher(index.len() as usize, Default::default());
        index.nodes_from_tip(0, |rev, id| {
            table.entry(start_of(id)).or_insert(rev);
            true
        })?;
        Ok(self.table.get_or_init(|| table))
    }

    fn in_table(&self, table: &HashMap<u64, Rev, foldhash::fast::RandomState>, node: &Node) -> Outcome<Option<Rev>> {
        match table.get(&start_of(&node.0)) {
            None => Ok(None),
            Some(&rev) if self.revlog.index().entry(rev)?.node == *node => Ok(Some(rev)),
            // Two ids with the same first eight bytes.
            Some(_) => self.revlog.rev_of(node),
        }
    }

    /// Up to `limit` revisions whose id starts with `prefix`; the null id is not among them.
    pub(crate) fn with_prefix(&self, prefix: &NodePrefix, limit: usize) -> Outcome<Vec<Rev>> {
        let index = self.revlog.index();
        let mut found = Vec::new();
        let mut floor = 0;
        if let Some(nodemap) = &self.nodemap {
            for rev in nodemap.candidates(prefix, limit)? {
                if prefix.matches(&index.entry(rev)?.node) {
                    found.push(rev);
                }
            }
            floor = nodemap.tip_rev() + 1;
        }
        index.nodes_from_tip(floor, |rev, id| {
            if prefix.matches(&Node(*id)) {
                found.push(rev);
            }
            found.len() < limit
        })?;
        Ok(found)
    }
}

fn start_of(id: &[u8; 20]) -> u64 {
    id.first_chunk().map_or(0, |b| u64::from_be_bytes(*b))
}

/// The persistent nodemap, when there is one and it fits the index.
fn open_nodemap(store: &Path, radix: &str, revlog: &Revlog) -> Outcome<Option<Nodemap>> {
    let Some(docket) = read_cache(&store.join(format!("{radix}.n"))).and_then(|bytes| Docket::parse(&bytes)) else {
        return Ok(None);
    };
    if docket.tip_rev >= revlog.len() || revlog.entry(docket.tip_rev)?.node != docket.tip_node {
        return Ok(None);
    }
    let mut name = format!("{radix}-").into_bytes();
    name.extend_from_slice(&docket.name);
    name.extend_from_slice(b".nd");
    let data = FileSource::open(&store.join(OsStr::from_bytes(&name)))?;
    Ok(data.and_then(|data| Nodemap::new(&docket, Box::new(data))))
}

/// All changesets, hidden ones included.
pub struct Changelog {
    pub(crate) indexed: Indexed,
}

impl Changelog {
    pub(crate) fn open(store: &Path, ascii: bool) -> Outcome<Self> {
        let mut indexed = Indexed::open(store, "00changelog")?;
        if ascii {
            indexed.revlog.require_ascii();
        }
        Ok(Changelog { indexed })
    }

    /// How many changesets there are.
    pub fn len(&self) -> Rev {
        self.indexed.revlog.len()
    }

    /// Whether there is no changeset.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last revision, hidden or not; -1 in an empty repository.
    pub fn last_rev(&self) -> Rev {
        self.len() - 1
    }

    /// The id of a revision.
    pub fn node(&self, rev: Rev) -> Outcome<Node> {
        self.indexed.revlog.node(rev)
    }

    /// Both parents of a revision; -1 is none.
    pub fn parents(&self, rev: Rev) -> Outcome<[Rev; 2]> {
        if rev == NULL_REV { Ok([NULL_REV; 2]) } else { Ok(self.indexed.revlog.entry(rev)?.parents) }
    }

    /// Both parents of every revision.
    pub fn all_parents(&self) -> Outcome<Vec<[Rev; 2]>> {
        self.expect_scan();
        let mut all = Vec::with_capacity(self.len() as usize);
        self.walk_parents(0, |_, parents| all.push(parents))?;
        Ok(all)
    }

    /// Calls `visit` with (revision, parents) from `base` up to the tip.
    ///
    /// # Errors
    /// What reading the index meets.
    pub fn walk_parents(&self, base: Rev, visit: impl FnMut(Rev, [Rev; 2])) -> Outcome<()> {
        self.indexed.revlog.index().walk_parents(base, visit)
    }

    /// The revision of an id; the null id is revision -1.
    pub fn rev_of(&self, node: &Node) -> Outcome<Option<Rev>> {
        self.indexed.rev_of(node, None)
    }

    /// The changeset itself.
    pub fn entry(&self, rev: Rev) -> Outcome<ChangelogEntry> {
        ChangelogEntry::parse(self.indexed.revlog.text(rev)?)
    }

    /// Up to `limit` revisions whose id starts with `prefix`, hidden ones included, the null id not.
    pub fn with_prefix(&self, prefix: &NodePrefix, limit: usize) -> Outcome<Vec<Rev>> {
        self.indexed.with_prefix(prefix, limit)
    }

    /// Tells that all revisions will be looked at.
    pub fn expect_scan(&self) {
        self.indexed.revlog.index().expect_scan();
    }

    /// The revisions without children among those for which `counts` holds, low to high.
    pub fn heads(&self, counts: impl Fn(Rev) -> bool) -> Outcome<Vec<Rev>> {
        let mut has_child = vec![false; self.len() as usize];
        let mut heads = Vec::new();
        self.indexed.revlog.index().walk_from_tip(0, |rev, parents, _| {
            if counts(rev) {
                // Every child comes before its parents.
                if !has_child[rev as usize] {
                    heads.push(rev);
                }
                for parent in parents {
                    if let Some(slot) = usize::try_from(parent).ok().and_then(|p| has_child.get_mut(p)) {
                        *slot = true;
                    }
                }
            }
            true
        })?;
        heads.reverse();
        Ok(heads)
    }

    /// The revisions of several ids, by one walk where each would be one.
    ///
    /// # Errors
    /// What reading the index meets.
    pub fn revs_of(&self, nodes: &[Node]) -> Outcome<HashMap<Node, Rev>> {
        let mut found = HashMap::with_capacity(nodes.len());
        if self.indexed.nodemap.is_some() || nodes.len() < 3 {
            for node in nodes {
                if let Some(rev) = self.rev_of(node)? {
                    found.insert(*node, rev);
                }
            }
            return Ok(found);
        }
        let mut wanted: HashMap<u64, Vec<Node>, foldhash::fast::RandomState> = HashMap::default();
        for node in nodes {
            wanted.entry(start_of(&node.0)).or_default().push(*node);
        }
        self.indexed.revlog.index().walk_from_tip(0, |rev, _, id| {
            if let Some(all) = wanted.get(&start_of(id))
                && all.contains(&Node(*id))
            {
                found.entry(Node(*id)).or_insert(rev);
            }
            found.len() < nodes.len()
        })?;
        Ok(found)
    }
}
