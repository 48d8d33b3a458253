//! The decision for one invocation and what it was based on.

use crate::comparison::Comparison;
use crate::extensions::{self, Extension, Findings, Probe};
use crate::facts::{FactsState, FactsStore};
use crate::legacy::{FileId, Legacy, NotFound};
use crate::renewal::First;
use crate::table::{Journalling, Mode, TableError, Transport};
use amalgam_commands::{Blackbox, Output, Prepared, Terminal, answer, answer_abort};
use amalgam_types::{Abort, Environment, LegacyFacts, Outcome, Unsupported};
use std::sync::Arc;

/// What was invoked, as the edge sees it.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// Everything after `argv[0]`.
    pub args: Vec<Vec<u8>>,
    /// The environment.
    pub env: Environment,
    /// What the standard descriptors are.
    pub terminal: Terminal,
    /// The running launcher's own file.
    pub own: Option<FileId>,
    /// The process id.
    pub pid: u32,
    /// Whether facts that are missing are asked for before deciding, instead of falling back.
    pub gather_first: bool,
    /// Why the edge itself cannot answer natively, whatever the command.
    pub refused: Option<Unsupported>,
}

/// Who answers.
pub enum Decision {
    /// Native: everything is ready.
    Native(Box<Prepared>),
    /// Native prints this error, which legacy finds before it comes to the command.
    Abort(Box<Prepared>, Abort),
    /// Legacy, for this reason.
    Legacy(Unsupported),
}

/// The decision with its grounds.
pub struct Route {
    /// Who answers.
    pub decision: Decision,
    /// The command's primary name, once it is known.
    pub command: Option<&'static str>,
    /// The long names of the flags that were given, once the command line is parsed.
    pub flags: Vec<&'static str>,
    /// What the route table says of the command, once it was asked.
    pub mode: Option<Mode>,
    /// Whether and how both answers are to be compared behind the command.
    pub comparison: Option<Comparison>,
    /// The cell, where native answers for it for the first time under a policy.
    pub first: Option<First>,
    /// What the journal keeps.
    pub journal: Journalling,
    /// How the route table wants legacy to be reached; `None` where it cannot be used.
    pub transport: Option<Transport>,
    /// Why the route table cannot be used, if it cannot.
    pub table_error: Option<TableError>,
    /// The legacy installation, or why there is none.
    pub legacy: Result<Legacy, NotFound>,
    /// The facts' state; `None` where they were not looked at.
    pub facts: Option<FactsState>,
    /// Where the facts are kept, if they can be.
    pub store: Option<FactsStore>,
    /// The extensions that are to be looked at, behind this invocation.
    pub probe: Option<Probe>,
    /// What they change, where that is known.
    pub(crate) findings: Option<Arc<Findings>>,
    /// What is logged about a native answer.
    pub blackbox: Option<Blackbox>,
}

impl Route {
    /// The facts, where they hold.
    pub fn current_facts(&self) -> Option<&Arc<LegacyFacts>> {
        match &self.facts {
            Some(FactsState::Current(facts)) => Some(facts),
            _ => None,
        }
    }

    /// The store to gather facts into, behind this invocation, where they are missing and nobody is at it.
    pub fn wants_gathering(&self) -> Option<&FactsStore> {
        match self.facts {
            Some(FactsState::Missing | FactsState::Stale(_) | FactsState::Damaged) => {
                self.store.as_ref().filter(|store| store.wants_gathering())
            }
            _ => None,
        }
    }

    /// The enabled extensions and what they change, where that is known.
    pub fn extensions(&self) -> Vec<Extension> {
        self.findings.as_deref().map(extensions::extensions).unwrap_or_default()
    }

    /// The native answer into `out`, with its exit code.
    ///
    /// # Errors
    /// `Unsupported` only: legacy must answer, and nothing has left `out`.
    pub fn respond(&self, out: &mut Output<'_>) -> Outcome<i32> {
        match &self.decision {
            Decision::Native(prepared) => answer(prepared, out),
            Decision::Abort(prepared, abort) => answer_abort(prepared, abort, out),
            Decision::Legacy(unsupported) => Err(unsupported.clone().into()),
        }
    }
}

/// Hears of each step of the decision as it is taken: for traces and `explain`.
pub struct Steps<'a> {
    listener: Option<&'a mut dyn FnMut(&'static str, String)>,
}

impl<'a> Steps<'a> {
    /// Nobody listens; steps cost nothing.
    pub fn silent() -> Self {
        Steps { listener: None }
    }

    /// Calls `listener` with each step's name and outcome.
    pub fn to(listener: &'a mut dyn FnMut(&'static str, String)) -> Self {
        Steps { listener: Some(listener) }
    }

    /// Reports one step.
    pub(crate) fn note(&mut self, step: &'static str, outcome: impl FnOnce() -> String) {
        if let Some(listener) = self.listener.as_deref_mut() {
            listener(step, outcome());
        }
    }
}
