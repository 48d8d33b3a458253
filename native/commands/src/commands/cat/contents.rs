//! Writes file contents without letting a byte leave before all of them are known to be readable, and without
//! holding more than a bounded amount in memory.

use crate::Output;
use amalgam_repo::Repository;
use amalgam_types::{Node, Outcome};

/// Up to this many bytes are read once and kept; beyond it, contents are read once to check and again to write.
const KEPT: u64 = 64 * 1024 * 1024;

/// Writes the contents of `files` in order.
///
/// # Errors
/// What reading meets, before anything is written.
pub(super) fn write_all(repository: &Repository, files: &[(Vec<u8>, Node)], out: &mut Output<'_>) -> Outcome<()> {
    let mut total = 0u64;
    for (path, node) in files {
        total = total.saturating_add(repository.file_size(path, node)?);
    }
    if total <= KEPT || files.len() == 1 {
        for (path, node) in files {
            out.write_owned(repository.file_content(path, node)?);
        }
        return Ok(());
    }
    for (path, node) in files {
        repository.file_content(path, node)?;
    }
    out.certain();
    for (path, node) in files {
        if out.is_broken() {
            break;
        }
        out.write_owned(repository.file_content(path, node)?);
    }
    Ok(())
}
