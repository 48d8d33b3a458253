//! Finds a folder's tracked names among those on disk: a small hash table, used again for each folder.
//! Neither side has to be sorted.

use amalgam_formats::dirstate::Child;
use std::hash::BuildHasher;

/// An open-addressing table from names to positions in a slice of children.
#[derive(Default)]
pub(super) struct Names {
    /// (high bits of the hash, position + 1); a position of zero is a free place.
    slots: Vec<(u32, u32)>,
    mask: usize,
    hasher: foldhash::fast::RandomState,
}

impl Names {
    /// Takes in the children's names. Returns false if two are the same.
    pub(super) fn fill<D>(&mut self, children: &[Child<'_, D>]) -> bool {
        let size = (children.len() * 2).next_power_of_two().max(8);
        self.mask = size - 1;
        self.slots.clear();
        self.slots.resize(size, (0, 0));
        for (i, child) in children.iter().enumerate() {
            let (mut at, tag) = self.place(child.name());
            while self.slots[at].1 != 0 {
                let (other_tag, other) = self.slots[at];
                if other_tag == tag && children[other as usize - 1].name() == child.name() {
                    return false;
                }
                at = (at + 1) & self.mask;
            }
            self.slots[at] = (tag, i as u32 + 1);
        }
        true
    }

    /// The position of the child called `name`.
    pub(super) fn find<D>(&self, children: &[Child<'_, D>], name: &[u8]) -> Option<usize> {
        let (mut at, tag) = self.place(name);
        loop {
            let (other_tag, other) = self.slots[at];
            let i = (other as usize).checked_sub(1)?;
            if other_tag == tag && children[i].name() == name {
                return Some(i);
            }
            at = (at + 1) & self.mask;
        }
    }

    fn place(&self, name: &[u8]) -> (usize, u32) {
        let hash = self.hasher.hash_one(name);
        (hash as usize & self.mask, (hash >> 32) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(path: &[u8]) -> Child<'_, u32> {
        Child { path, name_len: 4, record: 0, copied: false, entry: None, dir: None, dir_mtime: None }
    }

    #[test]
    fn finds_what_was_filled_in_and_nothing_else() {
        let paths: Vec<Vec<u8>> = (0..1000).map(|i| format!("dir/{i:04}").into_bytes()).collect();
        let children: Vec<_> = paths.iter().map(|p| child(p)).collect();
        let mut names = Names::default();
        for count in [0, 1, 2, 7, 1000, 3] {
            assert!(names.fill(&children[..count]));
            for (i, path) in paths.iter().enumerate() {
                assert_eq!(names.find(&children[..count], &path[4..]), (i < count).then_some(i));
            }
        }
        let doubled: Vec<_> = children.iter().chain(&children[5..6]).copied().collect();
        assert!(!names.fill(&doubled));
    }
}
