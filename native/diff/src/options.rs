//! What shapes a diff.

/// The settings of one diff; `Default` is Mercurial's own default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffOptions {
    /// Lines of context around a change.
    pub context: usize,
    /// The git extended format.
    pub git: bool,
    /// Treat every file as text.
    pub text: bool,
    /// Name the function that a hunk is in.
    pub show_function: bool,
    /// No dates in headers.
    pub no_dates: bool,
    /// Do not show binary content in the git format.
    pub no_binary: bool,
    /// No `a/` and `b/` before names.
    pub no_prefix: bool,
    /// Ignore all white space.
    pub ignore_space: bool,
    /// Ignore changes in the amount of white space.
    pub ignore_space_change: bool,
    /// Ignore changes whose lines are all blank.
    pub ignore_blank_lines: bool,
    /// Ignore white space at the end of a line.
    pub ignore_space_at_eol: bool,
    /// Colour changed words (no effect on the bytes of a diff without colours).
    pub word_diff: bool,
}

impl Default for DiffOptions {
    fn default() -> Self {
        DiffOptions {
            context: 3,
            git: false,
            text: false,
            show_function: false,
            no_dates: false,
            no_binary: false,
            no_prefix: false,
            ignore_space: false,
            ignore_space_change: false,
            ignore_blank_lines: false,
            ignore_space_at_eol: false,
            word_diff: false,
        }
    }
}
