//! What obsolescence has to say of a changeset.

use crate::history::{Changeset, values};
use amalgam_template::Value;
use amalgam_types::{Outcome, Reason, Stop, WDIR_REV};

impl Changeset<'_, '_> {
    /// Whether it was rewritten.
    ///
    /// # Errors
    /// What reading phases and markers meets.
    pub(crate) fn is_obsolete(&self) -> Outcome<bool> {
        Ok(self.rev != WDIR_REV && self.history.visibility()?.is_obsolete(self.rev))
    }

    /// What is wrong with it, in legacy's words.
    ///
    /// # Errors
    /// `ObsolescencePresent` where it may be one of several rewritings of another one.
    pub(crate) fn instabilities(&self) -> Outcome<Vec<&'static str>> {
        if self.rev == WDIR_REV {
            return Ok(Vec::new());
        }
        let all = self.history.repository.instabilities(&self.history.prepared.config)?;
        if all.may_be_content_divergent(self.rev) {
            return Err(self.uncertain("content-divergent"));
        }
        let found = [("orphan", all.is_orphan(self.rev)), ("phase-divergent", all.is_phase_divergent(self.rev))];
        Ok(found.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect())
    }

    pub(super) fn uncertain(&self, what: &str) -> Stop {
        Stop::unsupported(Reason::ObsolescencePresent, format!("revision {} may be {what}", self.rev))
    }
}

impl Changeset<'_, '_> {
    /// The keywords of what became of a changeset; of all but `obsfate` only where nothing did.
    ///
    /// # Errors
    /// `ObsolescencePresent` where something may have.
    pub(super) fn fate_keyword(&self, keyword: &str) -> Outcome<Value> {
        if keyword == "obsfate" {
            return Ok(values::names(self.fates()?.iter().map(Vec::as_slice), "fate", "fates"));
        }
        let refuse = || Err(Stop::unsupported(Reason::ObsolescencePresent, keyword.to_owned()));
        match keyword {
            "whyunstable" if !self.instabilities()?.is_empty() => return refuse(),
            "whyunstable" => {}
            "predecessors" => {
                let markers = self.history.repository.markers()?;
                if markers.iter().any(|marker| marker.successors.contains(&self.node)) {
                    return refuse();
                }
            }
            _ if self.history.visibility()?.is_obsolete(self.rev) => return refuse(),
            _ => {}
        }
        Ok(match keyword {
            "whyunstable" => Value::nested(Vec::new(), ""),
            "succsandmarkers" => Value::unshown(),
            _ => Value::list(Vec::new(), b"item", b" "),
        })
    }
}
