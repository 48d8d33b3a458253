//! Fileset expressions among patterns. What they mean depends on the history, the dirstate and the contents of files,
//! of which this crate knows nothing; so whoever makes a matcher says who can answer.

use crate::piece::KindPattern;
use crate::{Matcher, PatternKind};
use amalgam_types::{Outcome, Rev};

/// What a fileset expression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The files of the working directory.
    WorkingCopy,
    /// The files of a changeset, or of the null revision.
    Revision(Rev),
}

/// Makes matchers of fileset expressions.
pub trait Filesets: Sync {
    /// The matcher of one expression.
    ///
    /// # Errors
    /// What keeps it from being evaluated.
    fn matcher<'a>(&'a self, expression: &[u8], subject: Subject) -> Outcome<Matcher<'a>>;
}

/// The expressions among `patterns`, in order, and all other patterns.
pub(crate) fn split_sets(patterns: Vec<KindPattern>) -> (Vec<Vec<u8>>, Vec<KindPattern>) {
    let (sets, others): (Vec<_>, Vec<_>) = patterns.into_iter().partition(|pattern| pattern.kind == PatternKind::Set);
    (sets.into_iter().map(|set| set.text).collect(), others)
}
