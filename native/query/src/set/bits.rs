//! A set of revisions as bits; -1, the null revision, is a member like others, and the working directory, whose number
//! is above all, is kept beside them.

use amalgam_types::{Rev, WDIR_REV};

/// The bits, and whether the working directory is a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u64>, bool);

impl Bits {
    fn place(rev: Rev) -> Option<(usize, u64)> {
        let at = usize::try_from(i64::from(rev) + 1).ok()?;
        Some((at / 64, 1 << (at % 64)))
    }

    pub(crate) fn contains(&self, rev: Rev) -> bool {
        if rev == WDIR_REV {
            return self.1;
        }
        Bits::place(rev).is_some_and(|(word, bit)| self.0.get(word).is_some_and(|w| w & bit != 0))
    }

    /// Adds `rev`; whether it was not there before.
    pub(crate) fn insert(&mut self, rev: Rev) -> bool {
        if rev == WDIR_REV {
            return !std::mem::replace(&mut self.1, true);
        }
        let Some((word, bit)) = Bits::place(rev) else { return false };
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    pub(crate) fn remove(&mut self, rev: Rev) {
        if rev == WDIR_REV {
            self.1 = false;
        } else if let Some((word, bit)) = Bits::place(rev)
            && let Some(slot) = self.0.get_mut(word)
        {
            *slot &= !bit;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.1 && self.0.iter().all(|word| *word == 0)
    }

    /// The highest member that is not above `rev`.
    pub(crate) fn highest_to(&self, rev: Rev) -> Option<Rev> {
        if rev == WDIR_REV && self.1 {
            return Some(rev);
        }
        let at = usize::try_from(i64::from(rev) + 1).ok()?;
        let mut word = at / 64;
        let mut mask = u64::MAX >> (63 - at % 64);
        if word >= self.0.len() {
            word = self.0.len().checked_sub(1)?;
            mask = u64::MAX;
        }
        loop {
            let bits = self.0[word] & mask;
            if bits != 0 {
                return Some((word * 64) as Rev + 63 - bits.leading_zeros() as Rev - 1);
            }
            word = word.checked_sub(1)?;
            mask = u64::MAX;
        }
    }

    /// All members, low to high.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Rev> + '_ {
        let revisions = self.0.iter().enumerate().flat_map(|(word, &bits)| {
            let mut rest = bits;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some((word * 64) as Rev + bit as Rev - 1)
            })
        });
        revisions.chain(self.1.then_some(WDIR_REV))
    }
}

impl Extend<Rev> for Bits {
    fn extend<I: IntoIterator<Item = Rev>>(&mut self, revs: I) {
        for rev in revs {
            self.insert(rev);
        }
    }
}

impl FromIterator<Rev> for Bits {
    fn from_iter<I: IntoIterator<Item = Rev>>(revs: I) -> Self {
        let mut bits = Bits::default();
        bits.extend(revs);
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn revision(end: Rev) -> impl Strategy<Value = Rev> {
        prop_oneof![20 => -1..end, 1 => Just(WDIR_REV)]
    }

    proptest! {
        #[test]
        fn as_a_set(revs in proptest::collection::vec(revision(300), 0..50), ask in revision(400)) {
            let bits: Bits = revs.iter().copied().collect();
            let set: BTreeSet<Rev> = revs.into_iter().collect();
            prop_assert_eq!(bits.contains(ask), set.contains(&ask));
            prop_assert_eq!(bits.highest_to(ask), set.range(..=ask).next_back().copied());
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), set.into_iter().collect::<Vec<_>>());
        }
    }
}
