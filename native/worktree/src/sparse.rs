//! Sparse checkouts: which files the working copy is meant to have.
//!
//! Source: `hg help -e sparse`, and what legacy does. What is not checked out is not in the dirstate, and a status passes
//! over it, tracked or not, but for files that are named outright.

use crate::repository::{Selection, WorkingCopy, visit};
use crate::{Selecting, Visit};
use amalgam_formats::sparse::{Sparse, SparseRules};
use amalgam_matching::{Engine, MatchContext, MatchOptions, Matcher, PatternKind};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Profiles that include more than this many others are not followed.
const MOST_PROFILES: usize = 1000;

/// What is always checked out where anything is chosen.
const ALWAYS: &[u8] = b"glob:.hg*";

impl<'a> WorkingCopy<'a> {
    /// A stop where legacy would say something of the rules.
    ///
    /// # Errors
    /// As [`WorkingCopy::sparse_matcher`].
    pub fn check_sparse(&self) -> Outcome<()> {
        self.sparse_matcher().map(drop)
    }

    /// Which files are checked out; nothing where all are.
    ///
    /// # Errors
    /// `RepositorySparse` where legacy refuses a rule or warns of one.
    pub(crate) fn sparse_matcher(&self) -> Outcome<Option<Matcher<'a>>> {
        let Some(Sparse { rules: local, temporary }) = self.repository.sparse_rules()? else { return Ok(None) };
        let revs: Vec<Rev> = self.repository.working_revs()?.into_iter().filter(|&rev| rev != NULL_REV).collect();
        if revs.is_empty() && !local.profiles.is_empty() {
            return Err(refused("a profile where nothing is checked out"));
        }
        let mut all = Vec::with_capacity(revs.len());
        for rev in revs {
            let mut rules = self.with_profiles(local, rev)?;
            // A side of a merge without rules does not count beside one that has some.
            if !rules.include.is_empty() || !rules.exclude.is_empty() {
                if !rules.include.is_empty() {
                    rules.include.push(ALWAYS.to_vec());
                }
                all.push(self.matcher_of(&rules.include, &rules.exclude)?);
            }
        }
        if all.is_empty() {
            return Ok(None);
        }
        if !temporary.is_empty() {
            let paths: Vec<Vec<u8>> = temporary.iter().map(|path| [b"path:", path.as_slice()].concat()).collect();
            all.push(self.matcher_of(&paths, &[])?);
        }
        let matcher = Matcher::union(all);
        match matcher.matches(b".hgsub") && matcher.matches(b".hgsubstate") {
            true => Ok(Some(matcher)),
            false => Err(refused("the files of subrepositories are not checked out")),
        }
    }

    /// The rules together with those of the profiles in a revision.
    fn with_profiles(&self, local: &SparseRules, rev: Rev) -> Outcome<SparseRules> {
        let mut rules = local.clone();
        let mut waiting = std::mem::take(&mut rules.profiles);
        let mut seen = BTreeSet::new();
        while let Some(path) = waiting.pop() {
            if seen.contains(&path) {
                continue;
            }
            if seen.len() >= MOST_PROFILES {
                return Err(refused("very many profiles"));
            }
            let manifest = self.repository.manifest_of(rev)?;
            let entry = manifest.get(&path)?.filter(|entry| entry.flags == 0);
            let entry = entry.ok_or_else(|| refused("a profile that is not there, or not a plain file"))?;
            let more = SparseRules::parse(&self.repository.file_content(&path, &entry.node()?)?)?;
            seen.insert(path);
            rules.include.extend(more.include);
            rules.exclude.extend(more.exclude);
            waiting.extend(more.profiles);
        }
        Ok(rules)
    }

    fn matcher_of(&self, include: &[Vec<u8>], exclude: &[Vec<u8>]) -> Outcome<Matcher<'a>> {
        let context = MatchContext {
            root: self.repository.root(),
            cwd: b"",
            cwd_abs: self.repository.root(),
            env: self.env,
            config: self.config,
            engine: Engine::of_status(self.build),
            sets: None,
        };
        let options = MatchOptions { patterns: &[], include, exclude, default: PatternKind::Glob };
        Matcher::for_status(&context, &options).map_err(|stop| match stop {
            Stop::Abort(abort) => refused(&String::from_utf8_lossy(&abort.message)),
            other => other,
        })
    }
}

/// What a command asks for, as far as it is checked out or named outright.
pub(crate) struct Limited<'a> {
    asked: Selection<'a>,
    kept: Matcher<'a>,
}

impl<'a> Limited<'a> {
    pub(crate) fn new(asked: Selection<'a>, kept: Matcher<'a>) -> Self {
        let named = Matcher::exact(asked.0.names().cloned().collect());
        Limited { asked, kept: Matcher::union(vec![kept, named]) }
    }
}

impl Selecting for Limited<'_> {
    fn matches(&self, path: &[u8]) -> bool {
        self.asked.matches(path) && self.kept.matches(path)
    }

    fn visit(&self, folder: &[u8]) -> Visit<'_> {
        match (self.asked.visit(folder), visit(&self.kept, folder)) {
            (Visit::Nothing, _) | (_, Visit::Nothing) => Visit::Nothing,
            (Visit::Everything, other) | (other, Visit::Everything) => other,
            (Visit::Names(asked), Visit::Names(kept)) => {
                Visit::Names(Cow::Owned(asked.intersection(&kept).cloned().collect()))
            }
            (Visit::Names(names), Visit::Ask) | (Visit::Ask, Visit::Names(names)) => Visit::Names(names),
            (Visit::Ask, Visit::Ask) => Visit::Ask,
        }
    }

    fn names_exactly(&self, path: &[u8]) -> bool {
        self.asked.names_exactly(path)
    }
}

fn refused(detail: &str) -> Stop {
    Stop::unsupported(Reason::RepositorySparse, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(files: &[&str]) -> Matcher<'static> {
        Matcher::exact(files.iter().map(|file| file.as_bytes().to_vec()).collect())
    }

    #[test]
    fn what_is_named_outright_is_asked_for_too() {
        let kept = || exact(&["kept/a", "kept/b"]);
        let everything = Matcher::always();
        let all = Limited::new(Selection(&everything), kept());
        assert!(all.matches(b"kept/a") && !all.matches(b"left/a"));
        assert!(matches!(all.visit(b"kept"), Visit::Names(names) if names.len() == 2));
        assert!(matches!(all.visit(b"left"), Visit::Nothing));
        let named = exact(&["left/a", "kept/a"]);
        let some = Limited::new(Selection(&named), kept());
        assert!(some.matches(b"left/a") && some.names_exactly(b"left/a"));
        assert!(!some.matches(b"left/b") && !some.matches(b"kept/b"));
        assert!(matches!(some.visit(b"kept"), Visit::Names(names) if names.len() == 1));
        assert!(matches!(some.visit(b"left"), Visit::Names(names) if names.len() == 1));
    }
}
