//! `AMALGAM_TRACE=1`: each step of the decision on stderr, with microseconds since the process's entry.

use crate::write_error;
use std::time::Instant;

/// A running trace.
#[derive(Clone, Copy)]
pub(crate) struct Trace {
    start: Instant,
}

impl Trace {
    /// Starts the clock.
    pub(crate) fn start() -> Trace {
        Trace { start: Instant::now() }
    }

    /// One step.
    pub(crate) fn step(&self, step: &str, outcome: &str) {
        let micros = self.start.elapsed().as_micros();
        write_error(format!("amalgam: {micros:>6} us  {step}: {outcome}\n").as_bytes());
    }

    /// Who answered.
    pub(crate) fn end(&self, outcome: &str) {
        self.step("answered by", outcome);
    }
}
