//! What revsets ask about the contents of files and about legacy.

use crate::Prepared;
use crate::commands::{grep, log};
use crate::history::History;
use crate::patch::git_patch;
use amalgam_matching::LineSearch;
use amalgam_query::{Contents, Functions};
use amalgam_repo::FileRev;
use amalgam_types::{Outcome, Reason, Rev, Stop};
use amalgam_worktree::tracked_files;
use std::ops::Range;

impl Contents for Prepared {
    fn tracked(&self) -> Outcome<Vec<Vec<u8>>> {
        Ok(tracked_files(self.repository()?)?.iter().map(<[u8]>::to_vec).collect())
    }

    fn git_patch(&self, rev: Rev) -> Outcome<Vec<u8>> {
        git_patch(self, rev)
    }

    fn matches_differ(&self, rev: Rev, search: &LineSearch) -> Outcome<bool> {
        grep::matches_differ(&History::new(self)?, rev, search)
    }

    fn line_history(&self, rev: Rev, path: &[u8], lines: Range<usize>) -> Outcome<Vec<Rev>> {
        let history = History::new(self)?;
        let file = file_in(&history, rev, path)?;
        let mut found = Vec::new();
        log::line_history(&history, file, rev, lines, &mut |rev| found.push(rev))?;
        Ok(found)
    }

    fn line_future(&self, rev: Rev, path: &[u8], lines: Range<usize>) -> Outcome<Vec<Rev>> {
        let history = History::new(self)?;
        let file = file_in(&history, rev, path)?;
        log::line_future(&history, &file, rev, lines)
    }

    fn functions(&self) -> Option<Functions<'_>> {
        let facts = &self.facts;
        let is_certain = !self.loads_extensions && !facts.revset_functions.is_empty();
        is_certain.then(|| Functions { shown: &facts.revset_functions, inner: &facts.inner_revset_functions })
    }
}

fn file_in(history: &History<'_>, rev: Rev, path: &[u8]) -> Outcome<FileRev> {
    match history.repository.manifest_of(rev)?.get(path)? {
        Some(entry) => Ok(FileRev { path: path.to_vec(), node: entry.node()? }),
        None => Err(Stop::unsupported(Reason::RevsetPredicate, "lines of a file that is not there")),
    }
}
