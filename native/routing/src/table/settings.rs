//! What a policy settles besides its routes: what is recorded, when native is taken back, and how answers are compared.

/// What the journal keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journalling {
    /// Whether there is one.
    pub enabled: bool,
    /// A journal of more bytes becomes the earlier one.
    pub max_size: u64,
}

impl Default for Journalling {
    fn default() -> Self {
        Journalling { enabled: true, max_size: 16 << 20 }
    }
}

/// When a cell is demoted, and when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many mismatches demote a cell.
    pub mismatches: u32,
    /// For so many seconds.
    pub cooldown: u64,
    /// After which so many clean comparisons in a row bring it back.
    pub clean: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { mismatches: 1, cooldown: 7 * 24 * 60 * 60, clean: 3 }
    }
}

/// What is kept of two answers that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing that was typed or answered: sizes, digests, and where the first difference is.
    Shape,
    /// The command line as well.
    Line,
    /// Both answers as well.
    Full,
}

impl Keep {
    const ALL: [Keep; 3] = [Keep::Shape, Keep::Line, Keep::Full];

    /// The word in policies and tables.
    pub fn word(self) -> &'static str {
        match self {
            Keep::Shape => "shape",
            Keep::Line => "line",
            Keep::Full => "full",
        }
    }

    /// What `word` names.
    pub fn from_word(word: &str) -> Option<Keep> {
        Keep::ALL.into_iter().find(|keep| keep.word() == word)
    }
}

/// How answers are compared behind a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compare {
    /// Comparisons at once, on this machine and for this user.
    pub at_once: u32,
    /// Seconds for each answer.
    pub seconds: u32,
    /// What evidence of a mismatch holds.
    pub keep: Keep,
    /// Also where `CI` is set.
    pub in_ci: bool,
    /// Also on battery.
    pub on_battery: bool,
}

impl Default for Compare {
    fn default() -> Self {
        Compare { at_once: 2, seconds: 60, keep: Keep::Line, in_ci: false, on_battery: false }
    }
}
