//! Which lines of two texts belong together.
//!
//! The rules are Mercurial's own, and a diff is only the same where all of them are kept:
//! - equal lines form a class; a class that is too common in the new text ("popular") starts no match;
//! - of a region, the longest run of matching lines is taken, among equally long ones the one nearest to the middle,
//!   and the regions before and behind it are treated likewise;
//! - of a long region only the last 30,000 old lines are searched;
//! - a run grows over popular lines behind it;
//! - at the end every run is pushed towards the end of the texts as far as it goes.

use crate::anchors::Anchors;
use crate::classes::{Classes, NONE};
use crate::lines::Lines;
use crate::options::DiffOptions;
use crate::whitespace::cleaned;
use std::ops::Range;

/// How many old lines of a region are searched.
const WINDOW: usize = 30_000;

/// Regions of fewer lines are searched at once.
const FEW: usize = 32;

/// A run of equal lines, as line numbers from 0; both ranges are equally long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Lines of the old text.
    pub old: Range<usize>,
    /// Lines of the new text.
    pub new: Range<usize>,
}

/// The matching runs in order, closed by an empty one at the end of both texts.
///
/// Texts of more than 2^31 lines are treated as having no line in common.
pub fn blocks(old: &Lines<'_>, new: &Lines<'_>) -> Vec<Block> {
    let end = Block { old: old.len()..old.len(), new: new.len()..new.len() };
    if i32::try_from(old.len().max(new.len())).is_err() {
        return vec![end];
    }
    let mut search = Search::new(old, new);
    let mut blocks = search.all();
    blocks.push(end);
    search.push_down(&mut blocks);
    blocks
}

/// The same between texts of which white space is left out as `options` say.
pub fn blocks_of_texts(old: &[u8], new: &[u8], options: &DiffOptions) -> Vec<Block> {
    if options.cleans_lines() {
        let (old, new) = (cleaned(options, old), cleaned(options, new));
        blocks(&Lines::of(&old), &Lines::of(&new))
    } else {
        blocks(&Lines::of(old), &Lines::of(new))
    }
}

/// The last line of a run that ends at a new line: which old line it was matched with, and the run's length.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    old: u32,
    len: u32,
}

struct Search {
    classes: Classes,
    anchors: Option<Anchors>,
    /// By new line, once something is searched. Kept from region to region, as legacy keeps it.
    runs: Vec<Run>,
}

impl Search {
    fn new(old: &Lines<'_>, new: &Lines<'_>) -> Self {
        let classes = Classes::of(old, new);
        let anchors = Some(Anchors::of(&classes));
        Search { classes, anchors, runs: Vec::new() }
    }

    /// All runs, in order.
    fn all(&mut self) -> Vec<Block> {
        let mut found = Vec::new();
        // What is still to be done: regions to search, and runs to note once everything before them is done.
        let mut pending = vec![(0..self.classes.old.len(), 0..self.classes.new.len(), false)];
        while let Some((old, new, is_run)) = pending.pop() {
            if is_run {
                found.push(Block { old, new });
                continue;
            }
            let Some(best) = self.longest(old.clone(), new.clone()) else { continue };
            pending.push((best.old.end..old.end, best.new.end..new.end, false));
            let before = (old.start..best.old.start, new.start..best.new.start, false);
            pending.push((best.old, best.new, true));
            pending.push(before);
        }
        found
    }

    /// The longest run of a region.
    fn longest(&mut self, old: Range<usize>, new: Range<usize>) -> Option<Block> {
        if old.is_empty() || new.is_empty() {
            return None;
        }
        let first = old.start.max(old.end.saturating_sub(WINDOW));
        if old.len() + new.len() > FEW
            && let Some(anchors) = &self.anchors
            && let Some((run, new_start)) = anchors.longest(&self.classes, &(first..old.end), &new)
        {
            let new_end = new_start + run.len();
            return Some(Block { old: run, new: new_start..new_end });
        }
        let (middle, new_middle) = ((first + old.end - 1) / 2, (new.start + new.end - 1) / 2);
        self.runs.resize(self.classes.new.len(), Run::default());
        // Where the best run ends, and its length.
        let (mut best_old, mut best_new, mut best) = (old.start, new.start, 0);
        for row in first..old.end {
            let mut column = self.classes.last_alike[row];
            while column != NONE && column as usize >= new.end {
                column = self.classes.before_alike[column as usize];
            }
            while column != NONE && column as usize >= new.start {
                let at = column as usize;
                let len = self.run_length(row, at, row - first, at - new.start);
                self.runs[at] = Run { old: row as u32, len: len as u32 };
                if len > best {
                    (best_old, best_new, best) = (row, at, len);
                } else if len == best {
                    if row > best_old && row <= middle && at > new.start {
                        (best_old, best_new) = (row, at);
                    } else if row == best_old && (best_new > new_middle || row == first) {
                        best_new = at;
                    }
                }
                column = self.classes.before_alike[at];
            }
        }
        // From its end to its start.
        let (start, new_start) =
            if best > 0 { (best_old + 1 - best, best_new + 1 - best) } else { (best_old, best_new) };
        while start + best < old.end
            && new_start + best < new.end
            && self.classes.old[start + best] == self.classes.new[new_start + best]
        {
            best += 1;
        }
        (best > 0).then(|| Block { old: start..start + best, new: new_start..new_start + best })
    }

    /// How many lines match up to and including this pair, looking back `rows` and `columns` at most.
    fn run_length(&self, row: usize, column: usize, rows: usize, columns: usize) -> usize {
        let mut len = 1;
        while len <= rows && len <= columns {
            let (row, column) = (row - len, column - len);
            let run = self.runs[column];
            if run.old as usize == row {
                return len + run.len as usize;
            }
            if self.classes.old[row] != self.classes.new[column] {
                return len;
            }
            len += 1;
        }
        len
    }

    /// Pushes each run towards the end, as far as the next one yields.
    fn push_down(&self, blocks: &mut [Block]) {
        for at in 1..blocks.len() {
            let (this, next) = blocks.split_at_mut(at);
            let (Some(this), Some(next)) = (this.last_mut(), next.first_mut()) else { continue };
            if this.old.end != next.old.start && this.new.end != next.new.start {
                continue;
            }
            while this.old.end < self.classes.old.len()
                && this.new.end < self.classes.new.len()
                && !next.old.is_empty()
                && !next.new.is_empty()
                && self.classes.old[this.old.end] == self.classes.new[this.new.end]
            {
                this.old.end += 1;
                next.old.start += 1;
                this.new.end += 1;
                next.new.start += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text that is edited: runs of unlike and of alike lines, stretches of it left out, doubled and moved.
    fn edited() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let line = prop_oneof![3 => (0u32..400).prop_map(|n| n + 10), 2 => 0u32..4];
        let edits = proptest::collection::vec((0usize..300, 0usize..60, 0usize..300, 0u8..4), 0..6);
        (proptest::collection::vec(line, 0..300), edits).prop_map(|(old, edits)| {
            let mut new = old.clone();
            for (at, len, to, kind) in edits {
                let at = at.min(new.len());
                let end = (at + len).min(new.len());
                let taken = if kind == 0 { new[at..end].to_vec() } else { new.drain(at..end).collect() };
                let to = to.min(new.len());
                match kind {
                    0 | 1 => drop(new.splice(to..to, taken)),
                    2 => new.splice(at..at, taken.iter().map(|n| n + 1000)).for_each(drop),
                    _ => {}
                }
            }
            let text = |lines: &[u32]| lines.iter().map(|n| format!("{n}\n")).collect::<String>().into_bytes();
            (text(&old), text(&new))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn anchors_find_what_the_search_finds((old, new) in edited()) {
            let (old, new) = (Lines::of(&old), Lines::of(&new));
            let mut searched = Search::new(&old, &new);
            searched.anchors = None;
            prop_assert_eq!(Search::new(&old, &new).all(), searched.all());
        }
    }
}
