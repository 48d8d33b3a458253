//! Finding and opening a repository: where its parts are, and the lazily read values that hang on it.

use crate::branches::Branches;
use crate::changelog::Changelog;
use crate::instability::Instabilities;
use crate::manifests::KeptManifests;
use crate::names::Bookmarks;
use crate::requirements::{NARROW, Requirements};
use crate::source::read_optional;
use crate::tags::Tags;
use crate::topics::Topics;
use crate::visibility::Visibility;
use amalgam_config::{Config, RepoConfigFiles};
use amalgam_formats::damaged;
use amalgam_formats::manifest::Manifest;
use amalgam_formats::narrowspec::Narrowspec;
use amalgam_formats::sparse::{self, Sparse, SparseRules};
use amalgam_types::{Environment, LegacyFacts, Node, Outcome, Reason, Rev, Stop};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// An opened repository. Parts are read when first asked for and then kept: like legacy, one process sees
/// one state of each file.
pub struct Repository {
    pub(crate) layout: Layout,
    /// Whether the local encoding is ASCII, so that other text is legacy's to convert.
    pub(crate) ascii: bool,
    /// Whether hidden changesets are shown like any other.
    pub(crate) unfiltered: bool,
    /// Whether legacy says of some things that it passes over them.
    pub(crate) remarks: bool,
    /// The extension that finds out what has changed in the working copy.
    pub(crate) watcher: Option<&'static str>,
    /// Whether an extension adds kinds of names.
    pub(crate) other_names: bool,
    /// What the topic extension has to do with it, where that is enabled.
    pub(crate) topics: Option<Topics>,
    pub(crate) sparse: OnceLock<Outcome<Option<Sparse>>>,
    /// Whether it is a narrow clone.
    narrow: bool,
    narrowspec: OnceLock<Outcome<Arc<Narrowspec>>>,
    pub(crate) raw_parents: OnceLock<Outcome<(Node, Node)>>,
    pub(crate) changelog: OnceLock<Outcome<Changelog>>,
    pub(crate) manifestlog: OnceLock<Outcome<crate::changelog::Indexed>>,
    pub(crate) manifests: Mutex<KeptManifests>,
    pub(crate) filelogs: Mutex<HashMap<Vec<u8>, Arc<crate::Filelog>>>,
    pub(crate) visibility: OnceLock<Outcome<Visibility>>,
    pub(crate) bookmarks: OnceLock<Outcome<Bookmarks>>,
    pub(crate) tags: OnceLock<Outcome<Tags>>,
    pub(crate) tag_cache: OnceLock<Option<Vec<u8>>>,
    /// Whether that cache is as legacy writes it, and all there is to tags.
    pub(crate) plain_tags: OnceLock<bool>,
    pub(crate) branches: OnceLock<Outcome<Branches>>,
    pub(crate) instabilities: OnceLock<Outcome<Instabilities>>,
}

/// Where the parts of a repository are.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) root: PathBuf,
    pub(crate) dot_hg: PathBuf,
    /// The `.hg` folder that holds store and caches: another repository's for a share.
    pub(crate) shared_dot_hg: PathBuf,
    pub(crate) store: PathBuf,
    pub(crate) requirements: Requirements,
}

/// The nearest folder at or above `cwd` that holds a `.hg` folder.
pub fn find_root(cwd: &Path) -> Option<PathBuf> {
    cwd.ancestors().find(|dir| dir.join(".hg").is_dir()).map(Path::to_path_buf)
}

/// The configuration files of the repository at `root`, before its requirements are judged.
pub fn repo_config_files(root: &Path) -> Outcome<RepoConfigFiles> {
    Ok(Layout::read(root)?.config_files())
}

impl Layout {
    fn read(root: &Path) -> Outcome<Self> {
        if root.as_os_str().as_bytes().contains(&b'$') {
            // Legacy expands variables in the path of a repository.
            return Err(Stop::unsupported(Reason::RepositoryPath, "the path has a $"));
        }
        let root = root.canonicalize().map_err(|e| {
            Stop::unsupported(Reason::RepositoryPath, format!("the repository's path cannot be resolved: {}", e.kind()))
        })?;
        let dot_hg = root.join(".hg");
        let mut requirements = Requirements::default();
        let requires = read_optional(&dot_hg.join("requires"))?;
        let Some(requires) = requires else {
            return Err(Stop::unsupported(Reason::RequirementUnknown, "no requires file"));
        };
        requirements.add(&requires);
        let shared_dot_hg =
            if requirements.is_share() { shared_source(&dot_hg, &requirements)? } else { dot_hg.clone() };
        let store = shared_dot_hg.join("store");
        if requirements.is_share() {
            let mut source = Requirements::default();
            source.add(&read_optional(&shared_dot_hg.join("requires"))?.unwrap_or_default());
            if source.has("share-safe") != requirements.has("share-safe") {
                return Err(Stop::unsupported(Reason::RepositoryShare, "share-safe on one side only"));
            }
        }
        if requirements.has("share-safe") {
            let requires = read_optional(&store.join("requires"))?;
            requirements.add(&requires.ok_or_else(|| damaged("store/requires is missing"))?);
        }
        Ok(Layout { root, dot_hg, shared_dot_hg, store, requirements })
    }

    fn config_files(&self) -> RepoConfigFiles {
        let share = self.requirements.is_share() && self.requirements.has("share-safe");
        RepoConfigFiles {
            share_source_hgrc: share.then(|| self.shared_dot_hg.join("hgrc")),
            hgrc: self.dot_hg.join("hgrc"),
            hgrc_not_shared: Some(self.dot_hg.join("hgrc-not-shared")),
            root: self.root.clone(),
        }
    }
}

/// The `.hg` folder that `.hg/sharedpath` names.
fn shared_source(dot_hg: &Path, requirements: &Requirements) -> Outcome<PathBuf> {
    let text = read_optional(&dot_hg.join("sharedpath"))?.ok_or_else(|| damaged("sharedpath is missing"))?;
    let end = text.iter().rposition(|&b| b != b'\n').map_or(0, |at| at + 1);
    let named = Path::new(OsStr::from_bytes(&text[..end]));
    let path = if requirements.has("relshared") {
        // Legacy joins by text before it looks at the disk, so `..` does not follow links.
        let mut joined = dot_hg.to_path_buf();
        for part in named.components() {
            match part {
                Component::ParentDir => {
                    joined.pop();
                }
                Component::CurDir => {}
                other => joined.push(other),
            }
        }
        joined
    } else if named.is_absolute() {
        named.to_path_buf()
    } else {
        return Err(Stop::unsupported(Reason::RepositoryShare, "sharedpath is not absolute"));
    };
    path.canonicalize().map_err(|_| Stop::unsupported(Reason::RepositoryShare, "the share source is missing"))
}

impl Repository {
    /// Opens the repository whose working folder is `root`.
    ///
    /// # Errors
    /// `RequirementUnknown` for a format that native does not read, `RepositoryShare` where a share and its
    /// source disagree, `RepositoryState` within another hg process's transaction.
    pub fn open(root: &Path, env: &Environment) -> Outcome<Repository> {
        let layout = Layout::read(root)?;
        layout.requirements.check()?;
        if env.get("HG_PENDING").is_some() {
            return Err(Stop::unsupported(Reason::RepositoryState, "HG_PENDING is set"));
        }
        Ok(Repository {
            narrow: layout.requirements.has(NARROW),
            layout,
            ascii: env.is_ascii(),
            unfiltered: false,
            remarks: false,
            watcher: None,
            other_names: false,
            topics: None,
            sparse: OnceLock::new(),
            narrowspec: OnceLock::new(),
            raw_parents: OnceLock::new(),
            changelog: OnceLock::new(),
            manifestlog: OnceLock::new(),
            manifests: Mutex::default(),
            filelogs: Mutex::default(),
            visibility: OnceLock::new(),
            bookmarks: OnceLock::new(),
            tags: OnceLock::new(),
            tag_cache: OnceLock::new(),
            plain_tags: OnceLock::new(),
            branches: OnceLock::new(),
            instabilities: OnceLock::new(),
        })
    }

    /// Shows hidden changesets like any other, as `--hidden` does. For a repository of which nothing was read yet.
    pub fn show_hidden(&mut self) {
        self.unfiltered = true;
    }

    /// Stops where legacy under `--debug` remarks on what it finds: a cache that is not up to date, a line that it
    /// passes over. For a repository of which nothing was read yet.
    pub fn refuse_remarks(&mut self) {
        self.remarks = true;
    }

    /// An extension adds kinds of names, of which there are none here yet.
    pub fn expect_other_names(&mut self) {
        self.other_names = true;
    }

    /// Whether legacy knows more kinds of names than bookmarks, tags and branches.
    pub fn has_other_names(&self) -> bool {
        self.other_names || self.topics.is_some()
    }

    /// Leaves looking at the working copy to `watcher`, an extension that says more about it than native does.
    pub fn leave_working_copy_to(&mut self, watcher: &'static str) {
        self.watcher = Some(watcher);
    }

    /// A stop where an extension looks at the working copy.
    ///
    /// # Errors
    /// `ExtensionUnproven`.
    pub fn check_watcher(&self) -> Outcome<()> {
        match self.watcher {
            Some(watcher) => Err(Stop::unsupported(Reason::ExtensionUnproven, format!("{watcher} looks at the files"))),
            None => Ok(()),
        }
    }

    /// The rules of `.hg/sparse`, where a part of the files is checked out, and the files that are checked out besides.
    ///
    /// # Errors
    /// `RepositorySparse` where legacy refuses them or warns of them; where a file cannot be read.
    pub fn sparse_rules(&self) -> Outcome<Option<&Sparse>> {
        let read = || {
            if !self.layout.requirements.has("exp-sparse") {
                return Ok(None);
            }
            let read = |name: &str| read_optional(&self.layout.dot_hg.join(name)).map(Option::unwrap_or_default);
            let rules = SparseRules::parse(&read("sparse")?)?;
            let temporary = sparse::temporary(&read("tempsparse")?)?;
            Ok(Some(Sparse { rules, temporary }).filter(|sparse| !sparse.rules.is_empty()))
        };
        self.sparse.get_or_init(read).as_ref().map(Option::as_ref).map_err(Clone::clone)
    }

    /// Whether it has the history of a part of the files only.
    pub fn is_narrow(&self) -> bool {
        self.narrow
    }

    /// A stop in a narrow clone, for what native does not know to limit to its files.
    ///
    /// # Errors
    /// `RepositoryNarrow`.
    pub fn check_not_narrow(&self) -> Outcome<()> {
        match self.is_narrow() {
            true => Err(Stop::unsupported(Reason::RepositoryNarrow, "what is not limited to its files")),
            false => Ok(()),
        }
    }

    /// Which files a narrow clone has; nothing where it is none.
    ///
    /// # Errors
    /// `RepositoryNarrow` unless the narrowspecs of the store and of the working copy are one, in the form that legacy
    /// writes; where one cannot be read.
    pub fn narrowspec(&self) -> Outcome<Option<&Arc<Narrowspec>>> {
        if !self.is_narrow() {
            return Ok(None);
        }
        let read = |path: PathBuf| {
            read_optional(&path)?.ok_or_else(|| Stop::unsupported(Reason::RepositoryNarrow, "no narrowspec"))
        };
        let parse = || {
            let store = read(self.layout.store.join("narrowspec"))?;
            if read(self.layout.dot_hg.join("narrowspec.dirstate"))? != store {
                return Err(Stop::unsupported(Reason::RepositoryNarrow, "the working copy's narrowspec is another"));
            }
            Narrowspec::parse(&store).map(Arc::new)
        };
        self.narrowspec.get_or_init(parse).as_ref().map(Some).map_err(Clone::clone)
    }

    /// A stop in a narrow clone where a revision does not have the path that legacy looks for in it besides what was
    /// asked for.
    ///
    /// # Errors
    /// `RepositoryNarrow`, or a damaged manifest.
    pub fn check_narrowed_walk(&self, manifest: &Manifest) -> Outcome<()> {
        match self.narrowspec()?.and_then(|spec| spec.only_path()) {
            Some(path) if manifest.get(path)?.is_none() && !manifest.has_dir(path)? => {
                Err(Stop::unsupported(Reason::RepositoryNarrow, "a revision without the path that is included"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it has the history of the file `path`, as any repository but a narrow clone has.
    ///
    /// # Errors
    /// As [`Repository::narrowspec`]; in a clone without any file legacy fails sooner or later.
    pub fn holds(&self, path: &[u8]) -> Outcome<bool> {
        match self.narrowspec()? {
            None => Ok(true),
            Some(spec) if spec.is_empty() => Err(Stop::unsupported(Reason::RepositoryNarrow, "a clone without files")),
            Some(spec) => Ok(spec.holds(path)),
        }
    }

    /// A stop where legacy remarks on something.
    pub(crate) fn remark(&self, what: &str) -> Outcome<()> {
        match self.remarks {
            true => Err(Stop::unsupported(Reason::FlagGlobal, format!("--debug, and {what}"))),
            false => Ok(()),
        }
    }

    /// A stop where this build of legacy refuses such a repository (formats without a fast implementation)
    /// or would upgrade it while opening it.
    pub fn check_build(&self, facts: &LegacyFacts, config: &Config) -> Outcome<()> {
        self.layout.requirements.check_build(facts, config)
    }

    /// The working folder, with symbolic links resolved.
    pub fn root(&self) -> &Path {
        &self.layout.root
    }

    /// The `.hg` folder.
    pub fn dot_hg(&self) -> &Path {
        &self.layout.dot_hg
    }

    /// The store: another repository's for a share.
    pub fn store(&self) -> &Path {
        &self.layout.store
    }

    /// The `.hg` folder that holds store and caches; differs from [`Repository::dot_hg`] for a share.
    pub fn shared_dot_hg(&self) -> &Path {
        &self.layout.shared_dot_hg
    }

    /// Whether the store is another repository's.
    pub fn is_share(&self) -> bool {
        self.layout.requirements.is_share()
    }

    /// The configuration files of this repository.
    pub fn config_files(&self) -> RepoConfigFiles {
        self.layout.config_files()
    }

    /// What the repository requires.
    pub fn requirements(&self) -> &Requirements {
        &self.layout.requirements
    }

    /// A stop where one of `names` would be converted for the local encoding.
    pub(crate) fn check_names<'n>(&self, mut names: impl Iterator<Item = &'n [u8]>) -> Outcome<()> {
        if self.ascii && !names.all(<[u8]>::is_ascii) {
            return Err(Stop::unsupported(Reason::EncodingUnsupported, "a name is not ASCII"));
        }
        Ok(())
    }

    pub(crate) fn cache(&self, name: &str) -> PathBuf {
        self.layout.shared_dot_hg.join("cache").join(name)
    }

    /// The history.
    pub fn changelog(&self) -> Outcome<&Changelog> {
        let read = || {
            // The parents first: a commit that ends in between must not make them unknown.
            self.raw_parents()?;
            Changelog::open(&self.layout.store, self.ascii)
        };
        self.changelog.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// The revision of a changeset.
    pub fn rev_of(&self, node: &Node) -> Outcome<Option<Rev>> {
        self.changelog()?.rev_of(node)
    }
}
