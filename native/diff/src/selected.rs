//! Of a file's hunks those that are about some of its lines.

use std::ops::Range;

/// Leaves only the hunks in `body` that reach into one of `lines`, which count the new text's lines from 0. What is not
/// a hunk stays.
pub fn keep_hunks(body: &mut Vec<u8>, lines: &[Range<usize>]) {
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body.as_slice();
    while !rest.is_empty() {
        let Some(head) = Head::of(rest) else {
            kept.extend_from_slice(rest);
            break;
        };
        let len = head.len(rest);
        let wanted = lines.iter().any(|lines| lines.start < head.new.0 + head.new.1 && head.new.0 < lines.end);
        if wanted {
            kept.extend_from_slice(&rest[..len]);
        }
        rest = &rest[len..];
    }
    *body = kept;
}

/// The numbers in a hunk's first line: where it starts, and how many lines it has, on both sides.
struct Head {
    old: (usize, usize),
    new: (usize, usize),
}

impl Head {
    fn of(text: &[u8]) -> Option<Head> {
        let line = text.split(|&byte| byte == b'\n').next()?;
        let line = line.strip_prefix(b"@@ -")?;
        let end = line.windows(3).position(|window| window == b" @@")?;
        let numbers = std::str::from_utf8(&line[..end]).ok()?;
        let (old, new) = numbers.split_once(" +")?;
        let pair = |text: &str| {
            let (start, count) = text.split_once(',')?;
            Some((start.parse().ok()?, count.parse().ok()?))
        };
        Some(Head { old: pair(old)?, new: pair(new)? })
    }

    /// How long the hunk is.
    fn len(&self, text: &[u8]) -> usize {
        let (mut old, mut new) = (self.old.1, self.new.1);
        let mut len = 0;
        for (number, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
            match line.first() {
                _ if number == 0 => {}
                Some(b'\\') => {}
                _ if old == 0 && new == 0 => break,
                Some(b'-') => old = old.saturating_sub(1),
                Some(b'+') => new = new.saturating_sub(1),
                _ => (old, new) = (old.saturating_sub(1), new.saturating_sub(1)),
            }
            len += line.len();
        }
        len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    #[test]
    fn hunks_of_some_lines() {
        let first = b"@@ -1,2 +1,2 @@\n-a\n+A\n b\n";
        let last = b"@@ -9,1 +9,1 @@ f\xff\n-@@ -1,1 +1,1 @@\n+y\n\\ No newline at end of file\n";
        let both = [&first[..], last].concat();
        let kept = |lines: &[Range<usize>]| {
            let mut body = both.clone();
            keep_hunks(&mut body, lines);
            body
        };
        assert_eq!(kept(from_ref(&(0..2))), first);
        assert_eq!(kept(from_ref(&(9..10))), last);
        assert_eq!(kept(&[0..2, 8..12]), both);
        assert_eq!(kept(from_ref(&(4..6))), b"");
        let mut binary = b"Binary file x has changed\n".to_vec();
        keep_hunks(&mut binary, &[]);
        assert_eq!(binary, b"Binary file x has changed\n");
    }
}
