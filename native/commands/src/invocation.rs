//! One invocation, ready to be answered, and what is common to all answers: verbosity, colour, the pager, and
//! how an abort is printed.

use crate::{CommandSpec, Output, Parsed, Styles, pager};
use amalgam_config::Config;
use amalgam_fileset::Aside;
use amalgam_repo::Repository;
use amalgam_types::{Abort, AbortKind, Environment, LegacyFacts, Node, Outcome, Reason, Stop, short_hex};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

/// The commands of which native knows what `--debug` adds.
const UNDER_DEBUG: &[&str] = &[
    "annotate",
    "bookmarks",
    "branches",
    "cat",
    "diff",
    "export",
    "heads",
    "identify",
    "log",
    "manifest",
    "parents",
    "tags",
    "tip",
];

/// What the standard descriptors are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Whether stdin is a terminal.
    pub stdin_tty: bool,
    /// Whether stdout is a terminal.
    pub stdout_tty: bool,
    /// Whether stderr is a terminal.
    pub stderr_tty: bool,
    /// The terminal's width in columns, where there is one.
    pub columns: Option<u16>,
}

impl Terminal {
    /// Legacy's `ui.formatted()`: the setting, or whether stdout is a terminal.
    ///
    /// # Errors
    /// The abort for a setting that is not a boolean.
    pub fn is_formatted(&self, config: &Config) -> Outcome<bool> {
        Ok(config.get_bool("ui", "formatted")?.unwrap_or(self.stdout_tty))
    }
}

/// Everything that a command may look at.
pub struct Prepared {
    /// The command.
    pub spec: &'static CommandSpec,
    /// Its options and arguments.
    pub parsed: Parsed,
    /// The environment as the process got it.
    pub env: Environment,
    /// All configuration in force, the repository's and the command line's included.
    pub config: Config,
    /// Whether legacy loads any extension here, the repository's own among them.
    pub loads_extensions: bool,
    /// What is known of legacy; `version` is empty where there is none.
    pub facts: Arc<LegacyFacts>,
    /// The repository, for commands that use one.
    pub repository: Option<Repository>,
    /// The working directory, after `--cwd`.
    pub cwd: PathBuf,
    /// What the standard descriptors are.
    pub terminal: Terminal,
    /// What turned up while filesets were matched.
    pub aside: Aside,
}

impl Prepared {
    /// The repository.
    ///
    /// # Errors
    /// `RepositoryPath` when there is none; `routing` does not let it come to that for commands that need one.
    pub fn repository(&self) -> Outcome<&Repository> {
        self.repository.as_ref().ok_or_else(|| Stop::unsupported(Reason::RepositoryPath, "no repository"))
    }

    /// The repository's root as bytes.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn root_bytes(&self) -> Outcome<&[u8]> {
        Ok(self.repository()?.root().as_os_str().as_bytes())
    }

    /// The working directory relative to the root: empty at the root, absolute when it is outside.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn cwd_in_repository(&self) -> Outcome<&[u8]> {
        let root = self.root_bytes()?;
        let cwd = match self.config.get("ui", "forcecwd") {
            Some(forced) if !forced.is_empty() => forced,
            _ => self.cwd.as_os_str().as_bytes(),
        };
        Ok(match cwd.strip_prefix(root) {
            Some(b"") => b"",
            Some(below) if below[0] == b'/' => &below[1..],
            // A root of `/` ends with its slash.
            Some(below) if root.ends_with(b"/") => below,
            _ => cwd,
        })
    }

    /// `ui.quiet` as legacy settles it with verbose and debug.
    ///
    /// # Errors
    /// The abort for a setting that is not a boolean.
    pub fn quiet(&self) -> Outcome<bool> {
        Ok(self.verbosity()?.0)
    }

    /// `ui.verbose` as legacy settles it with quiet and debug.
    ///
    /// # Errors
    /// The abort for a setting that is not a boolean.
    pub fn verbose(&self) -> Outcome<bool> {
        Ok(self.verbosity()?.1)
    }

    /// `ui.debug`.
    ///
    /// # Errors
    /// The abort for a setting that is not a boolean.
    pub fn debug(&self) -> Outcome<bool> {
        self.config.bool_or("ui", "debug", false)
    }

    /// An id as listings show it: its first twelve digits, or all of it under `--debug`.
    pub fn shown_id(&self, node: &Node) -> String {
        // A broken setting has ended the command before it comes to that.
        if self.debug().unwrap_or_default() { node.to_string() } else { short_hex(node) }
    }

    /// What ends each name: NUL under `--print0`.
    pub fn line_end(&self) -> u8 {
        if self.parsed.switch("print0") { 0 } else { b'\n' }
    }

    /// Legacy's `ui.termwidth()`.
    ///
    /// # Errors
    /// `EnvironmentUnsupported` for a width that is not plain digits.
    pub fn terminal_width(&self) -> Outcome<i64> {
        let Some(given) = self.env.get("COLUMNS") else { return Ok(self.terminal.columns.map_or(80, i64::from)) };
        let digits = std::str::from_utf8(given).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|text| text.parse().ok());
        number.ok_or_else(|| Stop::unsupported(Reason::EnvironmentUnsupported, "COLUMNS"))
    }

    fn verbosity(&self) -> Outcome<(bool, bool)> {
        if self.debug()? {
            return Ok((false, true));
        }
        let quiet = self.config.bool_or("ui", "quiet", false)?;
        let verbose = self.config.bool_or("ui", "verbose", false)?;
        // Both together cancel out.
        Ok(if quiet && verbose { (false, false) } else { (quiet, verbose) })
    }

    fn color(&self) -> Outcome<Option<Styles>> {
        Styles::for_invocation(&self.config, &self.env, &self.terminal, &self.facts)
    }

    /// Whether the repository's own files have a say in colours: legacy prints errors without asking them.
    fn repository_colours(&self) -> bool {
        let own = |section: &str, name: &[u8]| {
            self.config.source(section, name).is_some_and(|source| source.contains("/.hg/hgrc"))
        };
        own("ui", b"color") || own("ui", b"formatted") || self.config.items("color").any(|(name, _)| own("color", name))
    }

    /// With `ui.debug` on, legacy says more on nearly every path: about pagers, terminals, what extensions do.
    fn refuse_debug(&self, coloured: bool) -> Outcome<()> {
        if self.debug()? {
            let refuse = |what: &str| Err(Stop::unsupported(Reason::FlagGlobal, format!("--debug {what}")));
            if !UNDER_DEBUG.contains(&self.spec.name) {
                return refuse("of this command");
            }
            if self.loads_extensions {
                return refuse("with extensions");
            }
            if coloured || self.terminal.is_formatted(&self.config)? {
                return refuse("for people");
            }
        }
        if self.config.bool_or("ui", "timestamp-output", false)? {
            return Err(Stop::unsupported(Reason::ConfigUnsupported, "ui.timestamp-output"));
        }
        match self.config.get("ui", "message-output") {
            None | Some(b"stdio") => Ok(()),
            Some(_) => Err(Stop::unsupported(Reason::ConfigUnsupported, "ui.message-output")),
        }
    }
}

/// Answers `prepared` into `out` and returns the exit code. An abort is printed as legacy prints it.
///
/// # Errors
/// `Unsupported` only: nothing has left `out` then, and legacy must answer.
pub fn answer(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    pager::refuse_forced(prepared)?;
    answer_with(prepared, out, |out| {
        let code = (prepared.spec.run)(prepared, out)?;
        prepared.aside.finish()?;
        Ok(code)
    })
}

/// Answers with an error that legacy finds before it comes to the command.
///
/// # Errors
/// `Unsupported` only.
pub fn answer_abort(prepared: &Prepared, abort: &Abort, out: &mut Output<'_>) -> Outcome<i32> {
    answer_with(prepared, out, |_| Err(Stop::Abort(abort.clone())))
}

fn answer_with(
    prepared: &Prepared,
    out: &mut Output<'_>,
    run: impl FnOnce(&mut Output<'_>) -> Outcome<i32>,
) -> Outcome<i32> {
    let styles = prepared.color().map_err(left_to_legacy)?;
    prepared.refuse_debug(styles.is_some()).map_err(left_to_legacy)?;
    out.set_styles(styles);
    match run(out) {
        // Which of several warnings and errors comes first depends on when legacy reads the setting.
        Err(stop @ Stop::Abort(Abort { kind: AbortKind::Config, .. })) => Err(left_to_legacy(stop)),
        Err(Stop::Abort(abort)) => print_abort(prepared, &abort, out).map_err(left_to_legacy),
        other => other,
    }
}

/// A setting that decides how errors look is itself in error: which of legacy's layers stumbles first is its own
/// affair.
fn left_to_legacy(stop: Stop) -> Stop {
    match stop {
        Stop::Abort(abort) => Stop::unsupported(Reason::ConfigBroken, String::from_utf8_lossy(&abort.message)),
        unsupported => unsupported,
    }
}

/// Prints `abort` as legacy does and returns its exit code.
fn print_abort(prepared: &Prepared, abort: &Abort, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.repository_colours() {
        return Err(Stop::unsupported(Reason::TerminalUnsupported, "an error where the repository sets colours"));
    }
    out.write_error(&abort.text(), "ui.error");
    Ok(abort.exit_code(prepared.config.detailed_exit_code()?))
}
