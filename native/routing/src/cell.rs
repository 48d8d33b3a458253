//! The cell that an invocation belongs to: command, flags, repository format and extensions. It is what the breaker
//! demotes and what comparisons are counted by.
//!
//! ```text
//! status --rev @1f0e3dad +histedit +rebase
//! ```
//! The eight digits stand for the repository's requirements; a command without a repository has none. Nothing that was
//! typed is in it but the names of flags.

use amalgam_commands::Prepared;
use amalgam_types::hex;
use sha1::{Digest, Sha1};

/// The cell of what is prepared, with the extensions that are enabled for it.
pub fn cell(prepared: &Prepared, extensions: &[String]) -> String {
    let mut cell = prepared.spec.name.to_owned();
    let mut flags: Vec<&str> = prepared.parsed.given().collect();
    flags.sort_unstable();
    flags.dedup();
    for flag in flags {
        cell.extend([" --", flag]);
    }
    if let Some(repository) = &prepared.repository {
        let mut requirements: Vec<&[u8]> = repository.requirements().iter().collect();
        requirements.sort_unstable();
        let digest = Sha1::digest(requirements.join(&b'\n'));
        cell.extend([" @", &hex(&digest[..4])]);
    }
    let mut names: Vec<&str> = extensions.iter().map(String::as_str).collect();
    names.sort_unstable();
    for name in names {
        // Names come from configuration files; what would break a line does not belong to one.
        cell.push_str(" +");
        cell.extend(name.chars().map(|c| if c.is_whitespace() || c.is_control() { '?' } else { c }));
    }
    cell
}

/// Whether `entry` of the breaker speaks of `cell`: it names it, or its command alone.
pub fn covers(entry: &str, cell: &str) -> bool {
    entry == cell || cell.split(' ').next() == Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_its_cell_or_all_of_a_command() {
        assert!(covers("status --rev @1f0e3dad", "status --rev @1f0e3dad"));
        assert!(covers("status", "status --rev @1f0e3dad"));
        assert!(!covers("status --rev @1f0e3dad", "status @1f0e3dad"));
        assert!(!covers("stat", "status @1f0e3dad"));
        assert!(!covers("", "status"));
    }
}
