//! From a tree to a matcher. A status is asked for where the outermost operand needs one, once for all that is below,
//! and only of the files that the operands before it leave.

use crate::parse::Tree;
use crate::subject::{parent_of, status};
use crate::{Setting, invalid, predicates};
use amalgam_matching::{MatchOptions, Matcher, PatternKind, Subject};
use amalgam_types::{Outcome, Rev};
use amalgam_worktree::{StatusOptions, StatusResult};
use std::sync::Arc;

/// Where a part of an expression is evaluated.
#[derive(Clone)]
pub(crate) struct Scope<'s, 'a> {
    pub(crate) setting: Setting<'a>,
    pub(crate) subject: Subject,
    base: Rev,
    narrowed: Option<&'s Matcher<'a>>,
    status: Option<Arc<StatusResult>>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The whole expression.
    pub(crate) fn new(setting: Setting<'a>, subject: Subject) -> Outcome<Self> {
        setting.working_copy.repository.check_not_narrow()?;
        let base = parent_of(setting.working_copy.repository, subject)?;
        Ok(Scope { setting, subject, base, narrowed: None, status: None })
    }

    /// The same about other files.
    pub(crate) fn switched(&self, base: Rev, subject: Subject) -> Scope<'s, 'a> {
        Scope { base, subject, status: None, ..self.clone() }
    }

    /// The matcher of `tree`.
    pub(crate) fn matcher(&self, tree: &Tree) -> Outcome<Matcher<'a>> {
        if self.status.is_none() && asks_here(tree) {
            let mut options = StatusOptions::default();
            wanted(tree, &mut options);
            let everything = Matcher::always();
            let matcher = self.narrowed.unwrap_or(&everything);
            let found = status(&self.setting, self.base, self.subject, matcher, options)?;
            return Scope { status: Some(Arc::new(found)), ..self.clone() }.matcher(tree);
        }
        match tree {
            Tree::Symbol(_) | Tree::Text(_) | Tree::Kind(..) => self.patterns(std::slice::from_ref(tree)),
            Tree::Patterns(parts) => self.patterns(parts),
            Tree::Not(inner) => Ok(self.matcher(inner)?.negated()),
            Tree::And(a, b) => {
                let first = self.matcher(a)?;
                let second = self.narrowed_by(&first, b)?;
                Ok(first.intersect(second))
            }
            Tree::Difference(a, b) => {
                let first = self.matcher(a)?;
                let second = self.narrowed_by(&first, b)?;
                Ok(first.difference(second))
            }
            Tree::Or(parts) => {
                Ok(Matcher::union(parts.iter().map(|part| self.matcher(part)).collect::<Outcome<Vec<_>>>()?))
            }
            Tree::Call(name, argument) => predicates::call(self, name, argument.as_deref()),
            Tree::List(_) | Tree::Group(_) => Err(invalid("a list")),
        }
    }

    fn narrowed_by(&self, first: &Matcher<'a>, tree: &Tree) -> Outcome<Matcher<'a>> {
        let Scope { setting, subject, base, status, .. } = self;
        let scope: Scope<'_, 'a> =
            Scope { setting: *setting, subject: *subject, base: *base, narrowed: Some(first), status: status.clone() };
        scope.matcher(tree)
    }

    /// What the status that was asked for says.
    pub(crate) fn status(&self) -> Outcome<Arc<StatusResult>> {
        self.status.clone().ok_or_else(|| invalid("no status"))
    }

    fn patterns(&self, parts: &[Tree]) -> Outcome<Matcher<'a>> {
        let patterns = parts.iter().map(pattern).collect::<Outcome<Vec<_>>>()?;
        let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Glob };
        match self.subject {
            Subject::WorkingCopy => Matcher::new(&self.setting.matching, &options),
            Subject::Revision(rev) => Matcher::for_revision(&self.setting.matching, rev, &options),
        }
    }
}

/// A pattern as it would be given on the command line.
pub(crate) fn pattern(tree: &Tree) -> Outcome<Vec<u8>> {
    match tree {
        Tree::Symbol(text) | Tree::Text(text) => Ok(text.clone()),
        Tree::Kind(kind, inner) => match &**inner {
            Tree::Symbol(text) | Tree::Text(text) if PatternKind::from_name(kind).is_some() => {
                Ok([kind, &b":"[..], text].concat())
            }
            _ => Err(invalid("a kind of pattern")),
        },
        _ => Err(invalid("a pattern must be a text")),
    }
}

fn is_status(name: &[u8]) -> bool {
    matches!(name, b"added" | b"clean" | b"deleted" | b"ignored" | b"missing" | b"modified" | b"removed" | b"unknown")
}

/// Whether a status is asked for in `tree`, but for what is an argument.
fn asks(tree: &Tree) -> bool {
    match tree {
        Tree::Call(name, _) => is_status(name),
        Tree::Not(inner) => asks(inner),
        Tree::And(a, b) | Tree::Difference(a, b) => asks(a) || asks(b),
        Tree::Or(parts) => parts.iter().any(asks),
        _ => false,
    }
}

/// Whether this is the operand from which on a status serves all that is below.
fn asks_here(tree: &Tree) -> bool {
    match tree {
        Tree::Call(name, _) => is_status(name),
        Tree::And(a, b) | Tree::Difference(a, b) => asks(a) && asks(b),
        Tree::Or(parts) => parts.iter().filter(|part| asks(part)).count() > 1,
        _ => false,
    }
}

/// Adds the lists that are needed. Legacy always has those of changed files.
fn wanted(tree: &Tree, options: &mut StatusOptions) {
    match tree {
        Tree::Call(name, _) if is_status(name) => {
            options.list_modified = true;
            options.list_added = true;
            options.list_removed = true;
            options.list_deleted = true;
            options.list_clean |= name == b"clean";
            options.list_unknown |= name == b"unknown";
            options.list_ignored |= name == b"ignored";
        }
        Tree::Not(inner) => wanted(inner, options),
        Tree::And(a, b) | Tree::Difference(a, b) => {
            wanted(a, options);
            wanted(b, options);
        }
        Tree::Or(parts) => parts.iter().for_each(|part| wanted(part, options)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_status_is_asked_for() {
        let here = |text: &str| {
            let tree = crate::parse::parse(text.as_bytes()).and_then(crate::order::ordered).expect("no mistake");
            asks_here(&tree)
        };
        assert!(here("modified()") && here("added() or a or not clean()") && here("added() - clean()"));
        assert!(!here("a & modified()") && !here("not modified()") && !here("a or modified()"));
        assert!(!here("revs(1, modified()) & added()") && !here("size(modified)"));
    }
}
