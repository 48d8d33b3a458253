//! `store/phaseroots`: which changesets are not public. Each line is `PHASE HEX`; the changeset and all its
//! descendants are at least in that phase. The file is absent when everything is public.

use crate::damaged;
use amalgam_types::{Node, Outcome};

/// How far a changeset has gone; the numbers are those of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Shared: immutable.
    Public = 0,
    /// Not yet shared.
    Draft = 1,
    /// Not to be shared.
    Secret = 2,
    /// Put away, hidden.
    Archived = 32,
    /// Made by a command for its own use, hidden.
    Internal = 96,
}

impl Phase {
    fn from_number(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"0" => Phase::Public,
            b"1" => Phase::Draft,
            b"2" => Phase::Secret,
            b"32" => Phase::Archived,
            b"96" => Phase::Internal,
            _ => return None,
        })
    }

    /// As Mercurial prints it.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Public => "public",
            Phase::Draft => "draft",
            Phase::Secret => "secret",
            Phase::Archived => "archived",
            Phase::Internal => "internal",
        }
    }
}

/// All roots, in the order of the file.
pub fn parse(bytes: &[u8]) -> Outcome<Vec<(Phase, Node)>> {
    let mut out = Vec::new();
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if lines.is_empty() && bytes.is_empty() {
        return Ok(out);
    }
    for line in lines.split(|&b| b == b'\n') {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
        let root = (words.next().and_then(Phase::from_number), words.next().and_then(Node::from_hex), words.next());
        match root {
            (Some(phase), Some(node), None) => out.push((phase, node)),
            _ => return Err(damaged("phaseroots has a line that is not a phase and an id")),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn lines() {
        let roots = parse(format!("1 {HEX}\n96 {HEX}\n").as_bytes()).expect("valid");
        assert_eq!(roots.iter().map(|r| r.0).collect::<Vec<_>>(), [Phase::Draft, Phase::Internal]);
        assert_eq!(parse(b"").expect("empty"), []);
    }

    #[test]
    fn damage_is_a_stop() {
        for bad in ["7 x\n", "1\n", "\n", &format!("3 {HEX}\n"), &format!("1 {HEX} x\n"), &format!("1 {}\n", &HEX[1..])]
        {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
