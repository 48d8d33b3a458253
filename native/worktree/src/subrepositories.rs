//! Subrepositories of the working copy: a status that does not go into them passes over their folders.
//!
//! Source: `hg help subrepos`, and what legacy does.

use crate::repository::WorkingCopy;
use crate::{Selecting, Visit};
use amalgam_formats::subrepositories::Subrepositories;
use amalgam_types::{LegacyBuild, Outcome, Reason, Rev, Stop};

const SPEC: &[u8] = b".hgsub";
const STATE: &[u8] = b".hgsubstate";

fn refused(what: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::SubrepositoryPresent, what)
}

impl WorkingCopy<'_> {
    /// The subrepositories of the working copy.
    ///
    /// # Errors
    /// `SubrepositoryPresent` where what they are is legacy's to say.
    pub fn subrepositories(&self) -> Outcome<Subrepositories> {
        let dirstate = self.dirstate()?;
        if ![SPEC, STATE].iter().any(|name| memchr::memmem::find(dirstate.raw().1, name).is_some()) {
            return Ok(Subrepositories::default());
        }
        let parsed = dirstate.parse()?;
        let files = self.files()?;
        let read = |name: &'static [u8]| -> Outcome<Option<Vec<u8>>> {
            if !parsed.look_up(name)?.0.is_some_and(|entry| entry.tracked) {
                return Ok(None);
            }
            let file = files.read_if_there(name, &mut Vec::new())?.filter(|file| file.flags != b'l');
            let file = file.ok_or_else(|| refused(String::from_utf8_lossy(name)))?;
            Ok(Some(file.content))
        };
        let found = Subrepositories::parse(read(SPEC)?.as_deref(), read(STATE)?.as_deref())?;
        self.check_source_settings()?;
        for path in found.iter() {
            if parsed.look_up(path)? != (None, false) {
                return Err(refused("a folder of a subrepository in which files are tracked"));
            }
        }
        Ok(found)
    }

    /// The subrepositories of a changeset.
    ///
    /// # Errors
    /// As [`WorkingCopy::subrepositories`], and what reading the changeset meets.
    pub fn subrepositories_of(&self, rev: Rev) -> Outcome<Subrepositories> {
        let manifest = self.repository.manifest_of(rev)?;
        let read = |name: &[u8]| -> Outcome<Option<Vec<u8>>> {
            let Some(entry) = manifest.get(name)? else { return Ok(None) };
            self.repository.file_content(name, &entry.node()?).map(Some)
        };
        let (spec, state) = (read(SPEC)?, read(STATE)?);
        if spec.is_some() || state.is_some() {
            self.check_source_settings()?;
        }
        Subrepositories::parse(spec.as_deref(), state.as_deref())
    }

    /// Settings that are read with the subrepositories, and that legacy may refuse.
    fn check_source_settings(&self) -> Outcome<()> {
        let rewrites = self.config.items("subpaths").next().is_some();
        if rewrites || self.config.get("paths", "default").is_some_and(|path| path.starts_with(b"file:")) {
            return Err(refused("settings that rewrite their sources"));
        }
        Ok(())
    }

    /// The same as [`WorkingCopy::subrepositories`] where the file that names them is in its place. Where it is not, a walk notices that it is tracked.
    pub(crate) fn subrepositories_if_any(&self) -> Outcome<Option<Subrepositories>> {
        if self.repository.root().join(".hgsub").symlink_metadata().is_err() {
            return Ok(None);
        }
        let found = self.subrepositories()?;
        if found.is_empty() {
            return Ok(Some(found));
        }
        if self.build != LegacyBuild::C {
            // The Rust extension leaves such a status to Python, and with it the reading of patterns and ignore rules.
            return Err(refused("a status of the Rust extension"));
        }
        match self.repository.sparse_rules()? {
            None => Ok(Some(found)),
            Some(_) => Err(refused("a sparse checkout")),
        }
    }
}

/// What is asked for, without the folders of subrepositories.
pub(crate) struct Beside<'a> {
    asked: &'a dyn Selecting,
    subrepositories: &'a Subrepositories,
}

impl<'a> Beside<'a> {
    pub(crate) fn new(asked: &'a dyn Selecting, subrepositories: &'a Subrepositories) -> Self {
        Beside { asked, subrepositories }
    }
}

impl Selecting for Beside<'_> {
    fn matches(&self, path: &[u8]) -> bool {
        !self.subrepositories.hold(path) && self.asked.matches(path)
    }

    fn visit(&self, folder: &[u8]) -> Visit<'_> {
        if self.subrepositories.hold(folder) {
            return Visit::Nothing;
        }
        match self.asked.visit(folder) {
            Visit::Everything if self.subrepositories.are_below(folder) => Visit::Ask,
            visit => visit,
        }
    }

    fn names_exactly(&self, path: &[u8]) -> bool {
        self.asked.names_exactly(path)
    }
}
