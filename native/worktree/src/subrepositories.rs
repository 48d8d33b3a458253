//! Subrepositories of the working copy: a status that does not go into them passes over their folders.
//!
//! Source: `hg help subrepos`, and what legacy does.

use crate::repository::WorkingCopy;
use crate::{PathList, Refresh, Selecting, StatusOptions, Visit};
use amalgam_formats::subrepositories::Subrepositories;
use amalgam_matching::Matcher;
use amalgam_repo::Repository;
use amalgam_types::{LegacyBuild, NULL_NODE, NULL_REV, Outcome, Reason, Rev, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Names the subrepositories.
pub(crate) const SPEC: &[u8] = b".hgsub";
/// What each is to be at.
pub(crate) const STATE: &[u8] = b".hgsubstate";

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
        // The flat form is searched before it is parsed; `.hgsubstate` begins with the other's name.
        let (docket, raw) = dirstate.raw();
        if docket.is_none() && memchr::memmem::find(raw, SPEC).is_none() {
            return Ok(Subrepositories::default());
        }
        let parsed = dirstate.parse()?;
        let is_tracked = |path: &[u8]| Ok(parsed.look_up(path)?.0.is_some_and(|entry| entry.tracked));
        self.subrepositories_in(is_tracked, |path| Ok(parsed.look_up(path)? != (None, false)))
    }

    /// The same for who has the tracked files already.
    ///
    /// # Errors
    /// `SubrepositoryPresent`.
    pub fn subrepositories_among(&self, tracked: &PathList) -> Outcome<Subrepositories> {
        let holds = |path: &[u8]| {
            let at_or_below = |file: &[u8]| file.strip_prefix(path).is_some_and(|rest| matches!(rest, [] | [b'/', ..]));
            Ok(tracked.iter().any(at_or_below))
        };
        self.subrepositories_in(|path| Ok(tracked.contains(path)), holds)
    }

    /// As the tracked ones of both files say; `holds` tells whether a folder has files of the repository itself.
    fn subrepositories_in(
        &self,
        is_tracked: impl Fn(&[u8]) -> Outcome<bool>,
        holds: impl Fn(&[u8]) -> Outcome<bool>,
    ) -> Outcome<Subrepositories> {
        let (spec, state) = (is_tracked(SPEC)?, is_tracked(STATE)?);
        if !spec && !state {
            return Ok(Subrepositories::default());
        }
        let files = self.files()?;
        let read = |name: &[u8], tracked: bool| -> Outcome<Option<Vec<u8>>> {
            if !tracked {
                return Ok(None);
            }
            let file = files.read_if_there(name, &mut Vec::new())?.filter(|file| file.flags != b'l');
            let file = file.ok_or_else(|| refused(String::from_utf8_lossy(name)))?;
            Ok(Some(file.content))
        };
        let found = Subrepositories::parse(read(SPEC, spec)?.as_deref(), read(STATE, state)?.as_deref())?;
        self.check_source_settings()?;
        for path in found.iter() {
            if holds(path)? {
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

    /// A stop where legacy would have something to say, or to do, when it opens these: it makes those that are not
    /// there.
    ///
    /// # Errors
    /// `SubrepositoryPresent`.
    pub fn check_opened(&self, all: &Subrepositories) -> Outcome<()> {
        for path in all.iter() {
            self.open_subrepository(all, path)?;
        }
        Ok(())
    }

    /// Whether a subrepository's working directory is at another changeset than the one recorded, or has changes; with
    /// `missing`, files that have gone count. Beside it, what looking at it has found out.
    ///
    /// # Errors
    /// `SubrepositoryPresent` for one that legacy would not just open, or that has such of its own.
    pub fn is_dirty(&self, all: &Subrepositories, path: &[u8], missing: bool) -> Outcome<(bool, Option<Refresh>)> {
        let repository = self.open_subrepository(all, path)?;
        let inner = WorkingCopy { repository: &repository, ..*self };
        if !inner.subrepositories()?.is_empty() || repository.sparse_rules()?.is_some() {
            return Err(refused("a subrepository in another, or a sparse one"));
        }
        let (p1, p2) = repository.working_parents()?;
        if all.state(path) != Some(p1) || p2 != NULL_NODE {
            return Ok((true, None));
        }
        let recorded = match repository.working_revs()?[0] {
            NULL_REV => b"default".to_vec(),
            rev => repository.changelog()?.entry(rev)?.branch()?.0.to_vec(),
        };
        if repository.working_branch()? != recorded {
            return Ok((true, None));
        }
        let ignore = || Err(refused("ignore rules of a subrepository"));
        let status = inner.status(&Matcher::always(), &ignore, StatusOptions::CHANGES)?;
        let lists = [&status.modified, &status.added, &status.removed];
        let dirty = lists.iter().any(|list| !list.is_empty()) || missing && !status.deleted.is_empty();
        Ok((dirty, status.refresh))
    }

    fn open_subrepository(&self, all: &Subrepositories, path: &[u8]) -> Outcome<Repository> {
        let shown = || refused(String::from_utf8_lossy(path));
        if self.config.items("subrepos").next().is_some() {
            return Err(refused("settings of what is allowed"));
        }
        // What legacy would expand, and folders that it does not follow.
        if !all.is_mercurial(path) || path[0] == b'~' || path.contains(&b'$') {
            return Err(shown());
        }
        let is_folder = |at: &Path| at.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        let mut folder = self.repository.root().to_path_buf();
        for name in path.split(|&byte| byte == b'/') {
            if folder != self.repository.root() && is_folder(&folder.join(".hg")) {
                return Err(shown());
            }
            folder.push(OsStr::from_bytes(name));
            if !is_folder(&folder) {
                return Err(shown());
            }
        }
        let dot_hg = folder.join(".hg");
        let has_settings = ["hgrc", "hgrc-not-shared"].iter().any(|name| !is_bare(&dot_hg.join(name), self.env.euid));
        if !is_folder(&dot_hg) || has_settings || dot_hg.join("sharedpath").exists() {
            return Err(shown());
        }
        let inner = Repository::open(&folder, self.env).map_err(|_| shown())?;
        if inner.is_narrow() {
            return Err(shown());
        }
        Ok(inner)
    }

    /// The same as [`WorkingCopy::subrepositories`] where the file that names them is in its place. Where it is not, a
    /// walk notices that it is tracked.
    pub(crate) fn subrepositories_if_any(&self) -> Outcome<Option<Subrepositories>> {
        if self.repository.root().join(OsStr::from_bytes(SPEC)).symlink_metadata().is_err() {
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

/// Whether a file of settings is not there, or names nothing but other repositories.
fn is_bare(file: &Path, user: u32) -> bool {
    let Ok(meta) = file.symlink_metadata() else { return true };
    let Ok(text) = std::fs::read(file) else { return false };
    let is_key = |key: &[u8]| key.trim_ascii_end().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let is_plain = |line: &[u8]| match line {
        [] | [b'#' | b';', ..] | b"[paths]" => true,
        [first, ..] if first.is_ascii_alphabetic() => {
            !line.contains(&b'%') && memchr::memchr(b'=', line).is_some_and(|at| is_key(&line[..at]))
        }
        _ => false,
    };
    meta.is_file() && meta.uid() == user && text.is_ascii() && text.split(|&byte| byte == b'\n').all(is_plain)
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
