//! String patterns (`hg help revisions.patterns`): `re:`, `literal:`, or plain text, which is literal.

use crate::strings::lower;
use amalgam_matching::TextRegex;
use amalgam_types::Outcome;

/// What a text is compared with.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// The text itself; folded to lower case where case does not matter.
    Literal(Vec<u8>),
    /// A regular expression that may match anywhere.
    Regex(TextRegex),
}

/// The pattern without its `literal:`, and whether it is a regular expression.
pub(crate) fn split(pattern: &[u8]) -> (bool, &[u8]) {
    if let Some(regex) = pattern.strip_prefix(b"re:") {
        (true, regex)
    } else {
        (false, pattern.strip_prefix(b"literal:").unwrap_or(pattern))
    }
}

impl Pattern {
    /// A pattern for which case matters.
    ///
    /// # Errors
    /// As [`TextRegex::new`].
    pub fn new(pattern: &[u8]) -> Outcome<Pattern> {
        Ok(match split(pattern) {
            (true, regex) => Pattern::Regex(TextRegex::new(regex, false)?),
            (false, text) => Pattern::Literal(text.to_vec()),
        })
    }

    /// A pattern for which case does not matter.
    pub(crate) fn folded(pattern: &[u8]) -> Outcome<Pattern> {
        Ok(match split(pattern) {
            (true, regex) => Pattern::Regex(TextRegex::new(regex, true)?),
            (false, text) => Pattern::Literal(lower(text).into_owned()),
        })
    }

    /// Whether the whole of `text` is meant.
    pub fn is(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Literal(literal) => literal == text,
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }

    /// Whether it occurs in `text`; case does not matter.
    pub(crate) fn occurs_in(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Literal(literal) => memchr::memmem::find(&lower(text), literal).is_some(),
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }
}
