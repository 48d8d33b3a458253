//! One automaton for many alternatives, asked whether an anchored match exists in a path or in any of its parents.
//!
//! A path is read once: at each slash, and at the end, the automaton is asked what it would say if the path ended
//! there. States are built as paths need them, which costs next to nothing in a small repository; building the whole
//! automaton first was measured: no faster for a path, and more than ten milliseconds for a few dozen rules.

use amalgam_types::{Reason, Stop};
use regex_automata::hybrid::dfa::{Cache, DFA as LazyDfa};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchKind, meta};
use regex_syntax::hir::Hir;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;

/// Memory for the states of one thread.
const LAZY_BYTES: usize = 4 << 20;

type CachePool = Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>>;

/// Compiled alternatives.
pub(crate) struct Automaton {
    hir: Hir,
    lazy: OnceLock<Option<(LazyDfa, CachePool)>>,
    plain: OnceLock<Option<meta::Regex>>,
}

impl Automaton {
    /// The alternatives, each matched from the start of a path. `check` compiles at once and refuses what cannot be
    /// compiled; without it the caller knows that the alternatives are small and plain.
    pub(crate) fn new(alternatives: Vec<Hir>, check: bool) -> Result<Automaton, Stop> {
        let automaton =
            Automaton { hir: Hir::alternation(alternatives), lazy: OnceLock::new(), plain: OnceLock::new() };
        if check && automaton.lazy().is_none() && automaton.plain().is_none() {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "a regular expression that is too large"));
        }
        Ok(automaton)
    }

    /// Whether `path` is matched.
    pub(crate) fn is_match(&self, path: &[u8]) -> bool {
        self.search(path, false)
    }

    /// Whether `path` or any folder above it, the root aside, is matched.
    pub(crate) fn is_match_or_parent(&self, path: &[u8]) -> bool {
        self.search(path, true)
    }

    fn search(&self, path: &[u8], parents: bool) -> bool {
        if let Some((dfa, pool)) = self.lazy()
            && let Some(found) = search_lazy(dfa, &mut pool.get(), path, parents)
        {
            return found;
        }
        self.search_plain(path, parents)
    }

    /// The slowest way, which has no limits.
    fn search_plain(&self, path: &[u8], parents: bool) -> bool {
        let Some(regex) = self.plain() else { return false };
        let matched = |text: &[u8]| regex.is_match(Input::new(text).anchored(Anchored::Yes));
        let parent = |at: usize, byte: u8| byte == b'/' && matched(&path[..at]);
        matched(path) || (parents && path.iter().enumerate().any(|(at, &byte)| parent(at, byte)))
    }

    fn nfa(&self) -> Option<NFA> {
        let config = thompson::Config::new().utf8(false).which_captures(WhichCaptures::None).shrink(false);
        thompson::Compiler::new().configure(config).build_from_hir(&self.hir).ok()
    }

    fn lazy(&self) -> Option<&(LazyDfa, CachePool)> {
        self.lazy
            .get_or_init(|| {
                let config = LazyDfa::config()
                    .match_kind(MatchKind::All)
                    .cache_capacity(LAZY_BYTES)
                    .skip_cache_capacity_check(true);
                let dfa = LazyDfa::builder().configure(config).build_from_nfa(self.nfa()?).ok()?;
                let for_pool = dfa.clone();
                let create: Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe> =
                    Box::new(move || for_pool.create_cache());
                Some((dfa, Pool::new(create)))
            })
            .as_ref()
    }

    fn plain(&self) -> Option<&meta::Regex> {
        let config = meta::Config::new().utf8_empty(false);
        self.plain.get_or_init(|| meta::Builder::new().configure(config).build_from_hir(&self.hir).ok()).as_ref()
    }
}

/// `None` where the automaton gives up (a Unicode word boundary beside a byte that is not ASCII).
fn search_lazy(dfa: &LazyDfa, cache: &mut Cache, path: &[u8], parents: bool) -> Option<bool> {
    let mut state = dfa.start_state_forward(cache, &Input::new(path).anchored(Anchored::Yes)).ok()?;
    for &byte in path {
        if parents && byte == b'/' && dfa.next_eoi_state(cache, state).ok()?.is_match() {
            return Some(true);
        }
        state = dfa.next_state(cache, state, byte).ok()?;
        if state.is_tagged() {
            if state.is_match() {
                return Some(true);
            }
            if state.is_dead() {
                return Some(false);
            }
            if state.is_quit() {
                return None;
            }
        }
    }
    Some(dfa.next_eoi_state(cache, state).ok()?.is_match())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(patterns: &[&str]) -> Automaton {
        let parse = |p: &&str| regex_syntax::parse(p).expect("valid");
        Automaton::new(patterns.iter().map(parse).collect(), true).expect("small")
    }

    #[test]
    fn both_ways_agree() {
        let automaton = of(&["a.*b$", "d/e$", "^$x", "f/"]);
        for path in ["ab", "a/x/b", "a/xb/c", "d/e", "d/e/f", "d/ef", "", "f", "f/g", "x/f/"] {
            let bytes = path.as_bytes();
            for parents in [false, true] {
                let expected = automaton.search_plain(bytes, parents);
                let (dfa, pool) = automaton.lazy().expect("small");
                assert_eq!(search_lazy(dfa, &mut pool.get(), bytes, parents), Some(expected), "{path} {parents}");
            }
        }
        assert!(automaton.is_match_or_parent(b"d/e/f") && !automaton.is_match(b"d/e/f"));
    }

    #[test]
    fn unicode_word_boundaries_still_work() {
        let automaton = of(&["\\bfoo\\b"]);
        assert!(automaton.is_match(b"foo.c") && !automaton.is_match("foo\u{e9}".as_bytes()));
    }
}
