//! The syntax of templates: text with `{expressions}`, and the expressions themselves.
//!
//! Source: `hg help templates`, and what the running program makes of odd input. Binding strengths, loosest first:
//! `,`  `=`  `+ -`  `* /`  `% |`  `.`  negation  calls; all bind to the left. Mistakes are told as legacy tells them, with a
//! picture of the place.

use crate::text::{is_space, replaced};
use amalgam_types::{Abort, Outcome, Reason, Stop};

/// One parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// A raw string, or text without an expression in it.
    Text(Vec<u8>),
    /// Pieces one after another.
    Pieces(Vec<Tree>),
    Integer(i64),
    Symbol(Vec<u8>),
    Group(Box<Tree>),
    Negate(Box<Tree>),
    /// `+ - * /`
    Arithmetic(u8, Box<Tree>, Box<Tree>),
    /// `a % b`
    Map(Box<Tree>, Box<Tree>),
    /// `a|b`
    Filter(Box<Tree>, Box<Tree>),
    /// `a.b`
    Member(Box<Tree>, Box<Tree>),
    Call(Box<Tree>, Vec<Tree>),
    KeyValue(Box<Tree>, Box<Tree>),
    List(Box<Tree>, Box<Tree>),
    /// Nothing between brackets.
    Missing,
}

impl Tree {
    /// As error messages call it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Tree::Text(_) => "string",
            Tree::Pieces(_) => "template",
            Tree::Integer(_) => "integer",
            Tree::Symbol(_) => "symbol",
            Tree::Group(_) => "group",
            Tree::Negate(_) => "negate",
            Tree::Arithmetic(b'+', ..) => "+",
            Tree::Arithmetic(b'-', ..) => "-",
            Tree::Arithmetic(b'*', ..) => "*",
            Tree::Arithmetic(..) => "/",
            Tree::Map(..) => "%",
            Tree::Filter(..) => "|",
            Tree::Member(..) => ".",
            Tree::Call(..) => "func",
            Tree::KeyValue(..) => "keyvalue",
            Tree::List(..) => "list",
            Tree::Missing => "nothing",
        }
    }
}

/// How deeply expressions may nest before legacy's own limits would matter.
const DEEPEST: usize = 60;

pub(crate) fn invalid(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::TemplateInvalid, detail)
}

/// Parses a whole template.
pub(crate) fn parse(template: &[u8]) -> Outcome<Tree> {
    let parsed = parse_template(template, 0, None, 0).map(|(found, _)| pieces(found));
    parsed.map_err(|stop| pointed(stop, template))
}

/// Parses one expression, as the right side of an alias is.
pub(crate) fn parse_expression(text: &[u8]) -> Outcome<Tree> {
    let mut parser = Parser { text, start: 0, at: 0, within: false, current: Token::END, depth: 0 };
    let tree = parser.whole()?;
    if parser.current.at == text.len() { Ok(tree) } else { Err(error_at(parser.current.at, "invalid token")) }
}

/// Legacy's error about something at `at`.
fn error_at(at: usize, message: impl Into<Vec<u8>>) -> Stop {
    Abort::parse(Some(at), message).into()
}

/// Adds the lines that show where an error is.
fn pointed(stop: Stop, template: &[u8]) -> Stop {
    let Stop::Abort(mut abort) = stop else { return stop };
    if let Some(at) = abort.position {
        let is_end = |byte: &&u8| **byte == b'\n';
        let before = at + 1 + template.iter().take(at).filter(is_end).count();
        let mut hint = replaced(template, b"\n", b"\\n");
        hint.push(b'\n');
        hint.resize(hint.len() + before, b' ');
        hint.extend_from_slice(b"^ here");
        abort.hint = Some(hint);
    }
    Stop::Abort(abort)
}

fn pieces(mut pieces: Vec<Tree>) -> Tree {
    match pieces.as_slice() {
        [] => Tree::Text(Vec::new()),
        [Tree::Text(_)] => pieces.swap_remove(0),
        _ => Tree::Pieces(pieces),
    }
}

fn deeper(depth: usize) -> Outcome<usize> {
    if depth < DEEPEST { Ok(depth + 1) } else { Err(invalid("nested too deeply")) }
}

/// Reads a template from `start` to its closing quote, or to the end of the text; says where it goes on behind.
fn parse_template(text: &[u8], start: usize, quote: Option<u8>, depth: usize) -> Outcome<(Vec<Tree>, usize)> {
    let depth = deeper(depth)?;
    let mut found = Vec::new();
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(len) = rest.iter().position(|&b| b == b'{' || Some(b) == quote) else {
            push_text(&mut found, &unescape(rest)?);
            return match quote {
                Some(_) => Err(error_at(start, "unterminated string")),
                None => Ok((found, text.len())),
            };
        };
        let (before, mark) = (&rest[..len], rest[len]);
        let escapes = before.iter().rev().take_while(|&&b| b == b'\\').count();
        at += len + 1;
        if escapes % 2 == 1 {
            let mut text = unescape(&before[..len - 1])?;
            text.push(mark);
            push_text(&mut found, &text);
            continue;
        }
        push_text(&mut found, &unescape(before)?);
        if Some(mark) == quote {
            return Ok((found, at));
        }
        let mut parser = Parser { text, start: at, at, within: true, current: Token::END, depth };
        found.push(parser.whole()?);
        at = parser.current.at;
        if text.get(at) != Some(&b'}') {
            return Err(error_at(at, "invalid token"));
        }
        at += 1;
    }
}

/// One word of an expression and where it starts.
struct Token {
    kind: Kind,
    at: usize,
}

enum Kind {
    Operator(u8),
    /// What stands for itself, and what error messages call it.
    Value(Tree, &'static str),
    End,
}

impl Token {
    const END: Token = Token { kind: Kind::End, at: 0 };

    /// As error messages call it.
    fn name(&self) -> String {
        match &self.kind {
            Kind::Operator(byte) => char::from(*byte).to_string(),
            Kind::Value(_, name) => (*name).to_owned(),
            Kind::End => "end".to_owned(),
        }
    }

    /// How tightly it binds what is before it.
    fn strength(&self) -> u8 {
        let Kind::Operator(operator) = self.kind else { return 0 };
        match operator {
            b'(' => 20,
            b'.' => 18,
            b'%' | b'|' => 15,
            b'*' | b'/' => 5,
            b'+' | b'-' => 4,
            b'=' => 3,
            b',' => 2,
            _ => 0,
        }
    }
}

/// Reads an expression a word ahead, as legacy does: that decides which of two mistakes is told.
struct Parser<'t> {
    text: &'t [u8],
    start: usize,
    at: usize,
    /// Whether a brace ends it, and not the end of the text.
    within: bool,
    current: Token,
    depth: usize,
}

impl Parser<'_> {
    fn whole(&mut self) -> Outcome<Tree> {
        self.current = self.next()?;
        self.expression(0)
    }

    fn advance(&mut self) -> Outcome<Token> {
        let next = match self.current.kind {
            Kind::End => Token { kind: Kind::End, at: self.current.at },
            _ => self.next()?,
        };
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn is_at(&self, operator: u8) -> bool {
        matches!(self.current.kind, Kind::Operator(byte) if byte == operator)
    }

    /// Reads an expression of operators that bind more tightly than `bind`.
    fn expression(&mut self, bind: u8) -> Outcome<Tree> {
        let before = self.depth;
        self.depth = deeper(before)?;
        let first = self.advance()?;
        let mut tree = match first.kind {
            Kind::Value(tree, _) => tree,
            Kind::Operator(b'(') => Tree::Group(Box::new(self.bracketed()?.unwrap_or(Tree::Missing))),
            Kind::Operator(b'-') => Tree::Negate(Box::new(self.expression(19)?)),
            _ => return Err(error_at(first.at, format!("not a prefix: {}", first.name()))),
        };
        while bind < self.current.strength() {
            let token = self.advance()?;
            let strength = token.strength();
            let Kind::Operator(operator) = token.kind else { break };
            if operator == b'(' {
                tree = Tree::Call(Box::new(tree), self.bracketed()?.map(listed).unwrap_or_default());
                continue;
            }
            let right = Box::new(self.expression(strength)?);
            let left = Box::new(tree);
            tree = match operator {
                b'.' => Tree::Member(left, right),
                b'%' => Tree::Map(left, right),
                b'|' => Tree::Filter(left, right),
                b'=' => Tree::KeyValue(left, right),
                b',' => Tree::List(left, right),
                operator => Tree::Arithmetic(operator, left, right),
            };
        }
        self.depth = before;
        Ok(tree)
    }

    /// What is between brackets, if anything is; the first of them was read.
    fn bracketed(&mut self) -> Outcome<Option<Tree>> {
        let inner = if self.is_at(b')') { None } else { Some(self.expression(1)?) };
        if !self.is_at(b')') {
            return Err(error_at(self.current.at, format!("unexpected token: {}", self.current.name())));
        }
        self.advance()?;
        Ok(inner)
    }

    /// Reads the next word.
    fn next(&mut self) -> Outcome<Token> {
        while self.text.get(self.at).is_some_and(|&byte| is_space(byte)) {
            self.at += 1;
        }
        let start = self.at;
        let Some(&first) = self.text.get(start) else {
            return match self.within {
                true => Err(error_at(self.start, "unterminated template expansion")),
                false => Ok(Token { kind: Kind::End, at: start }),
            };
        };
        let second = self.text.get(start + 1).copied().unwrap_or_default();
        self.at += 1;
        let (kind, at) = match first {
            b'(' | b'=' | b',' | b')' | b'.' | b'%' | b'|' | b'+' | b'-' | b'*' | b'/' => {
                (Kind::Operator(first), start)
            }
            b'"' | b'\'' => {
                let (found, behind) = parse_template(self.text, self.at, Some(first), self.depth)?;
                self.at = behind;
                (Kind::Value(pieces(found), "template"), start + 1)
            }
            b'r' if is_quote(second) => (Kind::Value(self.raw(start + 2, second)?, "string"), start + 2),
            b'\\' if is_quote(second) => return Err(invalid("an escaped quote")),
            b'r' if second == b'\\' && self.text.get(start + 2).copied().is_some_and(is_quote) => {
                return Err(invalid("an escaped quote"));
            }
            b'0'..=b'9' => {
                let digits = self.run(start, u8::is_ascii_digit);
                let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
                let number = number.ok_or_else(|| invalid("a number beyond 64 bits"))?;
                (Kind::Value(Tree::Integer(number), "integer"), start)
            }
            _ if first.is_ascii_alphabetic() || first == b'_' => {
                let name = self.run(start, |b| b.is_ascii_alphanumeric() || *b == b'_').to_vec();
                (Kind::Value(Tree::Symbol(name), "symbol"), start)
            }
            b'}' if self.within => (Kind::End, start),
            _ => return Err(error_at(start, "syntax error")),
        };
        Ok(Token { kind, at })
    }

    fn run(&mut self, start: usize, belongs: impl Fn(&u8) -> bool) -> &[u8] {
        self.at = start + self.text[start..].iter().take_while(|b| belongs(b)).count();
        &self.text[start..self.at]
    }

    /// A string in which a backslash only keeps the next character from ending it.
    fn raw(&mut self, start: usize, quote: u8) -> Outcome<Tree> {
        self.at = start;
        while let Some(&byte) = self.text.get(self.at) {
            if byte == quote {
                self.at += 1;
                return Ok(Tree::Text(self.text[start..self.at - 1].to_vec()));
            }
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        Err(error_at(start, "unterminated string"))
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// What is between the commas.
fn listed(mut tree: Tree) -> Vec<Tree> {
    let mut all = Vec::new();
    while let Tree::List(rest, last) = tree {
        all.push(*last);
        tree = *rest;
    }
    all.push(tree);
    all.reverse();
    all
}

fn push_text(found: &mut Vec<Tree>, text: &[u8]) {
    match found.last_mut() {
        _ if text.is_empty() => {}
        Some(Tree::Text(last)) => last.extend_from_slice(text),
        _ => found.push(Tree::Text(text.to_vec())),
    }
}

/// Undoes backslash escapes as Python does for bytes; one that it does not know stays as it is.
pub(crate) fn unescape(text: &[u8]) -> Outcome<Vec<u8>> {
    if !text.contains(&b'\\') {
        return Ok(text.to_vec());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let start = at - 1;
        let escaped = *text.get(at).ok_or_else(|| Abort::parse(None, "trailing \\ in string"))?;
        at += 1;
        let plain = match escaped {
            b'\n' => continue,
            b'\\' | b'\'' | b'"' => escaped,
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'7' => {
                let mut value = u32::from(escaped - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = text.get(at) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    at += 1;
                }
                value as u8
            }
            b'x' => {
                let digits = text.get(at..at + 2).and_then(|digits| std::str::from_utf8(digits).ok());
                let value = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
                at += 2;
                value
                    .and_then(|d| u8::from_str_radix(d, 16).ok())
                    .ok_or_else(|| Abort::parse(None, format!("invalid \\x escape at position {start}")))?
            }
            other => {
                out.push(b'\\');
                other
            }
        };
        out.push(plain);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text.as_bytes()).map_or_else(|_| "invalid".to_owned(), |tree| sketch(&tree))
    }

    fn sketch(tree: &Tree) -> String {
        let name = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        match tree {
            Tree::Text(text) => format!("{:?}", name(text)),
            Tree::Pieces(all) => all.iter().map(sketch).collect::<Vec<_>>().join(" "),
            Tree::Integer(number) => number.to_string(),
            Tree::Symbol(symbol) => name(symbol),
            Tree::Group(inner) => format!("<{}>", sketch(inner)),
            Tree::Negate(inner) => format!("(neg {})", sketch(inner)),
            Tree::Arithmetic(op, a, b) => format!("({} {} {})", char::from(*op), sketch(a), sketch(b)),
            Tree::Map(a, b) => format!("(% {} {})", sketch(a), sketch(b)),
            Tree::Filter(a, b) => format!("(| {} {})", sketch(a), sketch(b)),
            Tree::Member(a, b) => format!("(. {} {})", sketch(a), sketch(b)),
            Tree::Call(f, all) => format!("{}[{}]", sketch(f), all.iter().map(sketch).collect::<Vec<_>>().join(", ")),
            Tree::KeyValue(a, b) => format!("(= {} {})", sketch(a), sketch(b)),
            Tree::List(a, b) => format!("(, {} {})", sketch(a), sketch(b)),
            Tree::Missing => "()".to_owned(),
        }
    }

    #[test]
    fn text_and_escapes() {
        assert_eq!(shown(""), r#""""#);
        assert_eq!(shown(r"a\n\{b}\\{rev}\x41\101\q"), r#""a\n{b}\\" rev "AA\\q""#);
        assert_eq!(shown("{'a\\'b'}"), r#""a'b""#);
        assert_eq!(shown("{r'{a}\\n'}"), r#""{a}\\n""#);
        assert_eq!(shown(r#"{"x{rev}y"}"#), r#""x" rev "y""#);
    }

    #[test]
    fn operators_bind_as_in_legacy() {
        assert_eq!(shown("{a|b|c}"), "(| (| a b) c)");
        assert_eq!(shown("{a % '{b}' | c}"), "(| (% a b) c)");
        assert_eq!(shown("{a.b|c}"), "(| (. a b) c)");
        assert_eq!(shown("{1 + 2 * 3 - -a}"), "(- (+ 1 (* 2 3)) (neg a))");
        assert_eq!(shown("{f(a, b=c, (d))|g}"), "(| f[a, (= b c), <d>] g)");
        assert_eq!(shown("{f()}"), "f[]");
    }

    fn mistake(text: &str) -> String {
        match parse(text.as_bytes()) {
            Ok(tree) => sketch(&tree),
            Err(Stop::Abort(abort)) => String::from_utf8_lossy(&abort.text()).into_owned(),
            Err(_) => "legacy".to_owned(),
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let told = |at: usize, message: &str, text: &str, column: usize| {
            format!("hg: parse error at {at}: {message}\n({text}\n{}^ here)\n", " ".repeat(column))
        };
        let one = |text: &str, at: usize, message: &str| assert_eq!(mistake(text), told(at, message, text, at + 1));
        one("{", 1, "unterminated template expansion");
        one("{rev}{", 6, "unterminated template expansion");
        one("{}", 1, "not a prefix: end");
        one("{a b}", 3, "invalid token");
        one("{'a}", 2, "unterminated string");
        one("{r'a\\'}", 3, "unterminated string");
        one("{f(}", 3, "not a prefix: end");
        one("{f(a}", 4, "unexpected token: end");
        one("{f(a b)}", 5, "unexpected token: symbol");
        one("{a|}", 3, "not a prefix: end");
        one("{,}", 1, "not a prefix: ,");
        one("{,#}", 2, "syntax error");
        assert_eq!(mistake("a\nb{"), told(4, "unterminated template expansion", "a\\nb{", 6));
        assert_eq!(mistake("a\\"), "hg: parse error: trailing \\ in string\n");
        assert_eq!(mistake("ab\\x4"), "hg: parse error: invalid \\x escape at position 2\n");
        assert_eq!(mistake("{99999999999999999999}"), "legacy");
        assert_eq!(mistake("{\\'a\\'}"), "legacy");
        assert_eq!(mistake("{()}"), "<()>");
    }
}
