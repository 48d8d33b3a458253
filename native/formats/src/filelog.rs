//! What a file revision may carry before the file's content: a metadata block
//! `\x01\n KEY: VALUE\n ... \x01\n`. It records where the file was copied from, and it is also there, empty,
//! when the content itself begins with `\x01\n`.

use crate::damaged;
use amalgam_types::{Node, Outcome};
use memchr::memmem;

const MARK: &[u8] = b"\x01\n";

/// Where a file revision was copied from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The path of the source.
    pub path: Vec<u8>,
    /// The file revision of the source.
    pub node: Node,
}

/// A file revision's text, split into metadata and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileText<'a> {
    /// What is between the marks; `None` when there is no block.
    pub metadata: Option<&'a [u8]>,
    /// The file's content.
    pub content: &'a [u8],
}

impl<'a> FileText<'a> {
    /// Splits the text of a file revision.
    pub fn split(text: &'a [u8]) -> Outcome<Self> {
        let Some(rest) = text.strip_prefix(MARK) else {
            return Ok(FileText { metadata: None, content: text });
        };
        let end = memmem::find(rest, MARK).ok_or_else(|| damaged("a file's metadata does not end"))?;
        Ok(FileText { metadata: Some(&rest[..end]), content: &rest[end + MARK.len()..] })
    }

    /// How many bytes of the text come before the content.
    pub fn content_offset(&self) -> usize {
        self.metadata.map_or(0, |m| m.len() + 2 * MARK.len())
    }

    /// The copy source, when both of its halves are there.
    pub fn copied(&self) -> Outcome<Option<Copied>> {
        let (mut path, mut node) = (None, None);
        if self.metadata.is_some_and(|m| m.contains(&b'\r')) {
            return Err(damaged("a file's metadata has a carriage return"));
        }
        let lines = self.metadata.unwrap_or_default().split(|&b| b == b'\n').filter(|l| !l.is_empty());
        for line in lines {
            let at = memmem::find(line, b": ").ok_or_else(|| damaged("a file's metadata has a line without a key"))?;
            match &line[..at] {
                b"copy" => path = Some(line[at + 2..].to_vec()),
                b"copyrev" => node = Some(&line[at + 2..]),
                _ => {}
            }
        }
        match (path, node) {
            (Some(path), Some(hex)) => {
                let node = Node::from_hex(hex).ok_or_else(|| damaged("a file's copy source has no id"))?;
                Ok(Some(Copied { path, node }))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_content_is_left_alone() {
        let text = FileText::split(b"abc\x01\n").expect("plain");
        assert_eq!((text.content, text.content_offset()), (&b"abc\x01\n"[..], 0));
        assert_eq!(text.copied().expect("plain"), None);
    }

    #[test]
    fn a_copy() {
        let raw = b"\x01\ncopy: a b\ncopyrev: 0123456789abcdef0123456789abcdef01234567\n\x01\nx\n";
        let text = FileText::split(raw).expect("valid");
        assert_eq!(text.content, b"x\n");
        assert_eq!(&raw[text.content_offset()..], b"x\n");
        assert_eq!(text.copied().expect("valid").map(|c| c.path), Some(b"a b".to_vec()));
    }

    #[test]
    fn half_a_copy_counts_for_nothing() {
        let text = FileText::split(b"\x01\ncopy: a\n\x01\n").expect("valid");
        assert_eq!(text.copied().expect("valid"), None);
        assert!(FileText::split(b"\x01\ncopy: a\n").is_err());
        assert!(FileText::split(b"\x01\ncopy\n\x01\n").expect("ends").copied().is_err());
    }
}
