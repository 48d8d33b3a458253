//! Which ignore rules need no automaton (whole names, endings and beginnings of a name, paths at any depth, paths from
//! the root), and which need to see no more than a path's last component. They are recognised in the parsed expression, so that a glob and a regular expression that say the
//! same are the same here.
//!
//! A shape says what a rule means for a path without newlines whose parents are not ignored.

use crate::PatternKind;
use crate::ast::{Ast, ByteSet};
use crate::piece::{self, Suffix};

/// A rule that can be answered without running an automaton over the whole path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The path from the root is this.
    Rooted(Vec<u8>),
    /// The path is this or ends in a slash and this.
    Tail(Vec<u8>),
    /// The last component ends in this.
    Ending(Vec<u8>),
    /// The last component starts with this.
    Beginning(Vec<u8>),
    /// The path is directly in this folder from the root.
    InRooted(Vec<u8>),
    /// The path is directly in a folder that is this or ends in a slash and this.
    InTail(Vec<u8>),
    /// The last component alone is matched by this.
    Name(Ast),
}

/// The shape of a parsed rule.
pub(crate) fn of(ast: &Ast) -> Option<Shape> {
    let parts = match ast {
        Ast::Concat(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let (parts, ended) = match parts.split_last() {
        Some((last, before)) if *last == Ast::End || *last == Ast::slash_or_end() => (before, true),
        _ => (parts, false),
    };
    let mut rest = parts.strip_prefix(&[Ast::Start]).unwrap_or(parts);
    let mut anywhere = false;
    while let [first, tail @ ..] = rest
        && any_folders(first)
    {
        (anywhere, rest) = (true, tail);
    }
    if let [any, edge, tail @ ..] = rest
        && is_any(any)
        && boundary(edge)
    {
        (anywhere, rest) = (true, tail);
    }
    let inside = |text: &[u8]| {
        let folder = text.strip_suffix(b"/").and_then(named)?;
        Some(if anywhere { Shape::InTail(folder) } else { Shape::InRooted(folder) })
    };
    let table = match rest {
        // What is deeper in such a folder is below something that is directly in it.
        [Ast::Literal(text)] if !ended => inside(text),
        [Ast::Literal(text), star] if ended && text.ends_with(b"/") && is_star(star, ByteSet::not_slash()) => {
            inside(text)
        }
        _ if !ended => None,
        [any, Ast::Literal(text)] if !anywhere && is_any(any) => component(text).map(Shape::Ending),
        [Ast::Literal(text), star] if anywhere && is_star(star, ByteSet::not_slash()) => {
            component(text).map(Shape::Beginning)
        }
        [Ast::Literal(text)] if anywhere => named(text).map(Shape::Tail),
        [Ast::Literal(text)] => named(text).map(Shape::Rooted),
        _ => None,
    };
    table.or_else(|| within_name(rest, anywhere, ended).map(Shape::Name))
}

/// What is left of a rule for the last component, where no match can reach over a slash: a match that ends in an
/// earlier component is one of the folder there, which is known not to be ignored.
fn within_name(parts: &[Ast], anywhere: bool, ended: bool) -> Option<Ast> {
    let (floating, body) = match parts {
        [any, body @ ..] if is_any(any) => (true, body),
        body => (false, body),
    };
    if !(floating || anywhere) || body.is_empty() || !body.iter().all(without_slash) {
        return None;
    }
    let mut name = parts.to_vec();
    if ended {
        name.push(Ast::End);
    }
    Some(Ast::concat(name))
}

fn without_slash(ast: &Ast) -> bool {
    match ast {
        Ast::Literal(text) => !text.contains(&b'/'),
        Ast::Set(set) => !set.contains(b'/'),
        Ast::Start | Ast::End | Ast::AbsoluteEnd | Ast::LineStart | Ast::LineEnd | Ast::WordBoundary => false,
        Ast::NotAhead { .. } => false,
        Ast::Concat(parts) | Ast::Alternation(parts) => parts.iter().all(without_slash),
        Ast::Repeat { inner, .. } => without_slash(inner),
    }
}

/// The shape of a rule as the Rust extension reads it, for paths in ASCII: where both engines certainly agree.
pub(crate) fn of_rust(kind: PatternKind, text: &[u8]) -> Option<Shape> {
    if !text.is_ascii() {
        return None;
    }
    let plain = |more: &[u8]| text.iter().all(|b| b.is_ascii_alphanumeric() || more.contains(b));
    let safe = match kind {
        PatternKind::Relglob | PatternKind::Rootglob => plain(b"_.-/*~#+@%= "),
        PatternKind::Relre | PatternKind::Re => plain(b"_./*$^()|~-") || safe_escapes(text),
        _ => false,
    };
    let normal = match kind {
        PatternKind::Relglob | PatternKind::Rootglob => amalgam_config::normalize_path(text),
        _ => text.to_vec(),
    };
    let parsed = safe.then(|| piece::python(kind, &normal, Suffix::SlashOrEnd).ok())??;
    of(&parsed.ast).filter(|_| !parsed.global_flags)
}

/// Only escapes that both engines take for the byte itself.
fn safe_escapes(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'\\' {
            match rest.split_first() {
                Some((next, tail)) if b".+*?()|[]{}^$\\-#&~".contains(next) => rest = tail,
                _ => return false,
            }
        } else if !(byte.is_ascii_alphanumeric() || b"_./*$^()|~-".contains(&byte)) {
            return false;
        }
    }
    true
}

fn named(text: &[u8]) -> Option<Vec<u8>> {
    let odd = text.is_empty() || text.starts_with(b"/") || text.ends_with(b"/") || text.contains(&b'\n');
    (!odd).then(|| text.to_vec())
}

fn component(text: &[u8]) -> Option<Vec<u8>> {
    named(text).filter(|t| !t.contains(&b'/'))
}

fn is_star(ast: &Ast, of: ByteSet) -> bool {
    matches!(ast, Ast::Repeat { min: 0, max: None, inner } if **inner == Ast::Set(of))
}

fn is_any(ast: &Ast) -> bool {
    is_star(ast, ByteSet::dot())
}

/// `(?:|.*/)` or `(?:.*/)?`.
fn any_folders(ast: &Ast) -> bool {
    let below = |a: &Ast| matches!(a, Ast::Concat(p) if matches!(p.as_slice(), [any, Ast::Literal(s)] if is_any(any) && s == b"/"));
    match ast {
        Ast::Alternation(branches) => matches!(branches.as_slice(), [e, rest] if *e == Ast::empty() && below(rest)),
        Ast::Repeat { min: 0, max: Some(1), inner } => below(inner),
        _ => false,
    }
}

/// `(^|/)`.
fn boundary(ast: &Ast) -> bool {
    let slash = Ast::Literal(b"/".to_vec());
    matches!(ast, Ast::Alternation(b) if b.len() == 2 && b.contains(&Ast::Start) && b.contains(&slash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_rules_have_shapes() {
        let shape =
            |kind, text: &str| of(&piece::python(kind, text.as_bytes(), Suffix::SlashOrEnd).expect("valid").ast);
        let tail = |t: &str| Some(Shape::Tail(t.into()));
        let ending = |t: &str| Some(Shape::Ending(t.into()));
        let rooted = |t: &str| Some(Shape::Rooted(t.into()));
        use PatternKind::{Relglob, Relre, Rootglob};
        assert_eq!(shape(Relglob, "build"), tail("build"));
        assert_eq!(shape(Relglob, "rust/target"), tail("rust/target"));
        assert_eq!(shape(Relglob, "**/x"), tail("x"));
        assert_eq!(shape(Relglob, "*.tar.gz"), ending(".tar.gz"));
        assert_eq!(shape(Relglob, "*~"), ending("~"));
        assert_eq!(shape(Relglob, "#*"), Some(Shape::Beginning("#".into())));
        assert_eq!(shape(Rootglob, "build"), rooted("build"));
        assert_eq!(shape(Relre, r"\.o$"), ending(".o"));
        assert_eq!(shape(Relre, "^a/b$"), rooted("a/b"));
        assert_eq!(shape(Relre, "(^|/)TAGS$"), tail("TAGS"));
        assert_eq!(shape(Relre, "^a/b/"), Some(Shape::InRooted("a/b".into())));
        assert_eq!(shape(Relre, "(^|/)a/"), Some(Shape::InTail("a".into())));
        assert_eq!(shape(Relglob, "a/*"), Some(Shape::InTail("a".into())));
        for (kind, other) in [
            (Relglob, "a?"),
            (Relre, "a/b$"),
            (Relre, "a|b$"),
            (Relre, "a.b"),
            (Relre, "^a[bc]$"),
            (Relre, "[^a]b$"),
            (Relre, "^a/$"),
            (Relre, ""),
        ] {
            assert_eq!(shape(kind, other), None, "{other}");
        }
        for (kind, other) in [
            (Relglob, "*a*"),
            (Relglob, "a*b"),
            (Relglob, "{a,b}"),
            (Relglob, "[Tt]humbs.db"),
            (Relre, "foo"),
            (Relre, r"\.py[co]$"),
            (Relre, r"(^|/)core\.[0-9]+$"),
        ] {
            assert!(matches!(shape(kind, other), Some(Shape::Name(_))), "{other}");
        }
    }

    #[test]
    fn engines_that_may_differ_get_no_shape() {
        assert_eq!(of_rust(PatternKind::Relre, br"\<a$"), None);
        assert_eq!(of_rust(PatternKind::Relglob, "\u{e9}".as_bytes()), None);
        assert_eq!(of_rust(PatternKind::Relre, br"\.o$"), Some(Shape::Ending(b".o".to_vec())));
        assert_eq!(of_rust(PatternKind::Relglob, b"build/"), Some(Shape::Tail(b"build".to_vec())));
    }
}
