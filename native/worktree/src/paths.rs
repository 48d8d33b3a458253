//! Many paths in one allocation. A status of a large repository can name hundreds of thousands of files;
//! one `Vec` each would cost more than finding them.

/// A list of paths, in the order in which they were pushed until [`PathList::sort`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathList {
    bytes: Vec<u8>,
    spans: Vec<(u32, u32)>,
}

impl PathList {
    /// Appends one path. Lists beyond four gigabytes of names are cut off by [`PathList::is_full`].
    pub fn push(&mut self, path: &[u8]) {
        self.spans.push((self.bytes.len() as u32, path.len() as u32));
        self.bytes.extend_from_slice(path);
    }

    /// Appends `folder`/`name`, or `name` at the root.
    pub fn push_joined(&mut self, folder: &[u8], name: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(folder);
        if !folder.is_empty() {
            self.bytes.push(b'/');
        }
        self.bytes.extend_from_slice(name);
        self.spans.push((start as u32, (self.bytes.len() - start) as u32));
    }

    /// Whether another path may no longer be pushed.
    pub fn is_full(&self) -> bool {
        self.bytes.len() > (u32::MAX - 0x2_0000) as usize
    }

    /// How many paths there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The length of all paths together.
    pub fn total_len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    fn at(&self, (start, len): (u32, u32)) -> &[u8] {
        &self.bytes[start as usize..start as usize + len as usize]
    }

    /// The `index`th path.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.spans.get(index).map(|&span| self.at(span))
    }

    /// The paths in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + DoubleEndedIterator {
        self.spans.iter().map(|&span| self.at(span))
    }

    /// Sorts by bytes, as Mercurial does.
    pub fn sort(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        let at = |(start, len): (u32, u32)| &bytes[start as usize..start as usize + len as usize];
        if !self.spans.is_sorted_by(|&a, &b| at(a) <= at(b)) {
            self.spans.sort_unstable_by(|&a, &b| at(a).cmp(at(b)));
        }
        self.bytes = bytes;
    }

    /// Whether `path` is in the list, which has to be sorted.
    pub fn contains(&self, path: &[u8]) -> bool {
        self.spans.binary_search_by(|&span| self.at(span).cmp(path)).is_ok()
    }

    /// Keeps the paths for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        let bytes = std::mem::take(&mut self.bytes);
        self.spans.retain(|&(start, len)| keep(&bytes[start as usize..start as usize + len as usize]));
        self.bytes = bytes;
    }

    /// Appends another list.
    pub fn append(&mut self, other: &PathList) {
        if self.is_empty() {
            *self = other.clone();
            return;
        }
        for path in other.iter() {
            self.push(path);
        }
    }
}

impl<P: AsRef<[u8]>> FromIterator<P> for PathList {
    fn from_iter<I: IntoIterator<Item = P>>(paths: I) -> Self {
        let mut list = PathList::default();
        for path in paths {
            list.push(path.as_ref());
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_bytes_and_finds() {
        let mut list: PathList = [&b"b"[..], b"a/b", b"a-b", b"a", b"\xff"].into_iter().collect();
        list.push_joined(b"a", b"a");
        list.push_joined(b"", b"c");
        list.sort();
        let all: Vec<_> = list.iter().collect();
        assert_eq!(all, [&b"a"[..], b"a-b", b"a/a", b"a/b", b"b", b"c", b"\xff"]);
        assert!(list.contains(b"a/a"));
        assert!(!list.contains(b"a/c"));
        list.retain(|p| p.len() == 1);
        assert_eq!(list.len(), 4);
        assert_eq!(list.get(3), Some(&b"\xff"[..]));
        assert_eq!(list.get(4), None);
    }
}
