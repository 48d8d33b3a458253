//! One date: words, a number of seconds with an offset, or one of legacy's formats, with what is missing filled in.

use super::format::read;
use super::strip;
use super::zone::Clock;
use crate::strings::integer;
use crate::tree::error;
use amalgam_types::Outcome;
use jiff::ToSpan;

/// Tried in this order (`hg help dates`).
const FORMATS: [&str; 31] = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H%M%S",
    "%Y-%m-%dT%H%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H%M%S",
    "%Y-%m-%d %H%M",
    "%Y-%m-%d %I:%M:%S%p",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %I:%M%p",
    "%Y-%m-%d",
    "%m-%d",
    "%m/%d",
    "%m/%d/%y",
    "%m/%d/%Y",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %I:%M:%S%p %Y",
    "%a, %d %b %Y %H:%M:%S",
    "%b %d %H:%M:%S %Y",
    "%b %d %I:%M:%S%p %Y",
    "%b %d %H:%M:%S",
    "%b %d %I:%M:%S%p",
    "%b %d %H:%M",
    "%b %d %I:%M%p",
    "%b %d %Y",
    "%b %d",
    "%H:%M:%S",
    "%I:%M:%S%p",
    "%H:%M",
    "%I:%M%p",
];

/// Only where a date stands for a span of time.
const COARSE_FORMATS: [&str; 4] = ["%Y", "%Y-%m", "%b", "%b %Y"];

/// Parts of a date from fine to coarse, by the directives that give them. What is finer than all that was written
/// gets a fixed value, what is coarser that of today.
const PARTS: [&str; 6] = ["S", "M", "HI", "d", "mb", "yY"];

/// The fixed values.
pub(super) struct Bias {
    day: &'static str,
    month: &'static str,
    hour: &'static str,
    sixtieth: &'static str,
}

impl Bias {
    /// For a date that is a moment.
    pub(super) fn none() -> Self {
        Bias { day: "1", month: "1", hour: "00", sixtieth: "00" }
    }

    /// For the start of a span.
    pub(super) fn earliest() -> Self {
        Bias::none()
    }

    /// For the end of a span.
    pub(super) fn latest(day: &'static str) -> Self {
        Bias { day, month: "12", hour: "23", sixtieth: "59" }
    }

    fn of(&self, part: &str) -> &'static str {
        match part {
            "S" | "M" => self.sixtieth,
            "HI" => self.hour,
            "d" => self.day,
            "mb" => self.month,
            _ => "1",
        }
    }
}

/// Reads an ASCII date: seconds since 1970, and seconds west of UTC.
pub(super) fn parse(date: &[u8], clock: &Clock, bias: &Bias, coarse: bool) -> Outcome<(f64, i64)> {
    if date.is_empty() {
        return Ok((0.0, 0));
    }
    let date = strip(date);
    let today = clock.civil_now()?;
    let date = match date {
        b"now" => return Ok((clock.now(), clock.offset_now()?)),
        b"today" => today.strftime("%b %d").to_string().into_bytes(),
        b"yesterday" => match today.checked_sub(1.day()) {
            Ok(before) => before.strftime("%b %d").to_string().into_bytes(),
            Err(_) => return Err(invalid(date)),
        },
        other => other.to_vec(),
    };
    let (when, offset) = match seconds_and_offset(&date)? {
        Some(pair) => pair,
        None => by_format(&date, clock, bias, coarse)?,
    };
    if !(-0x8000_0000..=0x7fff_ffff).contains(&when) {
        return Err(error(format!("date exceeds 32 bits: {when}")));
    }
    if !(-50_400..=43_200).contains(&offset) {
        return Err(error(format!("impossible time zone offset: {offset}")));
    }
    Ok((when as f64, offset))
}

fn invalid(date: &[u8]) -> amalgam_types::Stop {
    error([b"invalid date: ".as_slice(), &amalgam_config::python_repr(date)].concat())
}

fn seconds_and_offset(date: &[u8]) -> Outcome<Option<(i64, i64)>> {
    let parts: Vec<&[u8]> = date.split(|&b| b == b' ').collect();
    let [when, offset] = parts.as_slice() else { return Ok(None) };
    Ok(integer(when)?.zip(integer(offset)?))
}

fn by_format(date: &[u8], clock: &Clock, bias: &Bias, coarse: bool) -> Outcome<(i64, i64)> {
    let (offset, local) = zone_of(date);
    let now = clock.civil_now()?;
    let formats = FORMATS.iter().chain(COARSE_FORMATS.iter().filter(|_| coarse));
    for format in formats {
        let (mut text, mut whole) = (local.to_vec(), (*format).to_owned());
        let mut coarser = false;
        for part in PARTS {
            if part.chars().any(|letter| format.contains(&format!("%{letter}"))) {
                coarser = true;
                continue;
            }
            let directive = &part[..1];
            whole.push_str(&format!("@%{directive}"));
            text.push(b'@');
            let value = match coarser {
                true => now.strftime(&format!("%{directive}")).to_string(),
                false => bias.of(part).to_owned(),
            };
            text.extend_from_slice(value.as_bytes());
        }
        let Some((civil, seconds)) = read(&text, whole.as_bytes()) else { continue };
        let as_utc = clock.utc_seconds(civil)? + seconds;
        return Ok(match offset {
            Some(offset) => (as_utc + offset, offset),
            None => {
                let offset = clock.offset_at_local(civil, seconds)?;
                (as_utc + offset, offset)
            }
        });
    }
    Err(invalid(date))
}

/// The time zone at the end of a date, in seconds west of UTC, and what is before it.
fn zone_of(date: &[u8]) -> (Option<i64>, &[u8]) {
    let digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
    let number = |range: &[u8]| range.iter().fold(0i64, |n, b| n * 10 + i64::from(b - b'0'));
    let signed = |sign: u8, hours: i64, minutes: i64| {
        let seconds = (hours * 60 + minutes) * 60;
        if sign == b'+' { -seconds } else { seconds }
    };
    if let Some(rest) = date.strip_suffix(b"GMT").or_else(|| date.strip_suffix(b"UTC")) {
        return (Some(0), strip_end(rest));
    }
    if let Some((rest, [sign @ (b'+' | b'-'), zone @ ..])) = date.split_last_chunk::<5>()
        && digits(zone)
    {
        return (Some(signed(*sign, number(&zone[..2]), number(&zone[2..]))), strip_end(rest));
    }
    if let Some(rest) = date.strip_suffix(b"Z")
        && rest.last().is_some_and(u8::is_ascii_digit)
    {
        return (Some(0), rest);
    }
    if let Some((rest, [sign @ (b'+' | b'-'), a, b, b':', c, d])) = date.split_last_chunk::<6>()
        && digits(&[*a, *b, *c, *d])
    {
        return (Some(signed(*sign, number(&[*a, *b]), number(&[*c, *d]))), rest);
    }
    (None, date)
}

fn strip_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c));
    &text[..end.map_or(0, |at| at + 1)]
}
