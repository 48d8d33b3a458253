//! What the command table says of one command: its names, its flags, and the facts that parsing, help,
//! completion, the policy schema and migration-plan.md derive from.

use crate::{Output, Part, Prepared};
use amalgam_types::Outcome;

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagKind {
    /// Nothing; `--no-NAME` undoes it.
    Switch,
    /// One value; the last one given wins.
    Value,
    /// One value each time; all are kept.
    List,
}

/// One flag of a command, or one of the global options.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// The short letter, or `'\0'`.
    pub short: char,
    /// The long name, without dashes.
    pub long: &'static str,
    /// What it takes.
    pub kind: FlagKind,
    /// Whether native implements it. A flag that is not native leads to legacy as soon as it is used.
    pub native: bool,
    /// The first Mercurial release (major, minor) that knows it; older legacies see a usage error.
    pub since: (u16, u16),
}

impl Flag {
    /// A switch that native implements.
    pub const fn switch(short: char, long: &'static str) -> Flag {
        Flag { short, long, kind: FlagKind::Switch, native: true, since: (0, 0) }
    }

    /// A flag with one value that native implements.
    pub const fn value(short: char, long: &'static str) -> Flag {
        Flag { short, long, kind: FlagKind::Value, native: true, since: (0, 0) }
    }

    /// A repeatable flag that native implements.
    pub const fn list(short: char, long: &'static str) -> Flag {
        Flag { short, long, kind: FlagKind::List, native: true, since: (0, 0) }
    }

    /// The same flag, known to the parser but answered by legacy.
    pub const fn legacy(mut self) -> Flag {
        self.native = false;
        self
    }

    /// The same flag, known to legacy only from release `major.minor` on.
    pub const fn since(mut self, major: u16, minor: u16) -> Flag {
        self.since = (major, minor);
        self
    }
}

/// Whether a command opens a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepositoryUse {
    /// Needs one.
    Required,
    /// Uses one where there is one.
    Optional,
    /// Never opens one.
    None,
}

/// How a command runs.
pub type Run = fn(&Prepared, &mut Output) -> Outcome<i32>;

/// One command that native answers.
#[derive(Debug)]
pub struct CommandSpec {
    /// The name by which configuration, hooks' environment and the pager speak of it.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// Its own flags, in legacy's order.
    pub flags: &'static [Flag],
    /// Whether it opens a repository.
    pub repository: RepositoryUse,
    /// The parts of legacy that it enters whatever it is given; more come with what a line gives ([`crate::parts`]).
    pub stands_for: &'static [Part],
    /// Whether, outside a repository, it takes the repository of its path arguments.
    pub infers_repository: bool,
    /// Whether its output can go through the pager.
    pub paged: bool,
    /// One line of what it does, for our own help and completion.
    pub summary: &'static str,
    /// The code.
    pub run: Run,
}

impl CommandSpec {
    /// All names, the primary one first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// The options that every command takes, in legacy's order.
pub const GLOBAL_FLAGS: &[Flag] = &[
    Flag::value('R', "repository"),
    Flag::value('\0', "cwd"),
    Flag::switch('y', "noninteractive"),
    Flag::switch('q', "quiet"),
    Flag::switch('v', "verbose"),
    Flag::value('\0', "color"),
    Flag::list('\0', "config"),
    Flag::list('\0', "config-file").legacy().since(7, 0),
    Flag::switch('\0', "debug"),
    Flag::switch('\0', "debugger").legacy(),
    Flag::value('\0', "encoding").legacy(),
    Flag::value('\0', "encodingmode").legacy(),
    Flag::switch('\0', "traceback").legacy(),
    Flag::switch('\0', "time").legacy(),
    Flag::switch('\0', "profile").legacy(),
    Flag::switch('\0', "version").legacy(),
    Flag::switch('h', "help").legacy(),
    Flag::switch('\0', "hidden"),
    Flag::value('\0', "pager"),
];

/// Switches that have no `--no-` form.
pub(crate) const NEVER_NEGATED: &[&str] = &["noninteractive", "help", "version"];
