//! Random access to the bytes of one file, so that a reader of a large file can ask for the parts that it
//! needs without knowing where they come from.

use crate::damaged;
use amalgam_types::Outcome;
use std::borrow::Cow;

/// The bytes of one file.
pub trait Source: Send + Sync {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Exactly `len` bytes from `offset`; a range that is not wholly there is a stop, checked before
    /// anything is allocated.
    fn read(&self, offset: u64, len: usize) -> Outcome<Cow<'_, [u8]>>;

    /// Tells the source that all of it will be read piece by piece.
    fn expect_scan(&self) {}
}

impl Source for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, len: usize) -> Outcome<Cow<'_, [u8]>> {
        let range = usize::try_from(offset).ok().and_then(|start| Some(start..start.checked_add(len)?));
        range.and_then(|r| self.get(r)).map(Cow::Borrowed).ok_or_else(|| damaged("a read past the end"))
    }
}
