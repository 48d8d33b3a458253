//! Filesets (`hg help filesets`): the files that an expression such as `set:added() and size('>1M')` selects.
//!
//! An expression is split into words (`token`), parsed (`parse`), its operands are put in the order in which legacy
//! asks them (`order`), and then it becomes a matcher (`evaluate`, `predicates`). Of expressions with a mistake, and of
//! functions that are not answered here, legacy speaks.

mod contents;
mod evaluate;
mod failure;
mod order;
mod parse;
mod portable;
mod predicates;
mod size;
mod subject;
mod token;

pub use failure::Failure;

use amalgam_matching::{MatchContext, Matcher, Subject};
use amalgam_types::{Outcome, Reason, Stop};
use amalgam_worktree::WorkingCopy;
use evaluate::Scope;

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The repository and its working copy.
    pub working_copy: WorkingCopy<'a>,
    /// How patterns and revisions in the expression are read.
    pub matching: MatchContext<'a>,
    /// Where it is noted that a file could not be looked at.
    pub failure: &'a Failure,
}

/// The matcher of an expression about the files of `subject`. What it says counts only if nothing was noted in the
/// setting's [`Failure`] once all is asked.
///
/// # Errors
/// `PatternInvalid` for mistakes, `PatternUnsupported` for what is not answered here, and what a status meets.
pub fn matcher<'a>(setting: Setting<'a>, expression: &[u8], subject: Subject) -> Outcome<Matcher<'a>> {
    let tree = order::ordered(parse::parse(expression)?)?;
    Scope::new(setting, subject)?.matcher(&tree)
}

/// A mistake, which legacy words.
fn invalid(what: &str) -> Stop {
    Stop::unsupported(Reason::PatternInvalid, what)
}
