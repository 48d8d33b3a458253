//! The filters of `[encode]`, through which legacy reads files of the working copy: a file that none of them is for is
//! read as it is. Those of `[decode]` are for writing.

use crate::WorkingCopy;
use amalgam_matching::{Engine, MatchContext, MatchOptions, Matcher, PatternKind};
use amalgam_types::{Outcome, Reason, Stop};

/// Which files are filtered.
pub(crate) struct Filters<'a>(Option<Box<Matcher<'a>>>);

impl<'a> Filters<'a> {
    /// As the settings say.
    ///
    /// # Errors
    /// `ConfigUnsupported` for a pattern that legacy refuses, or that native does not know.
    pub(crate) fn of(copy: &WorkingCopy<'a>) -> Outcome<Self> {
        // An exclamation mark takes an entry out.
        let patterns = copy.config.items("encode").filter(|(_, command)| command != b"!").map(|(pattern, _)| pattern);
        let patterns: Vec<Vec<u8>> = patterns.map(<[u8]>::to_vec).collect();
        if patterns.is_empty() {
            return Ok(Filters(None));
        }
        let context = MatchContext {
            root: copy.repository.root(),
            cwd: b"",
            cwd_abs: copy.repository.root(),
            env: copy.env,
            config: copy.config,
            engine: Engine::PythonBytes,
            sets: None,
        };
        let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Glob };
        let matcher = Matcher::new(&context, &options);
        matcher.map(|matcher| Filters(Some(Box::new(matcher)))).map_err(|_| refused("a pattern"))
    }

    /// A stop for a file that is filtered.
    pub(crate) fn refuse(&self, path: &[u8]) -> Outcome<()> {
        match &self.0 {
            Some(matcher) if matcher.matches(path) => Err(refused(&String::from_utf8_lossy(path))),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Filters<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Filters").field(&self.0.is_some()).finish()
    }
}

fn refused(what: &str) -> Stop {
    Stop::unsupported(Reason::ConfigUnsupported, format!("[encode]: {what}"))
}
