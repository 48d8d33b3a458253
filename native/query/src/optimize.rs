//! From the tree as written to the tree that is evaluated: `##` is joined, operators that are other functions'
//! shorthand become calls, and cheap operands are evaluated first.
//!
//! Legacy rewrites in the same way, and the rewriting can be seen (in the order of results, in what `null` does, in
//! which error comes first), so the weights of its functions are facts that this has to share.

use crate::tree::{Op, Tree, error, text};
use amalgam_types::Outcome;

/// Joins the operands of `##`.
pub(crate) fn join(tree: Tree) -> Outcome<Tree> {
    let Tree::Node(op, parts) = tree else { return Ok(tree) };
    if op == Op::Concat {
        let mut out = Vec::new();
        join_into(&Tree::Node(op, parts), &mut out)?;
        return Ok(Tree::Text(out));
    }
    Ok(Tree::Node(op, each(parts, join)?))
}

fn join_into(tree: &Tree, out: &mut Vec<u8>) -> Outcome<()> {
    match tree {
        Tree::Symbol(text) | Tree::Text(text) | Tree::Parameter(text) => out.extend_from_slice(text),
        Tree::Node(Op::Concat, parts) => {
            for part in parts.iter().flatten() {
                join_into(part, out)?;
            }
        }
        Tree::Node(op, _) => return Err(error(format!("\"##\" can't concatenate \"{}\" element", op.name()))),
    }
    Ok(())
}

fn each(parts: Vec<Option<Tree>>, mut apply: impl FnMut(Tree) -> Outcome<Tree>) -> Outcome<Vec<Option<Tree>>> {
    parts.into_iter().map(|part| part.map(&mut apply).transpose()).collect()
}

/// Replaces shorthand; `None` for empty brackets.
pub(crate) fn analyze(tree: Tree) -> Outcome<Option<Tree>> {
    let Tree::Node(op, parts) = tree else { return Ok(Some(tree)) };
    let mut parts = parts;
    let node = match op {
        Op::Group => {
            return match parts.pop().flatten() {
                Some(inner) => analyze(inner),
                None => Ok(None),
            };
        }
        Op::Minus => {
            let right = parts.pop().flatten();
            let not = Tree::Node(Op::Not, vec![right]);
            Tree::Node(Op::And, vec![parts.pop().flatten(), Some(not)])
        }
        Op::Only => Tree::call("only", parts),
        Op::OnlyPost => Tree::call("only", parts),
        Op::DagRangeAll => return Err(error("can't use '::' in this context")),
        Op::DagRangePre => Tree::call("ancestors", parts),
        Op::DagRangePost => Tree::call("descendants", parts),
        Op::Negate => {
            let inner = parts.pop().flatten();
            let digits = text(inner.as_ref(), "can't negate that")?;
            return Ok(Some(Tree::Text([b"-", digits].concat())));
        }
        _ => Tree::Node(op, parts),
    };
    let Tree::Node(op, parts) = node else { return Ok(Some(node)) };
    let mut out = Vec::with_capacity(parts.len());
    for (at, part) in parts.into_iter().enumerate() {
        // The name of a function and of a keyword stay as they are.
        let name = at == 0 && matches!(op, Op::Function | Op::KeyValue);
        out.push(match part {
            Some(part) if !name => analyze(part)?,
            other => other,
        });
    }
    Ok(Some(Tree::Node(op, out)))
}

/// What a function costs, in legacy's measure.
fn weight_of(name: &[u8]) -> f64 {
    match name {
        b"first" | b"limit" | b"reverse" | b"wdir" | b"_intlist" => 0.0,
        b"ancestor" => 0.5,
        b"author" | b"branch" | b"closed" | b"date" | b"desc" | b"destination" | b"file" | b"grep" | b"keyword"
        | b"outgoing" | b"sort" | b"user" => 10.0,
        b"adds" | b"modifies" | b"removes" => 30.0,
        b"contains" | b"extdata" => 100.0,
        b"diffcontains" => 110.0,
        _ => 1.0,
    }
}

/// Rearranges for speed.
pub(crate) fn optimize(tree: Option<Tree>) -> Option<Tree> {
    weigh(tree).1
}

fn weigh(tree: Option<Tree>) -> (f64, Option<Tree>) {
    let Some(tree) = tree else { return (0.0, None) };
    let Tree::Node(op, mut parts) = tree else { return (0.5, Some(tree)) };
    match op {
        Op::And => weigh_and(parts.pop().flatten(), parts.pop().flatten()),
        Op::Or => weigh_or(parts),
        Op::Not => {
            let inner = parts.pop().flatten();
            if inner.as_ref().and_then(Tree::as_call) == Some((b"public", None)) {
                return (1.0, Some(Tree::call("_notpublic", Vec::new())));
            }
            let (weight, inner) = weigh(inner);
            (weight, Some(Tree::Node(op, vec![inner])))
        }
        Op::RangeAll => (1.0, Some(Tree::Node(op, parts))),
        Op::Parent
        | Op::Ancestor
        | Op::Relation
        | Op::Subscript
        | Op::RelationSubscript
        | Op::RangePre
        | Op::RangePost
        | Op::ParentPost => {
            let (weight, first) = weigh(parts.first_mut().and_then(Option::take));
            if let Some(slot) = parts.first_mut() {
                *slot = first;
            }
            (weight, Some(Tree::Node(op, parts)))
        }
        Op::KeyValue => {
            let (weight, value) = weigh(parts.pop().flatten());
            parts.push(value);
            (weight, Some(Tree::Node(op, parts)))
        }
        Op::Function => {
            let (inner, argument) = weigh(parts.pop().flatten());
            let name = parts.pop().flatten();
            let own = match &name {
                Some(Tree::Symbol(name)) => weight_of(name),
                _ => 1.0,
            };
            let node = Tree::Node(op, vec![name, argument]);
            if let Some((b"heads", Some(inside))) = node.as_call()
                && let Some((b"commonancestors", Some(set))) = inside.as_call()
                && stands_alone(set)
            {
                return (own + inner, Some(Tree::call("_commonancestorheads", vec![Some(set.clone())])));
            }
            (own + inner, Some(node))
        }
        _ => {
            let (weights, parts): (Vec<f64>, Vec<Option<Tree>>) = parts.into_iter().map(weigh).unzip();
            (weights.iter().sum(), Some(Tree::Node(op, parts)))
        }
    }
}

/// Whether a tree may stand for the placeholder of a pattern.
fn stands_alone(tree: &Tree) -> bool {
    !matches!(tree, Tree::Node(Op::List | Op::KeyValue, _))
}

/// The set whose ancestors `tree` is.
fn ancestors_of(tree: Option<&Tree>) -> Option<&Tree> {
    match tree?.as_call()? {
        (b"ancestors", Some(set)) if stands_alone(set) => Some(set),
        _ => None,
    }
}

/// What `tree` excludes.
fn excluded(tree: Option<&Tree>) -> Option<&Tree> {
    tree?.parts(Op::Not)?.first()?.as_ref()
}

fn weigh_and(right: Option<Tree>, left: Option<Tree>) -> (f64, Option<Tree>) {
    let (left_weight, left) = weigh(left);
    let (right_weight, right) = weigh(right);
    let weight = left_weight.min(right_weight);
    if let Some((name @ (b"draft" | b"secret" | b"_notpublic"), None)) = left.as_ref().and_then(Tree::as_call)
        && let Some(set) = ancestors_of(right.as_ref())
    {
        let phase = Tree::Symbol(name.to_vec());
        return (weight, Some(Tree::call("_phaseandancestors", vec![Some(phase), Some(set.clone())])));
    }
    for (wanted, unwanted) in [(&left, &right), (&right, &left)] {
        if let (Some(heads), Some(bases)) = (ancestors_of(wanted.as_ref()), ancestors_of(excluded(unwanted.as_ref()))) {
            return (weight, Some(Tree::call("only", vec![Some(heads.clone()), Some(bases.clone())])));
        }
    }
    if let Some(unwanted) = excluded(right.as_ref()).filter(|tree| stands_alone(tree)) {
        return (left_weight, Some(Tree::Node(Op::Difference, vec![left, Some(unwanted.clone())])));
    }
    let op = if left_weight > right_weight { Op::AndSmally } else { Op::And };
    (weight, Some(Tree::Node(op, vec![left, right])))
}

fn weigh_or(parts: Vec<Option<Tree>>) -> (f64, Option<Tree>) {
    let mut weights: Vec<f64> = Vec::new();
    let mut out: Vec<Option<Tree>> = Vec::new();
    let mut names: Vec<Tree> = Vec::new();
    let flush = |names: &mut Vec<Tree>, weights: &mut Vec<f64>, out: &mut Vec<Option<Tree>>| {
        let joined = match names.as_slice() {
            [] => return,
            [_] => names.pop(),
            many => {
                let texts: Vec<&[u8]> = many.iter().map(|name| text(Some(name), "").unwrap_or_default()).collect();
                Some(Tree::call("_list", vec![Some(Tree::Text(texts.join(&0)))]))
            }
        };
        names.clear();
        let (weight, tree) = weigh(joined);
        weights.push(weight);
        out.push(tree);
    };
    for part in parts {
        match weigh(part) {
            (_, Some(name @ (Tree::Symbol(_) | Tree::Text(_)))) => names.push(name),
            (weight, tree) => {
                flush(&mut names, &mut weights, &mut out);
                weights.push(weight);
                out.push(tree);
            }
        }
    }
    flush(&mut names, &mut weights, &mut out);
    let weight = weights.iter().copied().fold(0.0, f64::max);
    match out.len() {
        1 => (weight, out.pop().flatten()),
        _ => (weight, Some(Tree::Node(Op::Or, out))),
    }
}
