//! Files that were named on the command line and cannot be found: what legacy says of each.

use crate::dirstate::Parsed;
use amalgam_types::{LegacyBuild, Outcome};
use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// Why a named file is not reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadReason {
    /// The system's error number.
    Os(i32),
    /// It is neither a file, a link nor a folder: `fifo`, `socket`, `character device`, `block device`.
    Type(&'static str),
}

impl BadReason {
    /// The message after `FILE: `, as the given build of legacy words it.
    pub fn message(&self, build: LegacyBuild) -> Vec<u8> {
        match self {
            BadReason::Type(kind) => format!("unsupported file type (type is {kind})").into_bytes(),
            BadReason::Os(number) => {
                let text = std::io::Error::from_raw_os_error(*number).to_string();
                let suffix = format!(" (os error {number})");
                match build {
                    LegacyBuild::Rust => text.into_bytes(),
                    _ => text.strip_suffix(&suffix).unwrap_or(&text).as_bytes().to_vec(),
                }
            }
        }
    }
}

fn special(file_type: FileType) -> Option<&'static str> {
    match file_type {
        FileType::Fifo => Some("fifo"),
        FileType::Socket => Some("socket"),
        FileType::CharacterDevice => Some("character device"),
        FileType::BlockDevice => Some("block device"),
        _ => None,
    }
}

/// The named files (sorted, from the root) that legacy complains about, in its order.
pub(crate) fn complaints(
    root: &OwnedFd,
    parsed: &Parsed<'_>,
    build: LegacyBuild,
    named: &[Vec<u8>],
) -> Outcome<Vec<(Vec<u8>, BadReason)>> {
    let mut bad = Vec::new();
    if named.iter().any(|name| name.is_empty()) && build != LegacyBuild::Rust {
        return Ok(bad);
    }
    let mut named: Vec<&Vec<u8>> = named.iter().filter(|name| !name.is_empty()).collect();
    named.sort_unstable();
    if build == LegacyBuild::Rust {
        named.dedup();
    }
    for name in named {
        let (entry, is_folder) = parsed.look_up(name)?;
        match rustix::fs::statat(root, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let kind = special(FileType::from_raw_mode(stat.st_mode));
                // The Rust extension notices the kind only of files that it tracks.
                let noticed = build != LegacyBuild::Rust || entry.is_some() || is_folder;
                bad.extend(kind.filter(|_| noticed).map(|kind| (name.clone(), BadReason::Type(kind))));
            }
            Err(error) if entry.is_none() && !is_folder => {
                bad.push((name.clone(), BadReason::Os(error.raw_os_error())));
            }
            Err(Errno::NOENT | Errno::NOTDIR) => {}
            Err(error) if build == LegacyBuild::Rust => {
                bad.push((name.clone(), BadReason::Os(error.raw_os_error())));
            }
            Err(_) => {}
        }
    }
    Ok(bad)
}
