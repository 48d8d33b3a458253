//! `wdir()` in expressions: what it stands for where its place among the changesets is plain. Everywhere else the
//! working copy is left to legacy.

use crate::tree::{Op, Tree};

/// A part of an expression, which is evaluated on its own.
pub(crate) enum Arm {
    /// What an expression without the working copy selects.
    Plain(Tree),
    /// The same, and the working copy behind it unless there is nothing.
    Ending(Tree),
    /// The working copy.
    WorkingCopy,
}

fn bare(tree: &Tree) -> &Tree {
    match tree {
        Tree::Node(Op::Group, parts) => match parts.as_slice() {
            [Some(inner)] => bare(inner),
            _ => tree,
        },
        _ => tree,
    }
}

fn is_it(tree: Option<&Tree>) -> bool {
    tree.is_some_and(|tree| bare(tree).as_call() == Some((b"wdir", None)))
}

/// Whether `wdir()` is anywhere in an expression.
pub(crate) fn is_mentioned(tree: &Tree) -> bool {
    match tree {
        Tree::Node(Op::Function, parts) if matches!(parts.first(), Some(Some(Tree::Symbol(name))) if name == b"wdir") => {
            true
        }
        Tree::Node(_, parts) => parts.iter().flatten().any(is_mentioned),
        _ => false,
    }
}

/// The expression with the parents of the working copy asked for as such.
pub(crate) fn rewritten(tree: Tree) -> Tree {
    match tree {
        Tree::Node(op, parts) => {
            let is_call = |names: &[&[u8]]| {
                op == Op::Function
                    && matches!(parts.as_slice(), [Some(Tree::Symbol(name)), set] if names.contains(&name.as_slice()) && is_it(set.as_ref()))
            };
            if is_call(&[b"parents", b"p1", b"p2"]) {
                return Tree::Node(op, vec![parts.into_iter().next().flatten(), None]);
            }
            Tree::Node(op, parts.into_iter().map(|part| part.map(rewritten)).collect())
        }
        other => other,
    }
}

/// The parts whose selections follow one another; `None` where the working copy is somewhere else.
pub(crate) fn arms(tree: Tree) -> Option<Vec<Arm>> {
    if !is_mentioned(&tree) {
        return Some(vec![Arm::Plain(tree)]);
    }
    if is_it(Some(&tree)) {
        return Some(vec![Arm::WorkingCopy]);
    }
    let parents = || Tree::call("parents", Vec::new());
    match bare(&tree).clone() {
        Tree::Node(Op::Or, parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(arms(part?)?);
            }
            Some(all)
        }
        Tree::Node(Op::Range, parts) => match <[Option<Tree>; 2]>::try_from(parts).ok()? {
            [Some(low), high] if is_it(high.as_ref()) && !is_mentioned(&low) => {
                Some(vec![Arm::Ending(Tree::Node(Op::RangePost, vec![Some(low)]))])
            }
            [low, Some(high)] if is_it(low.as_ref()) && matches!(high, Tree::Symbol(_)) => {
                let tip = Tree::Symbol(b"tip".to_vec());
                Some(vec![Arm::WorkingCopy, Arm::Plain(Tree::Node(Op::Range, vec![Some(tip), Some(high)]))])
            }
            _ => None,
        },
        Tree::Node(Op::DagRangePre, parts) if is_it(parts.first()?.as_ref()) => {
            Some(vec![Arm::Ending(Tree::call("ancestors", vec![Some(parents())]))])
        }
        other => match other.as_call() {
            Some((b"ancestors", set)) if is_it(set) => {
                Some(vec![Arm::Ending(Tree::call("ancestors", vec![Some(parents())]))])
            }
            _ => None,
        },
    }
}
