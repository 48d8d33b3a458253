//! The keywords of the working directory, where a template speaks of it as of a changeset.

use crate::history::changesets::phase_name;
use crate::history::keywords::changeset_value;
use crate::history::{Keywords, values};
use amalgam_repo::Phase;
use amalgam_template::Value;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop, WDIR_NODE, WDIR_REV};

impl Keywords<'_, '_> {
    /// The value of a keyword for the working directory.
    ///
    /// # Errors
    /// `TemplateKeyword` for what depends on more than its parents and its branch.
    pub(super) fn of_working_directory(&self, name: &str) -> Outcome<Value> {
        let repository = self.history.repository;
        let [p1, p2] = repository.working_revs()?;
        let node_of = |rev: Rev| -> Outcome<Value> { Ok(Value::text(self.history.changeset(rev)?.node.hex())) };
        Ok(match name {
            "rev" => Value::Int(i64::from(WDIR_REV)),
            "node" => Value::text(WDIR_NODE.hex()),
            "negrev" => Value::None,
            "activebookmark" | "currentbookmark" => {
                let active = self.history.active_bookmark()?.unwrap_or_default();
                let here = self.working_bookmarks()?.iter().any(|name| name == active);
                Value::text(if here { active } else { b"" })
            }
            "bookmarks" => values::bookmark_list(self.history, &self.working_bookmarks()?)?,
            "branches" => {
                let branch = repository.working_branch()?;
                let shown = (branch != b"default").then_some(branch);
                values::names(shown.iter().map(Vec::as_slice), "branch", "branches")
            }
            "branch" => Value::text(repository.working_branch()?),
            "desc" | "obsolete" => Value::text(b""),
            "closesbranch" => Value::YesNo(false),
            "tags" => values::names(std::iter::empty(), "tag", "tags"),
            "p1" => changeset_value(p1),
            "p2" => changeset_value(p2),
            "p1rev" => Value::Int(i64::from(p1)),
            "p2rev" => Value::Int(i64::from(p2)),
            "p1node" => node_of(p1)?,
            "p2node" => node_of(p2)?,
            "phase" => Value::text(phase_name(self.working_phase()?)),
            "phaseidx" => Value::Int(self.working_phase()? as i64),
            _ => return Err(Stop::unsupported(Reason::TemplateKeyword, format!("{name} of the working directory"))),
        })
    }

    /// The bookmarks of the working directory's parents.
    fn working_bookmarks(&self) -> Outcome<Vec<Vec<u8>>> {
        let mut all = Vec::new();
        for rev in self.history.repository.working_revs()? {
            if rev != NULL_REV {
                all.extend_from_slice(self.history.changeset(rev)?.bookmarks()?);
            }
        }
        Ok(all)
    }

    /// The phase that a commit would be in.
    fn working_phase(&self) -> Outcome<Phase> {
        if self.history.prepared.config.get("phases", "new-commit").is_some() {
            return Err(Stop::unsupported(Reason::ConfigUnsupported, "phases.new-commit"));
        }
        let mut phase = Phase::Draft;
        for parent in self.history.repository.working_revs()?.into_iter().filter(|&rev| rev != NULL_REV) {
            phase = phase.max(self.history.changeset(parent)?.phase()?);
        }
        Ok(phase)
    }
}
