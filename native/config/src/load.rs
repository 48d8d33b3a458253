//! Filling a [`Config`] in legacy's order, with what legacy derives after each step.

use crate::config::{Config, LegacyPaths, PathRoot, RepoConfigFiles, Verbosity};
use crate::expand::expand_user;
use crate::layer::{Layer, Source};
use crate::packaged::{self, Deferred};
use crate::paths::normalize_path;
use crate::places::{expand_entry, is_relative_share, system_files, user_files};
use crate::plain;
use crate::read::{Opened, Reader};
use crate::text::{python_repr, strip};
use amalgam_types::{AbortKind, Environment, Outcome, Reason, Stop};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

/// What plain mode removes from `[ui]` of a configuration file.
const PLAIN_UI: &[&str] = &[
    "debug",
    "fallbackencoding",
    "quiet",
    "slash",
    "logtemplate",
    "message-output",
    "statuscopies",
    "style",
    "traceback",
    "verbose",
];

/// What `ui.tweakdefaults` sets, in legacy's order.
const TWEAKS: &[(&str, &str, &str)] = &[
    ("commands", "grep.all-files", "True"),
    ("commands", "update.check", "noconflict"),
    ("commands", "status.verbose", "True"),
    ("commands", "resolve.explicit-re-merge", "True"),
    ("diff", "git", "1"),
    ("diff", "showfunc", "1"),
    ("diff", "word-diff", "1"),
    ("ui", "rollback", "False"),
    ("ui", "statuscopies", "yes"),
    ("ui", "interface", "curses"),
    ("ui", "relative-paths", "yes"),
];

/// What setting a value later on depends on.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) home: Option<Vec<u8>>,
    cwd: Option<Vec<u8>>,
    plain: bool,
    plain_sections: Vec<&'static str>,
    plain_tweaks: bool,
}

impl Surroundings {
    fn new(env: &Environment) -> Self {
        let is_plain = plain(env, None);
        let mut plain_sections = Vec::new();
        if is_plain {
            plain_sections.extend(["defaults", "commands", "command-templates"]);
        }
        plain_sections.extend(["alias", "revsetalias", "templatealias"].iter().filter(|s| plain(env, Some(s))));
        Surroundings {
            home: expand_user(env, b"~").ok(),
            cwd: env.cwd.as_ref().map(|cwd| cwd.as_os_str().as_bytes().to_vec()),
            plain: is_plain,
            plain_sections,
            plain_tweaks: plain(env, Some("tweakdefaults")),
        }
    }
}

/// Whose file it is.
#[derive(Clone, Copy, PartialEq)]
enum Trust {
    Always,
    OwnerOnly,
}

impl Config {
    /// Everything before the command line and the repository: packaged, system, environment and user settings.
    /// `env.cwd` is the folder that the process started in, before `--cwd`.
    ///
    /// # Errors
    /// `Unsupported` only: errors in these files come before anything that could be answered.
    pub fn load_user(env: &Environment, legacy: &LegacyPaths) -> Outcome<Config> {
        let mut config = Config { around: Arc::new(Surroundings::new(env)), ..Config::default() };
        config.load_user_files(env, legacy).map_err(|stop| match stop {
            Stop::Abort(abort) => {
                Stop::unsupported(Reason::ConfigBroken, String::from_utf8_lossy(&abort.message).into_owned())
            }
            unsupported => unsupported,
        })?;
        Ok(config)
    }

    fn load_user_files(&mut self, env: &Environment, legacy: &LegacyPaths) -> Outcome<()> {
        let home = self.around.home.clone();
        if let Some(listed) = env.get("HGRCPATH") {
            self.add_environment(env)?;
            for entry in listed.split(|&b| b == b':').filter(|entry| !entry.is_empty()) {
                for file in expand_entry(env, entry)? {
                    self.add_file(env, &file, home.as_deref(), Trust::Always)?;
                    Arc::make_mut(&mut self.components).push(file);
                }
            }
        } else {
            for file in &legacy.default_rc {
                self.add_packaged(env, file)?;
            }
            for file in system_files(&legacy.system_rc) {
                self.add_user_file(env, &file)?;
            }
            self.add_environment(env)?;
            for file in user_files(env)? {
                self.add_user_file(env, &file)?;
            }
        }
        self.tweak_defaults()?;
        self.items.new_source();
        self.overlay.new_source();
        Ok(())
    }

    fn add_user_file(&mut self, env: &Environment, file: &[u8]) -> Outcome<()> {
        let file = normalize_path(file);
        let home = self.around.home.clone();
        self.add_file(env, &file, home.as_deref(), Trust::Always)?;
        Arc::make_mut(&mut self.components).push(file);
        Ok(())
    }

    /// The items that `$EDITOR`, `$VISUAL` and `$PAGER` stand for.
    fn add_environment(&mut self, env: &Environment) -> Outcome<()> {
        self.items.new_source();
        self.overlay.new_source();
        for (variable, section, name) in
            [("EDITOR", "ui", "editor"), ("VISUAL", "ui", "editor"), ("PAGER", "pager", "pager")]
        {
            if let Some(value) = env.get(variable) {
                let source = Source::label(format!("${variable}").as_bytes());
                self.items.set(section.as_bytes(), name.as_bytes(), value.to_vec(), source);
            }
        }
        Ok(())
    }

    fn add_packaged(&mut self, env: &Environment, file: &Path) -> Outcome<()> {
        let base = file.file_name().unwrap_or_default().as_bytes();
        let name = [b"resource:mercurial.defaultrc.", base].concat();
        let files = Arc::make_mut(&mut self.files);
        let mut reader = Reader::new(env, files);
        // The facts say that it is there: that it is not means that they are stale.
        let Opened::Contents(contents) = reader.open(file.as_os_str().as_bytes())? else {
            return Err(Stop::unsupported(Reason::ConfigBroken, file.to_string_lossy()));
        };
        let mut text = contents.text;
        if self.deferred.is_none() && !self.items.touches(packaged::SECTION) {
            match Deferred::new(&name, text) {
                Ok(deferred) => {
                    self.deferred = Some(Arc::new(deferred.at_level(self.items.reserve_level())));
                    Arc::make_mut(&mut self.components).push(name);
                    return Ok(());
                }
                Err(back) => text = back,
            }
        }
        let mut layer = Layer::default();
        reader.parse(&mut layer, &name, &text)?;
        let home = self.around.home.clone();
        self.apply(layer, home.as_deref())?;
        Arc::make_mut(&mut self.components).push(name);
        Ok(())
    }

    /// The repository's files; does nothing but open the repository where `HGRCSKIPREPO` is set.
    ///
    /// # Errors
    /// `ConfigUntrusted` for a file that belongs to someone else, `ConfigBroken` for one that legacy refuses,
    /// legacy's error for a value of the wrong kind.
    pub fn add_repository(&mut self, env: &Environment, files: &RepoConfigFiles) -> Outcome<()> {
        self.outer_exit_code = Some(self.get_exact("ui", "detailed-exit-code").map(<[u8]>::to_vec));
        // Legacy works on a copy from here on, which counts as a source.
        self.items.new_source();
        self.overlay.new_source();
        let root = files.root.as_os_str().as_bytes();
        if env.get("HGRCSKIPREPO").is_none() {
            if let Some(source) = &files.share_source_hgrc {
                let before = self.files.len();
                self.add_file(env, source.as_os_str().as_bytes(), Some(root), Trust::OwnerOnly)?;
                if self.files.len() > before && is_relative_share(files) {
                    // Legacy then knows these settings when it runs the command, not when it chooses it.
                    return Err(Stop::unsupported(
                        Reason::RepositoryShare,
                        "configuration of a relative share's source",
                    ));
                }
            }
            self.add_file(env, files.hgrc.as_os_str().as_bytes(), Some(root), Trust::OwnerOnly)?;
            if let Some(file) = &files.hgrc_not_shared {
                self.add_file(env, file.as_os_str().as_bytes(), Some(root), Trust::OwnerOnly)?;
            }
        }
        self.set("bundle", "mainreporoot", root, "repo")
    }

    /// `--config section.name=value`, in order.
    ///
    /// # Errors
    /// Legacy's error for a malformed argument or a value of the wrong kind.
    pub fn add_command_line(&mut self, values: &[Vec<u8>]) -> Outcome<()> {
        for value in values {
            let (section, name, setting) = split_setting(value).ok_or_else(|| {
                let shown = python_repr(value);
                let message = [b"malformed --config option: ", &*shown, b" (use --config section.name=value)"].concat();
                Stop::abort(AbortKind::Input, message)
            })?;
            self.set(section, name, setting, "--config")?;
        }
        Ok(())
    }

    /// Sets a value over all files, as the command line and hg itself do; `source` is how `hg config` names it.
    ///
    /// # Errors
    /// Legacy's error for a value of the wrong kind.
    pub fn set(
        &mut self,
        section: impl AsRef<[u8]>,
        name: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
        source: &str,
    ) -> Outcome<()> {
        let (section, name, value) = (section.as_ref(), name.as_ref(), value.as_ref());
        if section == packaged::SECTION {
            self.settle_packaged();
        }
        for layer in [&mut self.overlay, &mut self.items] {
            layer.set(section, name, value.to_vec(), Source::label(source.as_bytes()));
        }
        let cwd = self.around.cwd.clone();
        match section {
            b"paths" => self.derive_paths(cwd.as_deref())?,
            b"ui" => self.derive_ui()?,
            b"devel" => self.refuse_debug_log()?,
            b"trusted" => self.derive_trust(),
            _ => {}
        }
        self.tweak_defaults()
    }

    /// The global flags `-v`, `--debug` and `-q`: one that is given makes legacy set all three.
    ///
    /// # Errors
    /// As [`Config::set`].
    pub fn add_verbosity_flags(&mut self, verbose: bool, debug: bool, quiet: bool) -> Outcome<()> {
        if !verbose && !debug && !quiet {
            return Ok(());
        }
        for (name, flag) in [("verbose", verbose), ("debug", debug), ("quiet", quiet)] {
            self.set("ui", name, if flag { "True" } else { "False" }, &format!("--{name}"))?;
        }
        Ok(())
    }

    fn tweak_defaults(&mut self) -> Outcome<()> {
        if !self.bool_or("ui", "tweakdefaults", false)? || self.tweaked || self.around.plain_tweaks {
            return Ok(());
        }
        self.tweaked = true;
        for (section, name, value) in TWEAKS {
            if self.get_exact(section, name).is_none() {
                self.set(section, name, value, "<tweakdefaults>")?;
            }
        }
        Ok(())
    }

    fn add_file(&mut self, env: &Environment, file: &[u8], root: Option<&[u8]>, trust: Trust) -> Outcome<()> {
        let mut reader = Reader::new(env, Arc::make_mut(&mut self.files));
        let Opened::Contents(contents) = reader.open(file)? else { return Ok(()) };
        if trust == Trust::OwnerOnly && contents.owner != env.euid && !self.trust_all {
            return Err(Stop::unsupported(Reason::ConfigUntrusted, String::from_utf8_lossy(file)));
        }
        let mut layer = Layer::default();
        reader.parse(&mut layer, file, &contents.text)?;
        self.apply(layer, root)
    }

    fn apply(&mut self, mut layer: Layer, root: Option<&[u8]>) -> Outcome<()> {
        if self.around.plain {
            for name in PLAIN_UI {
                layer.remove(b"ui", name.as_bytes());
            }
        }
        for section in &self.around.plain_sections {
            layer.clear(section.as_bytes());
        }
        if layer.touches(packaged::SECTION) {
            self.settle_packaged();
        }
        self.items.merge(layer);
        self.items.merge(self.overlay.clone());
        self.derive_paths(root)?;
        self.derive_ui()?;
        self.derive_trust();
        Ok(())
    }

    /// Remembers for each new `[paths]` item which folder it is relative to.
    fn derive_paths(&mut self, root: Option<&[u8]>) -> Outcome<()> {
        let Some(section) = self.items.section(b"paths") else { return Ok(()) };
        for (name, item) in section.iter() {
            let known = |r: &PathRoot| r.name == name && r.value == item.value && r.source == item.source;
            if !self.path_roots.iter().any(known) {
                Arc::make_mut(&mut self.path_roots).push(PathRoot {
                    name: name.to_vec(),
                    value: item.value.clone(),
                    source: item.source.clone(),
                    root: root.map(<[u8]>::to_vec),
                });
            }
            if !name.contains(&b':') && item.value.windows(2).any(|w| w == b"%%") {
                return Err(Stop::unsupported(Reason::WarningExpected, "'%%' in [paths]"));
            }
        }
        Ok(())
    }

    fn derive_ui(&mut self) -> Outcome<()> {
        if self.items.section(b"ui").is_none() {
            return Ok(());
        }
        match self.get("ui", "message-output") {
            None | Some(b"stdio" | b"stderr" | b"channel") => {}
            Some(_) => return Err(Stop::unsupported(Reason::ConfigUnsupported, "ui.message-output")),
        }
        // In legacy's order: the first value that is not a boolean is the one that it names.
        let debug = self.bool_or("ui", "debug", false)?;
        let verbose = debug || self.bool_or("ui", "verbose", false)?;
        let quiet = !debug && self.bool_or("ui", "quiet", false)?;
        if !debug {
            self.get_bool("ui", "report_untrusted")?;
        }
        for name in ["timestamp-output", "traceback", "logblockedtimes"] {
            self.get_bool("ui", name)?;
        }
        let both = verbose && quiet;
        self.verbosity = Verbosity { quiet: quiet && !both, verbose: verbose && !both, debug };
        self.refuse_debug_log()
    }

    fn refuse_debug_log(&self) -> Outcome<()> {
        if self.verbosity.debug && self.bool_or("devel", "debug.extensions", false)? {
            return Err(Stop::unsupported(Reason::ConfigUnsupported, "devel.debug.extensions"));
        }
        Ok(())
    }

    /// Only the wildcard is understood; other users and groups need the user database.
    fn derive_trust(&mut self) {
        if self.trust_all || self.items.section(b"trusted").is_none() {
            return;
        }
        let all = |name| self.get_list("trusted", name).unwrap_or_default().iter().any(|entry| entry == b"*");
        self.trust_all = all("users") || all("groups");
    }
}

fn split_setting(argument: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let equals = argument.iter().position(|&b| b == b'=')?;
    let (key, value) = (strip(&argument[..equals]), strip(&argument[equals + 1..]));
    let dot = key.iter().position(|&b| b == b'.')?;
    let (section, name) = (&key[..dot], &key[dot + 1..]);
    (!section.is_empty() && !name.is_empty()).then_some((section, name, value))
}
