//! Status of an opened repository: ties the walk to the repository's history, settings and patterns.

use crate::filters::Filters;
use crate::narrow::Narrowed;
use crate::sparse::Limited;
use crate::subrepositories::Beside;
use crate::{
    Dirstate, Ignoring, Parent, PathList, Place, Request, Selecting, StatusOptions, StatusResult, Visit, status,
};
use amalgam_config::Config;
use amalgam_formats::manifest::Manifest;
use amalgam_matching::{IgnoreRules, Matcher};
use amalgam_repo::Repository;
use amalgam_types::{Environment, LegacyBuild, Node, Outcome, Reason, Stop};
use std::sync::{Arc, OnceLock};

/// One repository's working copy, as one invocation sees it.
#[derive(Clone, Copy)]
pub struct WorkingCopy<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// All settings in force.
    pub config: &'a Config,
    /// The process's environment.
    pub env: &'a Environment,
    /// Which implementation of Mercurial gives the answers to match.
    pub build: LegacyBuild,
}

/// How the ignore rules are had, if they are needed.
pub type LoadIgnore<'a> = &'a (dyn Fn() -> Outcome<IgnoreRules> + Sync);

impl<'a> WorkingCopy<'a> {
    fn place(&self) -> Place<'a> {
        Place {
            root: self.repository.root(),
            dot_hg: self.repository.dot_hg(),
            build: self.build,
            dirstate_v2: self.repository.requirements().has("dirstate-v2"),
        }
    }

    /// The dirstate.
    ///
    /// # Errors
    /// When it is damaged, or belongs to a transaction that has not ended.
    pub fn dirstate(&self) -> Outcome<Dirstate> {
        if self.env.get("HG_PENDING").is_some() {
            return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "HG_PENDING"));
        }
        load_dirstate(self.repository)
    }

    /// The working copy against its first parent.
    ///
    /// # Errors
    /// Whatever makes native uncertain; nothing was written then.
    pub fn status(
        &self,
        matcher: &Matcher<'_>,
        ignore: LoadIgnore<'_>,
        options: StatusOptions,
    ) -> Outcome<StatusResult> {
        if self.env.get("HG_PENDING").is_some() {
            return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "HG_PENDING"));
        }
        self.repository.check_watcher()?;
        let parent = FirstParent::new(self)?;
        let load = || ignore().map(|rules| Box::new(Rules(rules)) as Box<dyn Ignoring>);
        let kept = self.sparse_matcher()?;
        let limited;
        let asked = Selection(matcher);
        let selection: &dyn Selecting = match kept {
            None => &asked,
            Some(kept) => {
                limited = Limited::new(asked, kept);
                &limited
            }
        };
        let narrow = self.narrowed(matcher)?;
        let narrowed;
        let selection = match narrow {
            Some(spec) => {
                narrowed = Narrowed::new(selection, spec);
                &narrowed
            }
            None => selection,
        };
        let subrepositories = if options.beside_subrepositories { self.subrepositories_if_any()? } else { None };
        let beside;
        let selection = match &subrepositories {
            Some(all) if !all.is_empty() => {
                self.repository.check_not_narrow()?;
                if matcher.explicit_files().iter().any(|name| all.hold(name)) {
                    return Err(Stop::unsupported(Reason::SubrepositoryPresent, "files of one are asked for"));
                }
                beside = Beside::new(selection, all);
                &beside
            }
            _ => selection,
        };
        let mut result = status(&Request {
            place: self.place(),
            selection,
            without_subrepositories: subrepositories.is_some(),
            named: matcher.explicit_files(),
            ignore: &load,
            parent: &parent,
            options,
        })?;
        if result.parents.p1 != parent.node {
            return Err(Stop::unsupported(Reason::RepositoryChanged, "the working copy's parent"));
        }
        // Inside a hook the lock is inherited; that is legacy's business.
        if self.env.get("HG_WLOCK_LOCKER").is_some() {
            result.refresh = None;
        }
        Ok(result)
    }
}

fn load_dirstate(repository: &Repository) -> Outcome<Dirstate> {
    Dirstate::load(repository.dot_hg(), repository.requirements().has("dirstate-v2"))
}

/// Every tracked file, present or not, sorted.
///
/// # Errors
/// When the dirstate is damaged.
pub fn tracked_files(repository: &Repository) -> Outcome<PathList> {
    load_dirstate(repository)?.tracked()
}

/// Every file of the dirstate, those marked as removed included, sorted.
///
/// # Errors
/// When the dirstate is damaged.
pub fn known_files(repository: &Repository) -> Outcome<PathList> {
    let mut files = PathList::default();
    let dirstate = load_dirstate(repository)?;
    dirstate.for_each(&mut |entry| files.push(entry.path))?;
    files.sort();
    Ok(files)
}

/// The first parent's manifest and files, read when they are first needed.
pub(crate) struct FirstParent<'a> {
    pub(crate) working_copy: &'a WorkingCopy<'a>,
    pub(crate) node: Node,
    manifest: OnceLock<Outcome<Arc<Manifest>>>,
    filters: OnceLock<Outcome<Filters<'a>>>,
}

impl<'a> FirstParent<'a> {
    pub(crate) fn new(working_copy: &'a WorkingCopy<'a>) -> Outcome<Self> {
        let (node, _) = working_copy.repository.working_parents()?;
        Ok(FirstParent { working_copy, node, manifest: OnceLock::new(), filters: OnceLock::new() })
    }

    pub(crate) fn manifest(&self) -> Outcome<&Arc<Manifest>> {
        let repository = self.working_copy.repository;
        let read = || repository.manifest_of(repository.working_revs()?[0]);
        self.manifest.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    pub(crate) fn filters(&self) -> Outcome<&Filters<'a>> {
        self.filters.get_or_init(|| Filters::of(self.working_copy)).as_ref().map_err(Clone::clone)
    }
}

impl Parent for FirstParent<'_> {
    fn expect(&self) {
        // What cannot be read is met again by the first comparison.
        let _ = self.manifest();
    }

    fn entry(&self, path: &[u8]) -> Outcome<Option<(Node, u8)>> {
        let entry = self.manifest()?.get(path)?;
        entry.map(|entry| Ok((entry.node()?, entry.flags))).transpose()
    }

    fn content(&self, path: &[u8], node: &Node) -> Outcome<Vec<u8>> {
        self.filters()?.refuse(path)?;
        self.working_copy.repository.file_content(path, node)
    }
}

pub(crate) struct Selection<'a>(pub(crate) &'a Matcher<'a>);

impl Selecting for Selection<'_> {
    fn matches(&self, path: &[u8]) -> bool {
        self.0.matches(path)
    }

    fn visit(&self, folder: &[u8]) -> Visit<'_> {
        visit(self.0, folder)
    }

    fn names_exactly(&self, path: &[u8]) -> bool {
        self.0.is_explicit(path)
    }
}

/// What a matcher says of a folder.
pub(crate) fn visit<'m>(matcher: &'m Matcher<'_>, folder: &[u8]) -> Visit<'m> {
    use amalgam_matching::Visit as Theirs;
    match matcher.visit_dir(folder) {
        Theirs::Nothing => Visit::Nothing,
        Theirs::Recursive => Visit::Everything,
        Theirs::This => Visit::Ask,
        Theirs::Children(names) => Visit::Names(names),
    }
}

struct Rules(IgnoreRules);

impl Ignoring for Rules {
    fn at(&self, path: &[u8]) -> bool {
        self.0.matches_path(path)
    }

    fn at_or_above(&self, path: &[u8]) -> bool {
        self.0.is_ignored(path)
    }

    fn hash(&self) -> [u8; 20] {
        self.0.pattern_hash()
    }
}
