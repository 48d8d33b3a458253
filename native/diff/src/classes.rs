//! Lines as numbers: equal lines have the same one. What begins and ends both texts alike is looked up only once.

use crate::lines::Lines;
use amalgam_types::{common_end, common_start};
use std::hash::BuildHasher;

/// Stands for "no line" and for "no class".
pub(crate) const NONE: u32 = u32::MAX;

/// The lines of two texts by class.
pub(crate) struct Classes {
    /// Classes of old lines; `NONE` for a line that the new text has not.
    pub(crate) old: Vec<u32>,
    /// Classes of new lines.
    pub(crate) new: Vec<u32>,
    /// For each old line the last new line of its class, unless it is popular: then it starts no match.
    pub(crate) last_alike: Vec<u32>,
    /// For each new line the one before it of its class.
    pub(crate) before_alike: Vec<u32>,
    /// By class.
    members: Vec<Members>,
}

/// The lines of one class.
#[derive(Clone, Copy)]
struct Members {
    /// The last one in the new text.
    last: u32,
    in_new: u32,
    in_old: u32,
}

impl Classes {
    pub(crate) fn of(old: &Lines<'_>, new: &Lines<'_>) -> Self {
        let (head, tail) = shared(old, new);
        let mut table = Table::new(new);
        let mut members: Vec<Members> = Vec::with_capacity(new.len() / 2);
        let mut new_classes = Vec::with_capacity(new.len());
        let mut before_alike = Vec::with_capacity(new.len());
        for at in 0..new.len() {
            let class = table.class(at);
            if class as usize == members.len() {
                members.push(Members { last: NONE, in_new: 0, in_old: 0 });
            }
            let own = &mut members[class as usize];
            before_alike.push(std::mem::replace(&mut own.last, at as u32));
            own.in_new += 1;
            new_classes.push(class);
        }
        let most = if new.len() >= 31_000 { new.len() / 1000 } else { 1_000_000 / (new.len() + 1) };
        let mut old_classes = Vec::with_capacity(old.len());
        old_classes.extend_from_slice(&new_classes[..head]);
        old_classes.extend((head..old.len() - tail).map(|at| table.find(old.get(at))));
        old_classes.extend_from_slice(&new_classes[new.len() - tail..]);
        let mut last_alike = Vec::with_capacity(old.len());
        for &class in &old_classes {
            last_alike.push(match members.get_mut(class as usize) {
                Some(own) => {
                    own.in_old += 1;
                    if own.in_new as usize <= most { own.last } else { NONE }
                }
                None => NONE,
            });
        }
        Classes { old: old_classes, new: new_classes, last_alike, before_alike, members }
    }

    /// Whether a line of this class is in each text exactly once.
    pub(crate) fn is_single(&self, class: u32) -> bool {
        self.members.get(class as usize).is_some_and(|own| own.in_old == 1 && own.in_new == 1)
    }

    /// Whether only one of the texts has lines of this class.
    pub(crate) fn is_one_sided(&self, class: u32) -> bool {
        self.members.get(class as usize).is_none_or(|own| own.in_old == 0)
    }
}

/// How many lines are equal at the start and at the end.
fn shared(old: &Lines<'_>, new: &Lines<'_>) -> (usize, usize) {
    let (a, b) = (old.text(), new.text());
    let same = common_start(a, b);
    let head = old.ending_within(same).min(new.ending_within(same));
    let same = common_end(a, b);
    let begin = |lines: &Lines<'_>| lines.len() - lines.beginning_before(lines.text().len() - same);
    let tail = begin(old).min(begin(new)).min(old.len() - head).min(new.len() - head);
    (head, tail)
}

/// The classes of the new text's lines by what is in the lines. It is of a fixed size, at most half full.
struct Table<'l, 't> {
    lines: &'l Lines<'t>,
    /// The class and a part of the hash.
    slots: Vec<(u32, u32)>,
    /// A line of each class.
    firsts: Vec<u32>,
    hasher: foldhash::fast::RandomState,
}

impl<'l, 't> Table<'l, 't> {
    fn new(lines: &'l Lines<'t>) -> Self {
        let slots = vec![(NONE, 0); (lines.len().max(1) * 2).next_power_of_two()];
        Table { lines, slots, firsts: Vec::new(), hasher: Default::default() }
    }

    /// Where `line` is, or where it belongs.
    fn slot(&self, line: &[u8]) -> (usize, u32) {
        let hash = self.hasher.hash_one(line);
        let (mask, tag) = (self.slots.len() - 1, (hash >> 32) as u32);
        let mut at = hash as usize & mask;
        loop {
            let (class, known) = self.slots[at];
            if class == NONE || (known == tag && self.lines.get(self.firsts[class as usize] as usize) == line) {
                return (at, tag);
            }
            at = (at + 1) & mask;
        }
    }

    /// The class of the new text's line at `at`; a new one has the next number.
    fn class(&mut self, at: usize) -> u32 {
        let (slot, tag) = self.slot(self.lines.get(at));
        if self.slots[slot].0 == NONE {
            self.slots[slot] = (self.firsts.len() as u32, tag);
            self.firsts.push(at as u32);
        }
        self.slots[slot].0
    }

    /// The class of a line, if there is one.
    fn find(&self, line: &[u8]) -> u32 {
        self.slots[self.slot(line).0].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_without_an_end_is_another_line() {
        for (old, new, expected) in [
            (&b"a\nb"[..], &b"a\nb\n"[..], (1, 0)),
            (b"a\nb\n", b"a\nb\n", (2, 0)),
            (b"xa\nb\n", b"a\nb\n", (0, 1)),
            (b"x\na\nb\n", b"a\nb\n", (0, 2)),
            (b"", b"a", (0, 0)),
        ] {
            assert_eq!(shared(&Lines::of(old), &Lines::of(new)), expected, "{old:?} {new:?}");
        }
    }

    proptest! {
        #[test]
        fn classes_are_those_of_equal_lines(old in "[ab\n]{0,30}", new in "[ab\n]{0,30}") {
            let (old, new) = (Lines::of(old.as_bytes()), Lines::of(new.as_bytes()));
            let classes = Classes::of(&old, &new);
            prop_assert_eq!((classes.old.len(), classes.new.len()), (old.len(), new.len()));
            for at in 0..new.len() {
                for other in 0..new.len() {
                    prop_assert_eq!(classes.new[at] == classes.new[other], new.get(at) == new.get(other));
                }
            }
            for row in 0..old.len() {
                let same = |&at: &usize| new.get(at) == old.get(row);
                let alike: Vec<usize> = (0..new.len()).filter(same).collect();
                let class = alike.first().map_or(NONE, |&at| classes.new[at]);
                prop_assert_eq!(classes.old[row], class);
                prop_assert_eq!(classes.last_alike[row], alike.last().map_or(NONE, |&at| at as u32));
                let twins = (0..old.len()).filter(|&at| old.get(at) == old.get(row)).count();
                prop_assert_eq!(classes.is_single(class), alike.len() == 1 && twins == 1);
                prop_assert_eq!(classes.is_one_sided(class), alike.is_empty());
            }
        }
    }
}
