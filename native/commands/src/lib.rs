//! The commands that native answers: one file each, and the one table of them.
//!
//! A command gets a [`Prepared`] invocation (configuration loaded, repository open, options parsed) and writes to
//! an [`Output`]. It ends with an exit code, an abort in legacy's words, or `Unsupported`. Nothing here prints,
//! exits or reads the environment; `routing` prepares and the edges print.

mod blackbox;
mod color;
mod commands;
mod comparison;
mod defaults;
mod display;
mod formatter;
mod history;
mod invocation;
mod line_range;
mod lookup;
mod memory;
mod named;
mod options;
mod output;
mod pager;
mod patch;
mod selection;
mod spec;
mod stands;
mod subrepositories;
mod table;
mod target;

pub use amalgam_fileset::Aside;
pub use blackbox::{Blackbox, Typed};
pub use color::Styles;
pub use invocation::{Prepared, Terminal, answer, answer_abort};
pub use lookup::{Lookup, lookup};
pub use memory::own_process;
pub use options::{FlagValue, Parsed, Split, abbreviates, parse, split};
pub use output::{Output, PagerRequest, Sink, Stream};
pub use spec::{CommandSpec, Flag, FlagKind, GLOBAL_FLAGS, RepositoryUse, Run};
pub use stands::{Part, Parts, parts};
pub use table::COMMANDS;
