//! One set of configuration items: sections, each with its items in the order in which they were last set, and
//! the source level that decides between a key and its older spelling.
//!
//! A redefined item moves to the end of its section. Merging replays another set on top of this one.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

/// Where an item was defined: a line of a file, or a label such as `--config` or `$PAGER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: Arc<[u8]>,
    line: usize,
}

impl Source {
    /// A source that is not a file.
    pub fn label(name: &[u8]) -> Self {
        Source { name: name.into(), line: 0 }
    }

    /// A line of the file that legacy calls `name`.
    pub(crate) fn line(name: &Arc<[u8]>, line: usize) -> Self {
        Source { name: Arc::clone(name), line }
    }

    /// The file or label without the line number.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// As legacy prints it: `FILE:LINE`, or the label.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.name.to_vec();
        if self.line > 0 {
            out.extend_from_slice(format!(":{}", self.line).as_bytes());
        }
        out
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

/// One value with its origin.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) value: Vec<u8>,
    pub(crate) source: Source,
    pub(crate) level: i64,
}

type Index = HashMap<Arc<[u8]>, usize, foldhash::fast::FixedState>;

/// Items of one section. Removed ones leave a gap, so that moving an item to the end costs nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    slots: Vec<Option<(Arc<[u8]>, Item)>>,
    index: Index,
}

impl Section {
    pub(crate) fn get(&self, name: &[u8]) -> Option<&Item> {
        let slot = *self.index.get(name)?;
        self.slots.get(slot)?.as_ref().map(|(_, item)| item)
    }

    /// Items in order of their last definition.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &Item)> {
        self.slots.iter().flatten().map(|(name, item)| (&**name, item))
    }

    fn set(&mut self, name: Arc<[u8]>, item: Item) {
        if let Some(old) = self.index.insert(Arc::clone(&name), self.slots.len()) {
            self.slots[old] = None;
        }
        self.slots.push(Some((name, item)));
    }

    fn remove(&mut self, name: &[u8]) {
        if let Some(slot) = self.index.remove(name) {
            self.slots[slot] = None;
        }
    }

    fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

/// A set of sections with the counter that numbers their sources.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    sections: BTreeMap<Vec<u8>, Arc<Section>>,
    unset: Vec<(Vec<u8>, Vec<u8>)>,
    level: i64,
}

impl Layer {
    /// Starts another source: what is set from here on wins over older spellings set before.
    pub(crate) fn new_source(&mut self) {
        self.level += 1;
    }

    /// An empty layer whose first source is `level`.
    pub(crate) fn at_level(level: i64) -> Self {
        Layer { level, ..Layer::default() }
    }

    /// Counts as merging a file with one source would, and returns the level of its items.
    pub(crate) fn reserve_level(&mut self) -> i64 {
        self.level += 2;
        self.level
    }

    /// Takes a section out.
    pub(crate) fn take_section(&mut self, section: &[u8]) -> Arc<Section> {
        self.sections.remove(section).unwrap_or_default()
    }

    /// Puts a section in place of what was there.
    pub(crate) fn put_section(&mut self, section: &[u8], items: Arc<Section>) {
        self.sections.insert(section.to_vec(), items);
    }

    /// Whether this layer sets or removes anything in `section`.
    pub(crate) fn touches(&self, section: &[u8]) -> bool {
        self.sections.contains_key(section) || self.unset.iter().any(|(s, _)| s == section)
    }

    pub(crate) fn section(&self, section: &[u8]) -> Option<&Section> {
        self.sections.get(section).map(Arc::as_ref)
    }

    pub(crate) fn get(&self, section: &[u8], name: &[u8]) -> Option<&Item> {
        self.section(section)?.get(name)
    }

    /// Names of all sections that were ever opened, sorted.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &[u8]> {
        self.sections.keys().map(Vec::as_slice)
    }

    /// Makes `section` exist.
    pub(crate) fn open_section(&mut self, section: &[u8]) {
        if !self.sections.contains_key(section) {
            self.sections.insert(section.to_vec(), Arc::default());
        }
    }

    pub(crate) fn set(&mut self, section: &[u8], name: &[u8], value: Vec<u8>, source: Source) {
        self.open_section(section);
        let item = Item { value, source, level: self.level };
        if let Some(found) = self.sections.get_mut(section) {
            Arc::make_mut(found).set(name.into(), item);
        }
    }

    /// Drops an item without remembering that it was dropped.
    pub(crate) fn remove(&mut self, section: &[u8], name: &[u8]) {
        if let Some(found) = self.sections.get_mut(section)
            && found.get(name).is_some()
        {
            Arc::make_mut(found).remove(name);
        }
    }

    /// Drops all items of a section.
    pub(crate) fn clear(&mut self, section: &[u8]) {
        if let Some(found) = self.sections.get_mut(section) {
            *found = Arc::default();
        }
    }

    /// Drops an item here and, when this layer is merged, from what it is merged into.
    pub(crate) fn unset(&mut self, section: &[u8], name: &[u8]) {
        self.remove(section, name);
        self.unset.push((section.to_vec(), name.to_vec()));
    }

    /// Replays `other` on top: its removals first, then its items.
    pub(crate) fn merge(&mut self, other: Layer) {
        let base = self.level + 1;
        let mut level = self.level;
        for (section, name) in &other.unset {
            self.remove(section, name);
        }
        for (name, theirs) in other.sections {
            let mut theirs = Arc::unwrap_or_clone(theirs);
            for (_, item) in theirs.slots.iter_mut().flatten() {
                item.level += base;
                // As legacy counts: the last item read decides, not the highest.
                level = item.level.max(base);
            }
            let ours = self.sections.entry(name).or_default();
            if ours.is_empty() {
                *ours = Arc::new(theirs);
                continue;
            }
            let ours = Arc::make_mut(ours);
            for (key, item) in theirs.slots.into_iter().flatten() {
                ours.set(key, item);
            }
        }
        self.level = level;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(layer: &Layer) -> Vec<&[u8]> {
        layer.section(b"s").map(|s| s.iter().map(|(n, _)| n).collect()).unwrap_or_default()
    }

    #[test]
    fn redefinition_moves_to_the_end() {
        let mut layer = Layer::default();
        for name in ["a", "b", "a"] {
            layer.set(b"s", name.as_bytes(), b"1".to_vec(), Source::label(b"x"));
        }
        assert_eq!(names(&layer), [b"b", b"a"]);
    }

    #[test]
    fn unset_reaches_the_layer_below() {
        let mut below = Layer::default();
        below.set(b"s", b"a", b"1".to_vec(), Source::label(b"x"));
        below.set(b"s", b"b", b"1".to_vec(), Source::label(b"x"));
        let mut above = Layer::default();
        above.unset(b"s", b"a");
        below.merge(above);
        assert_eq!(names(&below), [b"b"]);
    }

    #[test]
    fn clones_do_not_share_changes() {
        let mut one = Layer::default();
        one.set(b"s", b"a", b"1".to_vec(), Source::label(b"x"));
        let two = one.clone();
        one.remove(b"s", b"a");
        assert!(one.get(b"s", b"a").is_none() && two.get(b"s", b"a").is_some());
    }
}
