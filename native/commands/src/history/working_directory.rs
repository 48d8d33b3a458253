//! The keywords of the working directory, where a template speaks of it as of a changeset.

use crate::history::changesets::phase_name;
use crate::history::keywords::changeset_value;
use crate::history::{Keywords, pending, values};
use amalgam_template::Value;
use amalgam_types::{Outcome, Reason, Rev, Stop, WDIR_NODE, WDIR_REV};

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
            "user" | "author" => Value::text(pending::user(self.history.prepared)?),
            "date" => values::date(&self.history.changeset(WDIR_REV)?)?,
            "files" => {
                let changeset = self.history.changeset(WDIR_REV)?;
                let files: Vec<Vec<u8>> = changeset.entry()?.files().map(<[u8]>::to_vec).collect();
                values::files(&files, "file", "files")
            }
            "file_adds" => values::files(&pending::files(self.history.prepared)?.added, "file_add", "file_adds"),
            "file_mods" => values::files(&pending::files(self.history.prepared)?.modified, "file_mod", "file_mods"),
            "file_dels" => values::files(&pending::files(self.history.prepared)?.removed, "file_del", "file_dels"),
            "parents" => values::parents(&self.history.changeset(WDIR_REV)?)?,
            "graphnode" => Value::text(b"o"),
            "activebookmark" | "currentbookmark" => {
                let active = self.history.active_bookmark()?.unwrap_or_default();
                let here = pending::bookmarks(self.history)?.iter().any(|name| name == active);
                Value::text(if here { active } else { b"" })
            }
            "bookmarks" => values::bookmark_list(self.history, &pending::bookmarks(self.history)?)?,
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
            "phase" => Value::text(phase_name(pending::phase(self.history)?)),
            "phaseidx" => Value::Int(pending::phase(self.history)? as i64),
            _ => return Err(Stop::unsupported(Reason::TemplateKeyword, format!("{name} of the working directory"))),
        })
    }
}
