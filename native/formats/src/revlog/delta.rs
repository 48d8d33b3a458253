//! Deltas: a sequence of replacements, each `start, end, length` (32-bit big-endian) and `length` bytes
//! that stand for the bytes `start..end` of the older text. Replacements are in order and do not overlap.
//!
//! A chain of deltas is folded pairwise into one before any text is copied: applying a thousand deltas one
//! by one would copy a large manifest a thousand times.

use crate::damaged;
use amalgam_types::Outcome;
use std::borrow::Cow;

/// No text is longer: lengths in the index are 31 bits.
const LIMIT: u64 = i32::MAX as u64;

/// A stretch of the newer text.
#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    /// These bytes of the older text.
    Older { start: u32, len: u32 },
    /// New bytes.
    New(&'a [u8]),
}

impl Piece<'_> {
    fn len(&self) -> u32 {
        match self {
            Piece::Older { len, .. } => *len,
            Piece::New(bytes) => bytes.len() as u32,
        }
    }
}

/// `base` with all `deltas` applied, first to last.
pub(super) fn apply(base: &[u8], deltas: &[Cow<'_, [u8]>]) -> Outcome<Vec<u8>> {
    if deltas.is_empty() {
        return Ok(base.to_vec());
    }
    let mut len = u32::try_from(base.len()).ok().filter(|&l| u64::from(l) <= LIMIT).ok_or_else(too_long)?;
    let mut steps = Vec::with_capacity(deltas.len());
    for delta in deltas {
        let (pieces, new_len) = parse(delta, len)?;
        steps.push(pieces);
        len = new_len;
    }
    let pieces = fold(steps);
    let mut out = Vec::with_capacity(len as usize);
    for piece in pieces {
        match piece {
            Piece::Older { start, len } => {
                let range = start as usize..start as usize + len as usize;
                out.extend_from_slice(base.get(range).ok_or_else(|| damaged("a delta reaches past its base"))?);
            }
            Piece::New(bytes) => out.extend_from_slice(bytes),
        }
    }
    Ok(out)
}

fn too_long() -> amalgam_types::Stop {
    damaged("a text is too long")
}

/// The pieces of the newer text, and its length.
fn parse(delta: &[u8], older: u32) -> Outcome<(Vec<Piece<'_>>, u32)> {
    let mut pieces = Vec::new();
    let mut rest = delta;
    let mut at = 0u32;
    let mut total = 0u64;
    while !rest.is_empty() {
        let (head, tail) = rest.split_first_chunk::<12>().ok_or_else(|| damaged("a delta ends within a header"))?;
        let field = |i: usize| u32::from_be_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
        let (start, end, len) = (field(0), field(4), field(8));
        if start < at || end < start || end > older || tail.len() < len as usize {
            return Err(damaged("a delta does not fit its base"));
        }
        let (new, tail) = tail.split_at(len as usize);
        push(&mut pieces, Piece::Older { start: at, len: start - at });
        push(&mut pieces, Piece::New(new));
        total += u64::from(start - at) + u64::from(len);
        at = end;
        rest = tail;
    }
    push(&mut pieces, Piece::Older { start: at, len: older - at });
    total += u64::from(older - at);
    if total > LIMIT {
        return Err(too_long());
    }
    Ok((pieces, total as u32))
}

/// Adds a piece, leaving out empty ones and joining what continues the last one.
fn push<'a>(pieces: &mut Vec<Piece<'a>>, piece: Piece<'a>) {
    if piece.len() == 0 {
        return;
    }
    if let (Some(Piece::Older { start, len }), Piece::Older { start: next, len: more }) = (pieces.last_mut(), piece)
        && *start + *len == next
    {
        *len += more;
        return;
    }
    pieces.push(piece);
}

/// One step that does what all steps do in order.
fn fold(mut steps: Vec<Vec<Piece<'_>>>) -> Vec<Piece<'_>> {
    while steps.len() > 1 {
        let mut next = Vec::with_capacity(steps.len().div_ceil(2));
        let mut pairs = steps.into_iter();
        while let Some(first) = pairs.next() {
            next.push(match pairs.next() {
                Some(second) => compose(&first, &second),
                None => first,
            });
        }
        steps = next;
    }
    steps.pop().unwrap_or_default()
}

/// `second` after `first`. The older pieces of `second` come in order, so one walk through `first` is enough.
fn compose<'a>(first: &[Piece<'a>], second: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut out = Vec::with_capacity(first.len() + second.len());
    let mut walk = first.iter();
    let mut current = walk.next();
    // Where `current` starts in the text between the two steps.
    let mut begins = 0u32;
    for piece in second {
        let &Piece::Older { start, len } = piece else {
            push(&mut out, *piece);
            continue;
        };
        let (mut from, to) = (start, start + len);
        while let Some(inner) = current {
            let ends = begins + inner.len();
            if ends <= from {
                begins = ends;
                current = walk.next();
                continue;
            }
            if from >= to {
                break;
            }
            let (skip, take) = (from - begins, ends.min(to) - from);
            push(
                &mut out,
                match *inner {
                    Piece::Older { start, .. } => Piece::Older { start: start + skip, len: take },
                    Piece::New(bytes) => Piece::New(&bytes[skip as usize..(skip + take) as usize]),
                },
            );
            from += take;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hunk(start: u32, end: u32, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for field in [start, end, data.len() as u32] {
            out.extend_from_slice(&field.to_be_bytes());
        }
        out.extend_from_slice(data);
        out
    }

    #[test]
    fn replaces_inserts_and_deletes() {
        let delta = [hunk(0, 1, b"AA"), hunk(3, 3, b"-"), hunk(4, 6, b"")].concat();
        assert_eq!(apply(b"abcdef", &[Cow::Owned(delta)]).expect("fits"), b"AAbc-d");
    }

    #[test]
    fn what_does_not_fit_is_a_stop() {
        for delta in [
            hunk(0, 7, b""),
            hunk(3, 2, b""),
            [hunk(3, 4, b""), hunk(2, 3, b"")].concat(),
            hunk(0, 1, b"abc")[..14].to_vec(),
            b"short".to_vec(),
        ] {
            assert!(apply(b"abcdef", &[Cow::Owned(delta)]).is_err());
        }
    }

    /// The same, one delta and one byte at a time.
    fn plain(base: &[u8], edits: &[(u32, u32, Vec<u8>)]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        for (start, end, data) in edits {
            out.extend_from_slice(&base[at..*start as usize]);
            out.extend_from_slice(data);
            at = *end as usize;
        }
        out.extend_from_slice(&base[at..]);
        out
    }

    proptest! {
        #[test]
        fn a_folded_chain_gives_what_single_steps_give(
            base in proptest::collection::vec(any::<u8>(), 0..60),
            chain in proptest::collection::vec(
                proptest::collection::vec((0u32..80, 0u32..80, proptest::collection::vec(any::<u8>(), 0..8)), 0..5), 0..9),
        ) {
            let mut text = base.clone();
            let mut deltas = Vec::new();
            for edits in chain {
                let mut at = 0;
                let mut fitting = Vec::new();
                for (skip, len, data) in edits {
                    let start = (at + skip % 7).min(text.len() as u32);
                    let end = (start + len % 9).min(text.len() as u32);
                    fitting.push((start, end, data));
                    at = end;
                }
                deltas.push(Cow::Owned(fitting.iter().flat_map(|(s, e, d)| hunk(*s, *e, d)).collect::<Vec<u8>>()));
                text = plain(&text, &fitting);
            }
            prop_assert_eq!(apply(&base, &deltas).expect("fits"), text);
        }
    }
}
