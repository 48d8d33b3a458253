//! Following: the ancestors of changesets, and the history of files across copies and renames.
//!
//! A file revision records one changeset that introduced it. Where that one is no ancestor of the changeset that the
//! walk came from, another made the same file revision: the nearest ancestor that touched the file and has it.

use crate::history::History;
use amalgam_repo::Filelog;
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// `start` and everything below it, high to low.
pub(super) fn ancestors(history: &History<'_>, start: &[Rev]) -> Outcome<Vec<Rev>> {
    let Some(&last) = start.iter().max() else { return Ok(Vec::new()) };
    if start.contains(&NULL_REV) {
        return Err(Stop::unsupported(Reason::RevisionExpression, "following the null revision"));
    }
    history.changelog.expect_scan();
    let mut reached = vec![false; usize::try_from(last + 1).unwrap_or(0)];
    for &rev in start {
        reached[rev as usize] = true;
    }
    let mut out = Vec::new();
    for rev in (0..=last).rev() {
        if reached[rev as usize] {
            out.push(rev);
            for parent in history.changelog.parents(rev)?.into_iter().filter(|&parent| parent >= 0) {
                reached[parent as usize] = true;
            }
        }
    }
    Ok(out)
}

/// One revision of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FileRev {
    path: Vec<u8>,
    node: Node,
}

struct Walk<'h, 'a> {
    history: &'h History<'a>,
    filelogs: HashMap<Vec<u8>, Rc<Filelog>>,
}

/// The changesets that introduced the files `names` as they are in `start`, and what they descend from; high to low.
pub(super) fn files(history: &History<'_>, start: &[Rev], names: &[Vec<u8>]) -> Outcome<Vec<Rev>> {
    let mut walk = Walk { history, filelogs: HashMap::new() };
    let mut open: BTreeMap<Rev, BTreeSet<FileRev>> = BTreeMap::new();
    for &rev in start {
        let manifest = history.repository.manifest_of(rev)?;
        for name in names {
            let Some(entry) = manifest.get(name)? else {
                return Err(Stop::unsupported(Reason::WarningExpected, "a followed file that a revision lacks"));
            };
            let file = FileRev { path: name.clone(), node: entry.node()? };
            let introduced = walk.introduced(&file, rev, true)?;
            open.entry(introduced).or_default().insert(file);
        }
    }
    let visibility = history.visibility()?;
    let mut out = Vec::new();
    while let Some((rev, files)) = open.pop_last() {
        if rev < 0 || rev >= history.changelog.len() || visibility.is_hidden(rev) {
            return Err(Stop::unsupported(Reason::RevisionHidden, format!("revision {rev}")));
        }
        out.push(rev);
        for file in files {
            for parent in walk.parents(&file)? {
                let introduced = walk.introduced(&parent, rev, false)?;
                if introduced >= rev {
                    return Err(Stop::unsupported(Reason::RepositoryState, "a file revision younger than its child"));
                }
                open.entry(introduced).or_default().insert(parent);
            }
        }
    }
    Ok(out)
}

impl Walk<'_, '_> {
    fn filelog(&mut self, path: &[u8]) -> Outcome<Rc<Filelog>> {
        if let Some(known) = self.filelogs.get(path) {
            return Ok(Rc::clone(known));
        }
        let filelog = Rc::new(self.history.repository.filelog(path)?);
        self.filelogs.insert(path.to_vec(), Rc::clone(&filelog));
        Ok(filelog)
    }

    /// The file revisions that this one was made from, the source of a copy among them.
    fn parents(&mut self, file: &FileRev) -> Outcome<Vec<FileRev>> {
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
    fn introduced(&mut self, file: &FileRev, from: Rev, inclusive: bool) -> Outcome<Rev> {
        let filelog = self.filelog(&file.path)?;
        let recorded = filelog.linkrev(filelog.known_rev(&file.node)?)?;
        if from == recorded {
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
