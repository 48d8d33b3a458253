//! What settings are where nothing sets them, by legacy's own table.

use amalgam_matching::TextRegex;
use amalgam_template::Value;
use amalgam_types::{LegacyFacts, Outcome, Reason, Stop};
use std::rc::Rc;

fn uncertain(detail: &str) -> Stop {
    Stop::unsupported(Reason::OutputUnsupported, detail)
}

/// What a setting is where nothing sets it.
#[derive(Debug, Clone)]
pub(crate) enum Default {
    /// Legacy does not know the setting.
    Unknown,
    /// Legacy works it out where it asks for it.
    WorkedOut,
    /// This.
    Is(Value),
}

/// The default of a setting of legacy's own.
///
/// # Errors
/// `OutputUnsupported` where the default may depend on the process, or is a number that no value here stands for.
pub(crate) fn default_of(facts: &LegacyFacts, section: &[u8], name: &[u8]) -> Outcome<Default> {
    if facts.defaults.is_empty() {
        return Err(uncertain("the default values of settings"));
    }
    let sections = facts.defaults.iter().filter(|(known, _)| known.as_bytes() == section);
    let mut words = sections.flat_map(|(_, words)| words.split(|&byte| byte == b' ')).filter(|word| !word.is_empty());
    // Names that were escaped are in no configuration file, which cannot hold such names.
    let mut patterns = Vec::new();
    let exact = words.find_map(|word| {
        let (known, value) = word.split_at_checked(word.iter().position(|&byte| byte == b'=')?)?;
        match known.strip_prefix(b"~") {
            Some(pattern) => {
                patterns.push((pattern, &value[1..]));
                None
            }
            None => (known == name).then(|| &value[1..]),
        }
    });
    if let Some(value) = exact {
        return read(value);
    }
    for (pattern, value) in patterns {
        let pattern = unhex(pattern).filter(|pattern| !pattern.contains(&b'|')).ok_or_else(damaged)?;
        if TextRegex::new(&[b"^", pattern.as_slice()].concat(), false)?.is_match(name) {
            return read(value);
        }
    }
    Ok(Default::Unknown)
}

fn read(value: &[u8]) -> Outcome<Default> {
    let (kind, value) = value.split_first().ok_or_else(damaged)?;
    Ok(Default::Is(match kind {
        b'd' => return Ok(Default::WorkedOut),
        b'n' => Value::None,
        b't' => Value::Bool(true),
        b'f' => Value::Bool(false),
        b'i' => Value::Int(std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok()).ok_or_else(damaged)?),
        b'b' => Value::text(unhex(value).ok_or_else(damaged)?),
        b'l' => {
            let items = value.split(|&byte| byte == b',').skip(1).map(|item| unhex(item).map(Rc::from));
            Value::Strings(Rc::new(items.collect::<Option<_>>().ok_or_else(damaged)?))
        }
        _ => return Err(uncertain("the default value of this setting")),
    }))
}

fn damaged() -> Stop {
    uncertain("a table of default values that native does not read")
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    if text.len().is_multiple_of(2) { digits.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(section: &str, name: &str) -> String {
        let table = " a=b3630 b=l c=l,61,6262 d=d e=t f=n g=? h=i-5 ~2e2a5c2e78=f ~5b5e3a5d2a=i7";
        let defaults = vec![("s".to_owned(), table.as_bytes().to_vec()), ("u".to_owned(), b" x=q".to_vec())];
        let facts = LegacyFacts { defaults, ..LegacyFacts::default() };
        match default_of(&facts, section.as_bytes(), name.as_bytes()) {
            Ok(Default::WorkedOut) => "hidden".to_owned(),
            Ok(Default::Unknown) => "unknown".to_owned(),
            Ok(Default::Is(value)) => {
                let mut out = Vec::new();
                amalgam_template::json::value(&value, false, &mut out).expect("a value");
                String::from_utf8(out).expect("text")
            }
            Err(_) => "unsupported".to_owned(),
        }
    }

    #[test]
    fn by_name_then_by_pattern() {
        let of = |name| shown("s", name);
        assert_eq!([of("a"), of("b"), of("c"), of("d")], [r#""60""#, "[]", r#"["a", "bb"]"#, "hidden"]);
        assert_eq!([of("e"), of("f"), of("g"), of("h")], ["true", "null", "unsupported", "-5"]);
        assert_eq!([of("n.x"), of("n.y"), of("")], ["false", "7", "7"]);
        assert_eq!([shown("t", "a"), shown("u", "y"), shown("u", "x")], ["unknown", "unknown", "unsupported"]);
        assert!(default_of(&LegacyFacts::default(), b"s", b"a").is_err());
    }
}
