//! From words to a tree, by binding strength: `kind:pattern`, then `not`, `and` and `-`, `or`, and the comma.

use crate::invalid;
use crate::token::{Operator, Token, tokenize};
use amalgam_types::Outcome;

/// Deeper trees than this are left to legacy, whose own limit is Python's stack.
const MAX_DEPTH: usize = 100;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    Symbol(Vec<u8>),
    Text(Vec<u8>),
    /// `kind:pattern`.
    Kind(Vec<u8>, Box<Tree>),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    /// What the first selects and the second does not.
    Difference(Box<Tree>, Box<Tree>),
    /// A chain of alternatives.
    Or(Vec<Tree>),
    /// A chain with commas.
    List(Vec<Tree>),
    /// Plain patterns that are alternatives; made by putting operands in order only.
    Patterns(Vec<Tree>),
    Call(Vec<u8>, Option<Box<Tree>>),
    /// Brackets, which end chains.
    Group(Box<Tree>),
}

/// How strongly the operator binds what is on its left; 0 where it binds nothing.
fn strength(token: Option<&Token>) -> u8 {
    match token {
        Some(Token::Operator(operator)) => match operator {
            Operator::Open => 20,
            Operator::Colon => 15,
            Operator::Not => 10,
            Operator::Minus | Operator::And => 5,
            Operator::Or => 4,
            Operator::Comma => 2,
            Operator::Close => 0,
        },
        _ => 0,
    }
}

/// Parses an expression.
pub(crate) fn parse(text: &[u8]) -> Outcome<Tree> {
    let mut parser = Parser { tokens: tokenize(text)?.into_iter().peekable(), depth: 0 };
    let tree = parser.expression(0)?;
    match parser.tokens.next() {
        None => Ok(tree),
        Some(_) => Err(invalid("a word too many")),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn expression(&mut self, least: u8) -> Outcome<Tree> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(invalid("a deeply nested fileset"));
        }
        let mut tree = match self.tokens.next() {
            Some(Token::Symbol(name)) => Tree::Symbol(name),
            Some(Token::Text(text)) => Tree::Text(text),
            Some(Token::Operator(Operator::Not)) => Tree::Not(Box::new(self.expression(10)?)),
            Some(Token::Operator(Operator::Open)) => match self.until_closed()? {
                Some(inner) => Tree::Group(inner),
                None => return Err(invalid("empty brackets")),
            },
            // A minus sign in front has no meaning.
            _ => return Err(invalid("an operand is missing")),
        };
        let mut chain = 0;
        while least < strength(self.tokens.peek()) {
            chain += 1;
            if self.depth + chain > MAX_DEPTH {
                return Err(invalid("a deeply nested fileset"));
            }
            let Some(Token::Operator(operator)) = self.tokens.next() else { break };
            tree = match (operator, tree) {
                (Operator::Open, Tree::Symbol(name)) => Tree::Call(name, self.until_closed()?),
                (Operator::Colon, Tree::Symbol(kind)) => Tree::Kind(kind, Box::new(self.expression(15)?)),
                (Operator::And, left) => Tree::And(Box::new(left), Box::new(self.expression(5)?)),
                (Operator::Minus, left) => {
                    Tree::And(Box::new(left), Box::new(Tree::Not(Box::new(self.expression(5)?))))
                }
                (Operator::Or, left) => {
                    let right = self.expression(4)?;
                    match left {
                        Tree::Or(mut parts) => {
                            parts.push(right);
                            chain -= 1;
                            Tree::Or(parts)
                        }
                        left => Tree::Or(vec![left, right]),
                    }
                }
                (Operator::Comma, left) => {
                    let right = self.expression(2)?;
                    match left {
                        Tree::List(mut parts) => {
                            parts.push(right);
                            chain -= 1;
                            Tree::List(parts)
                        }
                        left => Tree::List(vec![left, right]),
                    }
                }
                _ => return Err(invalid("an operator in a wrong place")),
            };
        }
        self.depth -= 1;
        Ok(tree)
    }

    /// What is between brackets, of which the first was read.
    fn until_closed(&mut self) -> Outcome<Option<Box<Tree>>> {
        let close = Token::Operator(Operator::Close);
        if self.tokens.next_if_eq(&close).is_some() {
            return Ok(None);
        }
        let inner = self.expression(1)?;
        match self.tokens.next() {
            Some(token) if token == close => Ok(Some(Box::new(inner))),
            _ => Err(invalid("brackets that do not close")),
        }
    }
}

#[cfg(test)]
pub(crate) fn shown(tree: &Tree) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = |name: &str, parts: &[&Tree]| {
        format!("({name}{})", parts.iter().map(|part| format!(" {}", shown(part))).collect::<String>())
    };
    match tree {
        Tree::Symbol(name) => text(name),
        Tree::Text(name) => format!("'{}'", text(name)),
        Tree::Kind(kind, pattern) => format!("{}:{}", text(kind), shown(pattern)),
        Tree::Not(inner) => all("not", &[inner]),
        Tree::And(a, b) => all("and", &[a, b]),
        Tree::Difference(a, b) => all("minus", &[a, b]),
        Tree::Or(parts) => all("or", &parts.iter().collect::<Vec<_>>()),
        Tree::List(parts) => all("list", &parts.iter().collect::<Vec<_>>()),
        Tree::Patterns(parts) => all("patterns", &parts.iter().collect::<Vec<_>>()),
        Tree::Call(name, argument) => all(&text(name), &argument.iter().map(|tree| &**tree).collect::<Vec<_>>()),
        Tree::Group(inner) => all("group", &[inner]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence() {
        for (text, expected) in [
            ("a or b and not c", "(or a (and b (not c)))"),
            ("a | b + c", "(or a b c)"),
            ("a - b & c", "(and (and a (not b)) c)"),
            ("path:a and re:'x' or b", "(or (and path:a re:'x') b)"),
            ("not path:a", "(not path:a)"),
            ("f(a, b, c)", "(f (list a b c))"),
            ("f() & !g(x:y)", "(and (f) (not (g x:y)))"),
            ("(a or b) or c", "(or (group (or a b)) c)"),
            ("not a and b", "(and (not a) b)"),
            ("a:(b)", "a:(group b)"),
        ] {
            assert_eq!(parse(text.as_bytes()).map(|tree| shown(&tree)).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mistakes() {
        for text in ["", "a b", "a &", "& a", "(a", "a)", "()", "-a", "a - -b", "'f'(x)", "'a':b", "f(", "a not b"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        for text in ["(".repeat(5000), "!".repeat(5000) + "a", format!("a{}", "&a".repeat(5000))] {
            assert!(parse(text.as_bytes()).is_err());
        }
        assert!(parse(format!("a{}", "|a".repeat(5000)).as_bytes()).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in proptest::collection::vec(proptest::sample::select(&b"ab()!&|-+:,'\"r\\ *not\xc3"[..]), 0..60)) {
            if let Ok(tree) = parse(&text) {
                let _ = crate::order::ordered(tree);
            }
        }
    }
}
