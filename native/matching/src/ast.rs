//! The small regular-expression tree between Python's syntax and the automata, and its lowering.
//!
//! Mostly only whether an anchored match exists is asked, so greediness and groups leave no trace here.
//! Python's `$` (the end, or before a final newline) is an assertion that the automata lack; it is lowered where
//! nothing follows it, and refused elsewhere.

use crate::lookahead::{Refused, others};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

/// A set of bytes, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub(crate) const EMPTY: ByteSet = ByteSet([0; 4]);

    /// The bytes of which `accept` is true.
    pub(crate) fn of(accept: impl Fn(u8) -> bool) -> ByteSet {
        let mut set = ByteSet::EMPTY;
        (0..=255).filter(|&b| accept(b)).for_each(|b| set.add(b));
        set
    }

    pub(crate) fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(crate) fn contains(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    /// Everything but a newline: Python's dot.
    pub(crate) fn dot() -> ByteSet {
        ByteSet::of(|b| b != b'\n')
    }

    /// Everything but a slash.
    pub(crate) fn not_slash() -> ByteSet {
        ByteSet::of(|b| b != b'/')
    }

    fn to_hir(self) -> Hir {
        let bytes = (0..=255).filter(|&b| self.contains(b)).map(|b| ClassBytesRange::new(b, b));
        Hir::class(Class::Bytes(ClassBytes::new(bytes)))
    }
}

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ast {
    Literal(Vec<u8>),
    Set(ByteSet),
    /// `^` and `\A`.
    Start,
    /// `$`.
    End,
    /// `\Z`.
    AbsoluteEnd,
    /// `^` where each line counts.
    LineStart,
    /// `$` where each line counts.
    LineEnd,
    /// `\b`, of ASCII words.
    WordBoundary,
    Concat(Vec<Ast>),
    Alternation(Vec<Ast>),
    /// `(?!...)` with nothing behind it, or `.*$`.
    NotAhead {
        refused: Vec<Refused>,
        to_line_end: bool,
    },
    Repeat {
        min: u32,
        max: Option<u32>,
        inner: Box<Ast>,
    },
}

impl Ast {
    /// The expression that matches the empty string.
    pub(crate) fn empty() -> Ast {
        Ast::Concat(Vec::new())
    }

    /// `(?:/|$)`, with which Mercurial ends patterns that also match folders.
    pub(crate) fn slash_or_end() -> Ast {
        Ast::Alternation(vec![Ast::Literal(b"/".to_vec()), Ast::End])
    }

    /// Elements in sequence, flattened, neighbouring literals joined, so that shapes can be compared.
    pub(crate) fn concat(parts: Vec<Ast>) -> Ast {
        let mut out: Vec<Ast> = Vec::with_capacity(parts.len());
        let mut push = |part: Ast| match (out.last_mut(), part) {
            (Some(Ast::Literal(before)), Ast::Literal(more)) => before.extend_from_slice(&more),
            (_, part) => out.push(part),
        };
        for part in parts {
            match part {
                Ast::Concat(inner) => inner.into_iter().for_each(&mut push),
                other => push(other),
            }
        }
        match out.len() {
            1 => out.remove(0),
            _ => Ast::Concat(out),
        }
    }

    /// Whether the empty string can be matched, assertions aside.
    pub(crate) fn can_be_empty(&self) -> bool {
        match self {
            Ast::Literal(text) => text.is_empty(),
            Ast::Set(_) => false,
            Ast::Start | Ast::End | Ast::AbsoluteEnd | Ast::LineStart | Ast::LineEnd | Ast::WordBoundary => true,
            Ast::NotAhead { .. } => true,
            Ast::Concat(parts) => parts.iter().all(Ast::can_be_empty),
            Ast::Alternation(parts) => parts.iter().any(Ast::can_be_empty),
            Ast::Repeat { min, inner, .. } => *min == 0 || inner.can_be_empty(),
        }
    }

    /// Whether an assertion stands anywhere inside.
    pub(crate) fn has_assertion(&self) -> bool {
        match self {
            Ast::Literal(_) | Ast::Set(_) => false,
            Ast::Start | Ast::End | Ast::AbsoluteEnd | Ast::LineStart | Ast::LineEnd | Ast::WordBoundary => true,
            Ast::NotAhead { .. } => true,
            Ast::Concat(parts) | Ast::Alternation(parts) => parts.iter().any(Ast::has_assertion),
            Ast::Repeat { inner, .. } => inner.has_assertion(),
        }
    }

    /// How many automaton states this needs, roughly, counting repetitions out.
    pub(crate) fn weight(&self) -> u64 {
        match self {
            Ast::Literal(text) => text.len() as u64 + 1,
            Ast::Set(_) => 2,
            Ast::Start | Ast::End | Ast::AbsoluteEnd | Ast::LineStart | Ast::LineEnd | Ast::WordBoundary => 2,
            Ast::NotAhead { refused, .. } => refused.iter().map(|one| 4 * one.text.len() as u64 + 8).sum(),
            Ast::Concat(parts) | Ast::Alternation(parts) => parts.iter().map(Ast::weight).fold(1, u64::saturating_add),
            Ast::Repeat { min, max, inner } => {
                let times = u64::from(max.unwrap_or(*min).max(1)) + 1;
                inner.weight().saturating_mul(times)
            }
        }
    }

    /// The automaton compiler's form; `None` where a `$` or a `(?!...)` has something after it.
    pub(crate) fn to_hir(&self) -> Option<Hir> {
        self.lower(true)
    }

    fn lower(&self, last: bool) -> Option<Hir> {
        Some(match self {
            Ast::Literal(text) => Hir::literal(text.as_slice()),
            Ast::Set(set) => set.to_hir(),
            Ast::Start => Hir::look(Look::Start),
            Ast::AbsoluteEnd => Hir::look(Look::End),
            Ast::LineStart => Hir::look(Look::StartLF),
            Ast::LineEnd => Hir::look(Look::EndLF),
            Ast::WordBoundary => Hir::look(Look::WordAscii),
            Ast::End if last => Hir::concat(vec![
                Hir::repetition(Repetition {
                    min: 0,
                    max: Some(1),
                    greedy: true,
                    sub: Box::new(Hir::literal(b"\n".as_slice())),
                }),
                Hir::look(Look::End),
            ]),
            Ast::NotAhead { refused, to_line_end } if last => others(refused, *to_line_end).lower(true)?,
            Ast::End | Ast::NotAhead { .. } => return None,
            Ast::Concat(parts) => {
                let end = parts.len().saturating_sub(1);
                let parts: Option<Vec<Hir>> =
                    parts.iter().enumerate().map(|(at, p)| p.lower(last && at == end)).collect();
                Hir::concat(parts?)
            }
            Ast::Alternation(parts) => {
                let parts: Option<Vec<Hir>> = parts.iter().map(|p| p.lower(last)).collect();
                Hir::alternation(parts?)
            }
            Ast::Repeat { min, max, inner } => {
                Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(inner.lower(false)?) })
            }
        })
    }
}
