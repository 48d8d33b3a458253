//! Revlogs: the append-only files in which Mercurial keeps every version of a text.
//!
//! A revlog of version 1 (`hg help internals.revlogs`) is an index of 64-byte entries (`*.i`) and the
//! chunks that the entries point at. The chunks are in a second file (`*.d`), or, when the index header
//! says "inline", each chunk follows its entry. A chunk is compressed on its own; it holds either a whole
//! text or a delta against an earlier revision. The node id of a revision is the SHA-1 of its parents'
//! ids and its text, so every text that is read here is proved.

mod backwards;
mod chunk;
mod delta;
mod index;
mod kept;

use backwards::Backwards;
pub use index::{ENTRY_SIZE, Entry, Index, flags};

use crate::{Source, damaged};
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Reason, Rev, Stop};
use rayon::prelude::*;
use sha1::{Digest, Sha1};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Opens the `*.d` file when a chunk is first needed.
pub type DataOpener = Box<dyn Fn() -> Outcome<Box<dyn Source>> + Send + Sync>;

/// Chunks that are nearer than this to each other are read in one piece.
const READ_GAP: u64 = 16 * 1024;

/// From so many deltas on they are decompressed side by side.
const MANY_DELTAS: usize = 128;

/// The longest delta that leads from a text of one size to a text of another: every byte of the older one
/// deleted on its own, every byte of the newer one new.
fn delta_limit(older: Option<u32>, newer: Option<u32>) -> u64 {
    match (older, newer) {
        (Some(older), Some(newer)) => u64::from(newer) + 12 * (u64::from(older) + 2),
        _ => chunk::LIMIT,
    }
}

/// Chunks as they are stored, in the pieces in which they were read.
struct Chunks<'r> {
    pieces: Vec<Cow<'r, [u8]>>,
    /// In which piece each one is, and where.
    places: Vec<(usize, Range<usize>)>,
}

impl Chunks<'_> {
    fn all(&self) -> Vec<&[u8]> {
        self.places.iter().map(|(piece, place)| &self.pieces[*piece][place.clone()]).collect()
    }
}

/// The deltas that lead from the first revision of `chain` to its last one; `chunks` are those of all but the first.
fn deltas<'c>(chunks: &[&'c [u8]], chain: &[(Rev, Entry)]) -> Outcome<Vec<Cow<'c, [u8]>>> {
    let one = |(&raw, pair): (&&'c [u8], &[(Rev, Entry)])| {
        chunk::decompress(raw, delta_limit(pair[0].1.size, pair[1].1.size))
    };
    // Within a parallel walk others have work of their own; and to take up some of theirs here, while something may be
    // locked or on its way, is not safe.
    if chunks.len() >= MANY_DELTAS && rayon::current_thread_index().is_none() {
        return chunks.par_iter().zip(chain.par_windows(2)).map(one).collect();
    }
    chunks.iter().zip(chain.windows(2)).map(one).collect()
}

/// One revlog.
pub struct Revlog {
    name: String,
    index: Index,
    open_data: DataOpener,
    data: OnceLock<Outcome<Box<dyn Source>>>,
    ascii: bool,
    kept: Option<kept::Texts>,
}

impl Revlog {
    /// Reads the header (and, for an inline revlog, where the entries are). `name` is for messages.
    pub fn new(name: impl Into<String>, index: Box<dyn Source>, open_data: DataOpener) -> Outcome<Self> {
        let name = name.into();
        let index = Index::new(&name, index)?;
        Ok(Revlog { name, index, open_data, data: OnceLock::new(), ascii: false, kept: None })
    }

    /// A revlog that has no file: it holds no revision.
    pub fn empty(name: impl Into<String>) -> Self {
        Revlog {
            name: name.into(),
            index: Index::empty(),
            open_data: Box::new(|| Err(damaged("an empty revlog has no data"))),
            data: OnceLock::new(),
            ascii: false,
            kept: None,
        }
    }

    /// Makes a text that is not ASCII a stop: legacy would convert it, with losses.
    pub fn require_ascii(&mut self) {
        self.ascii = true;
    }

    /// Keeps some texts: whoever reads several revisions mostly reads neighbours.
    pub fn keep_texts(&mut self) {
        self.kept = Some(kept::Texts::default());
    }

    /// How many revisions there are.
    pub fn len(&self) -> Rev {
        self.index.len()
    }

    /// Whether there is no revision.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What the index says of `rev`.
    pub fn entry(&self, rev: Rev) -> Outcome<Entry> {
        self.index.entry(rev).map_err(|stop| self.named(stop))
    }

    /// The id of `rev`; the null id for the null revision.
    pub fn node(&self, rev: Rev) -> Outcome<Node> {
        if rev == NULL_REV { Ok(NULL_NODE) } else { Ok(self.entry(rev)?.node) }
    }

    /// The highest revision with this id, looking backwards from the tip.
    pub fn rev_of(&self, node: &Node) -> Outcome<Option<Rev>> {
        self.index.rev_of(node).map_err(|stop| self.named(stop))
    }

    /// The text of `rev`, proved against its id. Censored, ellipsis and externally stored revisions are a stop.
    pub fn text(&self, rev: Rev) -> Outcome<Vec<u8>> {
        self.shared_text(rev).map(Arc::unwrap_or_clone)
    }

    /// The same without a copy of a text that is kept.
    ///
    /// # Errors
    /// As [`Revlog::text`].
    pub fn shared_text(&self, rev: Rev) -> Outcome<Arc<Vec<u8>>> {
        let text = self.read_text(rev).map_err(|stop| self.named(stop))?;
        if self.ascii && !text.is_ascii() {
            return Err(Stop::unsupported(Reason::EncodingUnsupported, format!("revision {rev} is not ASCII")));
        }
        Ok(text)
    }

    fn named(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Unsupported(mut unsupported) if !unsupported.detail.starts_with(&self.name) => {
                unsupported.detail = format!("{}: {}", self.name, unsupported.detail);
                Stop::Unsupported(unsupported)
            }
            other => other,
        }
    }

    fn read_text(&self, rev: Rev) -> Outcome<Arc<Vec<u8>>> {
        if rev == NULL_REV {
            return Ok(Arc::default());
        }
        let entry = self.index.entry(rev)?;
        if entry.flags & flags::TEXT_CHANGING != 0 {
            return Err(damaged(format!("revision {rev} is censored or stored elsewhere")));
        }
        if entry.flags & !flags::KNOWN != 0 {
            return Err(damaged(format!("revision {rev} has unknown flags")));
        }
        let chain = self.chain(rev, entry)?;
        let text = self.assemble(&chain)?;
        if self.hash_of(&chain[chain.len() - 1].1, &text)? == entry.node {
            Ok(text)
        } else {
            Err(Stop::unsupported(Reason::RepositoryDamaged, format!("revision {rev} does not match its id")))
        }
    }

    /// From the whole text to `rev`, oldest first.
    fn chain(&self, rev: Rev, entry: Entry) -> Outcome<Vec<(Rev, Entry)>> {
        let mut chain = vec![(rev, entry)];
        let (mut at, mut entry) = (rev, entry);
        let start = entry.base;
        let mut entries = Backwards::new(&self.index);
        loop {
            if entry.base < 0 || entry.base > at {
                return Err(damaged(format!("revision {at} has the delta base {}", entry.base)));
            }
            if entry.base == at {
                break;
            }
            if self.index.general_delta() {
                at = entry.base;
            } else {
                if entry.base != start {
                    return Err(damaged(format!("revision {at} leaves its delta chain")));
                }
                at -= 1;
            }
            entry = entries.entry(at)?;
            chain.push((at, entry));
        }
        chain.reverse();
        Ok(chain)
    }

    fn assemble(&self, chain: &[(Rev, Entry)]) -> Outcome<Arc<Vec<u8>>> {
        let Some(kept) = &self.kept else { return self.assemble_from(None, chain).map(Arc::new) };
        let place = |at: usize| chain[at].0;
        let known = kept.last_of(chain.iter().map(|(rev, _)| *rev));
        let (mut start, mut from) = known.map_or((0, None), |(at, text)| (at, Some(text)));
        // The one before it is kept, and will do for this one's neighbours.
        let is_near = from.is_some() && start + 2 == chain.len();
        if let Some(text) = from.as_ref().filter(|_| start + 1 == chain.len()) {
            return Ok(Arc::clone(text));
        }
        if chain.len() - start > kept::LONG_CHAIN {
            let middle = chain.len() - 1 - kept::BEFORE_END;
            let text = self.assemble_from(from.as_ref().map(|text| text.as_slice()), &chain[start..=middle])?;
            let text = Arc::new(text);
            kept.keep(place(middle), Arc::clone(&text));
            (start, from) = (middle, Some(text));
        }
        let text = Arc::new(self.assemble_from(from.as_ref().map(|text| text.as_slice()), &chain[start..])?);
        if !is_near {
            kept.keep(place(chain.len() - 1), Arc::clone(&text));
        }
        Ok(text)
    }

    /// The text of the last revision of `chain`, whose first one is whole or has the text `base`.
    fn assemble_from(&self, base: Option<&[u8]>, chain: &[(Rev, Entry)]) -> Outcome<Vec<u8>> {
        if let Some(base) = base {
            let chunks = self.chunks(&chain[1..])?;
            return delta::apply(base, &deltas(&chunks.all(), chain)?);
        }
        let chunks = self.chunks(chain)?;
        let chunks = chunks.all();
        let size = chain[0].1.size;
        let base = chunk::decompress(chunks[0], size.map_or(chunk::LIMIT, u64::from))?;
        if size.is_some_and(|size| size as usize != base.len()) {
            return Err(damaged("a text has another size than the index says"));
        }
        if chunks.len() == 1 {
            return Ok(base.into_owned());
        }
        delta::apply(&base, &deltas(&chunks[1..], chain)?)
    }

    /// The chunks of `chain` as stored, read in as few pieces as their places allow.
    fn chunks(&self, chain: &[(Rev, Entry)]) -> Outcome<Chunks<'_>> {
        let mut chunks = Chunks { pieces: Vec::new(), places: Vec::with_capacity(chain.len()) };
        if self.index.is_inline() {
            for (rev, entry) in chain {
                chunks.places.push((chunks.pieces.len(), 0..entry.compressed as usize));
                chunks.pieces.push(self.index.inline_chunk(*rev, entry)?);
            }
            return Ok(chunks);
        }
        let data = self.data.get_or_init(|| (self.open_data)()).as_ref().map_err(Clone::clone)?;
        let mut at = 0;
        while at < chain.len() {
            let start = chain[at].1.offset;
            let mut end = start + u64::from(chain[at].1.compressed);
            let mut next = at + 1;
            while let Some((_, entry)) = chain.get(next) {
                if entry.offset < end || entry.offset - end > READ_GAP {
                    break;
                }
                end = entry.offset + u64::from(entry.compressed);
                next += 1;
            }
            let len = usize::try_from(end - start).map_err(|_| damaged("a chunk is too long"))?;
            for (_, entry) in &chain[at..next] {
                let from = (entry.offset - start) as usize;
                chunks.places.push((chunks.pieces.len(), from..from + entry.compressed as usize));
            }
            chunks.pieces.push(data.read(start, len)?);
            at = next;
        }
        Ok(chunks)
    }

    fn hash_of(&self, entry: &Entry, text: &[u8]) -> Outcome<Node> {
        let parent = |rev: Rev| if rev == NULL_REV { Ok(NULL_NODE) } else { self.index.entry(rev).map(|e| e.node) };
        let (p1, p2) = (parent(entry.parents[0])?, parent(entry.parents[1])?);
        let (low, high) = if p1 <= p2 { (p1, p2) } else { (p2, p1) };
        let mut hash = Sha1::new();
        hash.update(low.0);
        hash.update(high.0);
        hash.update(text);
        Ok(Node(hash.finalize().into()))
    }
}
