//! The history of single files.

use crate::open::Repository;
use crate::source::open_revlog;
use amalgam_formats::filelog::{Copied, FileText};
use amalgam_formats::narrowspec::Narrowspec;
use amalgam_formats::revlog::{Entry, Revlog, flags};
use amalgam_formats::{damaged, store_path};
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::ffi::OsStr;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

/// So many histories of files are kept open.
const KEPT: usize = 32;

/// Where a file revision was copied from.
pub type CopySource = Copied;

/// All revisions of one tracked file.
pub struct Filelog {
    revlog: Revlog,
    /// The files of a narrow clone: sources of copies among the others are not told.
    narrow: Option<Arc<Narrowspec>>,
}

/// The content of a file revision, without a copy of a text that is kept.
#[derive(Debug, Clone, Default)]
pub struct SharedContent {
    text: Arc<Vec<u8>>,
    offset: usize,
}

impl From<Vec<u8>> for SharedContent {
    fn from(content: Vec<u8>) -> Self {
        SharedContent { text: Arc::new(content), offset: 0 }
    }
}

impl Deref for SharedContent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.text.get(self.offset..).unwrap_or_default()
    }
}

/// One revision of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRevision {
    /// The content.
    pub content: Vec<u8>,
    /// Where it was copied from, as legacy tells it.
    pub copied: Option<CopySource>,
}

impl Repository {
    /// The history of the tracked file `path`; empty when it was never tracked.
    pub fn filelog(&self, path: &[u8]) -> Outcome<Filelog> {
        let narrow = self.narrowspec()?.cloned();
        if narrow.as_ref().is_some_and(|spec| !spec.holds(path)) {
            return Err(Stop::unsupported(Reason::RepositoryNarrow, "the history of a file that it does not have"));
        }
        let name = String::from_utf8_lossy(path).into_owned();
        let at = |encoded: Vec<u8>| self.store().join(OsStr::from_bytes(&encoded));
        let (index, data) = (at(store_path::index_path(path)), at(store_path::data_path(path)));
        Ok(Filelog { revlog: open_revlog(name, &index, data)?, narrow })
    }

    /// The same for reading many revisions, of this file and of others: some of what was opened and read is kept.
    pub fn shared_filelog(&self, path: &[u8]) -> Outcome<Arc<Filelog>> {
        if let Some(known) = self.filelogs.lock().ok().and_then(|known| known.get(path).cloned()) {
            return Ok(known);
        }
        let mut filelog = self.filelog(path)?;
        filelog.revlog.keep_texts();
        let filelog = Arc::new(filelog);
        if let Ok(mut known) = self.filelogs.lock() {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(path.to_vec(), Arc::clone(&filelog));
        }
        Ok(filelog)
    }

    /// The content of a file revision, without metadata.
    pub fn file_content(&self, path: &[u8], node: &Node) -> Outcome<Vec<u8>> {
        self.filelog(path)?.content_of(node)
    }

    /// Content and copy source of a file revision.
    pub fn file_revision(&self, path: &[u8], node: &Node) -> Outcome<FileRevision> {
        let filelog = self.filelog(path)?;
        let rev = filelog.known_rev(node)?;
        Ok(FileRevision { copied: filelog.copied(rev)?, content: filelog.content(rev)? })
    }

    /// The length of a file revision as legacy tells it.
    pub fn file_size(&self, path: &[u8], node: &Node) -> Outcome<u64> {
        let filelog = self.filelog(path)?;
        let rev = filelog.known_rev(node)?;
        filelog.size(rev)
    }

    /// Where a file revision was copied from.
    pub fn file_copied(&self, path: &[u8], node: &Node) -> Outcome<Option<CopySource>> {
        let filelog = self.filelog(path)?;
        let rev = filelog.known_rev(node)?;
        filelog.copied(rev)
    }
}

impl Filelog {
    /// How many revisions there are.
    pub fn len(&self) -> Rev {
        self.revlog.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.revlog.is_empty()
    }

    /// The revision with this id.
    pub fn rev_of(&self, node: &Node) -> Outcome<Option<Rev>> {
        if *node == NULL_NODE { Ok(Some(NULL_REV)) } else { self.revlog.rev_of(node) }
    }

    /// The same, where a manifest says that it is there.
    pub fn known_rev(&self, node: &Node) -> Outcome<Rev> {
        self.rev_of(node)?.ok_or_else(|| damaged("a file revision is missing"))
    }

    /// What the index says of a revision.
    pub fn entry(&self, rev: Rev) -> Outcome<Entry> {
        self.revlog.entry(rev)
    }

    /// The id of a revision.
    pub fn node(&self, rev: Rev) -> Outcome<Node> {
        self.revlog.node(rev)
    }

    /// Both parents; -1 is none.
    pub fn parents(&self, rev: Rev) -> Outcome<[Rev; 2]> {
        if rev == NULL_REV { Ok([NULL_REV; 2]) } else { Ok(self.revlog.entry(rev)?.parents) }
    }

    /// The changeset that introduced a revision. Where several changesets made the same file revision,
    /// only one of them is recorded.
    pub fn linkrev(&self, rev: Rev) -> Outcome<Rev> {
        Ok(self.revlog.entry(rev)?.link)
    }

    /// The text with its metadata.
    pub fn text(&self, rev: Rev) -> Outcome<Vec<u8>> {
        self.revlog.text(rev)
    }

    /// The content of a revision.
    pub fn content(&self, rev: Rev) -> Outcome<Vec<u8>> {
        let mut text = self.revlog.text(rev)?;
        let offset = FileText::split(&text)?.content_offset();
        text.drain(..offset);
        Ok(text)
    }

    /// The content of the revision with this id.
    pub fn content_of(&self, node: &Node) -> Outcome<Vec<u8>> {
        self.content(self.known_rev(node)?)
    }

    /// The same for whoever only looks at it.
    ///
    /// # Errors
    /// As [`Filelog::content_of`].
    pub fn shared_content_of(&self, node: &Node) -> Outcome<SharedContent> {
        let text = self.revlog.shared_text(self.known_rev(node)?)?;
        let offset = FileText::split(&text)?.content_offset();
        Ok(SharedContent { text, offset })
    }

    /// Whether legacy takes the text to begin with metadata, which it decides without reading the text
    /// where the revlog keeps a flag or where the first parent rules it out.
    fn has_metadata(&self, rev: Rev, entry: &Entry) -> Outcome<bool> {
        if self.revlog.index().has_meta_flags() {
            Ok(entry.flags & flags::HAS_META != 0)
        } else if entry.parents[0] != NULL_REV {
            Ok(false)
        } else {
            Ok(FileText::split(&self.revlog.text(rev)?)?.metadata.is_some())
        }
    }

    /// The length of the content as legacy tells it: that of the stored text where it sees no metadata.
    pub fn size(&self, rev: Rev) -> Outcome<u64> {
        let entry = self.revlog.entry(rev)?;
        if entry.flags & flags::TEXT_CHANGING != 0 {
            return Err(damaged("the revision is censored or stored elsewhere"));
        }
        match entry.size {
            Some(size) if !self.has_metadata(rev, &entry)? => Ok(u64::from(size)),
            None if !self.has_metadata(rev, &entry)? => Ok(self.revlog.text(rev)?.len() as u64),
            _ => Ok(self.content(rev)?.len() as u64),
        }
    }

    /// Where a revision was copied from; legacy looks only at revisions without a first parent.
    pub fn copied(&self, rev: Rev) -> Outcome<Option<CopySource>> {
        if rev == NULL_REV {
            return Ok(None);
        }
        let entry = self.revlog.entry(rev)?;
        if entry.parents[0] != NULL_REV || (self.revlog.index().has_meta_flags() && !self.has_metadata(rev, &entry)?) {
            return Ok(None);
        }
        let copied = FileText::split(&self.revlog.text(rev)?)?.copied()?;
        Ok(copied.filter(|source| self.narrow.as_ref().is_none_or(|spec| spec.holds(&source.path))))
    }
}
