//! Which files a changeset added, changed and removed, and the mark that it has in a graph.

use crate::history::{Changeset, pending};
use amalgam_template::Value;
use amalgam_types::{NULL_REV, Outcome, Reason, Stop, WDIR_REV};

/// The files of a changeset by what happened to them.
#[derive(Debug, Default)]
pub(crate) struct FileLists {
    pub(crate) added: Vec<Vec<u8>>,
    pub(crate) modified: Vec<Vec<u8>>,
    pub(crate) removed: Vec<Vec<u8>>,
}

impl FileLists {
    /// All of them.
    pub(super) fn sorted(self) -> Vec<Vec<u8>> {
        let mut files = [self.added, self.modified, self.removed].concat();
        files.sort();
        files
    }
}

impl Changeset<'_, '_> {
    /// The files that it is about.
    ///
    /// # Errors
    /// What reading the changeset, or looking at the working directory, meets.
    pub(crate) fn files(&self) -> Outcome<Vec<Vec<u8>>> {
        if self.rev == WDIR_REV {
            return Ok(pending::files(self.history.prepared)?.sorted());
        }
        Ok(self.entry()?.files().map(<[u8]>::to_vec).collect())
    }

    /// The recorded files, told apart by the manifests of the changeset and its parents.
    ///
    /// # Errors
    /// `TemplateKeyword` for a merge that removes files: which of them count depends on the merge's ancestors.
    pub(crate) fn file_lists(&self) -> Outcome<FileLists> {
        if self.rev == WDIR_REV {
            return pending::files(self.history.prepared);
        }
        let repository = self.history.repository;
        let files = self.files()?;
        let mut lists = FileLists::default();
        if files.is_empty() {
            return Ok(lists);
        }
        let own = repository.manifest_of(self.rev)?;
        let [p1, p2] = self.history.changelog.parents(self.rev)?;
        let (first, second) = (repository.manifest_of(p1)?, repository.manifest_of(p2)?);
        for file in files {
            if own.get(&file)?.is_none() {
                if p2 != NULL_REV {
                    return Err(Stop::unsupported(Reason::TemplateKeyword, "the removals of a merge"));
                }
                lists.removed.push(file);
            } else if first.get(&file)?.is_none() && second.get(&file)?.is_none() {
                lists.added.push(file);
            } else {
                lists.modified.push(file);
            }
        }
        lists.modified.sort();
        Ok(lists)
    }

    /// `{path}`, `{size}` and `{status}` of one file.
    ///
    /// # Errors
    /// What reading the manifests meets.
    pub(super) fn file_keyword(&self, keyword: &str, path: &[u8]) -> Outcome<Value> {
        let repository = self.history.repository;
        let own = repository.manifest_of(self.rev)?;
        let entry = own.get(path)?;
        match (keyword, entry) {
            ("status", entry) => {
                let [first, _] = self.history.changelog.parents(self.rev)?;
                let before = repository.manifest_of(first)?;
                let letter = match (before.get(path)?, entry) {
                    (None, None) => return Ok(Value::None),
                    (None, Some(_)) => "A",
                    (Some(_), None) => "R",
                    (Some(old), Some(new)) if old.node()? != new.node()? || old.flags != new.flags => "M",
                    (Some(_), Some(_)) => "C",
                };
                Ok(Value::text(letter))
            }
            (_, None) => Ok(Value::None),
            ("size", Some(entry)) => {
                let size = repository.file_size(path, &entry.node()?)?;
                Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
            }
            _ => Ok(Value::text(path)),
        }
    }

    /// `@` for a parent of the working copy, `%` for the other side of an unresolved merge, and otherwise what kind of
    /// changeset it is.
    ///
    /// # Errors
    /// `ObsolescencePresent`, or what reading meets.
    pub(crate) fn graph_node(&self) -> Outcome<&'static [u8]> {
        let repository = self.history.repository;
        if self.rev == WDIR_REV {
            return Ok(b"o");
        }
        let [p1, p2] = repository.working_revs()?;
        if self.rev == p1 || (p2 != NULL_REV && self.rev == p2) {
            return Ok(b"@");
        }
        let merge = repository.merge_state()?;
        if merge.is_active()
            && merge.unresolved().next().is_some()
            && [merge.local, merge.other].contains(&Some(self.node))
        {
            return Ok(b"%");
        }
        if self.is_obsolete()? {
            return Ok(b"x");
        }
        if !self.instabilities()?.is_empty() {
            return Ok(b"*");
        }
        Ok(if self.branch()?.1 { b"_" } else { b"o" })
    }
}
