//! Changed words within a run of removed and added lines, for colours alone.
//!
//! A word is a run of tabs, a run of ASCII letters, digits, `_` and bytes beyond ASCII, or any other single byte.
//! Words are matched as lines are, each as a line of its own.

use crate::hunks::trim_end;
use crate::label::tabs_apart;
use crate::lines::Lines;
use crate::matching::blocks;

/// One side of the run.
struct Words {
    /// The words as they are.
    plain: Vec<Vec<u8>>,
    /// The same, each ending in a newline.
    lines: Vec<u8>,
}

impl Words {
    fn of(run: &[&[u8]], sign: u8) -> Self {
        let text: Vec<u8> =
            run.iter().filter(|line| line.first() == Some(&sign)).flat_map(|line| &line[1..]).copied().collect();
        let class = |byte: u8| match byte {
            b'\t' => 1,
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => 2,
            _ => 0,
        };
        let words = text.chunk_by(|&a, &b| class(a) != 0 && class(a) == class(b));
        let mut result = Words { plain: Vec::new(), lines: Vec::new() };
        for word in words {
            result.plain.push(word.to_vec());
            result.lines.extend_from_slice(word);
            if word != b"\n" {
                result.lines.push(b'\n');
            }
        }
        result
    }
}

/// Calls `write` for the removed lines, then for the added ones.
pub(crate) fn word_pieces(run: &[&[u8]], write: &mut dyn FnMut(&[u8], &'static str)) {
    let (old, new) = (Words::of(run, b'-'), Words::of(run, b'+'));
    // Pieces of lines with whether they changed.
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let mut take = |old_range: std::ops::Range<usize>, new_range: std::ops::Range<usize>, changed: bool| {
        for (words, range, pieces) in [(&old, old_range, &mut removed), (&new, new_range, &mut added)] {
            let text = words.plain[range].concat();
            pieces.extend(text.split_inclusive(|&byte| byte == b'\n').map(|piece| (changed, piece.to_vec())));
        }
    };
    let mut done = (0, 0);
    for block in blocks(&Lines::of(&old.lines), &Lines::of(&new.lines)) {
        take(done.0..block.old.start, done.1..block.new.start, true);
        done = (block.old.end, block.new.end);
        take(block.old, block.new, false);
    }
    let labels = ["diff.deleted", "diff.deleted.changed", "diff.deleted.unchanged"];
    write_side(b"-", &removed, labels, write);
    let labels = ["diff.inserted", "diff.inserted.changed", "diff.inserted.unchanged"];
    write_side(b"+", &added, labels, write);
}

fn write_side(
    sign: &[u8],
    pieces: &[(bool, Vec<u8>)],
    [label, changed_label, same_label]: [&'static str; 3],
    write: &mut dyn FnMut(&[u8], &'static str),
) {
    let mut starts = true;
    for (changed, piece) in pieces {
        if starts {
            write(sign, label);
        }
        starts = piece.last() == Some(&b'\n');
        let label = if *changed { changed_label } else { same_label };
        if !starts {
            tabs_apart(piece, label, write);
            continue;
        }
        let line = &piece[..piece.len() - 1];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let kept = trim_end(line);
        tabs_apart(kept, label, write);
        write(&line[kept.len()..], "diff.trailingwhitespace");
        write(&piece[line.len()..], "");
    }
}
