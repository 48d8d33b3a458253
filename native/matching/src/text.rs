//! Python's regular expressions searched for in any text, as revision queries do.

use crate::python_re;
use amalgam_types::{Outcome, Reason, Stop};
use regex_automata::meta;

/// A regular expression that may match anywhere in a text.
#[derive(Debug, Clone)]
pub struct TextRegex(meta::Regex);

impl TextRegex {
    /// Reads a pattern; with `ignore_case`, ASCII letters match in either case.
    ///
    /// # Errors
    /// `PatternUnsupported` or `PatternInvalid` for what cannot be matched exactly as Python would.
    pub fn new(pattern: &[u8], ignore_case: bool) -> Outcome<TextRegex> {
        let unsupported = |what| Stop::unsupported(Reason::PatternUnsupported, what);
        let hir = python_re::parse_ignoring(pattern, ignore_case)?.ast.to_hir();
        let hir = hir.ok_or_else(|| unsupported("a `$` that is not at the end"))?;
        let config =
            meta::Config::new().utf8_empty(false).which_captures(regex_automata::nfa::thompson::WhichCaptures::None);
        match meta::Builder::new().configure(config).build_from_hir(&hir) {
            Ok(regex) => Ok(TextRegex(regex)),
            Err(_) => Err(unsupported("a regular expression that is too large")),
        }
    }

    /// Whether it matches somewhere in `text`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches() {
        let found = |pattern: &str, ignore_case, text: &str| {
            TextRegex::new(pattern.as_bytes(), ignore_case).expect("a known pattern").is_match(text.as_bytes())
        };
        assert!(found("b+c$", false, "abbc\n") && !found("b+c$", false, "abbcd"));
        assert!(found("^a", false, "ab") && !found("^b", false, "a\nb"));
        // By byte: the second one of `É` is optional.
        assert!(found("É?x", false, "Éx") && !found("É?x", false, "x"));
        assert!(found("AB", true, "xaby") && !found("AB", false, "xaby"));
        assert!(found("", false, "") && found("a.c", false, "a\u{7f}c") && !found("a.c", false, "a\nc"));
        assert!(TextRegex::new(b"(?=a)", false).is_err() && TextRegex::new(b"(", false).is_err());
    }
}
