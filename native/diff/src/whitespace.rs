//! What is left out of a comparison: white space, and blank lines. Newlines stay, so line numbers do too.

use crate::options::DiffOptions;
use std::borrow::Cow;

impl DiffOptions {
    /// Whether lines are compared after cleaning.
    pub(crate) fn cleans_lines(&self) -> bool {
        self.ignore_space || self.ignore_space_change || self.ignore_space_at_eol
    }
}

/// `text` as it is compared; the number of its lines is the same.
pub(crate) fn cleaned<'t>(options: &DiffOptions, text: &'t [u8]) -> Cow<'t, [u8]> {
    without_space_at_eol(options, without_space(options, text))
}

/// Lines that differ in blank lines alone are the same after this.
pub(crate) fn without_blank_lines(options: &DiffOptions, text: &[u8]) -> Vec<u8> {
    let spaced = without_space(options, text);
    let lines: Vec<&[u8]> = spaced.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    without_space_at_eol(options, Cow::Owned(lines.join(&b'\n'))).into_owned()
}

fn without_space<'t>(options: &DiffOptions, text: &'t [u8]) -> Cow<'t, [u8]> {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r');
    if options.ignore_space {
        return Cow::Owned(text.iter().copied().filter(|&byte| !is_space(byte)).collect());
    }
    if !options.ignore_space_change {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match (byte, out.last()) {
            (byte, Some(b' ')) if is_space(byte) => {}
            (byte, _) if is_space(byte) => out.push(b' '),
            (b'\n', Some(b' ')) => {
                out.pop();
                out.push(b'\n');
            }
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

fn without_space_at_eol<'t>(options: &DiffOptions, text: Cow<'t, [u8]>) -> Cow<'t, [u8]> {
    if !options.ignore_space_at_eol {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    for &byte in text.iter() {
        if byte == b'\n' {
            while matches!(out.last(), Some(b' ' | b'\t' | b'\r' | b'\x0c')) {
                out.pop();
            }
        }
        out.push(byte);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(letters: &str) -> DiffOptions {
        DiffOptions {
            ignore_space: letters.contains('w'),
            ignore_space_change: letters.contains('b'),
            ignore_space_at_eol: letters.contains('Z'),
            ..DiffOptions::default()
        }
    }

    #[test]
    fn spaces_go_or_shrink() {
        let text = b" a  b\t \r\n\t\nc \x0c\n";
        assert_eq!(&*cleaned(&options("w"), text), b"ab\n\nc\x0c\n");
        assert_eq!(&*cleaned(&options("b"), text), b" a b\n\nc \x0c\n");
        assert_eq!(&*cleaned(&options("Z"), text), b" a  b\n\nc\n");
        assert_eq!(&*cleaned(&options(""), text), text);
    }

    #[test]
    fn blank_lines_do_not_count() {
        assert_eq!(without_blank_lines(&options(""), b"\n\na\n\n\nb\n"), b"a\nb");
        assert_eq!(without_blank_lines(&options("b"), b" \n\t\n"), b"");
        assert_eq!(without_blank_lines(&options("Z"), b" \na\n"), b"\na");
    }
}
