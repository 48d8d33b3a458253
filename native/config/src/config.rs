//! The configuration in force: reading settings. `load` beside this file fills it.
//!
//! Two sets are kept, as legacy does: everything in force, and the overlay of what was set by the command line or
//! by hg itself, which is laid on again after each file that is read later.

use crate::aliases;
use crate::layer::{Item, Layer, Section, Source};
use crate::packaged::{self, Deferred};
use crate::paths::{dirname, join_path};
use crate::value::{Number, parse_bool, parse_byte_size, parse_int, parse_list};
use crate::{expand_user, load::Surroundings};
use amalgam_types::{AbortKind, Environment, LegacyFacts, Outcome, Reason, Stop};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the installation keeps its configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LegacyPaths {
    /// Packaged `defaultrc/*.rc`, in reading order.
    pub default_rc: Vec<PathBuf>,
    /// System files in reading order; one that is named `hgrc.d` is a folder of `*.rc` files.
    pub system_rc: Vec<PathBuf>,
}

impl From<&LegacyFacts> for LegacyPaths {
    fn from(facts: &LegacyFacts) -> Self {
        LegacyPaths { default_rc: facts.default_rc.clone(), system_rc: facts.system_rc.clone() }
    }
}

/// The configuration files of one repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepoConfigFiles {
    /// `hgrc` of the share source, for a share with `share-safe`.
    pub share_source_hgrc: Option<PathBuf>,
    /// `.hg/hgrc`.
    pub hgrc: PathBuf,
    /// `.hg/hgrc-not-shared`.
    pub hgrc_not_shared: Option<PathBuf>,
    /// The working folder's root, with symbolic links resolved.
    pub root: PathBuf,
}

/// `ui.quiet`, `ui.verbose` and `ui.debug` as legacy settles them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verbosity {
    /// Less output; never together with the others.
    pub quiet: bool,
    /// More output; implied by `debug`.
    pub verbose: bool,
    /// Debug output.
    pub debug: bool,
}

/// The folder that a relative `[paths]` value starts from.
#[derive(Debug, Clone)]
pub(crate) struct PathRoot {
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) source: Source,
    pub(crate) root: Option<Vec<u8>>,
}

/// All settings in force. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub(crate) items: Layer,
    pub(crate) overlay: Layer,
    /// Packaged items that belong below everything in `items`, as long as nothing there has their section.
    pub(crate) deferred: Option<Arc<Deferred>>,
    pub(crate) around: Arc<Surroundings>,
    pub(crate) path_roots: Arc<Vec<PathRoot>>,
    pub(crate) files: Arc<Vec<PathBuf>>,
    pub(crate) components: Arc<Vec<Vec<u8>>>,
    pub(crate) verbosity: Verbosity,
    pub(crate) trust_all: bool,
    pub(crate) tweaked: bool,
    /// `ui.detailed-exit-code` as it was before the repository's files, once those were read.
    pub(crate) outer_exit_code: Option<Option<Vec<u8>>>,
}

impl Config {
    /// The value of `section.name`, or of its older spelling where that was set by a later source.
    pub fn get(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        let (section, name) = (section.as_ref(), name.as_ref());
        let own = self.item(section, name);
        let old = aliases::older(section, name).and_then(|(s, n)| self.item(s.as_bytes(), n.as_bytes()));
        let item = match (own, old) {
            (Some(own), Some(old)) if old.level > own.level => Some(old),
            (Some(own), _) => Some(own),
            (None, old) => old,
        };
        item.map(|i| i.value.as_slice())
    }

    /// The value under exactly this name.
    pub fn get_exact(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.item(section.as_ref(), name.as_ref()).map(|i| i.value.as_slice())
    }

    /// A boolean.
    ///
    /// # Errors
    /// Legacy's error for a value that is not one.
    pub fn get_bool(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Outcome<Option<bool>> {
        let (section, name) = (section.as_ref(), name.as_ref());
        let Some(value) = self.get(section, name) else { return Ok(None) };
        parse_bool(value).map(Some).ok_or_else(|| wrong_kind(section, name, "a boolean", value))
    }

    /// A boolean, or `default` where nothing is set.
    ///
    /// # Errors
    /// Legacy's error for a value that is not a boolean.
    pub fn bool_or(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>, default: bool) -> Outcome<bool> {
        Ok(self.get_bool(section, name)?.unwrap_or(default))
    }

    /// An integer.
    ///
    /// # Errors
    /// Legacy's error for a value that is not one; `ConfigUnsupported` for one beyond 64 bits.
    pub fn get_int(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Outcome<Option<i64>> {
        self.number(section.as_ref(), name.as_ref(), parse_int, "a valid integer")
    }

    /// A quantity of bytes, such as `10 MB`.
    ///
    /// # Errors
    /// Legacy's error for a value that is not one; `ConfigUnsupported` where only Python could tell.
    pub fn get_bytes(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Outcome<Option<i64>> {
        self.number(section.as_ref(), name.as_ref(), parse_byte_size, "a byte quantity")
    }

    fn number(&self, section: &[u8], name: &[u8], parse: fn(&[u8]) -> Number, kind: &str) -> Outcome<Option<i64>> {
        let Some(value) = self.get(section, name) else { return Ok(None) };
        match parse(value) {
            Number::Value(number) => Ok(Some(number)),
            Number::Invalid => Err(wrong_kind(section, name, kind, value)),
            Number::Unclear => Err(Stop::unsupported(Reason::ConfigUnsupported, dotted(section, name))),
        }
    }

    /// A list; `None` where nothing is set.
    pub fn get_list(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Option<Vec<Vec<u8>>> {
        self.get(section, name).map(parse_list)
    }

    /// A path: relative to the file that sets it, `~` expanded there; unchanged where no file set it.
    ///
    /// # Errors
    /// As [`expand_user`].
    pub fn get_path(
        &self,
        env: &Environment,
        section: impl AsRef<[u8]>,
        name: impl AsRef<[u8]>,
    ) -> Outcome<Option<Vec<u8>>> {
        let (section, name) = (section.as_ref(), name.as_ref());
        let Some(value) = self.get(section, name) else { return Ok(None) };
        if value.starts_with(b"/") && value.windows(3).any(|w| w == b"://") {
            return Ok(Some(value.to_vec()));
        }
        let source = self.source_bytes(section, name).unwrap_or_default();
        match source.iter().position(|&b| b == b':') {
            Some(end) => Ok(Some(join_path(dirname(&source[..end]), &expand_user(env, value)?))),
            None => Ok(Some(value.to_vec())),
        }
    }

    /// Names and values of a section in legacy's order: by last definition.
    pub fn items(&self, section: impl AsRef<[u8]>) -> impl Iterator<Item = (&[u8], &[u8])> {
        let section = self.section(section.as_ref());
        section.into_iter().flat_map(|s| s.iter()).map(|(name, item)| (name, item.value.as_slice()))
    }

    /// The options of an item: `x` for each `NAME:x`, with its value.
    pub fn suboptions(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Vec<(&[u8], &[u8])> {
        let section = self.section(section.as_ref());
        let option = |key| -> Option<&[u8]> { <[u8]>::strip_prefix(key, name.as_ref())?.strip_prefix(b":") };
        let all = section.into_iter().flat_map(|s| s.iter());
        all.filter_map(|(key, item)| Some((option(key)?, item.value.as_slice()))).collect()
    }

    /// All sections, sorted; some may be empty.
    pub fn sections(&self) -> Vec<&[u8]> {
        let mut sections: Vec<&[u8]> = self.items.sections().collect();
        if self.deferred.is_some() {
            sections.push(packaged::SECTION);
            sections.sort_unstable();
        }
        sections
    }

    /// Where `section.name` was set, as text.
    pub fn source(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Option<String> {
        self.item(section.as_ref(), name.as_ref()).map(|i| i.source.to_string())
    }

    /// Where `section.name` was set: `FILE:LINE`, `--config`, `$PAGER` and so on.
    pub fn source_bytes(&self, section: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        self.item(section.as_ref(), name.as_ref()).map(|i| i.source.to_bytes())
    }

    /// Quiet, verbose and debug.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Whether errors have exit codes of their own kind. Legacy asks outside the repository: its files have no say.
    ///
    /// # Errors
    /// Legacy's error for a value that is not a boolean.
    pub fn detailed_exit_code(&self) -> Outcome<bool> {
        let (section, name) = (b"ui", b"detailed-exit-code");
        let value = match &self.outer_exit_code {
            Some(outer) => outer.as_deref(),
            None => self.get_exact(section, name),
        };
        match value {
            Some(value) => parse_bool(value).ok_or_else(|| wrong_kind(section, name, "a boolean", value)),
            None => Ok(false),
        }
    }

    /// Configuration files that exist and were read, included ones too.
    pub fn files_read(&self) -> &[PathBuf] {
        &self.files
    }

    /// The files that `hg config --debug` says were read before the repository's, whether they exist or not.
    pub fn components(&self) -> &[Vec<u8>] {
        &self.components
    }

    /// The folder that the `[paths]` item `name` is relative to.
    ///
    /// # Errors
    /// `EnvironmentUnsupported` where that is the home folder, or the working directory, and it is not known.
    pub fn path_root(&self, name: impl AsRef<[u8]>) -> Outcome<&[u8]> {
        let name = name.as_ref();
        let known = self.item(b"paths", name).and_then(|item| {
            let same = |root: &&PathRoot| root.name == name && root.value == item.value && root.source == item.source;
            self.path_roots.iter().find(same)
        });
        let root = match known {
            Some(found) => found.root.as_deref(),
            None => self.around.home.as_deref(),
        };
        root.ok_or_else(|| Stop::unsupported(Reason::EnvironmentUnsupported, "no folder for relative paths"))
    }

    fn item(&self, section: &[u8], name: &[u8]) -> Option<&Item> {
        self.section(section)?.get(name)
    }

    fn section(&self, name: &[u8]) -> Option<&Section> {
        match &self.deferred {
            Some(deferred) if name == packaged::SECTION => Some(deferred.section()),
            _ => self.items.section(name),
        }
    }

    /// Puts the packaged items in their place, before something goes on top of them.
    pub(crate) fn settle_packaged(&mut self) {
        if let Some(deferred) = self.deferred.take() {
            self.items.put_section(packaged::SECTION, Arc::clone(deferred.section()));
        }
    }
}

fn dotted(section: &[u8], name: &[u8]) -> String {
    format!("{}.{}", String::from_utf8_lossy(section), String::from_utf8_lossy(name))
}

fn wrong_kind(section: &[u8], name: &[u8], kind: &str, value: &[u8]) -> Stop {
    let message = [section, b".", name, b" is not ", kind.as_bytes(), b" ('", value, b"')"].concat();
    Stop::abort(AbortKind::Config, message)
}
