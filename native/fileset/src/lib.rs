//! Filesets (`hg help filesets`): the files that an expression such as `set:added() and size('>1M')` selects.
//!
//! An expression is split into words (`token`), parsed (`parse`), its operands are put in the order in which legacy
//! asks them (`order`), and then it becomes a matcher (`evaluate`, `predicates`). Of expressions with a mistake, and of
//! functions that are not answered here, legacy speaks.

mod aside;
mod contents;
mod evaluate;
mod order;
mod parse;
mod portable;
mod predicates;
mod size;
mod subject;
mod token;

pub use aside::Aside;

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
    /// Where is noted what turns up beside the answer.
    pub aside: &'a Aside,
}

/// The matcher of an expression about the files of `subject`. What it says counts only if nothing was noted in the
/// setting's [`Aside`] once all is asked.
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
