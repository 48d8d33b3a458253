//! Which of several common ancestors counts.

use crate::Repository;
use amalgam_config::Config;
use amalgam_types::{Outcome, Rev};
use std::cmp::Reverse;

impl Repository {
    /// The one of several nearest common ancestors that legacy takes: the one farthest from the root, by the longest
    /// way; of several such the one with the lowest id. `None` where a setting prefers one, or where there is a name
    /// that the setting's default would find.
    ///
    /// # Errors
    /// What reading the index and looking up the name meets.
    pub fn preferred_ancestor(&self, config: &Config, candidates: &[Rev]) -> Outcome<Option<Rev>> {
        if config.get("merge", "preferancestor").is_some() || self.lookup(config, b"*")?.is_some() {
            return Ok(None);
        }
        let changelog = self.changelog()?;
        let place = |rev: Rev| usize::try_from(rev).ok();
        let last = candidates.iter().filter_map(|&rev| place(rev)).max().unwrap_or(0);
        let mut depths: Vec<u32> = Vec::new();
        for own in changelog.all_parents()?.iter().take(last + 1) {
            let below = own.iter().filter_map(|&parent| depths.get(place(parent)?)).max();
            depths.push(below.map_or(0, |depth| depth + 1));
        }
        let mut best = None;
        for &rev in candidates {
            let depth = place(rev).and_then(|at| depths.get(at)).copied();
            best = best.max(Some((depth, Reverse(changelog.node(rev)?.0), rev)));
        }
        Ok(best.map(|(_, _, rev)| rev))
    }
}
