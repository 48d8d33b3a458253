//! The parents of the working copy, from the first bytes of the dirstate.
//!
//! Version 1 begins with both ids. Version 2 begins with `dirstate-v2\n` and both ids in 32 bytes each
//! (`hg help internals.dirstate-v2`). No file, or an empty one, means no parents.

use crate::open::Repository;
use crate::source::read_start;
use amalgam_formats::damaged;
use amalgam_types::{NULL_NODE, NULL_REV, Node, Outcome, Reason, Rev, Stop, short_hex};

const MARK_V2: &[u8] = b"dirstate-v2\n";

/// The fixed part of a version 2 header: what is shorter is damaged, whether the parents are there or not.
const DOCKET_V2: usize = 125;

impl Repository {
    pub(crate) fn raw_parents(&self) -> Outcome<(Node, Node)> {
        let read = || {
            let start = read_start(&self.dot_hg().join("dirstate"), DOCKET_V2)?.unwrap_or_default();
            parse(&start, self.requirements().has("dirstate-v2"))
        };
        self.raw_parents.get_or_init(read).clone()
    }

    /// The parents of the working copy. One that the history does not have is a stop: legacy warns.
    pub fn working_parents(&self) -> Outcome<(Node, Node)> {
        let parents = self.raw_parents()?;
        self.working_revs()?;
        Ok(parents)
    }

    /// The same as revision numbers; -1 is none.
    pub fn working_revs(&self) -> Outcome<[Rev; 2]> {
        let (p1, p2) = self.raw_parents()?;
        let mut revs = [NULL_REV; 2];
        for (rev, node) in revs.iter_mut().zip([p1, p2]) {
            if node != NULL_NODE {
                *rev = self.rev_of(&node)?.ok_or_else(|| {
                    let detail = format!("unknown working parent {}", short_hex(&node));
                    Stop::unsupported(Reason::WarningExpected, detail)
                })?;
            }
        }
        Ok(revs)
    }
}

fn parse(start: &[u8], v2: bool) -> Outcome<(Node, Node)> {
    if start.is_empty() {
        return Ok((NULL_NODE, NULL_NODE));
    }
    if start.starts_with(MARK_V2) != v2 {
        return Err(Stop::unsupported(Reason::RepositoryState, "the dirstate has the other version"));
    }
    if v2 && start.len() < DOCKET_V2 {
        return Err(damaged("the dirstate is shorter than its header"));
    }
    let (first, second) = if v2 { (MARK_V2.len(), MARK_V2.len() + 32) } else { (0, 20) };
    let node = |at: usize| start.get(at..).and_then(Node::from_slice);
    match (node(first), node(second)) {
        (Some(p1), Some(p2)) => Ok((p1, p2)),
        _ => Err(damaged("the dirstate is shorter than its header")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions() {
        let v1 = [[1; 20], [2; 20]].concat();
        assert_eq!(parse(&v1, false), Ok((Node([1; 20]), Node([2; 20]))));
        let v2 = [MARK_V2, &[1; 20], &[0; 12], &[2; 20], &[0; 12], &[0; 49]].concat();
        assert_eq!(parse(&v2, true), Ok((Node([1; 20]), Node([2; 20]))));
        assert_eq!(parse(b"", true), Ok((NULL_NODE, NULL_NODE)));
        for (start, v2) in
            [(&v1[..39], false), (&v1[..], true), (&v2[..], false), (&v2[..60], true), (&v2[..124], true)]
        {
            assert!(parse(start, v2).is_err());
        }
    }
}
