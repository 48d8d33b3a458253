//! `merge/state` and `merge/state2`: which files of a merge are not yet resolved.
//!
//! `state2` is a sequence of records: type (1 byte), length (4, big-endian), content. `L` and `O` hold the
//! ids of both sides in hexadecimal; `F`, `C`, `P` (and older `D`, `R`) hold fields separated by NUL, the
//! path and its state first; a record `t` carries the true type as its first byte. `state` is the older
//! form: the local id on the first line, an `F` record without its seventh field from the end but one on each
//! other line. Mercurial trusts `state2` only if it says all that `state` says.

use crate::damaged;
use amalgam_types::{Node, Outcome, Reason, Stop};

/// What the files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeState {
    /// The side that was checked out.
    pub local: Option<Node>,
    /// The side that was merged in.
    pub other: Option<Node>,
    /// The paths and their states: `u` unresolved, `r` resolved, `pu` and `pr` for path conflicts.
    pub files: Vec<(Vec<u8>, Vec<u8>)>,
}

impl MergeState {
    /// Whether a merge is under way.
    pub fn is_active(&self) -> bool {
        self.local.is_some() || !self.files.is_empty()
    }

    /// The paths that are not resolved.
    pub fn unresolved(&self) -> impl Iterator<Item = &[u8]> {
        self.files.iter().filter(|(_, state)| matches!(state.as_slice(), b"u" | b"pu")).map(|(path, _)| path.as_slice())
    }

    /// Reads both files; each may be absent. What only the older file knows is a stop.
    pub fn parse(state: Option<&[u8]>, state2: Option<&[u8]>) -> Outcome<Self> {
        let records = records(state2.unwrap_or_default())?;
        let mut known: Vec<Vec<u8>> = Vec::new();
        let mut out = MergeState::default();
        for (kind, content) in &records {
            match kind {
                b'L' => {
                    out.local = Some(node(content)?);
                    known.push(content.to_vec());
                }
                b'O' => out.other = Some(node(content)?),
                b'F' | b'C' | b'P' | b'D' | b'R' => {
                    if *kind == b'F' {
                        known.push(as_older(content));
                    }
                    out.add_file(content)?;
                }
                // A path, then names and values in turn.
                b'f' if content.split(|&b| b == 0).count() % 2 == 0 || !content.contains(&0) => {
                    return Err(damaged("a merge state record has a name without a value"));
                }
                kind if kind.is_ascii_lowercase() => {}
                kind => {
                    return Err(Stop::unsupported(
                        Reason::RepositoryState,
                        format!("merge state record {:?}", char::from(*kind)),
                    ));
                }
            }
        }
        // Mercurial takes the last byte of every line for its end, whatever it is.
        let agrees = |line: &[u8]| line.split_last().is_some_and(|(_, line)| known.iter().any(|k| k == line));
        if !state.unwrap_or_default().split_inclusive(|&b| b == b'\n').all(agrees) {
            return Err(Stop::unsupported(Reason::RepositoryState, "merge/state disagrees with merge/state2"));
        }
        Ok(out)
    }

    fn add_file(&mut self, content: &[u8]) -> Outcome<()> {
        let mut fields = content.split(|&b| b == 0);
        match (fields.next(), fields.next()) {
            // A note that the other side was taken; no longer a state.
            (Some(_), Some(b"o")) => Ok(()),
            (Some(path), Some(state)) => {
                self.files.retain(|(p, _)| p != path);
                self.files.push((path.to_vec(), state.to_vec()));
                Ok(())
            }
            _ => Err(damaged("a merge state record has no state")),
        }
    }
}

fn node(content: &[u8]) -> Outcome<Node> {
    Node::from_hex(content).ok_or_else(|| damaged("a merge state record has no id"))
}

/// An `F` record as the older file has it: without the other side's file id, the last field but one.
fn as_older(content: &[u8]) -> Vec<u8> {
    let mut fields: Vec<&[u8]> = content.split(|&b| b == 0).collect();
    if fields.len() >= 2 {
        fields.remove(fields.len() - 2);
    }
    fields.join(&0)
}

fn records(mut rest: &[u8]) -> Outcome<Vec<(u8, &[u8])>> {
    let mut out = Vec::new();
    while !rest.is_empty() {
        let parsed = rest.split_first_chunk::<5>().and_then(|(head, tail)| {
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
            let (content, tail) = tail.split_at_checked(usize::try_from(length).ok()?)?;
            match (head[0], content) {
                (b't', [kind, content @ ..]) => Some((*kind, content, tail)),
                (b't', []) => None,
                (kind, content) => Some((kind, content, tail)),
            }
        });
        let (kind, content, tail) = parsed.ok_or_else(|| damaged("merge/state2 ends within a record"))?;
        out.push((kind, content));
        rest = tail;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &[u8] = b"0123456789abcdef0123456789abcdef01234567";

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        [&[kind][..], &(content.len() as u32).to_be_bytes(), content].concat()
    }

    #[test]
    fn both_files() {
        let file = b"a\0u\0hash\0a\0a\0base\0a\0other\0";
        let state2 = [
            record(b'L', HEX),
            record(b'O', HEX),
            record(b'F', file),
            record(b'F', b"b\0r\0x\0"),
            record(b'l', b"x"),
            record(b't', b"xyz"),
        ]
        .concat();
        let state = [HEX, b"\na\0u\0hash\0a\0a\0base\0a\0\n"].concat();
        let parsed = MergeState::parse(Some(&state), Some(&state2)).expect("valid");
        assert!(parsed.is_active());
        assert_eq!(parsed.unresolved().collect::<Vec<_>>(), [b"a"]);
        assert!(MergeState::parse(Some(b"other\n"), Some(&state2)).is_err());
    }

    #[test]
    fn damage_and_unknown_records_are_stops() {
        assert!(MergeState::parse(None, Some(b"L\0\0\0\x28short")).is_err());
        assert!(MergeState::parse(None, Some(&record(b'Z', b""))).is_err());
        assert!(MergeState::parse(None, Some(&record(b't', b""))).is_err());
        assert!(MergeState::parse(None, Some(&record(b't', b"fpath\0name\0value"))).is_ok());
        for extras in [&b"path"[..], b"path\0", b"path\0name\0value\0name"] {
            assert!(MergeState::parse(None, Some(&record(b'f', extras))).is_err(), "{extras:?}");
        }
        let local = record(b'L', HEX);
        assert!(MergeState::parse(Some(&[HEX, b"\n"].concat()), Some(&local)).is_ok());
        for older in [HEX.to_vec(), [HEX, b"\n\n"].concat()] {
            assert!(MergeState::parse(Some(&older), Some(&local)).is_err(), "{older:?}");
        }
        assert!(!MergeState::parse(None, None).expect("none").is_active());
    }
}
