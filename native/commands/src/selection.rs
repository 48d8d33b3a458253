//! What the path commands share: the matcher for their patterns, the revision that `-r` names, and the files of
//! a revision or of the working directory that match.

use crate::Prepared;
use crate::comparison::working_copy;
use crate::display::PathDisplay;
use crate::options::version_of;
use amalgam_fileset::Setting;
use amalgam_formats::manifest::Manifest;
use amalgam_matching::{Engine, Filesets, MatchContext, MatchOptions, Matcher, PatternKind, Subject};
use amalgam_query::Context;
use amalgam_repo::Repository;
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Reason, Rev, Stop, WDIR_REV, short_hex};
use std::collections::BTreeSet;

/// The release whose patterns have `filepath:`; before it that is part of a name.
const FILEPATH_SINCE: (u16, u16) = (6, 5);

/// The first release whose filesets were compared with these.
const FILESETS_SINCE: (u16, u16) = (7, 2);

impl Filesets for Prepared {
    fn matcher<'a>(&'a self, expression: &[u8], subject: Subject) -> Outcome<Matcher<'a>> {
        if version_of(&self.facts) < FILESETS_SINCE {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "filesets of an older legacy"));
        }
        let setting =
            Setting { working_copy: working_copy(self)?, matching: self.match_context()?, aside: &self.aside };
        amalgam_fileset::matcher(setting, expression, subject)
    }
}

/// What a revision flag selects.
pub(crate) enum Selected {
    /// The working directory.
    WorkingCopy,
    /// A changeset, or the null revision.
    Revision(Rev),
}

impl Selected {
    /// The revision, by its number.
    pub(crate) fn rev(&self) -> Rev {
        match self {
            Selected::WorkingCopy => WDIR_REV,
            Selected::Revision(rev) => *rev,
        }
    }
}

impl Prepared {
    /// The matcher for this command's arguments, `-I` and `-X`. Paths of the working directory are audited on disk;
    /// those of a revision are not.
    ///
    /// # Errors
    /// Aborts for paths outside the repository, `PatternUnsupported` for what cannot be matched exactly.
    pub(crate) fn matcher(&self, selected: &Selected, default: PatternKind) -> Outcome<Matcher<'_>> {
        self.matcher_for(selected, default, &self.parsed.arguments)
    }

    /// The same where not every argument is a pattern.
    ///
    /// # Errors
    /// As [`Prepared::matcher`].
    pub(crate) fn matcher_for(
        &self,
        selected: &Selected,
        default: PatternKind,
        patterns: &[Vec<u8>],
    ) -> Outcome<Matcher<'_>> {
        let context = self.match_context()?;
        let options = MatchOptions {
            patterns,
            include: self.parsed.list("include"),
            exclude: self.parsed.list("exclude"),
            default,
        };
        match selected {
            Selected::WorkingCopy => Matcher::new(&context, &options),
            Selected::Revision(rev) => Matcher::for_revision(&context, *rev, &options),
        }
    }

    /// What the matching crate needs to know of this invocation.
    ///
    /// # Errors
    /// When there is no repository, or a pattern may be of a kind that this release of legacy does not have.
    pub(crate) fn match_context(&self) -> Outcome<MatchContext<'_>> {
        if version_of(&self.facts) < FILEPATH_SINCE {
            let lists = [self.parsed.arguments.as_slice(), self.parsed.list("include"), self.parsed.list("exclude")];
            let may_be = |pattern: &&Vec<u8>| {
                let in_set = pattern.starts_with(b"set:") && memchr::memmem::find(pattern, b"filepath").is_some();
                pattern.starts_with(b"filepath:") || pattern.starts_with(b"listfile") || in_set
            };
            if lists.into_iter().flatten().any(|pattern| may_be(&pattern)) {
                return Err(Stop::unsupported(Reason::PatternUnsupported, "filepath: is newer than this legacy"));
            }
        }
        Ok(MatchContext {
            root: self.repository()?.root(),
            cwd: self.cwd_in_repository()?,
            cwd_abs: &self.cwd,
            env: &self.env,
            config: &self.config,
            engine: Engine::of_status(self.facts.build),
            sets: Some(self),
        })
    }

    /// The revision that `symbol` selects, or `default` where none was given.
    ///
    /// # Errors
    /// As [`Prepared::single`].
    pub(crate) fn select(&self, symbol: Option<&[u8]>, default: Selected) -> Outcome<Selected> {
        let Some(symbol) = symbol else { return Ok(default) };
        Ok(match self.single_or_working_copy(symbol)? {
            None => default,
            Some(WDIR_REV) => Selected::WorkingCopy,
            Some(rev) => Selected::Revision(rev),
        })
    }

    /// The revision that an expression selects, the last of several; `None` for an empty text.
    ///
    /// # Errors
    /// As [`amalgam_query::Context::single`].
    pub(crate) fn single(&self, spec: &[u8]) -> Outcome<Option<Rev>> {
        match self.single_or_working_copy(spec)? {
            Some(WDIR_REV) => Err(Stop::unsupported(Reason::RevisionExpression, "the working directory")),
            other => Ok(other),
        }
    }

    /// The same for a command that takes the working directory for a revision.
    ///
    /// # Errors
    /// As [`Prepared::single`].
    pub(crate) fn single_or_working_copy(&self, spec: &[u8]) -> Outcome<Option<Rev>> {
        self.query()?.single(spec)
    }

    /// Where revisions are looked for.
    ///
    /// # Errors
    /// When there is no repository.
    pub(crate) fn query(&self) -> Outcome<Context<'_>> {
        Ok(Context { repository: self.repository()?, matching: self.match_context()?, contents: Some(self) })
    }
}

/// The names that were given outright and are neither a file nor a folder of `manifest`, sorted: legacy warns of
/// each after it has dealt with the rest.
///
/// # Errors
/// What reading the manifest meets.
pub(crate) fn missing_from(manifest: &Manifest, matcher: &Matcher<'_>) -> Outcome<Vec<Vec<u8>>> {
    if matcher.is_always() {
        return Ok(Vec::new());
    }
    let names: BTreeSet<&Vec<u8>> = matcher.explicit_files().iter().filter(|name| !name.is_empty()).collect();
    let mut missing = Vec::new();
    for name in names {
        if manifest.get(name)?.is_none() && !manifest.has_dir(name)? {
            missing.push(name.clone());
        }
    }
    Ok(missing)
}

/// Legacy's warning for a name that a revision does not have.
pub(crate) fn missing_warning(
    repository: &Repository,
    rev: Rev,
    display: &PathDisplay,
    path: &[u8],
) -> Outcome<Vec<u8>> {
    let mut line = display.show(path).into_owned();
    line.extend_from_slice(b": no such file in rev ");
    line.extend_from_slice(short_hex(&changeset_node(repository, rev)?).as_bytes());
    line.push(b'\n');
    Ok(line)
}

/// The id of a changeset or of the null revision.
///
/// # Errors
/// What reading the index meets.
pub(crate) fn changeset_node(repository: &Repository, rev: Rev) -> Outcome<Node> {
    if rev == NULL_REV { Ok(NULL_NODE) } else { repository.changelog()?.node(rev) }
}
