//! What turns up beside the answer. A matcher says yes or no, from many threads: that a file could not be looked at is
//! noted here, for the one who asked to look at before anything counts. So is what a status found out that legacy would
//! record.

use amalgam_types::{Outcome, Stop};
use amalgam_worktree::Refresh;
use std::sync::{Mutex, PoisonError};

/// Notes of one invocation.
#[derive(Debug, Default)]
pub struct Aside {
    failure: Mutex<Option<Stop>>,
    refreshes: Mutex<Vec<Refresh>>,
}

impl Aside {
    /// Notes that something could not be looked at; the first note counts.
    pub(crate) fn fail(&self, stop: Stop) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
    }

    /// Notes what may be recorded once the answer is certain.
    pub(crate) fn record(&self, refresh: Option<Refresh>) {
        self.refreshes.lock().unwrap_or_else(PoisonError::into_inner).extend(refresh);
    }

    /// What `outcome` holds, or nothing and a note.
    pub(crate) fn settled<T>(&self, outcome: Outcome<Option<T>>) -> Option<T> {
        outcome.unwrap_or_else(|stop| {
            self.fail(stop);
            None
        })
    }

    /// Fails if something could not be looked at.
    ///
    /// # Errors
    /// What was noted.
    pub fn check(&self) -> Outcome<()> {
        match self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Some(stop) => Err(stop),
            None => Ok(()),
        }
    }

    /// The same, and records what was noted; once.
    ///
    /// # Errors
    /// What was noted; nothing is recorded then.
    pub fn finish(&self) -> Outcome<()> {
        self.check()?;
        for refresh in self.refreshes.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            refresh.write();
        }
        Ok(())
    }
}
