//! What a pattern means to Mercurial's Rust extension, where that differs from Python: globs are built as automata
//! (dots and stars cross newlines, `$` is the very end, sets are read by the `regex` crate's syntax, by character),
//! regular expressions have that syntax too, and some patterns are compared as whole names.
//!
//! Where the extension cannot compile a pattern it lets Python do the whole status; that is `Unsupported` here.

use crate::PatternKind;
use crate::piece::Suffix;
use amalgam_config::normalize_path;
use amalgam_types::{Reason, Stop};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Dot, Hir, Look, Repetition};

/// A pattern as the extension matches it.
pub(crate) enum Piece {
    /// Only this very path.
    Exact(Vec<u8>),
    /// An automaton from the start of the path.
    Expression(Hir),
}

/// Builds a pattern of a kind that is matched by an expression.
pub(crate) fn build(kind: PatternKind, raw: &[u8], suffix: Suffix) -> Result<Piece, Stop> {
    let normal = match kind {
        PatternKind::Rootglob
        | PatternKind::Path
        | PatternKind::Relglob
        | PatternKind::Relpath
        | PatternKind::Rootfilesin => normalize_path(raw),
        _ => raw.to_vec(),
    };
    let special = |b: &u8| b"*?[]{}\\".contains(b);
    if kind == PatternKind::Filepath || (kind == PatternKind::Rootglob && !normal.iter().any(special)) {
        return Ok(Piece::Exact(normalize_path(&normal)));
    }
    if normal.is_empty() {
        return Ok(Piece::Expression(Hir::empty()));
    }
    Ok(Piece::Expression(match kind {
        PatternKind::Re => parse(&normal)?,
        PatternKind::Relre => relative_expression(&normal)?,
        PatternKind::Path | PatternKind::Relpath if normal == b"." => Hir::empty(),
        PatternKind::Path | PatternKind::Relpath => {
            Hir::concat(vec![Hir::literal(normal.as_slice()), ending(Suffix::SlashOrEnd)])
        }
        PatternKind::Rootfilesin => {
            let folder = if normal == b"." { Vec::new() } else { [normal.as_slice(), b"/"].concat() };
            Hir::concat(vec![Hir::literal(folder), parse(b"[^/]+$")?])
        }
        PatternKind::Relglob => Hir::concat(vec![glob(&normal, false)?, ending(suffix)]),
        PatternKind::Glob | PatternKind::Rootglob => Hir::concat(vec![glob(&normal, true)?, ending(suffix)]),
        _ => return Err(unsupported("a pattern kind that the Rust extension does not match")),
    }))
}

fn ending(suffix: Suffix) -> Hir {
    match suffix {
        Suffix::End => Hir::look(Look::End),
        Suffix::SlashOrEnd => Hir::alternation(vec![Hir::literal(b"/".as_slice()), Hir::look(Look::End)]),
    }
}

fn parse(text: &[u8]) -> Result<Hir, Stop> {
    let text = std::str::from_utf8(text).map_err(|_| unsupported("a regular expression that is not UTF-8"))?;
    regex_syntax::parse(text).map_err(|_| unsupported("a regular expression that the Rust extension refuses"))
}

/// `relre:` gets `.*` in front unless it is anchored or would repeat; leading flags become a group.
fn relative_expression(text: &[u8]) -> Result<Hir, Stop> {
    let bare = |t: &[u8]| t.starts_with(b"^") || t.starts_with(b"*") || t.starts_with(b".*");
    if bare(text) {
        return parse(text);
    }
    let flags = text.strip_prefix(b"(?").map(|rest| rest.iter().take_while(|b| b"aiLmsux".contains(b)).count());
    match flags {
        Some(count) if count > 0 && text.get(2 + count) == Some(&b')') => {
            let after = &text[3 + count..];
            if after.is_empty() {
                return Err(unsupported("flags without an expression"));
            }
            let any: &[u8] = if bare(after) { b"" } else { b".*" };
            parse(&[b"(?", &text[2..2 + count], b":", any, after, b")"].concat())
        }
        _ => parse(&[b".*", text].concat()),
    }
}

#[derive(Clone, Copy)]
enum Wildcard {
    Folders,
    Component,
    Anything,
}

impl Wildcard {
    fn hir(self) -> Hir {
        match self {
            Wildcard::Component => star(not_slash()),
            Wildcard::Anything => star(Hir::dot(Dot::AnyByte)),
            Wildcard::Folders => {
                let folders = Hir::concat(vec![star(Hir::dot(Dot::AnyByte)), Hir::literal(b"/".as_slice())]);
                Hir::alternation(vec![Hir::empty(), folders])
            }
        }
    }
}

/// A glob. The first wildcard is kept apart, also when it stands first inside of braces, as the extension does.
fn glob(text: &[u8], rooted: bool) -> Result<Hir, Stop> {
    let mut start: Option<Wildcard> = None;
    let mut sequence: Vec<Hir> = Vec::new();
    let mut open: Vec<(Vec<Hir>, Vec<Hir>)> = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'*' => {
                let wildcard = if rest.starts_with(b"*/") {
                    rest = &rest[2..];
                    Wildcard::Folders
                } else if rest.starts_with(b"*") {
                    rest = &rest[1..];
                    Wildcard::Anything
                } else {
                    Wildcard::Component
                };
                if sequence.is_empty() && start.is_none() {
                    start = Some(wildcard);
                } else {
                    sequence.push(wildcard.hir());
                }
            }
            b'?' => sequence.push(Hir::dot(Dot::AnyByte)),
            b'[' => match rest.iter().skip(1).position(|&b| b == b']').map(|at| at + 1) {
                None => sequence.push(Hir::literal(b"[".as_slice())),
                Some(end) => {
                    sequence.push(parse(&set_text(&rest[..end]))?);
                    rest = &rest[end + 1..];
                }
            },
            b'{' => open.push((std::mem::take(&mut sequence), Vec::new())),
            b'}' if !open.is_empty() => {
                if let Some((before, mut branches)) = open.pop() {
                    branches.push(Hir::concat(std::mem::replace(&mut sequence, before)));
                    sequence.push(Hir::alternation(branches));
                }
            }
            b',' if !open.is_empty() => {
                if let Some((_, branches)) = open.last_mut() {
                    branches.push(Hir::concat(std::mem::take(&mut sequence)));
                }
            }
            b'\\' => {
                let quoted = rest.split_first().map(|(&next, tail)| {
                    rest = tail;
                    next
                });
                sequence.push(Hir::literal([quoted.unwrap_or(b'\\')]));
            }
            _ => sequence.push(Hir::literal([byte])),
        }
    }
    if !open.is_empty() {
        return Err(unsupported("a glob with an open brace"));
    }
    let first = match (rooted, start) {
        (true, start) => start,
        (false, None | Some(Wildcard::Folders)) => Some(Wildcard::Folders),
        (false, Some(_)) => Some(Wildcard::Anything),
    };
    Ok(Hir::concat(first.map(Wildcard::hir).into_iter().chain(sequence).collect()))
}

fn set_text(inside: &[u8]) -> Vec<u8> {
    let mut out = vec![b'['];
    for (at, &byte) in inside.iter().enumerate() {
        match byte {
            b'!' if at == 0 => out.push(b'^'),
            b'^' if at == 0 => out.extend_from_slice(b"\\^"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            _ => out.push(byte),
        }
    }
    out.push(b']');
    out
}

fn star(sub: Hir) -> Hir {
    Hir::repetition(Repetition { min: 0, max: None, greedy: false, sub: Box::new(sub) })
}

fn not_slash() -> Hir {
    let mut class = ClassBytes::new([ClassBytesRange::new(b'/', b'/')]);
    class.negate();
    Hir::class(Class::Bytes(class))
}

fn unsupported(what: &str) -> Stop {
    Stop::unsupported(Reason::PatternUnsupported, what)
}
