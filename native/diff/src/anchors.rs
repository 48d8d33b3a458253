//! The longest run of a region without a search, where lines that both texts have once decide it.
//!
//! Such a line is an anchor: a run that contains it lies on its diagonal. A run without an anchor cannot go across
//! one, so it is no longer than the longest stretch between anchors. An anchored run that is longer than that, and
//! longer than every other anchored run, is what the search would find.

use crate::classes::{Classes, NONE};
use std::ops::Range;

/// A run that contains an anchor, as long as it goes.
struct Anchored {
    /// Its anchors: the first and the last.
    anchors: (u32, u32),
    old: Range<usize>,
    /// Where it begins in the new text.
    new: usize,
}

/// The anchored runs of two texts.
pub(crate) struct Anchors {
    /// In the order of their anchors in the old text.
    runs: Vec<Anchored>,
    /// No run without an anchor is longer.
    gap: usize,
}

impl Anchors {
    pub(crate) fn of(classes: &Classes) -> Self {
        let mut runs: Vec<Anchored> = Vec::new();
        for (row, &class) in classes.old.iter().enumerate() {
            if class == NONE || !classes.is_single(class) {
                continue;
            }
            let column = classes.last_alike[row] as usize;
            if let Some(run) = runs.last_mut()
                && run.old.contains(&row)
                && run.new + (row - run.old.start) == column
            {
                run.anchors.1 = row as u32;
                continue;
            }
            let (old, new) = (&classes.old, &classes.new);
            let back = old[..row].iter().rev().zip(new[..column].iter().rev()).take_while(|(a, b)| a == b).count();
            let on = old[row..].iter().zip(&new[column..]).take_while(|(a, b)| a == b).count();
            runs.push(Anchored { anchors: (row as u32, row as u32), old: row - back..row + on, new: column - back });
        }
        let gap = gap(classes, &classes.old).min(gap(classes, &classes.new));
        Anchors { runs, gap }
    }

    /// The longest run of a region as old lines, with the new line that it begins at; `None` where it is not certain.
    pub(crate) fn longest(
        &self,
        classes: &Classes,
        old: &Range<usize>,
        new: &Range<usize>,
    ) -> Option<(Range<usize>, usize)> {
        // The search does not count a popular first line.
        if old.start == 0 && classes.last_alike[0] == NONE {
            return None;
        }
        let first = self.runs.partition_point(|run| (run.anchors.1 as usize) < old.start);
        let (mut best, mut length, mut tied) = (None, 0, false);
        for run in self.runs[first..].iter().take_while(|run| (run.anchors.0 as usize) < old.end) {
            let start = run.old.start.max(old.start).max((run.old.start + new.start).saturating_sub(run.new));
            let end = run.old.end.min(old.end).min((run.old.start + new.end).saturating_sub(run.new));
            // The search sees runs that end with a line that is not popular.
            let popular = (start..end).rev().take_while(|&row| classes.last_alike[row] == NONE).count();
            let counted = end.saturating_sub(start) - popular;
            if counted > length {
                (best, length, tied) = (Some((start..end, run.new + (start - run.old.start))), counted, false);
            } else if counted == length {
                tied = true;
            }
        }
        let certain = !tied
            && (length > self.gap
                || length > gap(classes, &classes.old[old.clone()])
                || length > gap(classes, &classes.new[new.clone()]));
        best.filter(|_| certain)
    }
}

/// The longest stretch of these lines that neither is an anchor nor stands in one text alone.
fn gap(classes: &Classes, lines: &[u32]) -> usize {
    let (mut longest, mut length) = (0, 0);
    for &class in lines {
        length = if classes.is_single(class) || classes.is_one_sided(class) { 0 } else { length + 1 };
        longest = longest.max(length);
    }
    longest
}
