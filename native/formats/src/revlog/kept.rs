//! Texts that are kept while neighbouring revisions are read one after another: most of a chain of deltas is then
//! not gone through again.

use amalgam_types::Rev;
use std::sync::{Arc, Mutex};

/// So many texts are kept.
const COUNT: usize = 4;

/// A longer text is not.
const LONGEST: usize = 8 << 20;

/// From so many deltas on a text on the way is kept as well.
pub(super) const LONG_CHAIN: usize = 24;

/// How many deltas before the end that one is: histories are mostly read backwards.
pub(super) const BEFORE_END: usize = 12;

/// Some texts, the last used one first.
#[derive(Default)]
pub(super) struct Texts(Mutex<Vec<(Rev, Arc<Vec<u8>>)>>);

impl Texts {
    /// The last revision of a chain whose text is kept: its place there, and the text.
    pub(super) fn last_of(
        &self,
        chain: impl DoubleEndedIterator<Item = Rev> + ExactSizeIterator,
    ) -> Option<(usize, Arc<Vec<u8>>)> {
        let mut held = self.0.lock().ok()?;
        for (place, rev) in chain.enumerate().rev() {
            if let Some(at) = held.iter().position(|(known, _)| *known == rev) {
                let found = held.remove(at);
                held.insert(0, found);
                return Some((place, Arc::clone(&held[0].1)));
            }
        }
        None
    }

    /// Keeps a text.
    pub(super) fn keep(&self, rev: Rev, text: Arc<Vec<u8>>) {
        if text.len() > LONGEST {
            return;
        }
        if let Ok(mut held) = self.0.lock() {
            held.retain(|(known, _)| *known != rev);
            held.insert(0, (rev, text));
            held.truncate(COUNT);
        }
    }
}
