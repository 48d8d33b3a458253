//! Filters: `value|filter`.

use crate::cbor;
use crate::compile::Node;
use crate::dates;
use crate::engine::Engine;
use crate::fill;
use crate::json;
use crate::render::{Scope, keyword_of};
use crate::syntax::invalid;
use crate::text;
use crate::value::{Date, DateForm, List, Map, Value, Whole};
use amalgam_types::{Abort, AbortKind, Outcome, Reason, Stop};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

const DATES: [(&str, &str); 6] = [
    ("isodate", "%Y-%m-%d %H:%M %1%2"),
    ("isodatesec", "%Y-%m-%d %H:%M:%S %1%2"),
    ("rfc3339date", "%Y-%m-%dT%H:%M:%S%1:%2"),
    ("rfc822date", "%a, %d %b %Y %H:%M:%S %1%2"),
    ("shortdate", "%Y-%m-%d"),
    ("hgdate", ""),
];

impl Engine<'_> {
    pub(crate) fn filtered(&self, inner: &Node, filter: &[u8], scope: &Scope<'_>) -> Outcome<Value> {
        let shown = self.filtered_here(inner, filter, scope);
        // What legacy works out late it works out within the filter, which then has its say.
        let is_late = matches!(inner, Node::Call(..) | Node::Pieces(_) | Node::Map(..) | Node::MapNamed(..));
        match shown {
            Err(Stop::Abort(abort)) if is_late && abort.kind == AbortKind::Parse => {
                Err(invalid("a mistake within a filter"))
            }
            shown => shown,
        }
    }

    fn filtered_here(&self, inner: &Node, filter: &[u8], scope: &Scope<'_>) -> Outcome<Value> {
        let name = std::str::from_utf8(filter).unwrap_or_default();
        if let Some((_, format)) = DATES.iter().find(|(known, _)| *known == name) {
            let value = self.value(inner, scope)?;
            if let Some(mistake) = no_date(&value) {
                return Err(incompatible(mistake, inner, name));
            }
            let date = date_of(&value)?;
            return Ok(Value::text(match name {
                "hgdate" => format!("{} {}", date.seconds, date.offset).into_bytes(),
                _ => dates::format(format.as_bytes(), date.seconds as f64, date.offset)?,
            }));
        }
        match name {
            "json" => {
                let mut out = Vec::new();
                json::value(&self.value(inner, scope)?, true, &mut out)?;
                Ok(Value::text(out))
            }
            "cbor" => {
                let mut out = Vec::new();
                cbor::value(&self.value(inner, scope)?, &mut out)?;
                Ok(Value::text(out))
            }
            "count" => match self.value(inner, scope)? {
                Value::Int(_) => Err(incompatible("not countable", inner, name)),
                value => count(&value).map(Value::Int),
            },
            "reverse" => match self.value(inner, scope)? {
                Value::Int(_) | Value::Bytes(_) => Err(incompatible("not reversible", inner, name)),
                value => reversed(&value),
            },
            "age" => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
                age(date_of(&self.value(inner, scope)?)?, now).map(Value::text)
            }
            "commondir" => common_folder(&self.value(inner, scope)?).map(Value::text),
            _ => of_text(name, &self.text(inner, scope)?),
        }
    }
}

/// Legacy's error about a filter of something else.
fn incompatible(message: impl Into<Vec<u8>>, node: &Node, filter: &str) -> Stop {
    let hint = match keyword_of(node) {
        Some(name) => {
            let before = format!("template filter '{filter}' is not compatible with keyword '");
            [before.as_bytes(), name, b"'"].concat()
        }
        None => format!("incompatible use of template filter '{filter}'").into_bytes(),
    };
    Abort::parse(None, message).hint(hint).into()
}

/// What legacy says of a value that is certainly no date.
pub(crate) fn no_date(value: &Value) -> Option<Vec<u8>> {
    // Whatever is not one of these words has a digit, or a month.
    const WORDS: [&str; 15] = [
        "now",
        "today",
        "yesterday",
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];
    match value {
        Value::Int(number) if *number != 0 => Some(b"not a date tuple nor a string".to_vec()),
        Value::Bytes(text) => {
            let text =
                std::str::from_utf8(text::strip(text)).ok().filter(|text| !text.is_empty() && text.is_ascii())?;
            let lower = text.to_ascii_lowercase();
            let unsure = text.contains(|c: char| c.is_ascii_digit() || matches!(c, '\'' | '"'))
                || WORDS.iter().any(|word| lower.contains(word));
            (!unsure).then(|| [b"invalid date: '", &text::string_escape(text.as_bytes())[..], b"'"].concat())
        }
        _ => None,
    }
}

/// Units of time, the longest first, in seconds.
const UNITS: [(&str, i64); 7] = [
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("week", 604_800),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
];

/// How long ago a date is: in the longest unit of which there are two, and from two years on the day itself.
fn age(date: Date, now: f64) -> Outcome<Vec<u8>> {
    let since = now - date.seconds as f64;
    let delta = (since.abs() as i64).max(1);
    let future = since < 0.0;
    let year = UNITS[0].1;
    if future && delta > year * 30 {
        return Ok(b"in the distant future".to_vec());
    }
    if !future && delta > year * 2 {
        return dates::format(b"%Y-%m-%d", date.seconds as f64, date.offset);
    }
    let (unit, seconds) = UNITS.into_iter().find(|(_, seconds)| delta / seconds >= 2).unwrap_or(UNITS[6]);
    let count = delta / seconds;
    let plural = if count == 1 { "" } else { "s" };
    Ok(format!("{count} {unit}{plural} {}", if future { "from now" } else { "ago" }).into_bytes())
}

/// The folder that all paths of a list have in common.
fn common_folder(paths: &Value) -> Outcome<Vec<u8>> {
    let texts: Vec<&[u8]> = match paths {
        Value::List(list) => {
            fn text(value: &Value) -> Outcome<&[u8]> {
                match value {
                    Value::Bytes(text) => Ok(text),
                    _ => Err(invalid("not a list of texts")),
                }
            }
            list.values.iter().map(text).collect::<Outcome<_>>()?
        }
        Value::Strings(strings) => strings.iter().map(AsRef::as_ref).collect(),
        _ => return Err(invalid("not a list of texts")),
    };
    let folders = texts.iter().map(|path| {
        let start = path.iter().position(|&byte| byte != b'/').unwrap_or(path.len());
        let mut parts: Vec<&[u8]> = path[start..].split(|&byte| byte == b'/').collect();
        parts.pop();
        parts
    });
    let folders: Vec<Vec<&[u8]>> = folders.collect();
    let (Some(first), Some(last)) = (folders.iter().min(), folders.iter().max()) else { return Ok(Vec::new()) };
    let shared = first.iter().zip(last).take_while(|(a, b)| a == b).count();
    Ok(first[..shared].join(&b'/'))
}

fn of_text(name: &str, value: &[u8]) -> Outcome<Value> {
    Ok(Value::text(match name {
        "stringify" | "slashpath" => value.to_vec(),
        "utf8" if std::str::from_utf8(value).is_ok() => value.to_vec(),
        "addbreaks" => text::replaced(value, b"\n", b"<br/>\n"),
        "basename" => text::basename(value).to_vec(),
        "dirname" => text::dirname(value).to_vec(),
        "stripdir" => match text::dirname(value) {
            b"" => text::basename(value).to_vec(),
            folder => folder.to_vec(),
        },
        "domain" => text::domain(value).to_vec(),
        "email" => text::email(value).to_vec(),
        "emailuser" => text::email_user(value).to_vec(),
        "user" => text::short_user(value).to_vec(),
        "person" => text::person(value),
        "escape" => {
            text::escaped(value, &[(b'&', b"&amp;"), (b'<', b"&lt;"), (b'>', b"&gt;"), (b'"', b"&quot;"), (0, b"")])
        }
        "xmlescape" => xml_escape(value),
        "fill68" => fill::fill(value, 68, b"", b"")?,
        "fill76" => fill::fill(value, 76, b"", b"")?,
        "firstline" => text::first_line(value).to_vec(),
        "hex" => value.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
        "lower" => cased(value, str::to_lowercase)?,
        "upper" => cased(value, str::to_uppercase)?,
        "nonempty" if value.is_empty() => b"(none)".to_vec(),
        "nonempty" => value.to_vec(),
        "obfuscate" => {
            let text = std::str::from_utf8(value).map_err(|_| invalid("text that is not UTF-8"))?;
            text.chars().flat_map(|c| format!("&#{};", u32::from(c)).into_bytes()).collect()
        }
        "permissions" if value.contains(&b'l') => b"lrwxrwxrwx".to_vec(),
        "permissions" if value.contains(&b'x') => b"-rwxr-xr-x".to_vec(),
        "permissions" => b"-rw-r--r--".to_vec(),
        "revescape" => text::replaced(&text::percent(value, b"/@"), b"/", b"%252F"),
        "urlescape" => text::percent(value, b"/"),
        "short" => value[..value.len().min(12)].to_vec(),
        "shortbisect" => vec![value.first().map_or(b' ', u8::to_ascii_uppercase)],
        "splitlines" => return Ok(Value::texts(text::lines(value), &[b"line"], Whole::Joined)),
        "stringescape" => text::string_escape(value),
        "tabindent" => text::indented(value, b"\t", b""),
        _ => return Err(Stop::unsupported(Reason::TemplateFilter, name)),
    }))
}

fn xml_escape(value: &[u8]) -> Vec<u8> {
    let table: &[(u8, &[u8])] =
        &[(b'&', b"&amp;"), (b'<', b"&lt;"), (b'>', b"&gt;"), (b'"', b"&quot;"), (b'\'', b"&#39;")];
    let mut out = text::escaped(value, table);
    for byte in &mut out {
        if matches!(*byte, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f) {
            *byte = b' ';
        }
    }
    out
}

/// Upper or lower case, where Rust's tables and Python's cannot differ.
fn cased(value: &[u8], change: impl Fn(&str) -> String) -> Outcome<Vec<u8>> {
    let text = std::str::from_utf8(value).ok().filter(|text| text.chars().all(|c| c < '\u{df}' || c == 'é'));
    text.map(|text| change(text).into_bytes())
        .ok_or_else(|| Stop::unsupported(Reason::TemplateFilter, "the case of unusual letters"))
}

pub(crate) fn count(value: &Value) -> Outcome<i64> {
    Ok(match value {
        Value::Bytes(text) => text.len() as i64,
        Value::List(list) | Value::Dict(list) => list.values.len() as i64,
        Value::Strings(strings) => strings.len() as i64,
        Value::Date(_) => 2,
        _ => return Err(invalid("not countable")),
    })
}

fn reversed(value: &Value) -> Outcome<Value> {
    let values: Vec<Value> = match value {
        Value::List(list) if !list.whole.is_queried() => list.values.iter().rev().cloned().collect(),
        Value::Strings(strings) => strings.iter().rev().cloned().map(Value::Bytes).collect(),
        _ => return Err(invalid("not reversible")),
    };
    let shown = values.iter().map(plain).collect::<Outcome<Vec<_>>>()?;
    let maps = values.iter().map(|value| Map::one(b"item", value.clone())).collect();
    Ok(Value::List(Rc::new(List { values, keys: Vec::new(), shown, maps, whole: Whole::Joined })))
}

/// Text and numbers as they are shown.
pub(crate) fn plain(value: &Value) -> Outcome<Rc<[u8]>> {
    match value {
        Value::Bytes(text) => Ok(Rc::clone(text)),
        Value::Int(number) => Ok(Rc::from(number.to_string().as_bytes())),
        Value::Bool(yes) => Ok(Rc::from(if *yes { &b"True"[..] } else { b"False" })),
        Value::None => Ok(Rc::from(&b"None"[..])),
        _ => Err(invalid("a value that only Python shows")),
    }
}

/// A date value, or two numbers that are one.
pub(crate) fn date_of(value: &Value) -> Outcome<Date> {
    match value {
        Value::Date(date) => Ok(*date),
        Value::Bytes(text) => {
            let text = std::str::from_utf8(text).unwrap_or_default();
            let numbers = text.split_once(' ').and_then(|(seconds, offset)| {
                let plain = |text: &str| {
                    let digits = text.strip_prefix('-').unwrap_or(text);
                    !digits.is_empty() && digits.len() < 12 && digits.bytes().all(|b| b.is_ascii_digit())
                };
                (plain(seconds) && plain(offset)).then(|| Some((seconds.parse().ok()?, offset.parse().ok()?)))?
            });
            let (seconds, offset): (i64, i64) = numbers
                .filter(|(seconds, offset): &(i64, i64)| i32::try_from(*seconds).is_ok() && offset.abs() < 86_400 / 2)
                .ok_or_else(|| Stop::unsupported(Reason::DateUnsupported, "a date in words"))?;
            Ok(Date { seconds, offset, form: DateForm::Pair })
        }
        _ => Err(invalid("not a date")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        let date = Date { seconds: 1_600_000_000, offset: 0, form: DateForm::Dotted };
        let shown = |since: f64| String::from_utf8(age(date, 1_600_000_000.0 + since).expect("an age")).expect("text");
        assert_eq!(shown(0.0), "1 second ago");
        assert_eq!(shown(119.0), "119 seconds ago");
        assert_eq!(shown(120.0), "2 minutes ago");
        assert_eq!(shown(86_400.0 * 13.5), "13 days ago");
        assert_eq!(shown(86_400.0 * 500.0), "16 months ago");
        assert_eq!(shown(86_400.0 * 731.0), "2020-09-13");
        assert_eq!(shown(-7_300.0), "2 hours from now");
        assert_eq!(shown(-31_536_000.0 * 31.0), "in the distant future");
    }

    #[test]
    fn common_folders() {
        let shown = |paths: &[&str]| {
            let paths = Value::texts(paths.iter().map(|path| path.as_bytes()), &[b"file"], Whole::Joined);
            String::from_utf8(common_folder(&paths).expect("a folder")).expect("text")
        };
        assert_eq!(shown(&["foo/bar/baz", "foo/baz/bar"]), "foo");
        assert_eq!(shown(&["foo/bar", "baz"]), "");
        assert_eq!(shown(&["/a/b/c", "a/b/d/e"]), "a/b");
        assert_eq!(shown(&["a/b"]), "a");
        assert_eq!(shown(&[]), "");
    }
}
