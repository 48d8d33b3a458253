//! Puts cheap operands first, as legacy does: names before a status, a status before contents. The order decides of
//! which files the later operands are asked at all, and that can be seen in a status of files that were named outright.

use crate::invalid;
use crate::parse::Tree;
use amalgam_types::Outcome;

const NAME: f64 = 0.5;
const STATUS: f64 = 10.0;
const CONTENTS: f64 = 30.0;
const WHOLE_FOLDERS: f64 = 50.0;

fn weight_of_call(name: &[u8]) -> f64 {
    match name {
        b"portable" => NAME,
        b"added" | b"clean" | b"deleted" | b"hgignore" | b"missing" | b"modified" | b"removed" | b"resolved"
        | b"revs" | b"size" | b"status" | b"unresolved" => STATUS,
        b"ignored" | b"unknown" => WHOLE_FOLDERS,
        b"binary" | b"encoding" | b"eol" | b"grep" => CONTENTS,
        _ => 1.0,
    }
}

/// The tree without brackets, its operands in order.
///
/// # Errors
/// `PatternInvalid` for lists where there can be none.
pub(crate) fn ordered(tree: Tree) -> Outcome<Tree> {
    weighed(tree).map(|(_, tree)| tree)
}

fn weighed(tree: Tree) -> Outcome<(f64, Tree)> {
    Ok(match tree {
        Tree::Symbol(_) | Tree::Text(_) | Tree::Patterns(_) => (NAME, tree),
        Tree::Kind(kind, pattern) => {
            let (weight, pattern) = weighed(*pattern)?;
            (weight, Tree::Kind(kind, Box::new(pattern)))
        }
        Tree::Group(inner) => weighed(*inner)?,
        Tree::Not(inner) => {
            let (weight, inner) = weighed(*inner)?;
            (weight, Tree::Not(Box::new(inner)))
        }
        Tree::And(a, b) | Tree::Difference(a, b) => {
            let ((first, a), (second, b)) = (weighed(*a)?, weighed(*b)?);
            let (weight, a, b) = if first <= second { (first, a, b) } else { (second, b, a) };
            let tree = match b {
                Tree::Not(b) => Tree::Difference(Box::new(a), b),
                b => Tree::And(Box::new(a), Box::new(b)),
            };
            (weight, tree)
        }
        Tree::Or(parts) => alternatives(parts)?,
        Tree::List(parts) => {
            let parts: Vec<(f64, Tree)> = parts.into_iter().map(weighed).collect::<Outcome<_>>()?;
            (
                parts.iter().map(|(weight, _)| weight).sum(),
                Tree::List(parts.into_iter().map(|(_, part)| part).collect()),
            )
        }
        Tree::Call(name, argument) => {
            let (weight, argument) = match argument.map(|argument| weighed(*argument)).transpose()? {
                Some((weight, argument)) => (weight, Some(Box::new(argument))),
                None => (0.0, None),
            };
            (weight + weight_of_call(&name), Tree::Call(name, argument))
        }
    })
}

/// Plain patterns among alternatives become one, behind the others of the same weight.
fn alternatives(parts: Vec<Tree>) -> Outcome<(f64, Tree)> {
    let (mut all, mut patterns) = (Vec::new(), Vec::new());
    for part in parts {
        match weighed(part)? {
            (_, pattern @ (Tree::Symbol(_) | Tree::Text(_) | Tree::Kind(..))) => patterns.push(pattern),
            other => all.push(other),
        }
    }
    if !patterns.is_empty() {
        all.push((NAME, Tree::Patterns(patterns)));
    }
    if all.len() == 1
        && let Some(only) = all.pop()
    {
        return Ok(only);
    }
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let heaviest = all.last().ok_or_else(|| invalid("no alternatives"))?.0;
    Ok((heaviest, Tree::Or(all.into_iter().map(|(_, part)| part).collect())))
}

#[cfg(test)]
mod tests {
    use crate::parse::{parse, shown};

    #[test]
    fn cheap_operands_come_first() {
        for (text, expected) in [
            ("grep(x) and modified() and **.c", "(and **.c (and (modified) (grep x)))"),
            ("modified() - **.c", "(and (not **.c) (modified))"),
            ("**.c - modified()", "(minus **.c (modified))"),
            ("grep(x) or a or path:b", "(or (patterns a path:b) (grep x))"),
            ("a or 'b'", "(patterns a 'b')"),
            ("a or (b or c)", "(or (patterns b c) (patterns a))"),
            ("unknown() & (tracked() | a)", "(and (or (patterns a) (tracked)) (unknown))"),
            ("a and b", "(and a b)"),
            ("not (not a)", "(not (not a))"),
            ("revs('x', a)", "(revs (list 'x' a))"),
        ] {
            let tree = parse(text.as_bytes()).and_then(super::ordered).expect("no mistake");
            assert_eq!(shown(&tree), expected, "{text}");
        }
    }
}
