//! Whether what native can answer is to be doubted: legacy answers where this cell was wrong before, where what it stands
//! beside has changed, or where the policy has it so, and the two are compared behind the command.

use crate::cell::cell;
use crate::comparison::{self, Comparison, Kind};
use crate::extensions::Findings;
use crate::renewal::First;
use crate::table::{Mode, Table};
use crate::{breaker, renewal};
use amalgam_commands::Prepared;
use amalgam_types::{Reason, Unsupported};
use std::borrow::Cow;
use std::path::Path;

/// What has been decided so far.
pub(crate) struct Doubt<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) table: &'a Table,
    pub(crate) mode: Option<Mode>,
    /// Of 10,000 native answers, how many are compared.
    pub(crate) verify: u16,
    /// The enabled extensions, and what they change.
    pub(crate) extensions: &'a [String],
    pub(crate) findings: Option<&'a Findings>,
    /// The digest of the user's and the system's settings.
    pub(crate) settings: u64,
    /// The folder of what is recorded.
    pub(crate) state: Option<&'a Path>,
    /// Whether a policy is in force: somebody takes native in step by step.
    pub(crate) has_policy: bool,
}

/// What comes of it.
pub(crate) struct Doubted {
    /// Why legacy answers after all.
    pub(crate) refusal: Option<Unsupported>,
    pub(crate) comparison: Option<Comparison>,
    /// A cell that was not used before.
    pub(crate) first: Option<First>,
    /// For a trace.
    pub(crate) said: Cow<'static, str>,
}

impl Doubt<'_> {
    pub(crate) fn settle(&self) -> Doubted {
        let Doubt { prepared, table, state, .. } = self;
        let entries = state.map_or(Ok(Vec::new()), |state| breaker::read(&breaker::file(state)));
        if !self.has_policy && entries.as_ref().is_ok_and(Vec::is_empty) {
            return Doubted { refusal: None, comparison: None, first: None, said: NOTHING.into() };
        }
        let cell = cell(prepared, self.extensions);
        let held = match &entries {
            Ok(entries) if entries.is_empty() => breaker::State::Closed,
            Ok(entries) => breaker::state(entries, &cell, breaker::now()),
            Err(why) => breaker::State::Demoted(format!("its file is {why}")),
        };
        let can = comparison::can(prepared) && comparison::wanted(&prepared.env, &table.compare);
        let shadow = self.mode == Some(Mode::Shadow);
        let refuse = |reason, detail: &str| Some(Unsupported::new(reason, detail.to_owned()));
        let mut first = None;
        let (kind, refusal, said): (_, _, Cow<'static, str>) = match held {
            breaker::State::Demoted(why) => {
                (None, refuse(Reason::BreakerDemoted, &why), format!("demoted: {why}").into())
            }
            breaker::State::Probation(why) => {
                (Some(Kind::Probation), refuse(Reason::BreakerDemoted, &why), format!("on probation: {why}").into())
            }
            breaker::State::Closed if shadow => {
                (Some(Kind::Shadow), refuse(Reason::PolicyShadow, prepared.spec.name), NOTHING.into())
            }
            breaker::State::Closed => {
                let (changed, new) = self.renewal(&cell, can);
                first = new;
                match changed {
                    Some(clean) => {
                        let said = format!("something has changed, {clean} clean comparisons since");
                        (Some(Kind::Renewal), refuse(Reason::LegacyChanged, prepared.spec.name), said.into())
                    }
                    None => (comparison::drawn(self.verify).then_some(Kind::Verify), None, NOTHING.into()),
                }
            }
        };
        let comparison = kind.filter(|_| can).zip(*state).map(|(kind, state)| Comparison {
            kind,
            cell,
            identity: (kind == Kind::Renewal).then(|| self.identity()),
            limits: table.breaker,
            compare: table.compare,
            state: state.to_owned(),
            watched: comparison::watched(prepared),
        });
        Doubted { refusal, comparison, first, said }
    }

    fn identity(&self) -> String {
        renewal::identity(&self.prepared.facts, self.findings, self.settings)
    }

    /// How many comparisons were clean since something changed that native stands beside; nothing where nothing has, or
    /// where comparisons could not tell. A cell that was not used before is one to note.
    fn renewal(&self, cell: &str, can: bool) -> (Option<u32>, Option<First>) {
        let Some(state) = self.state.filter(|_| self.has_policy && can) else { return (None, None) };
        let file = renewal::file(state);
        let identity = self.identity();
        match renewal::state(&file, cell, &identity) {
            renewal::State::Known => (None, None),
            renewal::State::Changed(clean) => (Some(clean), None),
            renewal::State::New => (None, Some(First { file, cell: cell.to_owned(), identity })),
        }
    }
}

const NOTHING: &str = "nothing is held against it";
