//! Dates by format, as Python's `strptime` reads them in the C locale: each directive tries its spellings in a fixed
//! order, the first way through the whole format counts, and anything left over is a failure.

use jiff::civil::{Date, DateTime, Time};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What a format has found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    afternoon: Option<bool>,
}

/// Reads `text`; the result and the seconds beyond its minute (leap seconds may make it sixty or more).
pub(super) fn read(text: &[u8], format: &[u8]) -> Option<(DateTime, i64)> {
    let (found, rest) = step(text, format, Found { year: 1900, month: 1, day: 1, ..Found::default() })?;
    if !rest.is_empty() {
        return None;
    }
    let twelve = format.windows(2).any(|w| w == b"%I");
    let hour = match (twelve, found.afternoon) {
        (true, Some(true)) if found.hour != 12 => found.hour + 12,
        (true, None | Some(false)) if found.hour == 12 => 0,
        _ => found.hour,
    };
    let date = Date::new(i16::try_from(found.year).ok()?, found.month as i8, found.day as i8).ok()?;
    let time = Time::new(hour as i8, found.minute as i8, 0, 0).ok()?;
    Some((date.to_datetime(time), i64::from(found.second)))
}

fn step<'t>(text: &'t [u8], format: &[u8], found: Found) -> Option<(Found, &'t [u8])> {
    let Some((&first, rest)) = format.split_first() else { return Some((found, text)) };
    if first == b' ' {
        let spaces = text.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)).count();
        return (1..=spaces).rev().find_map(|n| step(&text[n..], rest, found));
    }
    if first != b'%' {
        let (&next, left) = text.split_first()?;
        return if next.eq_ignore_ascii_case(&first) { step(left, rest, found) } else { None };
    }
    let (&letter, rest) = rest.split_first()?;
    let try_with = |length: usize, set: &dyn Fn(&mut Found)| {
        let mut found = found;
        set(&mut found);
        step(&text[length..], rest, found)
    };
    let word = |names: &[&str]| {
        names.iter().position(|name| text.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name.as_bytes())))
    };
    match letter {
        b'b' => word(&MONTHS).and_then(|at| try_with(3, &|f| f.month = at as u32 + 1)),
        b'a' => word(&DAYS).and_then(|_| try_with(3, &|_| {})),
        b'p' => word(&["am", "pm"]).and_then(|at| try_with(2, &|f| f.afternoon = Some(at == 1))),
        _ => {
            for (length, value) in spellings(letter, text) {
                let set = |f: &mut Found| match letter {
                    b'Y' => f.year = value as i32,
                    b'y' => f.year = value as i32 + if value <= 68 { 2000 } else { 1900 },
                    b'm' => f.month = value,
                    b'd' => f.day = value,
                    b'H' | b'I' => f.hour = value,
                    b'M' => f.minute = value,
                    _ => f.second = value,
                };
                if let Some(out) = try_with(length, &set) {
                    return Some(out);
                }
            }
            None
        }
    }
}

/// The ways to read a number at the start of `text`, with their lengths.
fn spellings(letter: u8, text: &[u8]) -> Vec<(usize, u32)> {
    let digit = |at: usize| text.get(at).filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'));
    let one = digit(0);
    let two = one.zip(digit(1)).map(|(a, b)| a * 10 + b);
    let mut out = Vec::new();
    let mut add = |length: usize, value: Option<u32>, low: u32, high: u32| {
        if let Some(value) = value.filter(|v| (low..=high).contains(v)) {
            out.push((length, value));
        }
    };
    match letter {
        b'Y' => {
            let four = two.zip(digit(2)).zip(digit(3)).map(|((a, b), c)| a * 100 + b * 10 + c);
            add(4, four, 0, 9999);
        }
        b'y' => add(2, two, 0, 99),
        b'm' | b'I' => {
            add(2, two, 1, 12);
            add(1, one, 1, 9);
        }
        b'd' => {
            add(2, two, 1, 31);
            add(1, one, 1, 9);
            if text.first() == Some(&b' ') {
                add(2, digit(1), 1, 9);
            }
        }
        b'H' => {
            add(2, two, 0, 23);
            add(1, one, 0, 9);
        }
        b'M' => {
            add(2, two, 0, 59);
            add(1, one, 0, 9);
        }
        b'S' => {
            add(2, two, 0, 61);
            add(1, one, 0, 9);
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, format: &str) -> Option<String> {
        read(text.as_bytes(), format.as_bytes()).map(|(at, seconds)| format!("{at} +{seconds}"))
    }

    #[test]
    fn directives() {
        assert_eq!(shown("2006-12-6 1:2:3PM", "%Y-%m-%d %I:%M:%S%p").as_deref(), Some("2006-12-06T13:02:00 +3"));
        assert_eq!(shown("sep 5@06", "%b %d@%y").as_deref(), Some("2006-09-05T00:00:00 +0"));
        assert_eq!(shown("12:00AM", "%I:%M%p").as_deref(), Some("1900-01-01T00:00:00 +0"));
        assert_eq!(shown("2006-12-06 132", "%Y-%m-%d %H%M").as_deref(), Some("2006-12-06T13:02:00 +0"));
        assert_eq!(shown("2006-02-30", "%Y-%m-%d"), None);
        assert_eq!(shown("2006-12-06x", "%Y-%m-%d"), None);
        assert_eq!(shown("23:59:61", "%H:%M:%S").as_deref(), Some("1900-01-01T23:59:00 +61"));
    }
}
