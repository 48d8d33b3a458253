//! Puts what a walk found out into a copy of a dirstate-v2, under a new name.

use super::{Docket, NODE, flag};
use crate::dirstate::{Damaged, Refreshed, Timestamp, be16};

/// What is to be recorded.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// Files found to be clean.
    pub refreshed: &'a [Refreshed],
    /// Folders (by record) that were read completely and hold nothing unknown.
    pub cached: &'a [(u32, Timestamp)],
    /// Folders whose recorded time no longer counts; applied before `cached`.
    pub outdated: &'a [u32],
    /// The ignore patterns that the folder times hold for; `None` keeps the recorded hash.
    pub ignore_hash: Option<[u8; 20]>,
}

/// The docket and the data file that replace `docket` and `data`. `id` names the new data file.
pub fn patch(docket: &Docket, data: &[u8], changes: &Changes, id: &[u8]) -> Result<(Docket, Vec<u8>), Damaged> {
    let data = data.get(..docket.data_size as usize).ok_or_else(|| Damaged("truncated data file".into()))?;
    let mut out = data.to_vec();
    for &record in changes.outdated {
        set_folder(node(&mut out, record)?, None);
    }
    for &(record, mtime) in changes.cached {
        set_folder(node(&mut out, record)?, Some(mtime));
    }
    for file in changes.refreshed {
        set_clean(node(&mut out, file.record)?, file);
    }
    let mut docket = Docket { id: id.to_vec(), ..docket.clone() };
    if let Some(hash) = changes.ignore_hash {
        docket.metadata[24..44].copy_from_slice(&hash);
    }
    Ok((docket, out))
}

fn node(data: &mut [u8], record: u32) -> Result<&mut [u8], Damaged> {
    let at = record as usize;
    data.get_mut(at..at + NODE).ok_or_else(|| Damaged::at("node outside the file", at))
}

fn set_mtime(node: &mut [u8], mtime: Timestamp) {
    node[36..40].copy_from_slice(&mtime.seconds.to_be_bytes());
    node[40..44].copy_from_slice(&mtime.nanoseconds.to_be_bytes());
}

fn set_flags(node: &mut [u8], flags: u16) {
    node[30..32].copy_from_slice(&flags.to_be_bytes());
}

/// Folders only: an entry is never overwritten.
fn set_folder(node: &mut [u8], mtime: Option<Timestamp>) {
    if be16(node, 30) & flag::ANY_TRACKED != 0 {
        return;
    }
    let ambiguous = if mtime.is_some_and(|t| t.ambiguous) { flag::SECOND_AMBIGUOUS } else { 0 };
    let cached = flag::HAS_MTIME | flag::ALL_UNKNOWN_RECORDED | ambiguous;
    set_flags(node, flag::DIRECTORY | if mtime.is_some() { cached } else { 0 });
    set_mtime(node, mtime.unwrap_or_default());
}

fn set_clean(node: &mut [u8], file: &Refreshed) {
    let kept = be16(node, 30) & (flag::P2_INFO | flag::FALLBACK);
    let bits = [
        (file.mode & 0o100 != 0, flag::EXEC),
        (file.mode & 0o170_000 == 0o120_000, flag::SYMLINK),
        (file.mtime.ambiguous, flag::SECOND_AMBIGUOUS),
    ];
    let set = bits.iter().filter(|(on, _)| *on).fold(0, |all, (_, bit)| all | bit);
    let always = flag::WDIR_TRACKED | flag::P1_TRACKED | flag::HAS_MODE_AND_SIZE | flag::HAS_MTIME;
    set_flags(node, kept | set | always);
    node[32..36].copy_from_slice(&((file.size & 0x7fff_ffff) as u32).to_be_bytes());
    set_mtime(node, file.mtime);
}
