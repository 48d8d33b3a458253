//! How a native command can end other than with its answer: legacy's own error message (an abort), or
//! `Unsupported`, which is the only thing that leads to Python.

use crate::Reason;
use std::fmt;

/// `Err` side of everything that can end a command early.
pub type Outcome<T> = Result<T, Stop>;

/// Why a command stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Native cannot be certain of legacy's answer: nothing was written, legacy must answer.
    Unsupported(Unsupported),
    /// Native is certain that legacy prints this error.
    Abort(Abort),
}

/// A typed fallback: which reason, and the particular (a flag, a requirement, a path kind).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The stable identifier.
    pub reason: Reason,
    /// The particular, for traces and `explain`; empty when the reason says it all. Never printed by default.
    pub detail: String,
}

impl Unsupported {
    /// A fallback for `reason`, with its particular.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Unsupported { reason, detail: detail.into() }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.id())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

/// Which family an error belongs to; decides the exit code under `ui.detailed-exit-code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbortKind {
    /// Bad arguments: 10.
    Input,
    /// A revision or name that does not exist, which some callers forgive: 10.
    Lookup,
    /// A query or template that cannot be parsed or understood, printed as `hg: parse error`: 10.
    Parse,
    /// Repository or working-copy state: 20.
    State,
    /// Configuration: 30.
    Config,
    /// Storage: 50.
    Storage,
    /// Everything else: 255.
    Other,
}

/// An error that legacy prints as `abort: MESSAGE` (or `hg: parse error: MESSAGE`) and, if there is one, `(HINT)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abort {
    /// Without the prefix and the final newline.
    pub message: Vec<u8>,
    /// Where in the text a parse error is.
    pub position: Option<usize>,
    /// Without the parentheses.
    pub hint: Option<Vec<u8>>,
    /// Decides the detailed exit code.
    pub kind: AbortKind,
}

impl Abort {
    /// An error without a hint.
    pub fn new(kind: AbortKind, message: impl Into<Vec<u8>>) -> Self {
        Abort { message: message.into(), position: None, hint: None, kind }
    }

    /// A parse error, at a position of the text if it is known.
    pub fn parse(position: Option<usize>, message: impl Into<Vec<u8>>) -> Self {
        Abort { position, ..Abort::new(AbortKind::Parse, message) }
    }

    /// The whole error as legacy prints it, final newline included.
    pub fn text(&self) -> Vec<u8> {
        let mut text = match (self.kind, self.position) {
            (AbortKind::Parse, Some(at)) => format!("hg: parse error at {at}: ").into_bytes(),
            (AbortKind::Parse, None) => b"hg: parse error: ".to_vec(),
            _ => b"abort: ".to_vec(),
        };
        text.extend_from_slice(&self.message);
        text.push(b'\n');
        if let Some(hint) = &self.hint {
            text.push(b'(');
            text.extend_from_slice(hint);
            text.extend_from_slice(b")\n");
        }
        text
    }

    /// The same error with a hint.
    pub fn hint(mut self, hint: impl Into<Vec<u8>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code: 255, or the detailed one.
    pub fn exit_code(&self, detailed: bool) -> i32 {
        if !detailed {
            return 255;
        }
        match self.kind {
            AbortKind::Input | AbortKind::Lookup | AbortKind::Parse => 10,
            AbortKind::State => 20,
            AbortKind::Config => 30,
            AbortKind::Storage => 50,
            AbortKind::Other => 255,
        }
    }
}

impl From<Unsupported> for Stop {
    fn from(value: Unsupported) -> Self {
        Stop::Unsupported(value)
    }
}

impl From<Abort> for Stop {
    fn from(value: Abort) -> Self {
        Stop::Abort(value)
    }
}

impl Stop {
    /// Shorthand for an `Unsupported` stop.
    pub fn unsupported(reason: Reason, detail: impl Into<String>) -> Self {
        Stop::Unsupported(Unsupported::new(reason, detail))
    }

    /// Shorthand for an abort without a hint.
    pub fn abort(kind: AbortKind, message: impl Into<Vec<u8>>) -> Self {
        Stop::Abort(Abort::new(kind, message))
    }
}
