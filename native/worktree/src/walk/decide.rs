//! Is a tracked file clean? By metadata where that is enough, as each build of legacy decides it.

use amalgam_formats::dirstate::{DayAhead, Entry, Timestamp};
use rustix::fs::{FileType, Stat as RawStat};

use super::Rules;

const RANGE: u64 = 0x7fff_ffff;

/// What is used of a stat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stat {
    pub(crate) mode: u32,
    pub(crate) size: u64,
    pub(crate) mtime: Timestamp,
}

impl From<&RawStat> for Stat {
    fn from(raw: &RawStat) -> Self {
        Stat {
            mode: raw.st_mode,
            size: raw.st_size as u64,
            mtime: Timestamp::new(raw.st_mtime, raw.st_mtime_nsec as u32),
        }
    }
}

impl Stat {
    pub(crate) fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.mode as _)
    }

    fn is_symlink(&self) -> bool {
        self.file_type() == FileType::Symlink
    }
}

/// The answer for one file that is tracked, in the first parent and untouched by a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Clean,
    Modified,
    Unsure,
}

impl Rules {
    /// Decides about a file that is there. `precise`: legacy's C walk would know the fraction of a second
    /// here, as it does for files named on the command line.
    pub(crate) fn judge(&self, entry: &Entry, copied: bool, stat: &Stat, precise: bool) -> Verdict {
        if self.is_rust() { judge_rust(entry, copied, stat) } else { self.judge_c(entry, copied, stat, precise) }
    }

    fn judge_c(&self, entry: &Entry, copied: bool, stat: &Stat, precise: bool) -> Verdict {
        let (mode, size) = entry.mode_size.map_or((0, -1), |(mode, size)| (mode, i64::from(size)));
        let other_size = size != stat.size as i64;
        let differs = size >= 0
            && ((other_size && size != (stat.size & RANGE) as i64)
                || (mode ^ stat.mode) & amalgam_types::EXEC_BIT != 0);
        if differs || copied {
            let encrypted_link = stat.is_symlink() && other_size;
            return if encrypted_link { Verdict::Unsure } else { Verdict::Modified };
        }
        let seen = if precise { stat.mtime } else { stat.mtime.whole_seconds() };
        let reliable = match self.boundary {
            Some(boundary) => seen.reliable(boundary, DayAhead::Reliable),
            None => Some(seen),
        };
        match (entry.mtime, reliable) {
            (Some(recorded), Some(seen)) if recorded.likely_equal(seen) => Verdict::Clean,
            _ => Verdict::Unsure,
        }
    }
}

fn judge_rust(entry: &Entry, copied: bool, stat: &Stat) -> Verdict {
    let size = entry.v1_size();
    let other_size = size != (stat.size & RANGE) as i32;
    if size >= 0 && other_size && stat.is_symlink() {
        return Verdict::Unsure;
    }
    let mode = entry.mode_size.map_or(0, |(mode, _)| mode);
    let other_mode = (mode ^ stat.mode) & amalgam_types::EXEC_BIT != 0;
    if copied || (size >= 0 && (other_size || other_mode)) {
        return Verdict::Modified;
    }
    match entry.mtime {
        Some(recorded) if stat.mtime.likely_equal(recorded) => Verdict::Clean,
        _ => Verdict::Unsure,
    }
}
