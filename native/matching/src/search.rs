//! Python's regular expressions searched for line by line, as `hg grep` does: where a match begins and ends matters.

use crate::python_re;
use amalgam_types::{Outcome, Reason, Stop};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::{Input, meta};
use std::ops::Range;

/// A regular expression for texts of many lines.
#[derive(Debug, Clone)]
pub struct LineSearch(meta::Regex);

impl LineSearch {
    /// Reads a pattern; `^` and `$` stand for the ends of each line.
    ///
    /// # Errors
    /// `PatternUnsupported` or `PatternInvalid` for what cannot be matched exactly as Python would.
    pub fn new(pattern: &[u8], ignore_case: bool) -> Outcome<LineSearch> {
        let unsupported = |what| Stop::unsupported(Reason::PatternUnsupported, what);
        let parsed = python_re::parse_for_lines(pattern, ignore_case)?;
        if parsed.lazy {
            return Err(unsupported("a quantifier that prefers fewer"));
        }
        let hir = parsed.ast.to_hir().ok_or_else(|| unsupported("a `$` that is not at the end"))?;
        let config = meta::Config::new().utf8_empty(false).which_captures(WhichCaptures::Implicit);
        match meta::Builder::new().configure(config).build_from_hir(&hir) {
            Ok(regex) => Ok(LineSearch(regex)),
            Err(_) => Err(unsupported("a regular expression that is too large")),
        }
    }

    /// The first match that begins at `from` or behind it; what is before `from` counts as there.
    pub fn find(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        self.0.search(&Input::new(text).span(from..text.len())).map(|found| found.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str, from: usize) -> Option<Range<usize>> {
        LineSearch::new(pattern.as_bytes(), false).expect("a known pattern").find(text.as_bytes(), from)
    }

    #[test]
    fn lines_have_ends() {
        assert_eq!(found("^b", "a\nb\n", 0), Some(2..3));
        assert_eq!(found("a$", "a\nb\n", 0), Some(0..1));
        assert_eq!(found("^$", "a\n\nb", 0), Some(2..2));
        assert_eq!(found("^b", "ab", 1), None);
        assert_eq!(found("\\bb", "ab", 1), None);
        assert_eq!(found("\\Ab", "a\nb", 0), None);
    }

    #[test]
    fn the_first_branch_and_the_most_repetitions_win() {
        assert_eq!(found("a|ab", "ab", 0), Some(0..1));
        assert_eq!(found("[^x]+", "ab\ncx", 0), Some(0..4));
        assert_eq!(found("x*", "axx", 0), Some(0..0));
        assert_eq!(found("", "", 0), Some(0..0));
        assert!(LineSearch::new(b"a+?", false).is_err() && LineSearch::new(b"a(?!b)", false).is_err());
    }
}
