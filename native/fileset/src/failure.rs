//! A matcher answers yes or no, from many threads. That a file could not be looked at is noted aside, for the one who
//! asked to look at before anything counts.

use amalgam_types::{Outcome, Stop};
use std::sync::{Mutex, PoisonError};

/// The first thing that kept a file from being looked at.
#[derive(Debug, Default)]
pub struct Failure(Mutex<Option<Stop>>);

impl Failure {
    /// Notes `stop`.
    pub(crate) fn note(&self, stop: Stop) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
    }

    /// What `outcome` holds, or nothing and a note.
    pub(crate) fn settled<T>(&self, outcome: Outcome<Option<T>>) -> Option<T> {
        outcome.unwrap_or_else(|stop| {
            self.note(stop);
            None
        })
    }

    /// Fails if something was noted.
    ///
    /// # Errors
    /// What was noted.
    pub fn check(&self) -> Outcome<()> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Some(stop) => Err(stop),
            None => Ok(()),
        }
    }
}
