//! Changesets by the first digits of their id.
//!
//! Ambiguity counts every changeset, hidden ones too, as well as the null id (only zeros) and the working
//! directory's pseudo id (only `f`s).

use crate::changelog::Changelog;
use amalgam_types::{NULL_REV, NodePrefix, Outcome, Rev, WDIR_NODE};

/// What a prefix stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrefixMatch {
    /// Nothing.
    None,
    /// One changeset, or the null revision.
    One(Rev),
    /// The working directory.
    WorkingCopy,
    /// Several things.
    Ambiguous,
}

impl Changelog {
    /// Looks up `symbol` as a prefix; a leading `x` is allowed and means nothing.
    pub(crate) fn by_prefix(&self, symbol: &[u8]) -> Outcome<PrefixMatch> {
        let digits = symbol.strip_prefix(b"x").unwrap_or(symbol);
        if digits.is_empty() && symbol.len() == 1 {
            return Ok(PrefixMatch::Ambiguous);
        }
        let Some(prefix) = NodePrefix::from_hex(digits) else { return Ok(PrefixMatch::None) };
        let mut found = self.with_prefix(&prefix, 2)?;
        if digits.iter().all(|&b| b == b'0') {
            found.push(NULL_REV);
        }
        let working_copy = WDIR_NODE.hex().starts_with(digits);
        Ok(match (found.as_slice(), working_copy) {
            ([], true) => PrefixMatch::WorkingCopy,
            ([], false) => PrefixMatch::None,
            ([rev], false) => PrefixMatch::One(*rev),
            _ => PrefixMatch::Ambiguous,
        })
    }
}
