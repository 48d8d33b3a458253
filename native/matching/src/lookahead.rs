//! What must not follow, `(?!...)`, as ordinary alternatives: the automata have no look-ahead.
//!
//! Only what ends a pattern, and only for finitely many texts, each at its start or as the whole rest. That is how people
//! leave something out of what they ignore: `^build/(?!keep$|README)`.

use crate::ast::{Ast, ByteSet};
use std::collections::BTreeMap;

/// No more texts than this, after sets are counted out.
const MAX_TEXTS: usize = 256;
/// And no longer ones.
const MAX_LENGTH: usize = 100;

/// One text that must not follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) text: Vec<u8>,
    /// Whether it is refused only where nothing is behind it: `$`.
    pub(crate) whole: bool,
}

/// All texts that `ast` matches; `None` where they are not few and plain.
pub(crate) fn texts(ast: &Ast) -> Option<Vec<Refused>> {
    let mut found = vec![Refused { text: Vec::new(), whole: false }];
    extend(&mut found, ast)?;
    Some(found)
}

fn extend(found: &mut Vec<Refused>, ast: &Ast) -> Option<()> {
    match ast {
        Ast::Concat(parts) => parts.iter().try_for_each(|part| extend(found, part))?,
        Ast::Alternation(branches) => {
            let before = std::mem::take(found);
            for branch in branches {
                let mut more = before.clone();
                extend(&mut more, branch)?;
                found.append(&mut more);
            }
        }
        Ast::End => found.iter_mut().for_each(|one| one.whole = true),
        Ast::Literal(text) => add(found, std::iter::once(text.as_slice()))?,
        Ast::Set(set) => {
            let bytes: Vec<[u8; 1]> = (0..=255).filter(|&b| set.contains(b)).map(|b| [b]).collect();
            add(found, bytes.iter().map(<[u8; 1]>::as_slice))?;
        }
        Ast::Repeat { min: 0, max: Some(1), inner } => {
            let mut more = found.clone();
            extend(&mut more, inner)?;
            found.append(&mut more);
        }
        _ => return None,
    }
    (found.len() <= MAX_TEXTS && found.iter().all(|one| one.text.len() <= MAX_LENGTH)).then_some(())
}

/// Appends each of `more` to each of `found`. Nothing comes behind a `$`, and a newline has to do with one.
fn add<'a>(found: &mut Vec<Refused>, more: impl Iterator<Item = &'a [u8]> + Clone) -> Option<()> {
    if found.len().saturating_mul(more.clone().count()) > MAX_TEXTS || more.clone().any(|text| text.contains(&b'\n')) {
        return None;
    }
    let mut longer = Vec::new();
    for one in found.iter() {
        if one.whole {
            return None;
        }
        longer.extend(more.clone().map(|text| Refused { text: [&one.text, text].concat(), whole: false }));
    }
    *found = longer;
    Some(())
}

/// The refused texts by their bytes.
#[derive(Default)]
struct Trie {
    next: BTreeMap<u8, Trie>,
    /// Whatever comes here is refused.
    start: bool,
    /// The end is refused here, also behind a newline.
    whole: bool,
}

/// What may follow, as an expression that reaches to the end of it. With `to_line_end`, what follows has to be a line:
/// `.*$`.
pub(crate) fn others(refused: &[Refused], to_line_end: bool) -> Ast {
    let mut root = Trie::default();
    for Refused { text, whole } in refused {
        let node = text.iter().fold(&mut root, |node, byte| node.next.entry(*byte).or_default());
        if *whole { node.whole = true } else { node.start = true }
    }
    from(&root, to_line_end)
}

/// What may follow a node. Its depth is that of the longest text.
fn from(node: &Trie, to_line_end: bool) -> Ast {
    if node.start {
        return Ast::Set(ByteSet::EMPTY);
    }
    let any = |also_newline: bool| Ast::Set(ByteSet::of(|b| also_newline || b != b'\n'));
    let mut branches = Vec::new();
    let rest = |first: Ast| match to_line_end {
        true => {
            let line = Ast::Repeat { min: 0, max: None, inner: Box::new(Ast::Set(ByteSet::dot())) };
            Ast::concat(vec![first, line, Ast::End])
        }
        false => first,
    };
    let other = ByteSet::of(|b| b != b'\n' && !node.next.contains_key(&b));
    branches.push(rest(Ast::Set(other)));
    let newline = Ast::Literal(b"\n".to_vec());
    match (node.whole, to_line_end) {
        (false, false) => branches.extend([Ast::AbsoluteEnd, newline]),
        (false, true) => branches.extend([Ast::AbsoluteEnd, Ast::concat(vec![newline, Ast::AbsoluteEnd])]),
        (true, false) => branches.push(Ast::concat(vec![newline, any(true)])),
        (true, true) => {}
    }
    for (byte, next) in &node.next {
        branches.push(Ast::concat(vec![Ast::Literal(vec![*byte]), from(next, to_line_end)]));
    }
    Ast::Alternation(branches)
}
