//! Which lines of two texts belong together.
//!
//! The rules are Mercurial's own, and a diff is only the same where all of them are kept:
//! - equal lines form a class; a class that is too common in the new text ("popular") starts no match;
//! - of a region, the longest run of matching lines is taken, among equally long ones the one nearest to the middle,
//!   and the regions before and behind it are treated likewise;
//! - of a long region only the last 30,000 old lines are searched;
//! - a run grows over popular lines behind it;
//! - at the end every run is pushed towards the end of the texts as far as it goes.

use crate::lines::Lines;
use crate::options::DiffOptions;
use crate::whitespace::cleaned;
use std::collections::HashMap;
use std::ops::Range;

/// How many old lines of a region are searched.
const WINDOW: usize = 30_000;

/// Stands for "no line" and for "no class".
const NONE: u32 = u32::MAX;

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
    /// Classes of old lines; `NONE` for a line that the new text has not.
    old: Vec<u32>,
    new: Vec<u32>,
    /// For each old line the last new line of its class, unless it is popular.
    last_alike: Vec<u32>,
    /// For each new line the one before it of its class.
    before_alike: Vec<u32>,
    /// By new line. Kept from region to region, as legacy keeps it.
    runs: Vec<Run>,
}

impl Search {
    fn new(old: &Lines<'_>, new: &Lines<'_>) -> Self {
        let mut classes: HashMap<&[u8], u32, foldhash::fast::RandomState> =
            HashMap::with_capacity_and_hasher(new.len(), Default::default());
        // By class: its last line so far and how many there are.
        let mut members: Vec<(u32, usize)> = Vec::new();
        let mut new_classes = Vec::with_capacity(new.len());
        let mut before_alike = Vec::with_capacity(new.len());
        for at in 0..new.len() {
            let class = *classes.entry(new.get(at)).or_insert(members.len() as u32);
            if class as usize == members.len() {
                members.push((NONE, 0));
            }
            let (last, count) = &mut members[class as usize];
            before_alike.push(std::mem::replace(last, at as u32));
            *count += 1;
            new_classes.push(class);
        }
        let most = if new.len() >= 31_000 { new.len() / 1000 } else { 1_000_000 / (new.len() + 1) };
        let mut old_classes = Vec::with_capacity(old.len());
        let mut last_alike = Vec::with_capacity(old.len());
        for at in 0..old.len() {
            let class = classes.get(old.get(at)).copied();
            old_classes.push(class.unwrap_or(NONE));
            last_alike.push(match class.map(|class| members[class as usize]) {
                Some((last, count)) if count <= most => last,
                _ => NONE,
            });
        }
        let runs = vec![Run::default(); new.len()];
        Search { old: old_classes, new: new_classes, last_alike, before_alike, runs }
    }

    /// All runs, in order.
    fn all(&mut self) -> Vec<Block> {
        let mut found = Vec::new();
        // What is still to be done: regions to search, and runs to note once everything before them is done.
        let mut pending = vec![(0..self.old.len(), 0..self.new.len(), false)];
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
        let (middle, new_middle) = ((first + old.end - 1) / 2, (new.start + new.end - 1) / 2);
        // Where the best run ends, and its length.
        let (mut best_old, mut best_new, mut best) = (old.start, new.start, 0);
        for row in first..old.end {
            let mut column = self.last_alike[row];
            while column != NONE && column as usize >= new.end {
                column = self.before_alike[column as usize];
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
                column = self.before_alike[at];
            }
        }
        // From its end to its start.
        let (start, new_start) =
            if best > 0 { (best_old + 1 - best, best_new + 1 - best) } else { (best_old, best_new) };
        while start + best < old.end
            && new_start + best < new.end
            && self.old[start + best] == self.new[new_start + best]
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
            if self.old[row] != self.new[column] {
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
            while this.old.end < self.old.len()
                && this.new.end < self.new.len()
                && !next.old.is_empty()
                && !next.new.is_empty()
                && self.old[this.old.end] == self.new[this.new.end]
            {
                this.old.end += 1;
                next.old.start += 1;
                this.new.end += 1;
                next.new.start += 1;
            }
        }
    }
}
