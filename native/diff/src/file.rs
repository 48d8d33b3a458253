//! One file's part of a diff: its header and its hunks.

use crate::binary::{git_binary, git_id};
use crate::hunks::{NO_NEWLINE, write_hunks};
use crate::lines::Lines;
use crate::options::{DiffOptions, GitBinary};

/// A file on one side.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The name that is shown.
    pub path: &'a [u8],
    /// What is in it; of a symbolic link, its target.
    pub content: &'a [u8],
    /// `x` for an executable, `l` for a symbolic link, 0 for neither.
    pub flags: u8,
    /// When its side was made, as headers show it.
    pub date: &'a [u8],
}

/// How the new file came to be, in the git format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// In its own place.
    Own,
    /// Copied from the old one.
    Copied,
    /// Renamed from the old one.
    Renamed,
}

/// A file that differs; at least one side has it.
#[derive(Debug, Clone, Copy)]
pub struct FileChange<'a> {
    /// The file before.
    pub old: Option<Side<'a>>,
    /// The file after.
    pub new: Option<Side<'a>>,
    /// Where the new one has its content from.
    pub origin: Content,
    /// The short ids of the sides that are changesets; shown outside the git format.
    pub revisions: &'a [String],
}

/// A file's part of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileDiff {
    /// The header lines.
    pub header: Vec<u8>,
    /// The hunks, or the line about a binary file.
    pub body: Vec<u8>,
}

/// What is not reproduced here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// Binary content in the git format, where it is refused or too large for zlib.
    GitBinary,
}

/// The time at which a file that is not there was changed.
const EPOCH: &[u8] = b"Thu Jan 01 00:00:00 1970 +0000";

/// Whether Mercurial takes a file for binary.
pub fn is_binary(content: &[u8]) -> bool {
    memchr::memchr(0, content).is_some()
}

/// The diff of one file; empty where nothing is to be shown.
///
/// # Errors
/// What cannot be reproduced.
pub fn file_diff(change: &FileChange<'_>, options: &DiffOptions) -> Result<FileDiff, Unsupported> {
    let Some(present) = change.old.or(change.new) else { return Ok(FileDiff::default()) };
    let (old, new) = (change.old.unwrap_or(present), change.new.or(change.old).unwrap_or(present));
    let binary = !options.text && [change.old, change.new].iter().flatten().any(|side| is_binary(side.content));
    let mut header: Vec<Vec<u8>> = Vec::new();
    if options.git {
        git_header(change, &old, &new, options, &mut header);
    } else if !change.revisions.is_empty() {
        let revisions: String = change.revisions.iter().map(|id| format!("-r {id} ")).collect();
        header.push([b"diff ", revisions.as_bytes(), old.path].concat());
    }
    let (before, after) = (change.old.map(|side| side.content), change.new.map(|side| side.content));
    let mut body = Vec::new();
    if binary && options.git && !options.no_binary {
        if before != after {
            let content = match options.git_binary {
                GitBinary::Encoded => git_binary(after.unwrap_or_default()),
                GitBinary::Marked => Some(b"GIT binary patch\n".to_vec()),
                GitBinary::Refused => None,
            };
            body = content.ok_or(Unsupported::GitBinary)?;
            header.push(format!("index {}..{}", git_id(before), git_id(after)).into_bytes());
        }
    } else if binary {
        if before != after {
            body = [b"Binary file ", old.path, b" has changed\n"].concat();
        }
    } else {
        write_text(change, &old, &new, options, &mut header, &mut body);
    }
    // Outside the git format a header alone says nothing.
    if body.is_empty() && header.len() < 2 {
        return Ok(FileDiff::default());
    }
    header.push(Vec::new());
    Ok(FileDiff { header: header.join(&b'\n'), body })
}

fn git_header(
    change: &FileChange<'_>,
    old: &Side<'_>,
    new: &Side<'_>,
    options: &DiffOptions,
    header: &mut Vec<Vec<u8>>,
) {
    let [a, b] = prefixes(options);
    header.push([b"diff --git ", a, old.path, b" ", b, new.path].concat());
    let mode = |side: &Side<'_>| match side.flags {
        b'l' => &b"120000"[..],
        b'x' => b"100755",
        _ => b"100644",
    };
    match (&change.old, &change.new) {
        (None, _) => header.push([b"new file mode ", mode(new)].concat()),
        (_, None) => header.push([b"deleted file mode ", mode(old)].concat()),
        _ => {
            if mode(old) != mode(new) {
                header.push([b"old mode ", mode(old)].concat());
                header.push([b"new mode ", mode(new)].concat());
            }
            let word: &[u8] = match change.origin {
                Content::Own => return,
                Content::Copied => b"copy",
                Content::Renamed => b"rename",
            };
            header.push([word, b" from ", old.path].concat());
            header.push([word, b" to ", new.path].concat());
        }
    }
}

fn prefixes(options: &DiffOptions) -> [&'static [u8]; 2] {
    if options.no_prefix { [b"", b""] } else { [b"a/", b"b/"] }
}

fn write_text(
    change: &FileChange<'_>,
    old: &Side<'_>,
    new: &Side<'_>,
    options: &DiffOptions,
    header: &mut Vec<Vec<u8>>,
    body: &mut Vec<u8>,
) {
    let before = change.old.map_or(&b""[..], |side| side.content);
    let after = change.new.map_or(&b""[..], |side| side.content);
    if before.is_empty() && after.is_empty() {
        return;
    }
    if before.is_empty() {
        let lines = Lines::of(after);
        body.extend_from_slice(format!("@@ -0,0 +1,{} @@\n", lines.len()).as_bytes());
        write_whole(&lines, b'+', body);
    } else if after.is_empty() {
        let lines = Lines::of(before);
        body.extend_from_slice(format!("@@ -1,{} +0,0 @@\n", lines.len()).as_bytes());
        write_whole(&lines, b'-', body);
    } else {
        write_hunks(before, after, options, body);
    }
    if body.is_empty() {
        return;
    }
    let tag = |date: &[u8], path: Option<&[u8]>| -> Vec<u8> {
        if !options.git && !options.no_dates {
            [b"\t", date].concat()
        } else if path.is_some_and(|path| path.contains(&b' ')) {
            b"\t".to_vec()
        } else {
            Vec::new()
        }
    };
    let [a, b] = prefixes(options);
    header.push(match change.old {
        Some(_) => [b"--- ", a, old.path, &tag(old.date, Some(old.path))].concat(),
        None => [b"--- /dev/null", &tag(EPOCH, None)[..]].concat(),
    });
    header.push(match change.new {
        Some(_) => [b"+++ ", b, new.path, &tag(new.date, Some(new.path))].concat(),
        None => [b"+++ /dev/null", &tag(EPOCH, None)[..]].concat(),
    });
}

fn write_whole(lines: &Lines<'_>, sign: u8, body: &mut Vec<u8>) {
    for at in 0..lines.len() {
        body.push(sign);
        body.extend_from_slice(lines.get(at));
    }
    if lines.is_unended() {
        body.push(b'\n');
        body.extend_from_slice(NO_NEWLINE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(content: &[u8]) -> Side<'_> {
        Side { path: b"f", content, flags: 0, date: b"D" }
    }

    fn shown(old: Option<&[u8]>, new: Option<&[u8]>, options: &DiffOptions) -> String {
        let revisions = ["0123".to_owned()];
        let change = FileChange { old: old.map(side), new: new.map(side), origin: Content::Own, revisions: &revisions };
        let diff = file_diff(&change, options).unwrap_or_default();
        String::from_utf8_lossy(&[diff.header, diff.body].concat()).into_owned()
    }

    #[test]
    fn files_come_and_go() {
        let plain = DiffOptions::default();
        assert_eq!(
            shown(None, Some(b"x"), &plain),
            "diff -r 0123 f\n--- /dev/null\tThu Jan 01 00:00:00 1970 +0000\n+++ b/f\tD\n@@ -0,0 +1,1 @@\n+x\n\\ No newline at end of file\n"
        );
        assert_eq!(
            shown(Some(b"x\n"), None, &plain),
            "diff -r 0123 f\n--- a/f\tD\n+++ /dev/null\tThu Jan 01 00:00:00 1970 +0000\n@@ -1,1 +0,0 @@\n-x\n"
        );
        assert_eq!(shown(None, Some(b""), &plain), "");
        let git = DiffOptions { git: true, ..plain };
        assert_eq!(shown(None, Some(b""), &git), "diff --git a/f b/f\nnew file mode 100644\n");
    }

    #[test]
    fn binary_content_is_not_shown() {
        let plain = DiffOptions::default();
        assert_eq!(shown(Some(b"a\0"), Some(b"b"), &plain), "diff -r 0123 f\nBinary file f has changed\n");
        assert_eq!(shown(Some(b"a\0"), Some(b"a\0"), &plain), "");
        let refused = DiffOptions { git: true, ..plain.clone() };
        let change = FileChange { old: Some(side(b"\0")), new: Some(side(b"b")), origin: Content::Own, revisions: &[] };
        assert_eq!(file_diff(&change, &refused), Err(Unsupported::GitBinary));
        let git = DiffOptions { git: true, git_binary: GitBinary::Encoded, ..plain };
        assert_eq!(
            shown(None, Some(b"x\0y\n"), &git),
            "diff --git a/f b/f\nnew file mode 100644\nindex 0000000000000000000000000000000000000000\
             ..c3b180c2ffcc2b98191fc5dea5b8839fda72f964\nGIT binary patch\nliteral 4\nLc$}+XsN@0w0^k7r\n\n"
        );
    }
}
