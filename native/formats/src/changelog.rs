//! The text of a changeset (`hg help internals.changelog`):
//!
//! ```text
//! MANIFEST-HEX \n
//! USER \n
//! TIME OFFSET [EXTRA] \n          EXTRA: `key:value` pairs, escaped, separated by NUL
//! FILE \n ... (no line when there are none)
//! \n
//! DESCRIPTION
//! ```
//!
//! User, description and extra are bytes here, UTF-8 by convention.

use crate::damaged;
use amalgam_types::{NULL_NODE, Node, Outcome};
use memchr::{memchr, memmem};
use std::ops::Range;

/// One parsed changeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangelogEntry {
    text: Vec<u8>,
    manifest: Node,
    user: Range<usize>,
    time: Range<usize>,
    offset: Range<usize>,
    extra: Option<Range<usize>>,
    files: Range<usize>,
    description: usize,
}

/// When a changeset was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Date {
    /// Seconds since 1970; Mercurial keeps fractions where an importer wrote them.
    pub seconds: f64,
    /// Seconds west of UTC.
    pub offset: i64,
}

impl ChangelogEntry {
    /// The null changeset, also what an empty text stands for.
    pub fn null() -> Self {
        ChangelogEntry {
            text: Vec::new(),
            manifest: NULL_NODE,
            user: 0..0,
            time: 0..0,
            offset: 0..0,
            extra: None,
            files: 0..0,
            description: 0,
        }
    }

    /// Parses the text of a changeset.
    pub fn parse(text: Vec<u8>) -> Outcome<Self> {
        if text.is_empty() {
            return Ok(Self::null());
        }
        let line_end = |from: usize| {
            text.get(from..)
                .and_then(|rest| memchr(b'\n', rest))
                .map(|at| from + at)
                .ok_or_else(|| damaged("a changeset ends within its head"))
        };
        let manifest_end = line_end(0)?;
        let user_end = line_end(manifest_end + 1)?;
        let date_end = line_end(user_end + 1)?;
        let manifest =
            Node::from_hex(&text[..manifest_end]).ok_or_else(|| damaged("a changeset's manifest id is not one"))?;
        let files_end = if text.get(date_end + 1) == Some(&b'\n') {
            date_end
        } else {
            let from = date_end + 1;
            let rest = text.get(from..).unwrap_or_default();
            from + memmem::find(rest, b"\n\n").ok_or_else(|| damaged("a changeset's file list does not end"))?
        };
        let date = user_end + 1..date_end;
        let space = |range: &Range<usize>| memchr(b' ', &text[range.clone()]).map(|at| range.start + at);
        let after_time = space(&date).ok_or_else(|| damaged("a changeset has no date"))?;
        let rest = after_time + 1..date.end;
        let (offset, extra) = match space(&rest) {
            Some(at) => (rest.start..at, Some(at + 1..rest.end)),
            None => (rest, None),
        };
        let files = (date_end + 1).min(files_end)..files_end;
        Ok(ChangelogEntry {
            manifest,
            user: manifest_end + 1..user_end,
            time: date.start..after_time,
            offset,
            extra,
            files,
            description: files_end + 2,
            text,
        })
    }

    /// The id of the manifest.
    pub fn manifest(&self) -> Node {
        self.manifest
    }

    /// Who made it.
    pub fn user(&self) -> &[u8] {
        &self.text[self.user.clone()]
    }

    /// When it was made. An offset that is not a number counts as 0; a time that is not one is a stop.
    pub fn date(&self) -> Outcome<Date> {
        if self.text.is_empty() {
            return Ok(Date { seconds: 0.0, offset: 0 });
        }
        let plain = |bytes: &[u8], fraction: bool| {
            let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
            let allowed = |b: &u8| b.is_ascii_digit() || (fraction && *b == b'.');
            digits.first().is_some_and(u8::is_ascii_digit) && digits.iter().all(allowed)
        };
        let text = |range: &Range<usize>| std::str::from_utf8(&self.text[range.clone()]).unwrap_or_default();
        let seconds = plain(&self.text[self.time.clone()], true)
            .then(|| text(&self.time).parse::<f64>().ok())
            .flatten()
            .ok_or_else(|| damaged("a changeset's time is not a plain number"))?;
        let raw = &self.text[self.offset.clone()];
        let offset = if plain(raw, false) {
            text(&self.offset).parse::<i64>().map_err(|_| damaged("a changeset's time zone is too large"))?
        } else if raw.iter().any(u8::is_ascii_digit) {
            return Err(damaged("a changeset's time zone is not a plain number"));
        } else {
            0
        };
        Ok(Date { seconds, offset })
    }

    /// The seconds as written.
    pub fn raw_time(&self) -> &[u8] {
        &self.text[self.time.clone()]
    }

    /// Extra values in the order of the file, without the implied `branch=default`. A key that comes twice
    /// counts with its last value.
    pub fn extra(&self) -> Outcome<Vec<(Vec<u8>, Vec<u8>)>> {
        let Some(range) = &self.extra else { return Ok(Vec::new()) };
        let mut out: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for part in self.text[range.clone()].split(|&b| b == 0).filter(|p| !p.is_empty()) {
            let pair = unescape(part)?;
            let colon = memchr(b':', &pair).ok_or_else(|| damaged("a changeset's extra has no colon"))?;
            let (key, value) = (pair[..colon].to_vec(), pair[colon + 1..].to_vec());
            match out.iter_mut().find(|(k, _)| *k == key) {
                Some(slot) => slot.1 = value,
                None => out.push((key, value)),
            }
        }
        Ok(out)
    }

    /// The branch, and whether this changeset closes it.
    pub fn branch(&self) -> Outcome<(Vec<u8>, bool)> {
        let mut branch = b"default".to_vec();
        let mut closes = false;
        for (key, value) in self.extra()? {
            match key.as_slice() {
                b"branch" => branch = value,
                b"close" => closes = true,
                _ => {}
            }
        }
        Ok((branch, closes))
    }

    /// The files that it touches, as recorded.
    pub fn files(&self) -> impl Iterator<Item = &[u8]> {
        let list = &self.text[self.files.clone()];
        list.split(|&b| b == b'\n').filter(move |_| !list.is_empty())
    }

    /// The description.
    pub fn description(&self) -> &[u8] {
        self.text.get(self.description..).unwrap_or_default()
    }

    /// The whole text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

/// Undoes the escapes of extra: `\\`, `\n`, `\r`, `\0`.
fn unescape(text: &[u8]) -> Outcome<Vec<u8>> {
    if memchr(b'\\', text).is_none() {
        return Ok(text.to_vec());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next() {
            Some(b'\\') => b'\\',
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b'0') => 0,
            _ => return Err(damaged("a changeset's extra has an unusual escape")),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "0123456789abcdef0123456789abcdef01234567";

    fn parse(rest: &str) -> Outcome<ChangelogEntry> {
        ChangelogEntry::parse(format!("{MANIFEST}\n{rest}").into_bytes())
    }

    #[test]
    fn all_fields() {
        let entry = parse("A B <c>\n12.5 -3600 branch:x\\\\y\\n\0close:1\na\nd/b c\n\none\n\ntwo").expect("valid");
        assert_eq!(entry.user(), b"A B <c>");
        assert_eq!(entry.date().expect("valid"), Date { seconds: 12.5, offset: -3600 });
        assert_eq!(entry.branch().expect("valid"), (b"x\\y\n".to_vec(), true));
        assert_eq!(entry.files().collect::<Vec<_>>(), [&b"a"[..], b"d/b c"]);
        assert_eq!(entry.description(), b"one\n\ntwo");
        assert_eq!(entry.manifest().to_string(), MANIFEST);
    }

    #[test]
    fn no_files_and_no_extra() {
        let entry = parse("u\n0 junk\n\ntext").expect("valid");
        assert_eq!(entry.files().count(), 0);
        assert_eq!(entry.date().expect("valid").offset, 0);
        assert_eq!(entry.branch().expect("valid"), (b"default".to_vec(), false));
        assert_eq!(entry.description(), b"text");
        let entry = parse("u\n0 0\n\n").expect("valid");
        assert_eq!(entry.description(), b"");
    }

    #[test]
    fn the_null_changeset() {
        let entry = ChangelogEntry::parse(Vec::new()).expect("null");
        assert_eq!(entry.branch().expect("null").0, b"default");
        assert_eq!(entry.files().count(), 0);
        assert_eq!(entry.date().expect("null").seconds, 0.0);
    }

    #[test]
    fn damage_is_a_stop() {
        assert!(parse("u\n0 0\na\nb").is_err());
        assert!(parse("u").is_err());
        assert!(parse("u\n0\n\nx").is_err());
        assert!(ChangelogEntry::parse(b"zz\nu\n0 0\n\nx".to_vec()).is_err());
        assert!(parse("u\nnan 0\n\nx").expect("head").date().is_err());
        assert!(parse("u\n0 0 nocolon\n\nx").expect("head").extra().is_err());
    }
}
