//! From words to a tree, by binding strength (`hg help revsets`, "Infix Operators" and what follows it).

use crate::token::{Kind, Known, Reading, Token, tokenize};
use crate::tree::{Op, Tree};
use amalgam_types::{Abort, Outcome, Reason, Stop};

/// Deeper trees than this are left to legacy (whose own limit is Python's stack).
pub(crate) const MAX_DEPTH: usize = 120;

/// How an operator takes part: as an operand by itself, before one, between two, after one.
struct Rule {
    strength: u8,
    primary: Option<Op>,
    prefix: Option<(Op, u8, Option<&'static str>)>,
    infix: Option<(Op, u8, Option<&'static str>)>,
    suffix: Option<Op>,
}

const NOTHING: Rule = Rule { strength: 0, primary: None, prefix: None, infix: None, suffix: None };

fn rule(kind: &Kind) -> Rule {
    let Kind::Operator(name) = kind else { return NOTHING };
    let infix = |strength, op| Rule { strength, infix: Some((op, strength, None)), ..NOTHING };
    match *name {
        "(" => Rule {
            strength: 21,
            prefix: Some((Op::Group, 1, Some(")"))),
            infix: Some((Op::Function, 1, Some(")"))),
            ..NOTHING
        },
        "[" => Rule { strength: 21, infix: Some((Op::Subscript, 1, Some("]"))), ..NOTHING },
        "#" => infix(21, Op::Relation),
        "##" => infix(20, Op::Concat),
        "~" => infix(18, Op::Ancestor),
        "^" => Rule { suffix: Some(Op::ParentPost), ..infix(18, Op::Parent) },
        "-" => Rule { prefix: Some((Op::Negate, 19, None)), ..infix(5, Op::Minus) },
        "::" | ".." => Rule {
            primary: Some(Op::DagRangeAll),
            prefix: Some((Op::DagRangePre, 17, None)),
            suffix: Some(Op::DagRangePost),
            ..infix(17, Op::DagRange)
        },
        ":" => Rule {
            primary: Some(Op::RangeAll),
            prefix: Some((Op::RangePre, 15, None)),
            suffix: Some(Op::RangePost),
            ..infix(15, Op::Range)
        },
        "not" | "!" => Rule { strength: 10, prefix: Some((Op::Not, 10, None)), ..NOTHING },
        "and" | "&" => infix(5, Op::And),
        "%" => Rule { suffix: Some(Op::OnlyPost), ..infix(5, Op::Only) },
        "or" | "|" | "+" => infix(4, Op::Or),
        "=" => infix(3, Op::KeyValue),
        "," => infix(2, Op::List),
        _ => NOTHING,
    }
}

/// Whether a word can be the start of an operand.
fn starts_term(kind: &Kind) -> bool {
    let rule = rule(kind);
    matches!(kind, Kind::Symbol(_) | Kind::Text(_)) || rule.primary.is_some() || rule.prefix.is_some()
}

/// Parses an expression. `known` tells whether something has a name. Errors point into the text.
pub(crate) fn parse(text: &[u8], known: Option<Known<'_>>) -> Outcome<Tree> {
    let known = known.filter(|_| !(text.starts_with(b"revset(") && text.ends_with(b")")));
    parse_with(text, &Reading { known, dollar: false }).map_err(|stop| match stop {
        Stop::Abort(abort) => Stop::Abort(pointed(abort, text)),
        other => other,
    })
}

/// Adds the line that shows where the error is.
fn pointed(mut abort: Abort, text: &[u8]) -> Abort {
    if let Some(at) = abort.position {
        let mut hint: Vec<u8> = text.iter().map(|&b| if b == b'\n' { b' ' } else { b }).collect();
        hint.push(b'\n');
        hint.resize(hint.len() + at + 1, b' ');
        hint.extend_from_slice(b"^ here");
        abort.hint = Some(hint);
    }
    abort
}

/// Parses an expression, or the declaration or definition of an alias.
pub(crate) fn parse_with(text: &[u8], reading: &Reading<'_>) -> Outcome<Tree> {
    let tokens = tokenize(text, reading);
    let mut parser = Parser { tokens: tokens.list.into_iter(), current: None, error: tokens.error, depth: 0 };
    parser.advance()?;
    let tree = parser.expression(0)?;
    match &parser.current {
        Some(token) if token.at != text.len() => Err(Abort::parse(Some(token.at), "invalid token").into()),
        _ => Ok(fix(tree)),
    }
}

struct Parser {
    tokens: std::vec::IntoIter<Token>,
    current: Option<Token>,
    error: Option<Stop>,
    depth: usize,
}

impl Parser {
    /// Steps to the next word and returns the one before it.
    fn advance(&mut self) -> Outcome<Token> {
        let next = self.tokens.next();
        if next.is_none()
            && let Some(stop) = self.error.take()
        {
            return Err(stop);
        }
        let before = std::mem::replace(&mut self.current, next);
        Ok(before.unwrap_or(Token { kind: Kind::End, at: 0 }))
    }

    fn current(&self) -> &Kind {
        self.current.as_ref().map_or(&Kind::End, |token| &token.kind)
    }

    fn operand(&mut self, strength: u8, until: Option<&'static str>) -> Outcome<Option<Tree>> {
        let Some(until) = until else { return self.expression(strength).map(Some) };
        let closes = |kind: &Kind| matches!(kind, Kind::Operator(name) if *name == until);
        let inner = if closes(self.current()) { None } else { Some(self.expression(strength)?) };
        if !closes(self.current()) {
            let at = self.current.as_ref().map(|token| token.at);
            return Err(Abort::parse(at, format!("unexpected token: {}", self.current().name())).into());
        }
        self.advance()?;
        Ok(inner)
    }

    fn expression(&mut self, strength: u8) -> Outcome<Tree> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let Token { kind, at } = self.advance()?;
        let first = rule(&kind);
        let alone = !(first.prefix.is_some() && starts_term(self.current()));
        let mut tree = match kind {
            Kind::Symbol(name) => Tree::Symbol(name),
            Kind::Text(text) => Tree::Text(text),
            _ => match (first.primary, first.prefix) {
                (Some(op), _) if alone => Tree::Node(op, vec![None]),
                (_, Some((op, strength, until))) => Tree::Node(op, vec![self.operand(strength, until)?]),
                _ => return Err(Abort::parse(Some(at), format!("not a prefix: {}", kind.name())).into()),
            },
        };
        let mut chain = 0;
        while strength < rule(self.current()).strength {
            let Token { kind, at } = self.advance()?;
            let next = rule(&kind);
            let alone = !(next.infix.is_some() && starts_term(self.current()));
            tree = match (next.suffix, next.infix) {
                (Some(op), _) if alone => Tree::Node(op, vec![Some(tree)]),
                (_, Some((op, strength, until))) => {
                    let right = self.operand(strength, until)?;
                    match tree {
                        // Chains of these are one node.
                        Tree::Node(own @ (Op::Or | Op::List), mut parts) if own == op => {
                            parts.push(right);
                            chain -= 1;
                            Tree::Node(op, parts)
                        }
                        left => Tree::Node(op, vec![Some(left), right]),
                    }
                }
                _ => return Err(Abort::parse(Some(at), format!("not an infix: {}", kind.name())).into()),
            };
            chain += 1;
            if self.depth as i32 + chain > MAX_DEPTH as i32 {
                return Err(too_deep());
            }
        }
        self.depth -= 1;
        Ok(tree)
    }
}

fn too_deep() -> Stop {
    Stop::unsupported(Reason::RevisionExpression, "a deeply nested expression")
}

/// Settles what the parser cannot: `x^:y` is a range from a parent, and `x#y[z]` is one operation.
fn fix(tree: Tree) -> Tree {
    let Tree::Node(op, mut parts) = tree else { return tree };
    if op == Op::Parent
        && let [left, Some(Tree::Node(range, ends))] = parts.as_mut_slice()
    {
        let range_op = match range {
            Op::DagRangePre => Some(Op::DagRange),
            Op::DagRangeAll => Some(Op::DagRangePost),
            Op::RangePre => Some(Op::Range),
            Op::RangeAll => Some(Op::RangePost),
            _ => None,
        };
        if let Some(range_op) = range_op {
            let mut out = vec![Some(Tree::Node(Op::ParentPost, vec![left.take()]))];
            if matches!(range_op, Op::DagRange | Op::Range) {
                out.append(ends);
            }
            return fix(Tree::Node(range_op, out));
        }
    }
    if op == Op::Subscript
        && let [Some(Tree::Node(Op::Relation, _)), _] = parts.as_slice()
        && let Some(Some(Tree::Node(_, relation))) = parts.first_mut().map(Option::take)
    {
        let subscript = parts.pop().flatten();
        let all = relation.into_iter().chain([subscript]).collect();
        return fix(Tree::Node(Op::RelationSubscript, all));
    }
    Tree::Node(op, parts.into_iter().map(|part| part.map(fix)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(tree: &Option<Tree>) -> String {
        match tree {
            None => "_".into(),
            Some(Tree::Symbol(s) | Tree::Text(s) | Tree::Parameter(s)) => String::from_utf8_lossy(s).into_owned(),
            Some(Tree::Node(op, parts)) => {
                format!("({} {})", op.name(), parts.iter().map(show).collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn shown(text: &str) -> String {
        match parse(text.as_bytes(), None) {
            Ok(tree) => show(&Some(tree)),
            Err(Stop::Abort(abort)) => String::from_utf8_lossy(&abort.text()).into_owned(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn precedence() {
        assert_eq!(shown("a or b and not c"), "(or a (and b (not c)))");
        assert_eq!(shown("a + b + c"), "(or a b c)");
        assert_eq!(shown("::a - b^2::c~1"), "(minus (dagrangepre a) (dagrange (parent b 2) (ancestor c 1)))");
        assert_eq!(shown("f(a, b=c)"), "(func f (list a (keyvalue b c)))");
        assert_eq!(shown("a:b % c"), "(only (range a b) c)");
        assert_eq!(shown("-1"), "(negate 1)");
        assert_eq!(shown("::"), "(dagrangeall _)");
        assert_eq!(shown("a^:"), "(rangepost (parentpost a))");
        assert_eq!(shown("a^::b"), "(dagrange (parentpost a) b)");
        assert_eq!(shown("a#g[1]"), "(relsubscript a g 1)");
        assert_eq!(shown("f()"), "(func f _)");
    }

    #[test]
    fn errors_point_into_the_text() {
        assert_eq!(shown("a +"), "hg: parse error at 3: not a prefix: end\n(a +\n    ^ here)\n");
        assert_eq!(shown("a b"), "hg: parse error at 2: invalid token\n(a b\n   ^ here)\n");
        assert_eq!(shown("f(a"), "hg: parse error at 3: unexpected token: end\n(f(a\n    ^ here)\n");
        assert_eq!(shown("a)"), "hg: parse error at 1: invalid token\n(a)\n  ^ here)\n");
    }

    #[test]
    fn deep_nesting_is_left_alone() {
        for text in ["(".repeat(5000), "not ".repeat(3000) + "a", format!("a{}", " and a".repeat(3000))] {
            assert!(matches!(parse(text.as_bytes(), None), Err(Stop::Unsupported(_))));
        }
        assert!(parse(format!("a{}", " + a".repeat(3000)).as_bytes(), None).is_ok());
    }
}
