//! Bookmarks, and the branch of the working copy.

use crate::open::Repository;
use crate::source::read_optional;
use amalgam_config::Config;
use amalgam_formats::names;
use amalgam_types::{Node, Outcome};
use std::collections::HashMap;

/// The bookmarks of a repository whose changesets exist.
#[derive(Debug, Clone, Default)]
pub struct Bookmarks {
    names: Vec<(Vec<u8>, Node)>,
    by_name: HashMap<Vec<u8>, usize>,
    active: Option<Vec<u8>>,
}

impl Bookmarks {
    /// Where a bookmark points.
    pub fn get(&self, name: &[u8]) -> Option<Node> {
        self.by_name.get(name).map(|&at| self.names[at].1)
    }

    /// All bookmarks, in the order of the file (Mercurial writes it sorted).
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Node)> {
        self.names.iter().map(|(name, node)| (name.as_slice(), node))
    }

    /// The bookmarks of a changeset, sorted.
    pub fn of(&self, node: &Node) -> Vec<&[u8]> {
        let mut out: Vec<&[u8]> = self.iter().filter(|(_, n)| *n == node).map(|(name, _)| name).collect();
        out.sort_unstable();
        out
    }

    /// The bookmark that moves with the working copy.
    pub fn active(&self) -> Option<&[u8]> {
        self.active.as_deref()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl Repository {
    /// The bookmarks. A line that legacy would warn of is a stop.
    pub fn bookmarks(&self, config: &Config) -> Outcome<&Bookmarks> {
        self.bookmarks.get_or_init(|| self.read_bookmarks(config)).as_ref().map_err(Clone::clone)
    }

    fn read_bookmarks(&self, config: &Config) -> Outcome<Bookmarks> {
        let changelog = self.changelog()?;
        let folder = if self.requirements().has("bookmarksinstore") {
            self.store()
        } else if self.shares_bookmarks(config)? {
            self.shared_dot_hg()
        } else {
            self.dot_hg()
        };
        let mut out = Bookmarks::default();
        for (name, node) in names::bookmarks(&read_optional(&folder.join("bookmarks"))?.unwrap_or_default())? {
            if changelog.rev_of(&node)?.is_none() {
                continue;
            }
            match out.by_name.get(&name) {
                Some(&at) => out.names[at].1 = node,
                None => {
                    out.by_name.insert(name.clone(), out.names.len());
                    out.names.push((name, node));
                }
            }
        }
        let current = read_optional(&self.dot_hg().join("bookmarks.current"))?.unwrap_or_default();
        self.check_names(out.iter().map(|(name, _)| name))?;
        out.active = names::current_bookmark(&current)?.filter(|name| out.by_name.contains_key(name));
        Ok(out)
    }

    /// The branch that the next commit will be on.
    pub fn working_branch(&self) -> Outcome<Vec<u8>> {
        let text = read_optional(&self.dot_hg().join("branch"))?.unwrap_or_default();
        let name = names::utf8(names::strip(&text), "the working copy's branch")?;
        self.check_names(std::iter::once(name))?;
        Ok(if name.is_empty() { b"default".to_vec() } else { name.to_vec() })
    }

    /// A share made with `-B` takes its source's bookmarks, but only where the share extension is enabled.
    fn shares_bookmarks(&self, config: &Config) -> Outcome<bool> {
        let enabled = |name: &str| config.get("extensions", name).is_some_and(|value| !value.starts_with(b"!"));
        if !self.is_share() || !(enabled("share") || enabled("hgext.share") || enabled("hgext/share")) {
            return Ok(false);
        }
        let shared = read_optional(&self.dot_hg().join("shared"))?.unwrap_or_default();
        Ok(names::split_lines(&shared).any(|line| line == b"bookmarks"))
    }
}
