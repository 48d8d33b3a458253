//! `store/fncache`: the names of all revlogs of files that the store ever had, one on a line, as `data/PATH.i` (and
//! `.d`). Folders whose name ends like a revlog's have `.hg` behind it.

use crate::open::Repository;
use crate::source::read_optional;
use amalgam_formats::{damaged, store_path};
use amalgam_types::Outcome;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

impl Repository {
    /// Whether the store has the history of a file `name`, or of one in the folder `name`.
    pub fn was_tracked(&self, name: &[u8]) -> Outcome<bool> {
        let bytes = read_optional(&self.store().join("fncache"))?.unwrap_or_default();
        if bytes.last().is_some_and(|&last| last != b'\n') {
            return Err(damaged("fncache ends within a line"));
        }
        for line in bytes.split(|&b| b == b'\n') {
            let Some(file) = line.strip_prefix(b"data/").and_then(|rest| rest.strip_suffix(b".i")) else { continue };
            let file = decoded(file);
            let below = file.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest[0] == b'/');
            if below && self.store().join(OsStr::from_bytes(&store_path::index_path(&file))).exists() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Takes the `.hg` off again that the names of some folders carry.
fn decoded(path: &[u8]) -> Vec<u8> {
    let mut out = path.to_vec();
    for (from, to) in [(&b".d.hg/"[..], &b".d/"[..]), (b".i.hg/", b".i/"), (b".hg.hg/", b".hg/")] {
        while let Some(at) = out.windows(from.len()).position(|window| window == from) {
            out.splice(at..at + from.len(), to.iter().copied());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_end_like_revlogs() {
        assert_eq!(decoded(b"a.i.hg/b.hg.hg/c"), b"a.i/b.hg/c");
        assert_eq!(decoded(b"a/b"), b"a/b");
    }
}
