//! The clock and the local time zone, found as the C library finds it: `TZ`, or else `/etc/localtime`.
//!
//! Where the C library would guess (a local time that comes twice or never, a zone that it cannot find), there is no
//! answer here.

use amalgam_types::{Environment, Outcome, Reason, Stop};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const ZONES: &str = "/usr/share/zoneinfo";
const LOCAL: &str = "/etc/localtime";

/// The time now, and where.
#[derive(Debug, Clone)]
pub struct Clock {
    now: f64,
    zone: TimeZone,
}

fn unsupported(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::DateUnsupported, detail)
}

impl Clock {
    /// The system's clock.
    ///
    /// # Errors
    /// `DateUnsupported` where the local time zone is not certain.
    pub fn new(env: &Environment) -> Outcome<Clock> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|_| unsupported("the clock"))?;
        Clock::at(env, now.as_secs_f64())
    }

    /// A clock that stands at `now`.
    ///
    /// # Errors
    /// As [`Clock::new`].
    pub fn at(env: &Environment, now: f64) -> Outcome<Clock> {
        Ok(Clock { now, zone: zone(env)? })
    }

    /// Seconds since 1970.
    pub fn now(&self) -> f64 {
        self.now
    }

    /// How many seconds local time was behind UTC at a moment.
    ///
    /// # Errors
    /// `DateUnsupported` for moments beyond the calendar.
    pub fn offset_at(&self, seconds: i64) -> Outcome<i64> {
        let at = Timestamp::from_second(seconds).map_err(|e| unsupported(e.to_string()))?;
        Ok(-i64::from(self.zone.to_offset(at).seconds()))
    }

    /// The same, now.
    ///
    /// # Errors
    /// As [`Clock::offset_at`].
    pub fn offset_now(&self) -> Outcome<i64> {
        self.offset_at(self.now.floor() as i64)
    }

    /// The local date and time.
    pub(super) fn civil_now(&self) -> Outcome<DateTime> {
        let now = Timestamp::from_second(self.now.floor() as i64).map_err(|e| unsupported(e.to_string()))?;
        Ok(self.zone.to_datetime(now))
    }

    /// What a date and time would be in UTC.
    pub(super) fn utc_seconds(&self, civil: DateTime) -> Outcome<i64> {
        let at = TimeZone::UTC.to_timestamp(civil).map_err(|e| unsupported(e.to_string()))?;
        Ok(at.as_second())
    }

    /// How many seconds local time was behind UTC when it was `civil` and some seconds.
    pub(super) fn offset_at_local(&self, civil: DateTime, seconds: i64) -> Outcome<i64> {
        let civil = civil.checked_add(jiff::Span::new().seconds(seconds)).map_err(|e| unsupported(e.to_string()))?;
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(-i64::from(offset.seconds())),
            AmbiguousOffset::Gap { .. } | AmbiguousOffset::Fold { .. } => {
                Err(unsupported("a local time that comes twice or never"))
            }
        }
    }
}

fn zone(env: &Environment) -> Outcome<TimeZone> {
    let Some(name) = env.get("TZ") else {
        return Ok(from_file(Path::new(LOCAL))?.unwrap_or(TimeZone::UTC));
    };
    let name = name.strip_prefix(b":").unwrap_or(name);
    if name.is_empty() {
        return Ok(TimeZone::UTC);
    }
    if env.non_empty("TZDIR").is_some() || name.windows(2).any(|w| w == b"..") {
        return Err(unsupported("an unusual TZ"));
    }
    let path = PathBuf::from(ZONES).join(OsStr::from_bytes(name));
    if let Some(zone) = from_file(&path)? {
        return Ok(zone);
    }
    if matches!(name, b"UTC" | b"GMT") {
        return Ok(TimeZone::UTC);
    }
    let rule = std::str::from_utf8(name).map_err(|_| unsupported("an unusual TZ"))?;
    TimeZone::posix(rule).map_err(|_| unsupported("a TZ that names no zone"))
}

fn from_file(path: &Path) -> Outcome<Option<TimeZone>> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let name = path.to_string_lossy();
            TimeZone::tzif(&name, &bytes).map(Some).map_err(|_| unsupported("a damaged zone file"))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unsupported(e.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(tz: &str) -> Outcome<Clock> {
        let mut env = Environment::default();
        env.vars.insert(b"TZ".to_vec(), tz.as_bytes().to_vec());
        Clock::at(&env, 1_700_000_000.0)
    }

    #[test]
    fn zones_by_rule() {
        assert_eq!(clock("UTC").expect("UTC").offset_now(), Ok(0));
        assert_eq!(clock("").expect("UTC").offset_now(), Ok(0));
        assert_eq!(clock("IST-5:30").expect("a rule").offset_now(), Ok(-19_800));
        let berlin = clock("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule");
        assert_eq!((berlin.offset_at(1_700_000_000), berlin.offset_at(1_690_000_000)), (Ok(-3600), Ok(-7200)));
        assert!(clock("../x").is_err() && clock("No/Such").is_err());
    }

    #[test]
    fn local_times_that_come_twice_or_never() {
        let berlin = clock("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule");
        let at = |text: &str| berlin.offset_at_local(text.parse().expect("a time"), 0);
        assert_eq!(at("2023-07-01T12:00:00"), Ok(-7200));
        assert!(at("2023-03-26T02:30:00").is_err() && at("2023-10-29T02:30:00").is_err());
    }
}
