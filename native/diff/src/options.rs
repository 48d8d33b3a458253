//! What shapes a diff.

/// What becomes of binary content in the git format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitBinary {
    /// It is written as the zlib that is linked here compresses it.
    Encoded,
    /// It is only said to be binary, which is enough to count lines.
    Marked,
    /// It is refused, because legacy's zlib may compress it otherwise.
    Refused,
}

/// The settings of one diff; `Default` is Mercurial's own default, and refuses what depends on legacy's zlib.
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
    /// How it is shown.
    pub git_binary: GitBinary,
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
            git_binary: GitBinary::Refused,
            no_prefix: false,
            ignore_space: false,
            ignore_space_change: false,
            ignore_blank_lines: false,
            ignore_space_at_eol: false,
            word_diff: false,
        }
    }
}
