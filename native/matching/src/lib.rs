//! Which paths a command is about, and which are ignored: Mercurial's patterns, matchers and `.hgignore`, with the
//! meaning that the installed legacy gives them.
//!
//! Patterns that cannot be matched with certainty, and everything of which legacy would warn, are `Unsupported`.

mod ast;
mod audit;
mod automaton;
mod compiled;
mod glob;
mod ignore;
mod kind;
mod lines;
mod lookahead;
mod matcher;
mod normalize;
mod paths;
mod piece;
mod python_re;
mod rules;
mod rust_ignore;
mod rust_re;
mod search;
mod sets;
mod shape;
mod text;

pub use audit::canonical_path;
pub use ignore::IgnoreRules;
pub use kind::PatternKind;
pub use matcher::{Matcher, Visit};
pub use paths::relative_path;
pub use search::LineSearch;
pub use sets::{Filesets, Subject};
pub use text::TextRegex;

use amalgam_config::Config;
use amalgam_types::{Environment, LegacyBuild};
use std::path::Path;

/// Which of legacy's implementations decides what a pattern means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Python's `re` on bytes: the C build always, the Rust build outside of status.
    #[default]
    PythonBytes,
    /// Mercurial's Rust extension: status of the working directory, and ignore rules, in the Rust build.
    RustExtension,
}

impl Engine {
    /// The one that a status goes by in this build of legacy.
    pub fn of_status(build: LegacyBuild) -> Engine {
        if build == LegacyBuild::Rust { Engine::RustExtension } else { Engine::PythonBytes }
    }
}

/// Where patterns are read.
#[derive(Clone, Copy)]
pub struct MatchContext<'a> {
    /// The repository's root, absolute.
    pub root: &'a Path,
    /// The user's folder relative to the root, empty at the root; absolute when it lies outside.
    pub cwd: &'a [u8],
    /// The process's folder, absolute.
    pub cwd_abs: &'a Path,
    /// For names in the configuration.
    pub env: &'a Environment,
    /// For `ui.ignore`.
    pub config: &'a Config,
    /// The implementation that legacy would use in a status.
    pub engine: Engine,
    /// Who knows what fileset expressions mean; without it they are refused.
    pub sets: Option<&'a dyn Filesets>,
}

/// What the user asked for.
#[derive(Debug, Clone, Copy)]
pub struct MatchOptions<'a> {
    /// The arguments.
    pub patterns: &'a [Vec<u8>],
    /// The values of `-I`.
    pub include: &'a [Vec<u8>],
    /// The values of `-X`.
    pub exclude: &'a [Vec<u8>],
    /// The kind of arguments without one: `relpath` for most commands, `relglob` for `locate`. For `-I` and `-X` it is
    /// always `glob`.
    pub default: PatternKind,
}
