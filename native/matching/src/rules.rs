//! Ignore rules compiled for speed: tables for the shapes that need no automaton, one automaton for the rest, and,
//! for the rare path on which a shape is not certain (newlines; with the Rust extension anything but ASCII), one
//! automaton of all rules, compiled when first needed.

use crate::Engine;
use crate::automaton::Automaton;
use crate::piece;
use crate::shape::Shape;
use amalgam_types::Stop;
use regex_syntax::hir::Hir;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// One rule: what the automaton needs, and the shape if it has one.
pub(crate) struct Rule {
    pub(crate) hir: Hir,
    pub(crate) shape: Option<Shape>,
}

/// Compiled rules.
pub(crate) struct Rules {
    names: Names,
    /// Folders whose entries are ignored.
    folders: Names,
    endings: ByByte,
    beginnings: ByByte,
    /// Rules that need an automaton on the last component only.
    in_name: Option<Automaton>,
    /// Rules that need one on the whole path.
    in_path: Option<Automaton>,
    /// Both, for a path with its parents, which is read once.
    rest: Option<Automaton>,
    all: Vec<Hir>,
    complete: OnceLock<Option<Automaton>>,
    ascii_only: bool,
}

impl Rules {
    pub(crate) fn new(rules: Vec<Rule>, engine: Engine) -> Result<Rules, Stop> {
        let mut compiled = Rules {
            names: Names::default(),
            folders: Names::default(),
            endings: ByByte::default(),
            beginnings: ByByte::default(),
            in_name: None,
            in_path: None,
            rest: None,
            all: Vec::with_capacity(rules.len()),
            complete: OnceLock::new(),
            ascii_only: engine == Engine::RustExtension,
        };
        let (mut rest, mut in_name, mut in_path) = (Vec::new(), Vec::new(), Vec::new());
        for rule in rules {
            match rule.shape {
                Some(Shape::Rooted(path)) => compiled.names.add(path, true),
                Some(Shape::Tail(path)) => compiled.names.add(path, false),
                Some(Shape::Ending(text)) => compiled.endings.add(text, <[u8]>::last),
                Some(Shape::Beginning(text)) => compiled.beginnings.add(text, <[u8]>::first),
                Some(Shape::InRooted(path)) => compiled.folders.add(path, true),
                Some(Shape::InTail(path)) => compiled.folders.add(path, false),
                Some(Shape::Name(name)) => {
                    in_name.push(piece::lower(&name)?);
                    rest.push(rule.hir.clone());
                }
                None => {
                    in_path.push(rule.hir.clone());
                    rest.push(rule.hir.clone());
                }
            }
            compiled.all.push(rule.hir);
        }
        let check = compiled.ascii_only;
        let automaton =
            |rules: Vec<Hir>| if rules.is_empty() { Ok(None) } else { Automaton::new(rules, check).map(Some) };
        compiled.in_name = automaton(in_name)?;
        compiled.in_path = automaton(in_path)?;
        compiled.rest = automaton(rest)?;
        Ok(compiled)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether a rule matches `path`, whose parents are known not to be ignored.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        if self.is_odd(path) {
            return self.complete().is_some_and(|all| all.is_match(path));
        }
        let start = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
        self.tables(path, start)
            || self.in_name.as_ref().is_some_and(|rules| rules.is_match(&path[start..]))
            || self.in_path.as_ref().is_some_and(|rules| rules.is_match(path))
    }

    /// Whether a rule matches `path` or a folder above it.
    pub(crate) fn matches_or_parent(&self, path: &[u8]) -> bool {
        if self.is_odd(path) {
            return self.complete().is_some_and(|all| all.is_match_or_parent(path));
        }
        let mut start = 0;
        for slash in memchr::memchr_iter(b'/', path) {
            if self.tables(&path[..slash], start) {
                return true;
            }
            start = slash + 1;
        }
        self.tables(path, start) || self.rest.as_ref().is_some_and(|rest| rest.is_match_or_parent(path))
    }

    /// Whether a rule matches the empty path: with Python that hides the whole working directory.
    pub(crate) fn matches_root(&self) -> bool {
        self.rest.is_some() && self.complete().is_some_and(|all| all.is_match(b""))
    }

    fn is_odd(&self, path: &[u8]) -> bool {
        memchr::memchr(b'\n', path).is_some() || (self.ascii_only && !path.is_ascii())
    }

    /// `path` up to its last component, which begins at `start`.
    fn tables(&self, path: &[u8], start: usize) -> bool {
        let name = &path[start..];
        let (Some(first), Some(last)) = (name.first(), name.last()) else { return false };
        self.endings.any(*last, |text| name.ends_with(text))
            || self.beginnings.any(*first, |text| name.starts_with(text))
            || self.names.contains(path, name)
            || self.in_folder(path, start)
    }

    #[inline]
    fn in_folder(&self, path: &[u8], start: usize) -> bool {
        if start == 0 || self.folders.map.is_empty() {
            return false;
        }
        let folder = &path[..start - 1];
        let name = memchr::memrchr(b'/', folder).map_or(folder, |at| &folder[at + 1..]);
        self.folders.contains(folder, name)
    }

    fn complete(&self) -> Option<&Automaton> {
        self.complete.get_or_init(|| Automaton::new(self.all.clone(), false).ok()).as_ref()
    }
}

/// Texts by one of their bytes.
struct ByByte {
    slots: [u8; 256],
    texts: Vec<Vec<Box<[u8]>>>,
}

impl Default for ByByte {
    fn default() -> Self {
        ByByte { slots: [0; 256], texts: vec![Vec::new()] }
    }
}

impl ByByte {
    fn add(&mut self, text: Vec<u8>, key: impl Fn(&[u8]) -> Option<&u8>) {
        let Some(&byte) = key(&text) else { return };
        let slot = &mut self.slots[usize::from(byte)];
        if *slot == 0 {
            // Slot 0 is the empty one. Two rules with all 256 bytes as keys cannot be: newline has no shape.
            *slot = self.texts.len() as u8;
            self.texts.push(Vec::new());
        }
        self.texts[usize::from(*slot)].push(text.into());
    }

    #[inline]
    fn any(&self, byte: u8, test: impl Fn(&[u8]) -> bool) -> bool {
        let slot = self.slots[usize::from(byte)];
        slot != 0 && self.texts[usize::from(slot)].iter().any(|text| test(text))
    }
}

/// What must stand before a name.
#[derive(Default)]
struct Before {
    /// Nothing particular.
    anything: bool,
    /// The whole path is one of these.
    rooted: Vec<Box<[u8]>>,
    /// The path is one of these, or ends in a slash and one of these.
    tails: Vec<Box<[u8]>>,
}

/// Names and paths, by their last component.
#[derive(Default)]
struct Names {
    map: HashMap<Box<[u8]>, Before, BuildHasherDefault<Fx>>,
    /// A bit for each first byte modulo 64 and each length modulo 64: most names are refused without hashing.
    firsts: u64,
    lengths: u64,
}

impl Names {
    fn add(&mut self, path: Vec<u8>, rooted: bool) {
        let start = memchr::memrchr(b'/', &path).map_or(0, |at| at + 1);
        let name = &path[start..];
        let Some(&first) = name.first() else { return };
        self.firsts |= 1 << (first & 63);
        self.lengths |= 1 << (name.len() & 63);
        let before = self.map.entry(name.into()).or_default();
        if rooted {
            before.rooted.push(path.into());
        } else if start == 0 {
            before.anything = true;
        } else {
            before.tails.push(path.into());
        }
    }

    #[inline]
    fn contains(&self, path: &[u8], name: &[u8]) -> bool {
        let Some(&first) = name.first() else { return false };
        if self.firsts & (1 << (first & 63)) == 0 || self.lengths & (1 << (name.len() & 63)) == 0 {
            return false;
        }
        let Some(before) = self.map.get(name) else { return false };
        let tail = |tail: &[u8]| match path.strip_suffix(tail) {
            Some(head) => head.is_empty() || head.ends_with(b"/"),
            None => false,
        };
        before.anything || before.rooted.iter().any(|p| **p == *path) || before.tails.iter().any(|t| tail(t))
    }
}

/// A small multiplicative hash; the keys come from rules, not from an attacker's choice of paths.
#[derive(Default)]
pub(crate) struct Fx(u64);

impl Hasher for Fx {
    fn write(&mut self, bytes: &[u8]) {
        let mut mix = |word: u64| self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            mix(u64::from_le_bytes(word));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            mix(u64::from_le_bytes(word));
        }
    }

    fn write_usize(&mut self, value: usize) {
        self.0 = (self.0.rotate_left(5) ^ value as u64).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}
