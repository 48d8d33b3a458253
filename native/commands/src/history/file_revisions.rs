//! Revisions of files: what they were made from, and which changeset introduced them.
//!
//! A file revision records one changeset that introduced it. Where that one is no ancestor of the changeset that a walk
//! came from, another made the same file revision: the nearest ancestor that touched the file and has it.

use crate::history::History;
use amalgam_repo::Filelog;
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// One revision of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileRev {
    pub(crate) path: Vec<u8>,
    pub(crate) node: Node,
}

/// Looks file revisions up; each file's history is opened once.
pub(crate) struct FileWalk<'h, 'a> {
    history: &'h History<'a>,
    filelogs: HashMap<Vec<u8>, Arc<Filelog>>,
}

impl<'h, 'a> FileWalk<'h, 'a> {
    pub(crate) fn new(history: &'h History<'a>) -> Self {
        FileWalk { history, filelogs: HashMap::new() }
    }

    /// The history of a file.
    ///
    /// # Errors
    /// What opening it meets.
    pub(crate) fn filelog(&mut self, path: &[u8]) -> Outcome<Arc<Filelog>> {
        if let Some(known) = self.filelogs.get(path) {
            return Ok(Arc::clone(known));
        }
        let filelog = Arc::new(self.history.repository.filelog(path)?);
        self.filelogs.insert(path.to_vec(), Arc::clone(&filelog));
        Ok(filelog)
    }

    /// The file revisions that this one was made from, the source of a copy among them.
    ///
    /// # Errors
    /// What reading the file's history meets.
    pub(crate) fn parents(&mut self, file: &FileRev) -> Outcome<Vec<FileRev>> {
        let filelog = self.filelog(&file.path)?;
        let rev = filelog.known_rev(&file.node)?;
        let mut parents = Vec::new();
        if let Some(copied) = filelog.copied(rev)? {
            parents.push(FileRev { path: copied.path, node: copied.node });
        }
        for parent in filelog.parents(rev)?.into_iter().filter(|&parent| parent != NULL_REV) {
            parents.push(FileRev { path: file.path.clone(), node: filelog.node(parent)? });
        }
        Ok(parents)
    }

    /// The changeset that introduced a file revision, as seen from `from`; `inclusive` is whether it can be `from`.
    ///
    /// # Errors
    /// `RepositoryState` where legacy's answer depends on how manifests are stored.
    pub(crate) fn introduced(&mut self, file: &FileRev, from: Rev, inclusive: bool) -> Outcome<Rev> {
        self.introduced_among(file, from, inclusive, None)
    }

    /// The same, where a recorded changeset counts that is one of `known`.
    ///
    /// # Errors
    /// As [`FileWalk::introduced`].
    pub(crate) fn introduced_among(
        &mut self,
        file: &FileRev,
        from: Rev,
        inclusive: bool,
        known: Option<&[bool]>,
    ) -> Outcome<Rev> {
        let filelog = self.filelog(&file.path)?;
        let recorded = filelog.linkrev(filelog.known_rev(&file.node)?)?;
        let at = usize::try_from(recorded).ok();
        if from == recorded || known.is_some_and(|known| at.and_then(|at| known.get(at)) == Some(&true)) {
            return Ok(recorded);
        }
        let changelog = self.history.changelog;
        let mut open: BTreeSet<Rev> = BTreeSet::new();
        let mut seen: Vec<Rev> = Vec::new();
        if inclusive {
            open.insert(from);
        } else {
            open.extend(changelog.parents(from)?);
        }
        while let Some(rev) = open.pop_last().filter(|&rev| rev >= recorded && rev >= 0) {
            if rev == recorded {
                return Ok(recorded);
            }
            seen.push(rev);
            open.extend(changelog.parents(rev)?);
        }
        let repository = self.history.repository;
        for rev in seen {
            let changeset = self.history.changeset(rev)?;
            if !changeset.entry()?.files().any(|path| path == file.path) {
                continue;
            }
            let has = |rev: Rev| -> Outcome<bool> {
                let entry = repository.manifest_of(rev)?.get(&file.path)?.map(|entry| entry.node()).transpose()?;
                Ok(entry == Some(file.node))
            };
            if has(rev)? {
                for parent in changelog.parents(rev)?.into_iter().filter(|&parent| parent != NULL_REV) {
                    if has(parent)? {
                        return Err(Stop::unsupported(Reason::RepositoryState, "a file revision that a parent has"));
                    }
                }
                return Ok(rev);
            }
        }
        Ok(recorded)
    }
}
