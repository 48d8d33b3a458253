//! The files of which a narrow clone has the history: `store/narrowspec`, and `narrowspec.dirstate` for what is checked
//! out.
//!
//! Source: `hg help -e narrow`, "Narrowspec", and what `hg clone --narrow` writes.

use amalgam_types::{Outcome, Reason, Stop};

/// Checks that `spec` has the form in which legacy writes it, so that it can neither refuse it nor warn of it.
///
/// # Errors
/// `RepositoryNarrow`.
pub fn check(spec: &[u8]) -> Outcome<()> {
    let (mut included, mut excluded) = (false, false);
    for line in spec.strip_suffix(b"\n").unwrap_or(spec).split(|&byte| byte == b'\n') {
        match line {
            b"" if spec.is_empty() => {}
            b"[include]" if !included && !excluded => included = true,
            b"[exclude]" if !excluded => excluded = true,
            pattern if (included || excluded) && is_plain(pattern) => {}
            _ => return Err(Stop::unsupported(Reason::RepositoryNarrow, "a line of the narrowspec")),
        }
    }
    Ok(())
}

/// Whether a pattern is of a kind that narrow clones know and names a plain path, or the root.
fn is_plain(pattern: &[u8]) -> bool {
    let Some(path) = [&b"path:"[..], b"rootfilesin:"].iter().find_map(|kind| pattern.strip_prefix(*kind)) else {
        return false;
    };
    let is_printed = |byte: &u8| *byte >= b' ' && *byte != 0x7f;
    let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b"..");
    path.iter().all(is_printed)
        && path.trim_ascii() == path
        && (path.is_empty() || path.split(|&byte| byte == b'/').all(is_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_legacy_writes_is_plain_and_nothing_else() {
        let plain = ["", "[include]\npath:a\nrootfilesin:b/c d\n", "[include]\npath:\n[exclude]\npath:x\n"];
        for spec in plain.iter().chain(&["[exclude]\npath:x\n", "[include]\n"]) {
            assert_eq!(check(spec.as_bytes()), Ok(()), "{spec:?}");
        }
        let odd = ["\n", "path:a\n", "[exclude]\npath:a\n[include]\npath:b\n", "[include]\nglob:a\n", "%include p\n"];
        for spec in odd.iter().chain(&[
            "[include]\n# remark\n",
            "[include]\npath:a/../b\n",
            "[include]\npath:/a\n",
            "[include]\npath:a \n",
            "[include]\npath:.\n",
            "[include]\npath:a\r\n",
            "[include]\n\npath:a\n",
            "[include]\npath:./a\n",
        ]) {
            assert!(check(spec.as_bytes()).is_err(), "{spec:?}");
        }
    }
}
