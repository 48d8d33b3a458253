//! One pattern, from its kind and text to what is compiled, for both of Mercurial's engines.

use crate::ast::Ast;
use crate::python_re::{self, Parsed};
use crate::{Engine, PatternKind, glob, rust_re};
use amalgam_types::{Reason, Stop};
use regex_syntax::hir::{Hir, Look};

/// Mercurial refuses a pattern whose expression is longer.
const MAX_TEXT: usize = 20_000;

/// What ends a glob: patterns name files, `-I`, `-X` and ignore rules also folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suffix {
    End,
    SlashOrEnd,
}

impl Suffix {
    fn text(self) -> &'static [u8] {
        match self {
            Suffix::End => b"$",
            Suffix::SlashOrEnd => b"(?:/|$)",
        }
    }
}

/// A pattern after Mercurial's normalisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KindPattern {
    pub(crate) kind: PatternKind,
    pub(crate) text: Vec<u8>,
    /// The pattern file that it came from, empty for the command line.
    pub(crate) source: Vec<u8>,
}

/// Mercurial sorts patterns by the name of their kind first.
pub(crate) fn sort(patterns: &mut [KindPattern]) {
    patterns.sort_by(|a, b| (a.kind.name(), &a.text, &a.source).cmp(&(b.kind.name(), &b.text, &b.source)));
}

/// What Python makes of a pattern that is matched by an expression (any kind but files to read, sets and
/// `filepath`).
pub(crate) fn python(kind: PatternKind, text: &[u8], suffix: Suffix) -> Result<Parsed, Stop> {
    let plain = |ast| Ok(Parsed { ast, global_flags: false, lazy: false });
    if text.len() > MAX_TEXT / 2 {
        return Err(unsupported("a very long pattern"));
    }
    match kind {
        PatternKind::Glob | PatternKind::Relpath if text.is_empty() => plain(Ast::empty()),
        PatternKind::Path | PatternKind::Relpath if text == b"." => plain(Ast::empty()),
        PatternKind::Path | PatternKind::Relpath => {
            plain(Ast::concat(vec![Ast::Literal(text.to_vec()), Ast::slash_or_end()]))
        }
        PatternKind::Re => checked(text.to_vec()),
        PatternKind::Relre => relative_expression(text),
        PatternKind::Glob | PatternKind::Rootglob => checked([&glob::to_python(text), suffix.text()].concat()),
        PatternKind::Relglob => {
            let glob = glob::to_python(text);
            checked(match glob.strip_prefix(b"[^/]*") {
                Some(rest) => [b".*", rest, suffix.text()].concat(),
                None => [b"(?:|.*/)", glob.as_slice(), suffix.text()].concat(),
            })
        }
        PatternKind::Rootfilesin => {
            let folder = if text == b"." { Vec::new() } else { [text, b"/"].concat() };
            let name = python_re::parse(b"[^/]+$")?.ast;
            plain(Ast::concat(vec![Ast::Literal(folder), name]))
        }
        _ => Err(unsupported("a pattern kind that is not matched by an expression")),
    }
}

fn checked(text: Vec<u8>) -> Result<Parsed, Stop> {
    if text.len() > MAX_TEXT {
        return Err(unsupported("a very long pattern"));
    }
    python_re::parse(&text)
}

/// `relre:` gets `.*` in front unless it is anchored; leading flags become a group around both.
fn relative_expression(text: &[u8]) -> Result<Parsed, Stop> {
    let anywhere = |t: &[u8]| if t.starts_with(b"^") { t.to_vec() } else { [b".*", t].concat() };
    let letters = text.strip_prefix(b"(?").map(|rest| rest.iter().take_while(|b| b"aiLmsux".contains(b)).count());
    if let Some(count) = letters.filter(|&n| n > 0 && text.get(2 + n) == Some(&b')')) {
        if text.contains(&b'\n') {
            return Err(unsupported("flags and a newline"));
        }
        let inside = anywhere(&text[3 + count..]);
        return checked([b"(?", &text[2..2 + count], b":", &inside, b")"].concat());
    }
    checked(anywhere(text))
}

/// The expression of a pattern for `engine`; `alone` says that nothing is joined with it.
pub(crate) fn hir(pattern: &KindPattern, suffix: Suffix, engine: Engine, alone: bool) -> Result<Hir, Stop> {
    match engine {
        Engine::PythonBytes if pattern.kind == PatternKind::Filepath => Ok(exact(&pattern.text)),
        Engine::PythonBytes => {
            let parsed = python(pattern.kind, &pattern.text, suffix)?;
            if parsed.global_flags && !alone {
                return Err(unsupported("flags that act on other patterns"));
            }
            lower(&parsed.ast)
        }
        Engine::RustExtension => Ok(match rust_re::build(pattern.kind, &pattern.text, suffix)? {
            rust_re::Piece::Exact(path) => exact(&path),
            rust_re::Piece::Expression(hir) => hir,
        }),
    }
}

/// The automaton compiler's form of a Python expression.
pub(crate) fn lower(ast: &Ast) -> Result<Hir, Stop> {
    ast.to_hir().ok_or_else(|| unsupported("something after a dollar"))
}

fn exact(path: &[u8]) -> Hir {
    Hir::concat(vec![Hir::literal(path), Hir::look(Look::End)])
}

fn unsupported(what: &str) -> Stop {
    Stop::unsupported(Reason::PatternUnsupported, what)
}
