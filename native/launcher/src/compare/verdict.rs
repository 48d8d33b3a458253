//! What two answers to one line amount to.

use super::program::{Answer, Ended};

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same to the byte.
    Same,
    /// They differ: in what.
    Different(String),
    /// Native crashed or did not end.
    Broken(String),
    /// Something changed meanwhile: it does not count.
    Raced,
    /// Legacy itself did not answer, native got no processor, or there is too much to compare: it does not count.
    Unknown,
}

impl Verdict {
    /// The word in the journal.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Different(_) => "different",
            Verdict::Broken(_) => "broken",
            Verdict::Raced => "raced",
            Verdict::Unknown => "unknown",
        }
    }
}

/// Judges native's answer by legacy's; `unchanged` says that nothing changed between the first and the last question.
pub(super) fn judge(native: &Answer, legacy: &Answer, unchanged: bool) -> Verdict {
    let Ended::Exit(expected) = legacy.ended else { return Verdict::Unknown };
    match native.ended {
        Ended::Exit(code) => {
            let parts = [
                ("exit code", code == expected),
                ("stdout", native.stdout == legacy.stdout),
                ("stderr", native.stderr == legacy.stderr),
            ];
            let different: Vec<&str> = parts.iter().filter(|(_, same)| !same).map(|(part, _)| *part).collect();
            match (different.is_empty(), unchanged) {
                (_, false) => Verdict::Raced,
                (true, true) => Verdict::Same,
                (false, true) => Verdict::Different(format!("{} differs", different.join(" and "))),
            }
        }
        Ended::Signal(signal) => Verdict::Broken(format!("native ended by signal {signal}")),
        Ended::Late => Verdict::Broken("native did not end in time".to_owned()),
        Ended::Refused(_) | Ended::Starved | Ended::Endless | Ended::Failed => Verdict::Unknown,
    }
}
