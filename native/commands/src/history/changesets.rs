//! What there is to know of one changeset, read when it is asked for; and the names of changesets, gathered once.

use crate::Prepared;
use crate::history::copies::FileCopies;
use crate::history::pending;
use amalgam_formats::changelog::{ChangelogEntry, Date};
use amalgam_formats::names;
use amalgam_repo::{Changelog, Phase, Repository, Visibility};
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Reason, Rev, Stop, WDIR_NODE, WDIR_REV};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Names by changeset.
type ByNode = HashMap<Node, Vec<Vec<u8>>>;
/// Up to how many questions about tags are answered without sorting them.
const FEW: u32 = 64;
/// Up to how many without making the table of them: each looks through the text of the cache.
const FEW_LOOKS: u32 = 16;

/// The history of one repository, as one invocation sees it.
pub(crate) struct History<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) repository: &'a Repository,
    pub(crate) changelog: &'a Changelog,
    bookmarks: OnceCell<ByNode>,
    /// The places of all tags, sorted by changeset and name, once many were asked for.
    tags: OnceCell<Vec<usize>>,
    asked_for_tags: Cell<u32>,
    pub(super) copies: RefCell<HashMap<Vec<u8>, Rc<FileCopies>>>,
    /// The changeset that was read last: several parts of one are mostly asked for one after another.
    last: RefCell<Option<(Rev, Rc<ChangelogEntry>)>>,
}

impl<'a> History<'a> {
    /// The history of the invocation's repository.
    ///
    /// # Errors
    /// What opening the changelog meets.
    pub(crate) fn new(prepared: &'a Prepared) -> Outcome<Self> {
        let repository = prepared.repository()?;
        Ok(History {
            prepared,
            repository,
            changelog: repository.changelog()?,
            bookmarks: OnceCell::new(),
            tags: OnceCell::new(),
            asked_for_tags: Cell::new(0),
            copies: RefCell::default(),
            last: RefCell::default(),
        })
    }

    /// What is visible.
    ///
    /// # Errors
    /// What reading phases and markers meets.
    pub(crate) fn visibility(&self) -> Outcome<&'a Visibility> {
        self.repository.visibility(&self.prepared.config)
    }

    /// The visible revisions, high to low.
    ///
    /// # Errors
    /// As [`History::visibility`].
    pub(crate) fn all(&self) -> Outcome<impl DoubleEndedIterator<Item = Rev> + use<'a>> {
        let visibility = self.visibility()?;
        Ok((0..self.changelog.len()).rev().filter(move |&rev| !visibility.is_hidden(rev)))
    }

    /// The changeset `rev`.
    ///
    /// # Errors
    /// What reading the index meets.
    pub(crate) fn changeset(&self, rev: Rev) -> Outcome<Changeset<'_, 'a>> {
        let node = match rev {
            NULL_REV => NULL_NODE,
            WDIR_REV => WDIR_NODE,
            _ => self.changelog.node(rev)?,
        };
        Ok(Changeset { history: self, rev, node, entry: OnceCell::new() })
    }

    fn entry(&self, rev: Rev) -> Outcome<Rc<ChangelogEntry>> {
        if let Some((known, entry)) = self.last.borrow().as_ref()
            && *known == rev
        {
            return Ok(Rc::clone(entry));
        }
        let entry = match rev {
            NULL_REV => ChangelogEntry::null(),
            WDIR_REV => pending::entry(self)?,
            _ => self.changelog.entry(rev)?,
        };
        let entry = Rc::new(entry);
        *self.last.borrow_mut() = Some((rev, Rc::clone(&entry)));
        Ok(entry)
    }

    /// The bookmarks of a changeset, sorted.
    ///
    /// # Errors
    /// What reading the bookmarks meets.
    pub(crate) fn bookmarks(&self, node: &Node) -> Outcome<&[Vec<u8>]> {
        let by_node = match self.bookmarks.get() {
            Some(by_node) => by_node,
            None => {
                let all = self.repository.bookmarks(&self.prepared.config)?.iter();
                let by_node = grouped(all.map(|(name, node)| (*node, name.to_vec())));
                self.bookmarks.get_or_init(|| by_node)
            }
        };
        Ok(by_node.get(node).map(Vec::as_slice).unwrap_or_default())
    }

    /// The tags of a changeset, sorted.
    ///
    /// # Errors
    /// What reading the tags meets.
    pub(crate) fn tags(&self, node: &Node) -> Outcome<Vec<&'a [u8]>> {
        let asked = self.asked_for_tags.get() + 1;
        self.asked_for_tags.set(asked);
        if asked <= FEW_LOOKS
            && let Some(names) = self.repository.few_tags_of(&self.prepared.config, node)?
        {
            return Ok(names);
        }
        let tags = self.repository.tags(&self.prepared.config)?;
        if asked <= FEW {
            // Looking through all of them a few times costs less than sorting them.
            return Ok(tags.of(node).into_iter().map(|tag| tag.name.as_slice()).collect());
        }
        let all = tags.all();
        let sorted = self.tags.get_or_init(|| {
            let mut places: Vec<usize> = (0..all.len()).collect();
            places.sort_unstable_by(|&a, &b| (all[a].node, &all[a].name).cmp(&(all[b].node, &all[b].name)));
            places
        });
        let first = sorted.partition_point(|&at| all[at].node < *node);
        let own = sorted[first..].iter().map(|&at| &all[at]).take_while(|tag| tag.node == *node);
        Ok(own.map(|tag| tag.name.as_slice()).collect())
    }

    /// The bookmark that moves with the working copy.
    ///
    /// # Errors
    /// What reading the bookmarks meets.
    pub(crate) fn active_bookmark(&self) -> Outcome<Option<&'a [u8]>> {
        Ok(self.repository.bookmarks(&self.prepared.config)?.active())
    }
}

fn grouped(names: impl Iterator<Item = (Node, Vec<u8>)>) -> ByNode {
    let mut by_node = ByNode::new();
    for (node, name) in names {
        by_node.entry(node).or_default().push(name);
    }
    for names in by_node.values_mut() {
        names.sort_unstable();
    }
    by_node
}

/// One changeset, or the null revision.
pub(crate) struct Changeset<'h, 'a> {
    pub(crate) history: &'h History<'a>,
    pub(crate) rev: Rev,
    pub(crate) node: Node,
    entry: OnceCell<Rc<ChangelogEntry>>,
}

impl Changeset<'_, '_> {
    /// The text of the changeset.
    ///
    /// # Errors
    /// What reading it meets.
    pub(crate) fn entry(&self) -> Outcome<&Rc<ChangelogEntry>> {
        if let Some(entry) = self.entry.get() {
            return Ok(entry);
        }
        let entry = self.history.entry(self.rev)?;
        Ok(self.entry.get_or_init(|| entry))
    }

    /// `REV:SHORT`, the form in which legacy names a changeset.
    pub(crate) fn id(&self) -> String {
        format!("{}:{}", self.rev, self.history.prepared.shown_id(&self.node))
    }

    /// Its parents, at least one; the null revision is its own.
    ///
    /// # Errors
    /// What reading the index meets.
    pub(crate) fn parents(&self) -> Outcome<Vec<Rev>> {
        let [p1, p2] = match self.rev {
            WDIR_REV => self.history.repository.working_revs()?,
            rev => self.history.changelog.parents(rev)?,
        };
        Ok(if p2 == NULL_REV { vec![p1] } else { vec![p1, p2] })
    }

    /// The parents that legacy bothers to show: those of a merge, and one that is not the revision before; always two
    /// under `--debug`.
    ///
    /// # Errors
    /// What reading the index meets.
    pub(crate) fn meaningful_parents(&self) -> Outcome<Vec<Rev>> {
        let parents = self.parents()?;
        if parents.len() == 1 && self.history.prepared.debug()? {
            return Ok(vec![parents[0], NULL_REV]);
        }
        Ok(if parents.len() == 1 && parents[0] >= self.rev - 1 { Vec::new() } else { parents })
    }

    /// The phase.
    ///
    /// # Errors
    /// What reading the phases meets.
    pub(crate) fn phase(&self) -> Outcome<Phase> {
        match self.rev {
            NULL_REV => Ok(Phase::Public),
            WDIR_REV => pending::phase(self.history),
            rev => Ok(self.history.visibility()?.phase(rev)),
        }
    }

    /// Its manifest.
    ///
    /// # Errors
    /// What reading meets.
    pub(crate) fn manifest(&self) -> Outcome<(Rev, Node)> {
        let node = self.entry()?.manifest();
        let hint = Some(self.rev).filter(|&rev| rev != NULL_REV);
        Ok((self.history.repository.manifest_rev(&node, hint)?, node))
    }

    /// What else is noted of it, the branch included, sorted.
    ///
    /// # Errors
    /// `EncodingUnsupported` for what is not UTF-8, or what reading meets.
    pub(crate) fn extra(&self) -> Outcome<Vec<(Vec<u8>, Vec<u8>)>> {
        if self.rev == WDIR_REV && self.history.repository.expects_topics() {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, "the next changeset's topic"));
        }
        let mut extra = self.entry()?.extra()?;
        if !extra.iter().any(|(key, _)| key == b"branch") {
            extra.push((b"branch".to_vec(), b"default".to_vec()));
        }
        extra.sort();
        for (key, value) in &extra {
            names::utf8(key, "an extra")?;
            names::utf8(value, "an extra")?;
        }
        Ok(extra)
    }

    /// The branch, and whether the changeset closes it.
    ///
    /// # Errors
    /// `EncodingUnsupported` for a name that is not UTF-8, or what reading meets.
    pub(crate) fn branch(&self) -> Outcome<(Vec<u8>, bool)> {
        let (name, closes) = self.entry()?.branch()?;
        names::utf8(&name, "a branch")?;
        Ok((name, closes))
    }

    /// Who made it.
    ///
    /// # Errors
    /// `EncodingUnsupported` for a name that is not UTF-8, or what reading meets.
    pub(crate) fn user(&self) -> Outcome<&[u8]> {
        utf8(self.entry()?.user(), "a user")
    }

    /// The description as it is stored.
    ///
    /// # Errors
    /// `EncodingUnsupported` for a text that is not UTF-8, or what reading meets.
    pub(crate) fn description(&self) -> Outcome<&[u8]> {
        utf8(self.entry()?.description(), "a description")
    }

    /// When it was made.
    ///
    /// # Errors
    /// What reading meets.
    pub(crate) fn date(&self) -> Outcome<Date> {
        self.entry()?.date()
    }

    /// Its bookmarks, sorted.
    ///
    /// # Errors
    /// What reading the bookmarks meets.
    pub(crate) fn bookmarks(&self) -> Outcome<&[Vec<u8>]> {
        self.history.bookmarks(&self.node)
    }

    /// Its tags, sorted.
    ///
    /// # Errors
    /// What reading the tags meets.
    pub(crate) fn tags(&self) -> Outcome<Vec<&[u8]>> {
        self.history.tags(&self.node)
    }
}

/// Legacy converts what is not UTF-8 by rules of its own.
fn utf8<'t>(text: &'t [u8], what: &str) -> Outcome<&'t [u8]> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Stop::unsupported(Reason::EncodingUnsupported, format!("{what} that is not UTF-8"))),
    }
}

/// A phase's name.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Public => "public",
        Phase::Draft => "draft",
        Phase::Secret => "secret",
        Phase::Archived => "archived",
        Phase::Internal => "internal",
    }
}
