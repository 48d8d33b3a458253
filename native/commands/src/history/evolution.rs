//! Whether obsolescence has something to say of a changeset. What it says (instabilities, fates) is legacy's to word.

use crate::history::{Changeset, History, values};
use amalgam_repo::Phase;
use amalgam_template::Value;
use amalgam_types::{Node, Outcome, Reason, Stop};
use std::collections::HashMap;

impl Changeset<'_, '_> {
    /// Refuses a changeset that is obsolete, or that may be an orphan or divergent.
    ///
    /// # Errors
    /// `ObsolescencePresent`.
    pub(crate) fn refuse_instability(&self) -> Outcome<()> {
        let unstable = self.phase()? != Phase::Public && self.history.suspicious()?;
        if unstable || self.history.visibility()?.is_obsolete(self.rev) {
            return Err(Stop::unsupported(
                Reason::ObsolescencePresent,
                format!("revision {} may be unstable", self.rev),
            ));
        }
        Ok(())
    }
}

impl Changeset<'_, '_> {
    /// The keywords of what became of a changeset, where nothing did.
    ///
    /// # Errors
    /// `ObsolescencePresent` where something may have.
    pub(super) fn without_fate(&self, keyword: &str) -> Outcome<Value> {
        let refuse = || Err(Stop::unsupported(Reason::ObsolescencePresent, keyword.to_owned()));
        match keyword {
            "whyunstable" => self.refuse_instability()?,
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
            "obsfate" => values::names(std::iter::empty(), "fate", "fates"),
            "whyunstable" | "succsandmarkers" => Value::nested(Vec::new(), ""),
            _ => Value::list(Vec::new(), b"item", b" "),
        })
    }
}

impl History<'_> {
    /// Whether any changeset can be unstable. An orphan keeps an obsolete ancestor visible; phase divergence needs
    /// markers of a public changeset; content divergence two markers of the same one.
    fn suspicious(&self) -> Outcome<bool> {
        if let Some(&known) = self.suspicious.get() {
            return Ok(known);
        }
        let found = self.look()?;
        Ok(*self.suspicious.get_or_init(|| found))
    }

    fn look(&self) -> Outcome<bool> {
        let visibility = self.visibility()?;
        if visibility.obsolete().any(|rev| !visibility.is_hidden(rev)) {
            return Ok(true);
        }
        let mut rewritten: HashMap<Node, usize> = HashMap::new();
        for marker in self.repository.markers()?.iter().filter(|marker| !marker.successors.is_empty()) {
            let count = rewritten.entry(marker.predecessor).or_default();
            *count += 1;
            let public = match self.changelog.rev_of(&marker.predecessor)? {
                Some(rev) => visibility.phase(rev) == Phase::Public,
                None => false,
            };
            if *count > 1 || public {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
