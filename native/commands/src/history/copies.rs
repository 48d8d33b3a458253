//! Which files a changeset copied, as `--copies` and templates tell it: by the file's own history, and for a file
//! revision that several changesets share by whether a parent has it already.

use crate::history::{Changeset, History};
use amalgam_repo::Filelog;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::collections::HashMap;
use std::rc::Rc;

/// Destination and source of each copy.
pub(crate) type Copies = Vec<(Vec<u8>, Vec<u8>)>;

/// What is known of one file: per changeset that introduced a revision, the copy source.
pub(crate) struct FileCopies {
    filelog: Filelog,
    by_changeset: HashMap<Rev, Option<Vec<u8>>>,
}

impl History<'_> {
    fn file_copies(&self, path: &[u8]) -> Outcome<Rc<FileCopies>> {
        if let Some(known) = self.copies.borrow().get(path) {
            return Ok(Rc::clone(known));
        }
        let filelog = self.repository.filelog(path)?;
        let mut by_changeset = HashMap::new();
        for rev in 0..filelog.len() {
            by_changeset.insert(filelog.linkrev(rev)?, filelog.copied(rev)?.map(|copied| copied.path));
        }
        let found = Rc::new(FileCopies { filelog, by_changeset });
        self.copies.borrow_mut().insert(path.to_vec(), Rc::clone(&found));
        Ok(found)
    }
}

impl Changeset<'_, '_> {
    /// The copies that this changeset made, in the order of its files.
    ///
    /// # Errors
    /// What reading the files' histories meets.
    pub(crate) fn copies(&self) -> Outcome<Copies> {
        if self.rev == WDIR_REV {
            return Err(Stop::unsupported(Reason::RevisionExpression, "copies in the working directory"));
        }
        let source = self.history.prepared.config.get("experimental", "copies.read-from");
        if matches!(source, Some(b"changeset-only" | b"compatibility")) {
            return Err(Stop::unsupported(Reason::ConfigUnsupported, "experimental.copies.read-from"));
        }
        let mut copies = Copies::new();
        for path in self.entry()?.files() {
            if !self.history.repository.holds(path)? {
                continue;
            }
            let file = self.history.file_copies(path)?;
            let source = match file.by_changeset.get(&self.rev) {
                Some(source) => source.clone(),
                None => self.shared_copy(path, &file.filelog)?,
            };
            if let Some(source) = source {
                copies.push((path.to_vec(), source));
            }
        }
        Ok(copies)
    }

    /// The source of a file revision that another changeset introduced.
    fn shared_copy(&self, path: &[u8], filelog: &Filelog) -> Outcome<Option<Vec<u8>>> {
        let repository = self.history.repository;
        let Some(entry) = repository.manifest_of(self.rev)?.get(path)?.map(|entry| entry.node()).transpose()? else {
            return Ok(None);
        };
        let Some(copied) = filelog.copied(filelog.known_rev(&entry)?)? else { return Ok(None) };
        for parent in self.history.changelog.parents(self.rev)?.into_iter().filter(|&rev| rev != NULL_REV) {
            if let Some(theirs) = repository.manifest_of(parent)?.get(path)?
                && theirs.node()? == entry
            {
                return Ok(None);
            }
        }
        Ok(Some(copied.path))
    }
}
