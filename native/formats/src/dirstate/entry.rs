//! One file's entry, as both dirstate formats express it.

/// Seconds since the epoch, low 31 bits.
pub(super) const SECONDS_MASK: u64 = 0x7fff_ffff;

/// A modification time as the dirstate keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timestamp {
    /// Low 31 bits of the seconds.
    pub seconds: u32,
    /// Zero when nothing finer than seconds is known.
    pub nanoseconds: u32,
    /// The second alone says nothing: another write may have happened within it.
    pub ambiguous: bool,
}

impl Timestamp {
    /// From what the file system reports.
    pub fn new(seconds: i64, nanoseconds: u32) -> Self {
        Timestamp { seconds: (seconds as u64 & SECONDS_MASK) as u32, nanoseconds, ambiguous: false }
    }

    /// The same without its fraction: what Mercurial's C walk sees.
    pub fn whole_seconds(self) -> Self {
        Timestamp { nanoseconds: 0, ..self }
    }

    /// Whether `self`, recorded earlier, and `now` are the same moment as far as can be told.
    pub fn likely_equal(self, now: Timestamp) -> bool {
        if self.seconds != now.seconds {
            return false;
        }
        if self.nanoseconds == 0 || now.nanoseconds == 0 {
            return !self.ambiguous;
        }
        self.nanoseconds == now.nanoseconds
    }

    /// `self` if no later write can have left the same time behind, seen from `boundary`, the time at which
    /// the walk began: older, or more than a day ahead. `None` means that only the content can tell.
    pub fn reliable(self, boundary: Timestamp, day: DayAhead) -> Option<Timestamp> {
        const DAY: u64 = 24 * 3600;
        if self.seconds == boundary.seconds {
            let older = self.nanoseconds != 0 && boundary.nanoseconds != 0 && self.nanoseconds < boundary.nanoseconds;
            return older.then_some(Timestamp { ambiguous: true, ..self });
        }
        let ahead = u64::from(self.seconds);
        let limit = u64::from(boundary.seconds) + DAY;
        let distant = match day {
            DayAhead::Reliable => ahead >= limit,
            DayAhead::Unreliable => ahead > limit,
        };
        (self.seconds < boundary.seconds || distant).then_some(self)
    }
}

/// The two implementations of legacy differ on a time exactly one day ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayAhead {
    /// Python.
    Reliable,
    /// The Rust extension.
    Unreliable,
}

/// What is recorded of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry {
    /// Tracked in the working copy.
    pub wc_tracked: bool,
    /// Tracked in the first parent.
    pub p1_tracked: bool,
    /// Touched by a merge.
    pub p2_info: bool,
    /// Mode and size that a clean file has, if known.
    pub mode_size: Option<(u32, i32)>,
    /// The time at which it was last seen clean, if known.
    pub mtime: Option<Timestamp>,
}

/// The letters of dirstate-v1, which `hg debugstate` still prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// `n`
    Normal,
    /// `a`
    Added,
    /// `r`
    Removed,
    /// `m`
    Merged,
}

impl Entry {
    /// In neither parent, but tracked.
    pub fn added(&self) -> bool {
        self.wc_tracked && !self.p1_tracked && !self.p2_info
    }

    /// In a parent, but no longer tracked.
    pub fn removed(&self) -> bool {
        !self.wc_tracked && (self.p1_tracked || self.p2_info)
    }

    /// Whether any of the three tracking facts holds.
    pub fn any_tracked(&self) -> bool {
        self.wc_tracked || self.p1_tracked || self.p2_info
    }

    /// Tracked, and to be shown as modified because of a merge.
    pub fn merged(&self) -> bool {
        self.wc_tracked && self.p2_info
    }

    /// The letter.
    pub fn state(&self) -> State {
        if self.removed() {
            State::Removed
        } else if self.wc_tracked && self.p1_tracked && self.p2_info {
            State::Merged
        } else if self.added() {
            State::Added
        } else {
            State::Normal
        }
    }

    /// The size as dirstate-v1 expresses it: -1 unknown, -2 from the second parent.
    pub fn v1_size(&self) -> i32 {
        match (self.wc_tracked, self.p1_tracked, self.p2_info) {
            (false, true, true) => -1,
            (false, false, true) => -2,
            (false, _, false) => 0,
            (true, _, true) => -2,
            (true, false, false) => -1,
            (true, true, false) => self.mode_size.map_or(-1, |(_, size)| size),
        }
    }

    /// The time as dirstate-v1 expresses it: -1 unset.
    pub fn v1_mtime(&self) -> i32 {
        if self.removed() {
            return 0;
        }
        match self.mtime {
            Some(t) if self.wc_tracked && self.p1_tracked && !self.p2_info && !t.ambiguous => t.seconds as i32,
            _ => -1,
        }
    }
}

/// A file that was compared with its parent and found clean: what to record of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refreshed {
    /// Where its record lies.
    pub record: u32,
    /// `st_mode`.
    pub mode: u32,
    /// `st_size`.
    pub size: u64,
    /// A reliable time.
    pub mtime: Timestamp,
}
