//! The syntax of templates: text with `{expressions}`, and the expressions themselves.
//!
//! Source: `hg help templates`, and what the running program makes of odd input. Binding strengths, loosest first:
//! `,`  `=`  `+ -`  `* /`  `% |`  `.`  negation  calls; all bind to the left. What legacy refuses is a stop: it words
//! the error itself, with a picture of the place.

use amalgam_types::{Outcome, Reason, Stop};

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
}

/// How deeply expressions may nest before legacy's own limits would matter.
const DEEPEST: usize = 60;

pub(crate) fn invalid(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::TemplateInvalid, detail)
}

/// Parses a whole template.
pub(crate) fn parse(template: &[u8]) -> Outcome<Tree> {
    let mut parser = Parser { text: template, at: 0, depth: 0 };
    parser.template(None).map(pieces)
}

/// Parses one expression, as the right side of an alias is.
pub(crate) fn parse_expression(text: &[u8]) -> Outcome<Tree> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let tree = parser.expression(0)?;
    parser.spaces();
    if parser.at == text.len() { Ok(tree) } else { Err(invalid("more than one expression")) }
}

fn pieces(mut pieces: Vec<Tree>) -> Tree {
    match pieces.as_slice() {
        [] => Tree::Text(Vec::new()),
        [Tree::Text(_)] => pieces.swap_remove(0),
        _ => Tree::Pieces(pieces),
    }
}

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Reads a template up to its closing quote, or to the end of the text.
    fn template(&mut self, quote: Option<u8>) -> Outcome<Vec<Tree>> {
        self.deeper()?;
        let mut found = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(len) = rest.iter().position(|&b| b == b'{' || Some(b) == quote) else {
                if quote.is_some() {
                    return Err(invalid("an unterminated string"));
                }
                push_text(&mut found, &unescape(rest)?);
                self.at = self.text.len();
                break;
            };
            let (before, mark) = (&rest[..len], rest[len]);
            let escapes = before.iter().rev().take_while(|&&b| b == b'\\').count();
            self.at += len + 1;
            if escapes % 2 == 1 {
                let mut text = unescape(&before[..len - 1])?;
                text.push(mark);
                push_text(&mut found, &text);
                continue;
            }
            push_text(&mut found, &unescape(before)?);
            if Some(mark) == quote {
                break;
            }
            let tree = self.expression(0)?;
            self.spaces();
            if self.peek() != Some(b'}') {
                return Err(invalid("an expression that does not end"));
            }
            self.at += 1;
            found.push(tree);
        }
        self.depth -= 1;
        Ok(found)
    }

    fn deeper(&mut self) -> Outcome<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(invalid("nested too deeply")) } else { Ok(()) }
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)) {
            self.at += 1;
        }
    }

    /// Reads an expression of operators that bind more tightly than `bind`.
    fn expression(&mut self, bind: u8) -> Outcome<Tree> {
        self.deeper()?;
        let mut tree = self.primary()?;
        loop {
            self.spaces();
            let Some(operator) = self.peek() else { break };
            let strength = match operator {
                b'(' => 20,
                b'.' => 18,
                b'%' | b'|' => 15,
                b'*' | b'/' => 5,
                b'+' | b'-' => 4,
                b'=' => 3,
                b',' => 2,
                _ => 0,
            };
            if strength <= bind {
                break;
            }
            self.at += 1;
            if operator == b'(' {
                tree = Tree::Call(Box::new(tree), self.arguments()?);
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
        self.depth -= 1;
        Ok(tree)
    }

    fn arguments(&mut self) -> Outcome<Vec<Tree>> {
        self.spaces();
        if self.peek() == Some(b')') {
            self.at += 1;
            return Ok(Vec::new());
        }
        let mut tree = self.expression(1)?;
        self.close()?;
        let mut arguments = Vec::new();
        while let Tree::List(rest, last) = tree {
            arguments.push(*last);
            tree = *rest;
        }
        arguments.push(tree);
        arguments.reverse();
        Ok(arguments)
    }

    fn close(&mut self) -> Outcome<()> {
        self.spaces();
        if self.peek() != Some(b')') {
            return Err(invalid("a missing )"));
        }
        self.at += 1;
        Ok(())
    }

    fn primary(&mut self) -> Outcome<Tree> {
        self.spaces();
        let first = self.peek().ok_or_else(|| invalid("an expression is missing"))?;
        let start = self.at;
        match first {
            b'(' => {
                self.at += 1;
                let inner = self.expression(1)?;
                self.close()?;
                Ok(Tree::Group(Box::new(inner)))
            }
            b'-' => {
                self.at += 1;
                Ok(Tree::Negate(Box::new(self.expression(19)?)))
            }
            b'"' | b'\'' => {
                self.at += 1;
                self.template(Some(first)).map(pieces)
            }
            b'r' if matches!(self.text.get(start + 1), Some(b'"' | b'\'')) => {
                self.at += 2;
                self.raw(self.text[start + 1])
            }
            b'0'..=b'9' => {
                let digits = self.run(u8::is_ascii_digit);
                let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
                number.map(Tree::Integer).ok_or_else(|| invalid("a number beyond 64 bits"))
            }
            b if b.is_ascii_alphanumeric() || b == b'_' => {
                Ok(Tree::Symbol(self.run(|b| b.is_ascii_alphanumeric() || *b == b'_').to_vec()))
            }
            _ => Err(invalid("a syntax error")),
        }
    }

    fn run(&mut self, belongs: impl Fn(&u8) -> bool) -> &[u8] {
        let start = self.at;
        self.at += self.text[start..].iter().take_while(|b| belongs(b)).count();
        &self.text[start..self.at]
    }

    /// A string in which a backslash only keeps the next character from ending it.
    fn raw(&mut self, quote: u8) -> Outcome<Tree> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            if byte == quote {
                self.at += 1;
                return Ok(Tree::Text(self.text[start..self.at - 1].to_vec()));
            }
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        Err(invalid("an unterminated string"))
    }
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
        let escaped = *text.get(at).ok_or_else(|| invalid("a backslash at the end"))?;
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
                value.and_then(|d| u8::from_str_radix(d, 16).ok()).ok_or_else(|| invalid("an incomplete \\x"))?
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

    #[test]
    fn mistakes() {
        for text in ["{", "{}", "{a", "{a b}", "{'a}", "{f(}", "{a|}", "{a,}", "a\\", "\\x4", "{99999999999999999999}"]
        {
            assert_eq!(shown(text), "invalid", "{text}");
        }
    }
}
