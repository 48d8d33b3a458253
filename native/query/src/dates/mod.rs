//! Dates as users write them (`hg help dates`), and the local time zone.

mod format;
mod parse;
mod zone;

pub use zone::Clock;

use amalgam_types::{AbortKind, Outcome, Reason, Stop};
use parse::Bias;

/// A span of time, ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The first second.
    pub from: f64,
    /// The last second.
    pub to: f64,
}

impl Interval {
    /// Reads what `date()` and `--date` take: a date to the accuracy given, `<DATE`, `>DATE`, `DATE to DATE`, `-DAYS`.
    ///
    /// # Errors
    /// Legacy's errors; `DateUnsupported` where local time is ambiguous or the zone is not known.
    pub fn parse(spec: &[u8], clock: &Clock) -> Outcome<Interval> {
        let spec = strip(spec);
        let input = |message: Vec<u8>| Stop::abort(AbortKind::Input, message);
        if !spec.is_ascii() {
            return Err(Stop::unsupported(Reason::DateUnsupported, "a date that is not ASCII"));
        }
        let all = Interval { from: f64::NEG_INFINITY, to: f64::INFINITY };
        match spec.split_first() {
            None => Err(input(b"dates cannot consist entirely of whitespace".to_vec())),
            Some((b'<', [])) => Err(input(b"invalid day spec, use '<DATE'".to_vec())),
            Some((b'<', date)) => Ok(Interval { to: last_moment(date, clock)?, ..all }),
            Some((b'>', [])) => Err(input(b"invalid day spec, use '>DATE'".to_vec())),
            Some((b'>', date)) => Ok(Interval { from: first_moment(date, clock)?, ..all }),
            Some((b'-', days)) => match crate::strings::integer(days)? {
                None => Err(input([b"invalid day spec: ", days].concat())),
                Some(number) if number < 0 => {
                    Err(input([days, b" must be nonnegative (see 'hg help dates')"].concat()))
                }
                Some(number) => Ok(Interval { from: clock.now() - number as f64 * 86_400.0, ..all }),
            },
            Some(_) => match memchr::memmem::find(spec, b" to ") {
                Some(at) => {
                    let (from, to) = (&spec[..at], &spec[at + 4..]);
                    if memchr::memmem::find(to, b" to ").is_some() {
                        return Err(Stop::unsupported(Reason::DateUnsupported, "more than one `to`"));
                    }
                    Ok(Interval { from: first_moment(from, clock)?, to: last_moment(to, clock)? })
                }
                None => Ok(Interval { from: first_moment(spec, clock)?, to: last_moment(spec, clock)? }),
            },
        }
    }

    /// Whether a moment lies in it.
    pub fn contains(&self, seconds: f64) -> bool {
        self.from <= seconds && seconds <= self.to
    }
}

/// Reads one date: seconds since 1970, and seconds west of UTC.
///
/// # Errors
/// As [`Interval::parse`].
pub fn parse_date(date: &[u8], clock: &Clock) -> Outcome<(f64, i64)> {
    if !date.is_ascii() {
        return Err(Stop::unsupported(Reason::DateUnsupported, "a date that is not ASCII"));
    }
    parse::parse(date, clock, &Bias::none(), false)
}

fn first_moment(date: &[u8], clock: &Clock) -> Outcome<f64> {
    Ok(parse::parse(date, clock, &Bias::earliest(), true)?.0)
}

/// The last moment that a date may mean; a month that is not said to have 31 days is tried with fewer.
fn last_moment(date: &[u8], clock: &Clock) -> Outcome<f64> {
    for day in ["31", "30", "29"] {
        match parse::parse(date, clock, &Bias::latest(day), true) {
            Ok((seconds, _)) => return Ok(seconds),
            Err(Stop::Abort(abort)) if abort.kind == AbortKind::Parse => {}
            Err(stop) => return Err(stop),
        }
    }
    Ok(parse::parse(date, clock, &Bias::latest("28"), true)?.0)
}

fn strip(text: &[u8]) -> &[u8] {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let start = text.iter().position(|b| !is_space(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_space(b)).map_or(start, |at| at + 1);
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use amalgam_types::Environment;

    fn clock() -> Clock {
        let mut env = Environment::default();
        env.vars.insert(b"TZ".to_vec(), b"UTC".to_vec());
        Clock::at(&env, 1_700_000_000.0).expect("a zone")
    }

    fn read(spec: &str) -> Result<(f64, f64), String> {
        match Interval::parse(spec.as_bytes(), &clock()) {
            Ok(interval) => Ok((interval.from, interval.to)),
            Err(Stop::Abort(abort)) => Err(String::from_utf8_lossy(&abort.message).into_owned()),
            Err(other) => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn accuracy_decides_the_span() {
        assert_eq!(read("2006-12-06 13:18:29 UTC"), Ok((1_165_411_109.0, 1_165_411_109.0)));
        assert_eq!(read("2006-12-06"), Ok((1_165_363_200.0, 1_165_449_599.0)));
        assert_eq!(read("2006-02"), Ok((1_138_752_000.0, 1_141_171_199.0)));
        assert_eq!(read("2006"), Ok((1_136_073_600.0, 1_167_609_599.0)));
        assert_eq!(read("1165432709 0"), Ok((1_165_432_709.0, 1_165_432_709.0)));
        assert_eq!(read("2006-12-06 +0200"), Ok((1_165_356_000.0, 1_165_442_399.0)));
    }

    #[test]
    fn open_ends_and_words() {
        assert_eq!(read(">2006-12-06"), Ok((1_165_363_200.0, f64::INFINITY)));
        assert_eq!(read("-2"), Ok((1_700_000_000.0 - 172_800.0, f64::INFINITY)));
        assert_eq!(read("2006-12-06 to 2006-12-07"), Ok((1_165_363_200.0, 1_165_535_999.0)));
        assert_eq!(read("today"), Ok((1_699_920_000.0, 1_700_006_399.0)));
        assert_eq!(read(" yesterday "), Ok((1_699_833_600.0, 1_699_919_999.0)));
        assert_eq!(read("13:18"), Ok((1_699_967_880.0, 1_699_967_939.0)));
    }

    #[test]
    fn errors() {
        assert_eq!(read("foo"), Err("invalid date: 'foo'".into()));
        assert_eq!(read("  "), Err("dates cannot consist entirely of whitespace".into()));
        assert_eq!(read("--1"), Err("-1 must be nonnegative (see 'hg help dates')".into()));
        assert_eq!(read("-x"), Err("invalid day spec: x".into()));
        assert_eq!(read("<"), Err("invalid day spec, use '<DATE'".into()));
        assert_eq!(read("2006-02-30"), Err("invalid date: '2006-02-30'".into()));
    }
}
