//! Revisions of files: what they were made from, and which changeset introduced them.
//!
//! A file revision records one changeset that introduced it. Where that one is no ancestor of the changeset that a walk
//! came from, another made the same file revision: the nearest ancestor that touched the file and has it.

use crate::{Changelog, Filelog, Repository};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// One revision of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileRev {
    /// Its name.
    pub path: Vec<u8>,
    /// Its id.
    pub node: Node,
}

/// Looks file revisions up; each file's history is opened once.
pub struct FileWalk<'a> {
    repository: &'a Repository,
    changelog: &'a Changelog,
    filelogs: HashMap<Vec<u8>, Arc<Filelog>>,
}

impl<'a> FileWalk<'a> {
    /// A walk through the history of `repository`.
    ///
    /// # Errors
    /// What opening the changelog meets.
    pub fn new(repository: &'a Repository) -> Outcome<Self> {
        Ok(FileWalk { repository, changelog: repository.changelog()?, filelogs: HashMap::new() })
    }

    /// The history of a file.
    ///
    /// # Errors
    /// What opening it meets.
    pub fn filelog(&mut self, path: &[u8]) -> Outcome<Arc<Filelog>> {
        if let Some(known) = self.filelogs.get(path) {
            return Ok(Arc::clone(known));
        }
        let filelog = Arc::new(self.repository.filelog(path)?);
        self.filelogs.insert(path.to_vec(), Arc::clone(&filelog));
        Ok(filelog)
    }

    /// The file revisions that this one was made from, the source of a copy among them.
    ///
    /// # Errors
    /// What reading the file's history meets.
    pub fn parents(&mut self, file: &FileRev) -> Outcome<Vec<FileRev>> {
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

    /// The changeset that a file revision says has introduced it.
    ///
    /// # Errors
    /// What reading the file's history meets.
    pub fn recorded(&mut self, file: &FileRev) -> Outcome<Rev> {
        let filelog = self.filelog(&file.path)?;
        filelog.linkrev(filelog.known_rev(&file.node)?)
    }

    /// The changeset that introduced the parent of a file revision which `child` introduced.
    ///
    /// # Errors
    /// `RepositoryState` for one that is not below `child`; as [`FileWalk::introduced`].
    pub fn introduced_below(&mut self, parent: &FileRev, child: Rev) -> Outcome<Rev> {
        let introduced = self.introduced(parent, child, false)?;
        if introduced >= child {
            return Err(Stop::unsupported(Reason::RepositoryState, "a file revision younger than its child"));
        }
        Ok(introduced)
    }

    /// The changeset that introduced a file revision, as seen from `from`; `inclusive` is whether it can be `from`.
    ///
    /// # Errors
    /// `RepositoryState` where legacy's answer depends on how manifests are stored.
    pub fn introduced(&mut self, file: &FileRev, from: Rev, inclusive: bool) -> Outcome<Rev> {
        self.introduced_among(file, from, inclusive, None)
    }

    /// The same, where a recorded changeset counts that is one of `known`.
    ///
    /// # Errors
    /// As [`FileWalk::introduced`].
    pub fn introduced_among(
        &mut self,
        file: &FileRev,
        from: Rev,
        inclusive: bool,
        known: Option<&[bool]>,
    ) -> Outcome<Rev> {
        let recorded = self.recorded(file)?;
        let at = usize::try_from(recorded).ok();
        if from == recorded || known.is_some_and(|known| at.and_then(|at| known.get(at)) == Some(&true)) {
            return Ok(recorded);
        }
        let changelog = self.changelog;
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
        let repository = self.repository;
        for rev in seen {
            if !changelog.entry(rev)?.files().any(|path| path == file.path) {
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

    /// The changesets that introduced files (each as a changeset has it) and what these descend from, with the names of
    /// the files in each; of several parents only the first with `first`.
    ///
    /// # Errors
    /// `RevisionHidden` for one that `is_hidden`; what reading the histories meets.
    pub fn ancestors(
        &mut self,
        start: impl IntoIterator<Item = (FileRev, Rev)>,
        first: bool,
        is_hidden: impl Fn(Rev) -> bool,
    ) -> Outcome<BTreeMap<Rev, Vec<Vec<u8>>>> {
        let mut open: BTreeMap<Rev, BTreeSet<FileRev>> = BTreeMap::new();
        for (file, rev) in start {
            let introduced = self.introduced(&file, rev, true)?;
            open.entry(introduced).or_default().insert(file);
        }
        let mut out = BTreeMap::new();
        while let Some((rev, files)) = open.pop_last() {
            if rev < 0 || rev >= self.changelog.len() || is_hidden(rev) {
                return Err(Stop::unsupported(Reason::RevisionHidden, format!("revision {rev}")));
            }
            out.insert(rev, files.iter().map(|file| file.path.clone()).collect());
            for file in files {
                for parent in self.parents(&file)?.into_iter().take(if first { 1 } else { usize::MAX }) {
                    let introduced = self.introduced_below(&parent, rev)?;
                    open.entry(introduced).or_default().insert(parent);
                }
            }
        }
        Ok(out)
    }
}
