//! A function that nobody knows: legacy's error, with the names that look like it.

use crate::contents::Functions;
use amalgam_types::{Abort, Stop};

/// Legacy's error about `name`; nothing where legacy may know it.
pub(crate) fn stop(name: &[u8], known: Functions<'_>) -> Option<Stop> {
    let [shown, inner] = [known.shown, known.inner].map(|names| names.split(|&byte| byte == b' '));
    if shown.clone().chain(inner).any(|one| one == name) {
        return None;
    }
    let mut similar: Vec<&[u8]> = shown.filter(|one| !one.is_empty() && is_similar(name, one)).collect();
    similar.sort_unstable();
    let abort = Abort::parse(None, [b"unknown identifier: ", name].concat());
    Some(Stop::Abort(match similar.as_slice() {
        [] => abort,
        [one] => abort.hint([b"did you mean ", *one, b"?"].concat()),
        all => abort.hint([b"did you mean one of ", all.join(&b", "[..]).as_slice(), b"?"].concat()),
    }))
}

/// Whether more than 0.6 of both names is the same, by Python's `difflib.SequenceMatcher.ratio`.
fn is_similar(name: &[u8], known: &[u8]) -> bool {
    // With the rounding of floating point, as in Python.
    2.0 * same(name, known) as f64 / (name.len() + known.len()) as f64 > 0.6
}

/// How many bytes are in the longest block that both have (the first such in `a`, then in `b`), and likewise in what is
/// before and behind it.
fn same(a: &[u8], b: &[u8]) -> usize {
    let (mut size, mut at) = (0, (0, 0));
    // Lengths of the common blocks that end at each byte of `b` and at the current one of `a`.
    let mut lengths = vec![0usize; b.len() + 1];
    for (in_a, byte) in a.iter().enumerate() {
        let mut before = 0;
        for (in_b, other) in b.iter().enumerate() {
            let length = if byte == other { before + 1 } else { 0 };
            before = std::mem::replace(&mut lengths[in_b + 1], length);
            if length > size {
                size = length;
                at = (in_a + 1 - length, in_b + 1 - length);
            }
        }
    }
    match size {
        0 => 0,
        _ => size + same(&a[..at.0], &b[..at.1]) + same(&a[at.0 + size..], &b[at.1 + size..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_bytes_are_the_same_as_in_python() {
        let cases = [
            ("ccadbabac", "bdababd", 4),
            ("bdba", "db", 2),
            ("aa", "bbb", 0),
            ("cbbb", "dca", 1),
            ("dbbca", "cacac", 2),
            ("cdcbd", "bacacda", 2),
            ("dcdadabb", "b", 1),
            ("cccdacc", "", 0),
            ("abccbc", "accc", 4),
            ("ab", "dbaa", 1),
            ("cbbbdab", "cbadcb", 3),
        ];
        for (a, b, expected) in cases {
            assert_eq!(same(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_legacy_knows_is_left_to_it_and_what_looks_like_it_is_told() {
        let known = Functions { shown: b"ancestor author bookmark head heads", inner: b"_list" };
        let shown = |name: &str| match stop(name.as_bytes(), known) {
            Some(Stop::Abort(abort)) => String::from_utf8_lossy(&abort.text()).into_owned(),
            _ => "legacy".to_owned(),
        };
        assert_eq!(shown("_list"), "legacy");
        assert_eq!(shown("heads"), "legacy");
        assert_eq!(shown("_lost"), "hg: parse error: unknown identifier: _lost\n");
        assert_eq!(
            shown("autor"),
            "hg: parse error: unknown identifier: autor\n(did you mean one of ancestor, author?)\n"
        );
        assert_eq!(shown("bookmarks"), "hg: parse error: unknown identifier: bookmarks\n(did you mean bookmark?)\n");
        assert_eq!(shown(""), "hg: parse error: unknown identifier: \n");
    }
}
