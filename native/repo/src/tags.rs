//! Tags: `.hgtags` of all visible heads, merged from the lowest head to the highest, then the local ones.

use crate::open::Repository;
use crate::source::{read_cache, read_optional};
use amalgam_config::Config;
use amalgam_formats::tags::{self, CachedFileNode, TagCache, TagMap, cached_file_node};
use amalgam_types::{NULL_NODE, Node, Outcome, Reason, Rev, Stop};
use std::collections::HashMap;
use std::sync::OnceLock;

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: Vec<u8>,
    /// Where it points.
    pub node: Node,
    /// Whether it comes from `.hg/localtags`.
    pub local: bool,
}

/// All tags that are not deleted, also those whose changeset is hidden or unknown, and `tip`.
#[derive(Debug, Clone, Default)]
pub struct Tags {
    list: Vec<Tag>,
    /// Places in the list, once a name was asked for.
    by_name: OnceLock<HashMap<Vec<u8>, usize>>,
}

impl Tags {
    /// One tag.
    pub fn get(&self, name: &[u8]) -> Option<&Tag> {
        let places = || self.list.iter().enumerate().map(|(at, tag)| (tag.name.clone(), at)).collect();
        self.by_name.get_or_init(places).get(name).map(|&at| &self.list[at])
    }

    /// All tags, in the order in which legacy holds them.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.list.iter()
    }

    /// The same as a slice.
    pub fn all(&self) -> &[Tag] {
        &self.list
    }

    /// The tags of a changeset, sorted by name.
    pub fn of(&self, node: &Node) -> Vec<&Tag> {
        let mut out: Vec<&Tag> = self.iter().filter(|tag| tag.node == *node).collect();
        out.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        out
    }
}

impl Repository {
    /// All tags.
    pub fn tags(&self, config: &Config) -> Outcome<&Tags> {
        self.tags.get_or_init(|| self.read_tags(config)).as_ref().map_err(Clone::clone)
    }

    fn read_tags(&self, config: &Config) -> Outcome<Tags> {
        let mut all = self.global_tags(config)?;
        let local: Vec<Vec<u8>> = all.merge(self.local_tags()?);
        let mut out = Tags::default();
        let entries = all.into_entries();
        out.list.reserve_exact(entries.len() + 1);
        for (name, value) in entries.filter(|(_, value)| value.node != NULL_NODE) {
            let local = local.contains(&name);
            out.list.push(Tag { name, node: value.node, local });
        }
        let tip = self.changelog()?.node(self.visibility(config)?.tip())?;
        let tip = Tag { name: b"tip".to_vec(), node: tip, local: false };
        match out.list.iter_mut().find(|tag| tag.name == b"tip") {
            Some(named_so) => *named_so = tip,
            None => out.list.push(tip),
        }
        self.check_names(out.iter().map(|tag| tag.name.as_slice()))?;
        Ok(out)
    }

    /// Tags of `.hg/localtags` whose changeset exists.
    pub(crate) fn local_tags(&self) -> Outcome<TagMap> {
        let mut local = self.parse_tags(&read_optional(&self.dot_hg().join("localtags"))?.unwrap_or_default())?;
        let mut failed = None;
        let changelog = self.changelog()?;
        local.retain(|value| match changelog.rev_of(&value.node) {
            Ok(rev) => rev.is_some(),
            Err(stop) => {
                failed = Some(stop);
                false
            }
        });
        failed.map_or(Ok(local), Err)
    }

    fn parse_tags(&self, bytes: &[u8]) -> Outcome<TagMap> {
        let tags = tags::parse(bytes)?;
        self.remark_on(&tags)?;
        Ok(tags)
    }

    fn remark_on(&self, tags: &TagMap) -> Outcome<()> {
        if tags.passed_over() { self.remark("a line among the tags that is none") } else { Ok(()) }
    }

    /// The tags of a changeset, sorted by name; `None` where only the table of all tags can tell, the making of which
    /// costs more than a few such questions.
    ///
    /// # Errors
    /// What reading the tip and the cache meets.
    pub fn few_tags_of(&self, config: &Config, node: &Node) -> Outcome<Option<Vec<&[u8]>>> {
        const TIP: &[u8] = b"tip";
        if self.tags.get().is_some() || self.remarks || self.ascii {
            return Ok(None);
        }
        let Some(cache) = self.tag_cache(config)?.and_then(TagCache::parse) else { return Ok(None) };
        let is_plain = || tags::are_sound(cache.lines) && !self.dot_hg().join("localtags").exists();
        if !*self.plain_tags.get_or_init(is_plain) || node.is_null() {
            return Ok(None);
        }
        let Some(mut names) = tags::names_of(cache.lines, node).filter(|names| !names.contains(&TIP)) else {
            return Ok(None);
        };
        if *node == self.changelog()?.node(self.visibility(config)?.tip())? {
            names.push(TIP);
            names.sort_unstable();
        }
        Ok(Some(names))
    }

    /// The cache of tags, if it is of the repository as it is.
    fn tag_cache(&self, config: &Config) -> Outcome<Option<&[u8]>> {
        if let Some(cache) = self.tag_cache.get() {
            return Ok(cache.as_deref());
        }
        let changelog = self.changelog()?;
        let visibility = self.visibility(config)?;
        let name = if self.unfiltered { "tags2" } else { "tags2-visible" };
        // Legacy compares the last revision, hidden or not, with the last visible id.
        let tip = changelog.node(visibility.tip())?;
        let holds = |cache: TagCache<'_>| {
            cache.tip_rev == changelog.last_rev()
                && cache.tip_node == tip
                && cache.filtered == visibility.digest(changelog.last_rev(), false)
        };
        let cache = read_cache(&self.cache(name)).filter(|bytes| TagCache::parse(bytes).is_some_and(holds));
        Ok(self.tag_cache.get_or_init(|| cache).as_deref())
    }

    fn global_tags(&self, config: &Config) -> Outcome<TagMap> {
        let changelog = self.changelog()?;
        let visibility = self.visibility(config)?;
        if let Some(bytes) = self.tag_cache(config)?
            && let Some(cache) = TagCache::parse(bytes)
            && let Ok(tags) = tags::parse(cache.lines)
        {
            self.remark_on(&tags)?;
            return Ok(tags);
        }
        let history = self.filelog(b".hgtags")?;
        if changelog.is_empty() || history.is_empty() {
            return Ok(TagMap::default());
        }
        let file_nodes = read_cache(&self.cache("hgtagsfnodes1")).unwrap_or_default();
        let mut seen: Vec<Node> = Vec::new();
        let mut all = TagMap::default();
        for head in changelog.heads(|rev| !visibility.is_hidden(rev))? {
            let Some(node) = self.tags_file_node(&file_nodes, head)? else { continue };
            if seen.contains(&node) {
                continue;
            }
            seen.push(node);
            all.merge(self.parse_tags(&history.content_of(&node)?)?);
        }
        Ok(all)
    }

    /// The revision of `.hgtags` in changeset `head`.
    fn tags_file_node(&self, cache: &[u8], head: Rev) -> Outcome<Option<Node>> {
        let changelog = self.changelog()?;
        match cached_file_node(cache, head, &changelog.node(head)?) {
            CachedFileNode::NoFile => return Ok(None),
            CachedFileNode::Node(node) if self.filelog(b".hgtags")?.rev_of(&node)?.is_some() => return Ok(Some(node)),
            CachedFileNode::Node(_) | CachedFileNode::Missing => {}
        }
        let found = match self.manifest_of(head)?.get(b".hgtags")? {
            Some(entry) => return entry.node().map(Some),
            None => None,
        };
        // Legacy may overlook that a changeset removed the file when it works from the parent's cached value.
        for parent in changelog.parents(head)? {
            if parent >= 0
                && let CachedFileNode::Node(_) = cached_file_node(cache, parent, &changelog.node(parent)?)
            {
                return Err(Stop::unsupported(Reason::RepositoryState, ".hgtags was removed in a head"));
            }
        }
        Ok(found)
    }
}
