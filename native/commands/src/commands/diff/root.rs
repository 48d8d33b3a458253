//! `diff --root FOLDER`: only what is in the folder, with names as seen from it.

use crate::Prepared;
use crate::comparison::Sides;
use crate::display::PathDisplay;
use amalgam_matching::{MatchOptions, Matcher, PatternKind, canonical_path};
use amalgam_types::{LegacyBuild, Outcome, Reason, Stop};
use amalgam_worktree::StatusResult;

/// The folder, with a slash behind it.
pub(super) struct Root(Vec<u8>);

/// Reads the flag; none for the repository's own root.
///
/// # Errors
/// Legacy's for a folder that is not in the repository.
pub(super) fn settle(prepared: &Prepared) -> Outcome<Option<Root>> {
    let Some(given) = prepared.parsed.value("root").filter(|given| !given.is_empty()) else { return Ok(None) };
    if prepared.facts.build != LegacyBuild::C {
        return Err(Stop::unsupported(Reason::FlagUnsupported, "--root"));
    }
    let mut folder = canonical_path(&prepared.match_context()?, given)?;
    if folder.is_empty() {
        return Ok(None);
    }
    folder.push(b'/');
    Ok(Some(Root(folder)))
}

impl Root {
    /// What `matcher` matches in the folder.
    ///
    /// # Errors
    /// `WarningExpected` for names that are outside; `PatternUnsupported` where nothing is said of a missing folder.
    pub(super) fn narrow<'a>(
        &self,
        prepared: &'a Prepared,
        sides: Sides,
        matcher: Matcher<'a>,
    ) -> Outcome<Matcher<'a>> {
        if matcher.explicit_files().iter().any(|name| !name.starts_with(&self.0)) {
            return Err(Stop::unsupported(Reason::WarningExpected, "a name outside of --root"));
        }
        if !matcher.reports_missing() {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "--root beside filesets and more"));
        }
        let context = prepared.match_context()?;
        let patterns = [self.0.clone()];
        let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Path };
        let inside = match sides {
            Sides::Between(_, newer) => Matcher::for_revision(&context, newer, &options)?,
            _ => Matcher::for_status(&context, &options)?,
        };
        Ok(matcher.intersect(inside))
    }

    /// How names are shown.
    pub(super) fn display(&self) -> PathDisplay {
        PathDisplay::Below(self.0.clone())
    }

    /// Refuses a file that has the folder's name.
    ///
    /// # Errors
    /// `PathUnsupported`.
    pub(super) fn check(&self, result: &StatusResult) -> Outcome<()> {
        let name = &self.0[..self.0.len() - 1];
        match [&result.modified, &result.added, &result.removed].iter().any(|list| list.contains(name)) {
            true => Err(Stop::unsupported(Reason::PathUnsupported, "--root names a file")),
            false => Ok(()),
        }
    }
}
