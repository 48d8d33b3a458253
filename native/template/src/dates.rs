//! Dates as Mercurial prints them: each in the time zone of its commit, and never outside of 32 bits.

use amalgam_types::{Outcome, Reason, Stop};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How legacy shows a date unless told otherwise.
pub const DEFAULT: &[u8] = b"%a %b %d %H:%M:%S %Y %1%2";

/// A moment, split up as the calendar of its own zone has it.
struct Fields {
    year: i64,
    /// 1 to 12.
    month: usize,
    day: i64,
    /// 0 is Sunday.
    weekday: usize,
    /// 1 to 366.
    year_day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Formats a date in the default form.
///
/// # Errors
/// As [`format`].
pub fn default(seconds: f64, offset: i64) -> Outcome<Vec<u8>> {
    format(DEFAULT, seconds, offset)
}

/// Formats a date as `strftime` does, with `%1`, `%2` and `%z` for the zone.
///
/// # Errors
/// `DateUnsupported` for a directive that depends on more than the date, and for an absurd zone.
pub fn format(format: &[u8], seconds: f64, offset: i64) -> Outcome<Vec<u8>> {
    // There, legacy's own replacement of the zone's directives would cut into an escaped percent sign.
    if format.windows(3).any(|w| w.starts_with(b"%%") && matches!(w[2], b'1' | b'2' | b'z')) {
        return Err(unsupported("%% before the zone"));
    }
    if offset.abs() > 1 << 40 || !seconds.is_finite() {
        return Err(unsupported("a zone beyond the calendar"));
    }
    // Legacy takes the zone off first, rounds down, and keeps what is left within 32 bits.
    let local = (seconds - offset as f64).clamp(f64::from(i32::MIN), f64::from(i32::MAX)).floor() as i64;
    let fields = split(local);
    let mut out = Vec::with_capacity(format.len() + 16);
    let mut bytes = format.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let directive = *bytes.next().ok_or_else(|| unsupported("a lone % at the end"))?;
        add(&mut out, directive, &fields, offset)?;
    }
    Ok(out)
}

/// Reads a time zone: `+0200`, `-03:30`, `UTC`, `GMT`, or seconds west of UTC. `None` for anything else.
pub fn zone(text: &[u8]) -> Option<i64> {
    if matches!(text, b"UTC" | b"GMT") {
        return Some(0);
    }
    let plain = |digits: &[u8]| {
        digits.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(digits).ok()?.parse::<i64>().ok())?
    };
    let (sign, digits) = match text {
        [b'+', digits @ ..] => (-1, digits),
        [b'-', digits @ ..] => (1, digits),
        digits => return plain(digits).filter(|_| digits.len() < 7),
    };
    match *digits {
        [a, b, c, d] | [a, b, b':', c, d] => Some(sign * (plain(&[a, b])? * 3600 + plain(&[c, d])? * 60)),
        _ => None,
    }
}

fn unsupported(detail: &str) -> Stop {
    Stop::unsupported(Reason::DateUnsupported, detail)
}

fn split(local: i64) -> Fields {
    let days = local.div_euclid(86_400);
    let second = local.rem_euclid(86_400);
    // Days since 0000-03-01, so that a leap day ends a year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
    Fields {
        year,
        month: month as usize,
        day,
        weekday: (days + 4).rem_euclid(7) as usize,
        year_day: before + day + i64::from(leap && month > 2),
        hour: second / 3600,
        minute: second / 60 % 60,
        second: second % 60,
    }
}

fn add(out: &mut Vec<u8>, directive: u8, at: &Fields, offset: i64) -> Outcome<()> {
    let hour12 = match at.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let minutes = offset.abs() / 60;
    // West of Greenwich is positive.
    let sign = if offset > 0 { '-' } else { '+' };
    let text = match directive {
        b'a' => DAYS[at.weekday][..3].to_owned(),
        b'A' => DAYS[at.weekday].to_owned(),
        b'b' | b'h' => MONTHS[at.month - 1][..3].to_owned(),
        b'B' => MONTHS[at.month - 1].to_owned(),
        b'c' => {
            for directive in b"a b e T Y".split(|&b| b == b' ').map(|d| d[0]) {
                add(out, directive, at, offset)?;
                out.push(b' ');
            }
            out.pop();
            return Ok(());
        }
        b'C' => format!("{:02}", at.year / 100),
        b'd' => format!("{:02}", at.day),
        b'D' | b'x' => format!("{:02}/{:02}/{:02}", at.month, at.day, at.year % 100),
        b'e' => format!("{:2}", at.day),
        b'F' => format!("{}-{:02}-{:02}", at.year, at.month, at.day),
        b'H' => format!("{:02}", at.hour),
        b'I' => format!("{hour12:02}"),
        b'j' => format!("{:03}", at.year_day),
        b'm' => format!("{:02}", at.month),
        b'M' => format!("{:02}", at.minute),
        b'n' => "\n".to_owned(),
        b'p' => if at.hour < 12 { "AM" } else { "PM" }.to_owned(),
        b'R' => format!("{:02}:{:02}", at.hour, at.minute),
        b'S' => format!("{:02}", at.second),
        b't' => "\t".to_owned(),
        b'T' | b'X' => format!("{:02}:{:02}:{:02}", at.hour, at.minute, at.second),
        b'u' => if at.weekday == 0 { 7 } else { at.weekday }.to_string(),
        b'U' => format!("{:02}", (at.year_day + 6 - at.weekday as i64) / 7),
        b'w' => at.weekday.to_string(),
        b'W' => format!("{:02}", (at.year_day + 6 - (at.weekday as i64 + 6) % 7) / 7),
        b'y' => format!("{:02}", at.year % 100),
        b'Y' => at.year.to_string(),
        b'z' => format!("{sign}{:02}{:02}", minutes / 60, minutes % 60),
        b'1' => format!("{sign}{:02}", minutes / 60),
        b'2' => format!("{:02}", minutes % 60),
        b'%' => "%".to_owned(),
        other => return Err(unsupported(&format!("%{}", char::from(other)))),
    };
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, seconds: f64, offset: i64) -> String {
        String::from_utf8(format(text.as_bytes(), seconds, offset).expect("a date")).expect("text")
    }

    #[test]
    fn the_default_form_in_the_commits_zone() {
        let text = std::str::from_utf8(DEFAULT).expect("text");
        assert_eq!(shown(text, 0.0, 0), "Thu Jan 01 00:00:00 1970 +0000");
        assert_eq!(shown(text, 1_600_000_000.0, -7200), "Sun Sep 13 14:26:40 2020 +0200");
        assert_eq!(shown(text, 1_600_000_000.0, 12_600), "Sun Sep 13 08:56:40 2020 -0330");
        assert_eq!(shown(text, 951_782_400.0, 0), "Tue Feb 29 00:00:00 2000 +0000");
    }

    #[test]
    fn beyond_32_bits() {
        assert_eq!(shown("%Y-%m-%d %H:%M:%S", 1e12, 0), "2038-01-19 03:14:07");
        assert_eq!(shown("%Y-%m-%d %H:%M:%S", -1e12, 0), "1901-12-13 20:45:52");
    }

    #[test]
    fn directives() {
        assert_eq!(
            shown("%A %B %j %U %W %w %u %I%p %e|%D|%F|%R|%T", 1_577_836_800.0, 0),
            "Wednesday January 001 00 00 3 3 12AM  1|01/01/20|2020-01-01|00:00|00:00:00"
        );
        assert!(format(b"%Z", 0.0, 0).is_err());
        assert!(format(b"%", 0.0, 0).is_err());
    }
}
