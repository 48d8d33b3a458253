//! A flat manifest: one line per file, in byte order of the paths.
//!
//! ```text
//! PATH NUL FORTY-HEX-DIGITS [x|l] \n
//! ```

use crate::damaged;
use amalgam_types::{Node, Outcome, common_end, common_start};
use memchr::{memchr, memrchr};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The text of a manifest; lines are only looked at when they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    text: Arc<Vec<u8>>,
    /// Set when all lines were looked at and are in order.
    sound: OnceLock<()>,
}

/// One file of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestEntry<'a> {
    /// The path.
    pub path: &'a [u8],
    /// The file revision in hexadecimal: comparing two entries needs no more.
    pub hex: &'a [u8; 40],
    /// 0, `b'x'` (executable) or `b'l'` (symbolic link).
    pub flags: u8,
}

impl ManifestEntry<'_> {
    /// The file revision.
    pub fn node(&self) -> Outcome<Node> {
        Node::from_hex(self.hex).ok_or_else(|| damaged("a manifest line has no id"))
    }
}

impl Manifest {
    /// Takes the text of a manifest.
    pub fn new(text: impl Into<Arc<Vec<u8>>>) -> Outcome<Self> {
        let text = text.into();
        match text.last() {
            None | Some(b'\n') => Ok(Manifest { text, sound: OnceLock::new() }),
            Some(_) => Err(damaged("a manifest ends within a line")),
        }
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// All files in order. A line that is damaged or out of order is a stop, and the last item.
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: &self.text, last: None }
    }

    /// Files from the first whose path is not before `path`.
    pub fn iter_from(&self, path: &[u8]) -> Iter<'_> {
        Iter { rest: self.text.get(self.lower_bound(path)..).unwrap_or_default(), last: None }
    }

    /// The files of two manifests without most of those that are equal in both: what begins and ends the texts alike is
    /// looked at once at most, and not at all where it was before.
    ///
    /// # Errors
    /// When a line of either is damaged or out of order.
    pub fn differing<'a>(&'a self, other: &'a Manifest) -> Outcome<[Iter<'a>; 2]> {
        let (known, checked) = if other.sound.get().is_some() { (other, self) } else { (self, other) };
        known.check()?;
        let head = line_start(&known.text, common_start(&known.text, &checked.text));
        let tail = common_end(&known.text[head..], &checked.text[head..]);
        // From the first line that is wholly in it.
        let tail = memchr(b'\n', &known.text[known.text.len() - tail..]).map_or(0, |at| tail - at - 1);
        if checked.sound.get().is_none() {
            checked.check_range(head..checked.text.len() - tail)?;
            let _ = checked.sound.set(());
        }
        Ok([self, other].map(|side| Iter { rest: &side.text[head..side.text.len() - tail], last: None }))
    }

    fn check(&self) -> Outcome<()> {
        if self.sound.get().is_none() {
            self.check_range(0..self.text.len())?;
            let _ = self.sound.set(());
        }
        Ok(())
    }

    /// Checks some lines, and that they fit between their neighbours.
    fn check_range(&self, lines: Range<usize>) -> Outcome<()> {
        let start = line_start(&self.text, lines.start.saturating_sub(1));
        let end = memchr(b'\n', &self.text[lines.end..]).map_or(self.text.len(), |at| lines.end + at + 1);
        Iter { rest: &self.text[start..end], last: None }.try_for_each(|entry| entry.map(drop))
    }

    /// One file.
    pub fn get(&self, path: &[u8]) -> Outcome<Option<ManifestEntry<'_>>> {
        match self.iter_from(path).next() {
            Some(entry) => entry.map(|e| (e.path == path).then_some(e)),
            None => Ok(None),
        }
    }

    /// Whether there is a file below the folder `path`.
    pub fn has_dir(&self, path: &[u8]) -> Outcome<bool> {
        if path.is_empty() {
            return Ok(!self.is_empty());
        }
        let mut prefix = path.to_vec();
        prefix.push(b'/');
        Ok(self.iter_from(&prefix).next().transpose()?.is_some_and(|e| e.path.starts_with(&prefix)))
    }

    /// Where the first line starts whose path is not before `path`.
    fn lower_bound(&self, path: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = memrchr(b'\n', &self.text[low..middle]).map_or(low, |at| low + at + 1);
            let line = &self.text[start..high];
            let length = memchr(b'\n', line).map_or(line.len(), |at| at + 1);
            let name = &line[..memchr(0, &line[..length]).unwrap_or(length)];
            if name < path {
                low = start + length;
            } else {
                high = start;
            }
        }
        low
    }
}

/// Where the line begins that has the byte at `at`, or that would begin there.
fn line_start(text: &[u8], at: usize) -> usize {
    memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)
}

/// See [`Manifest::iter`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    rest: &'a [u8],
    last: Option<&'a [u8]>,
}

impl<'a> Iter<'a> {
    fn line(&mut self) -> Option<ManifestEntry<'a>> {
        let (path, rest) = self.rest.split_at(memchr(0, self.rest)?);
        let (hex, rest) = rest[1..].split_first_chunk::<40>()?;
        let (flags, rest) = match rest {
            [b'\n', rest @ ..] => (0, rest),
            [flag @ (b'x' | b'l'), b'\n', rest @ ..] => (*flag, rest),
            _ => return None,
        };
        // A line break inside a path or an id would be taken for the end of a line by `lower_bound`.
        let broken = memchr(b'\n', path).is_some() || memchr(b'\n', hex).is_some();
        if broken || path.is_empty() || self.last.is_some_and(|last| last >= path) {
            return None;
        }
        self.rest = rest;
        self.last = Some(path);
        Some(ManifestEntry { path, hex, flags })
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Outcome<ManifestEntry<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line();
        if line.is_none() {
            self.rest = &[];
        }
        Some(line.ok_or_else(|| damaged("a manifest line is damaged or out of order")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const HEX: &str = "0123456789abcdef0123456789abcdef01234567";

    fn manifest(paths: &[&str]) -> Manifest {
        let text: String = paths.iter().map(|p| format!("{p}\0{HEX}\n")).collect();
        Manifest::new(text.into_bytes()).expect("whole lines")
    }

    #[test]
    fn reads_lines_and_flags() {
        let text = format!("a\0{HEX}\nb\0{HEX}x\nc d\0{HEX}l\n");
        let manifest = Manifest::new(text.into_bytes()).expect("whole lines");
        let got: Vec<_> = manifest.iter().map(|e| e.expect("valid")).map(|e| (e.path, e.flags)).collect();
        assert_eq!(got, [(&b"a"[..], 0), (b"b", b'x'), (b"c d", b'l')]);
        let entry = manifest.get(b"b").expect("valid").expect("there");
        assert_eq!(entry.node().expect("hex").to_string(), HEX);
        assert_eq!(manifest.get(b"bb").expect("valid"), None);
    }

    #[test]
    fn folders() {
        let manifest = manifest(&["a", "d/e/f", "d0"]);
        for (path, there) in [(&b"d"[..], true), (b"d/e", true), (b"a", false), (b"d0", false), (b"", true)] {
            assert_eq!(manifest.has_dir(path).expect("valid"), there);
        }
    }

    #[test]
    fn damage_is_a_stop() {
        assert!(Manifest::new(b"a".to_vec()).is_err());
        for text in ["a\n", "a\0abc\n", &format!("a\0{HEX}t\n"), &format!("b\0{HEX}\na\0{HEX}\n")] {
            let manifest = Manifest::new(text.as_bytes().to_vec()).expect("whole lines");
            assert!(manifest.iter().any(|e| e.is_err()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn search_finds_what_is_there(
            paths in proptest::collection::btree_set("[a-c/.]{1,4}", 0..30),
            wanted in "[a-c/.]{1,4}",
        ) {
            let list: Vec<&str> = paths.iter().map(String::as_str).collect();
            let manifest = manifest(&list);
            prop_assert_eq!(manifest.get(wanted.as_bytes()).expect("valid").is_some(), paths.contains(&wanted));
            for path in &list {
                prop_assert!(manifest.get(path.as_bytes()).expect("valid").is_some());
            }
            let from: Vec<_> = manifest.iter_from(wanted.as_bytes()).map(|e| e.expect("valid").path.to_vec()).collect();
            let expected: Vec<_> = paths.range(wanted..).map(|p| p.as_bytes().to_vec()).collect();
            prop_assert_eq!(from, expected);
        }

        #[test]
        fn what_differs_is_never_left_out(
            older in proptest::collection::btree_map("[a-c/.]{1,3}", 0u8..3, 0..12),
            edits in proptest::collection::btree_map("[a-c/.]{1,3}", proptest::option::of(0u8..3), 0..4),
        ) {
            let mut newer = older.clone();
            for (path, edit) in &edits {
                match edit {
                    Some(digit) => newer.insert(path.clone(), *digit),
                    None => newer.remove(path),
                };
            }
            let build = |files: &BTreeMap<String, u8>| {
                let text: String = files.iter().map(|(path, digit)| format!("{path}\0{}{digit}\n", &HEX[1..])).collect();
                Manifest::new(text.into_bytes()).expect("whole lines")
            };
            let sides = [build(&older), build(&newer)];
            let kept = sides[0].differing(&sides[1]).expect("sound").map(|lines| {
                lines.map(|e| e.expect("sound")).map(|e| (e.path.to_vec(), e.hex[39])).collect::<Vec<_>>()
            });
            let different = |own: &BTreeMap<String, u8>, other: &BTreeMap<String, u8>| {
                let own = own.iter().filter(|(path, digit)| other.get(*path) != Some(digit));
                own.map(|(path, digit)| (path.clone().into_bytes(), b'0' + digit)).collect::<Vec<_>>()
            };
            for (kept, other, missing) in
                [(&kept[0], &kept[1], different(&older, &newer)), (&kept[1], &kept[0], different(&newer, &older))]
            {
                prop_assert!(missing.iter().all(|file| kept.contains(file)));
                // What is kept and equal is kept on both sides.
                prop_assert!(kept.iter().filter(|file| !missing.contains(file)).all(|file| other.contains(file)));
            }
        }

        #[test]
        fn differences_of_damaged_manifests_are_stops(
            texts in proptest::collection::vec(
                proptest::collection::vec(prop_oneof![4 => 0usize..4, 1 => 4usize..6], 0..5), 2),
        ) {
            let lines = [format!("a\0{HEX}\n"), format!("b\0{HEX}x\n"), format!("c\0{HEX}\n"), format!("d\0{HEX}\n"),
                "x\n".to_owned(), format!("b\n\0{HEX}\n")];
            let build = |text: &[usize]| {
                let text: String = text.iter().map(|&at| lines[at].as_str()).collect();
                Manifest::new(text.into_bytes()).expect("whole lines")
            };
            let (older, newer) = (build(&texts[0]), build(&texts[1]));
            let sound = [&older, &newer].iter().all(|side| side.iter().all(|entry| entry.is_ok()));
            prop_assert_eq!(older.differing(&newer).is_ok(), sound);
            // Asked again, with what was noted.
            prop_assert_eq!(older.differing(&newer).is_ok(), sound);
            prop_assert_eq!(newer.differing(&older).is_ok(), sound);
        }

        #[test]
        fn any_bytes_are_survived(text in proptest::collection::vec(prop_oneof![Just(0u8), Just(b'\n'), Just(b'a')], 0..200), path in "[a]{0,3}") {
            if let Ok(manifest) = Manifest::new(text) {
                let all: BTreeMap<_, _> = manifest.iter().flatten().map(|e| (e.path, e.flags)).collect();
                let _ = (all.len(), manifest.get(path.as_bytes()).is_ok(), manifest.has_dir(path.as_bytes()).is_ok());
            }
        }
    }
}
