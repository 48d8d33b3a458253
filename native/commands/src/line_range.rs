//! `--line-range FILE,FIRST:LAST`: the lines of a file that a command is asked about.

use crate::Prepared;
use amalgam_matching::{PatternKind, canonical_path};
use amalgam_types::{Abort, AbortKind, Outcome, Reason, Stop};
use std::ops::Range;

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineRange {
    /// The file, from the root.
    pub(crate) path: Vec<u8>,
    /// The lines, counted from 0.
    pub(crate) lines: Range<usize>,
}

impl LineRange {
    /// Reads the values of the flag.
    ///
    /// # Errors
    /// Legacy's errors for what is malformed; `PatternUnsupported` for a pattern instead of a name.
    pub(crate) fn all(prepared: &Prepared) -> Outcome<Vec<LineRange>> {
        prepared.parsed.list("line-range").iter().map(|given| LineRange::read(prepared, given)).collect()
    }

    fn read(prepared: &Prepared, given: &[u8]) -> Outcome<LineRange> {
        let Some(comma) = given.iter().rposition(|&byte| byte == b',') else {
            return Err(Stop::abort(AbortKind::Input, [b"malformatted line-range pattern ", given].concat()));
        };
        let (name, lines) = (&given[..comma], &given[comma + 1..]);
        let parts: Vec<&[u8]> = lines.split(|&byte| byte == b':').collect();
        let [first, last] = parts.as_slice() else { return Err(invalid(name)) };
        let (first, last) = (number(first, name)?, number(last, name)?);
        // A kind that is none is part of the name.
        if PatternKind::split(name, PatternKind::Relpath).1.len() != name.len() {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "a pattern for a range of lines"));
        }
        let path = canonical_path(&prepared.match_context()?, name)?;
        if last < first {
            return Err(Abort::parse(None, "line range must be positive").into());
        }
        if first < 1 {
            return Err(Abort::parse(None, "fromline must be strictly positive").into());
        }
        let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(LineRange { path, lines: place(first - 1)..place(last) })
    }
}

fn number(text: &[u8], name: &[u8]) -> Outcome<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if !digits.is_empty() && digits.len() < 18 && digits.iter().all(u8::is_ascii_digit) {
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        return number.ok_or_else(|| invalid(name));
    }
    // Python reads more than digits as a number, but no letters and nothing that is empty.
    if text.is_empty() || text.iter().any(u8::is_ascii_alphabetic) {
        return Err(invalid(name));
    }
    Err(Stop::unsupported(Reason::UsageError, "a line number that only Python reads"))
}

fn invalid(name: &[u8]) -> Stop {
    Stop::abort(AbortKind::Input, [b"invalid line range for ", name].concat())
}
