//! The differences between two sides as text: what `diff` prints, and `log`, `tip` and `export` below a changeset.

mod changesets;
mod files;
mod options;
mod template;
mod write;

pub(crate) use changesets::{Change, FilesOf, LinesOf, Patches};
pub(crate) use files::diffs;
pub(crate) use options::{counting, of_settings as settings_of_diffs, settle as settle_options};
pub(crate) use template::{diff_for_template, diffstat_for_template, git_patch, items};
pub(crate) use write::{stat_lines, stat_width, write_diffs, write_stat};

use crate::comparison::Sides;

/// A comparison with its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Directed {
    /// What is compared; the working directory, if it takes part, is the later side.
    pub(crate) sides: Sides,
    /// The later side is shown as the older one.
    pub(crate) turned: bool,
}
