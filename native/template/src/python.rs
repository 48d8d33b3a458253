//! Values as legacy's debug formatter prints them: much like Python does, spread over lines.

use crate::syntax::invalid;
use crate::text::string_escape;
use crate::value::{Date, DateForm, Value};
use amalgam_types::Outcome;

/// Columns of one level.
const INDENT: usize = 4;

/// Appends `value`, which stands on `level`.
///
/// # Errors
/// `TemplateInvalid` for a value of which legacy shows its own insides.
pub fn value(value: &Value, level: usize, out: &mut Vec<u8>) -> Outcome<()> {
    match value {
        Value::None => out.extend_from_slice(b"None"),
        Value::Bool(yes) => out.extend_from_slice(if *yes { b"True" } else { b"False" }),
        Value::Bytes(text) => string(text, out),
        Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Date(Date { seconds, offset, form }) => {
            let point = if *form == DateForm::Raw { ".0" } else { "" };
            let numbers = [format!("{seconds}{point}"), offset.to_string()];
            items(b"()", &numbers, level, out, |number, _, out| {
                out.extend_from_slice(number.as_bytes());
                Ok(())
            })?;
        }
        Value::List(list) => {
            items(b"[]", &list.values, level, out, self::value)?;
        }
        Value::Dict(dict) => {
            let pairs: Vec<(&[u8], &Value)> = dict.keys.iter().map(AsRef::as_ref).zip(&dict.values).collect();
            map(pairs, level, out)?;
        }
        _ => return Err(invalid("a value that only templates have")),
    }
    Ok(())
}

/// Appends a dictionary.
///
/// # Errors
/// As [`value`].
pub fn map(mut pairs: Vec<(&[u8], &Value)>, level: usize, out: &mut Vec<u8>) -> Outcome<()> {
    pairs.sort_by_key(|(key, _)| *key);
    items(b"{}", &pairs, level, out, |(key, item), level, out| {
        string(key, out);
        out.extend_from_slice(b": ");
        value(item, level, out)
    })
}

fn string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    out.extend_from_slice(&string_escape(text));
    out.push(b'\'');
}

fn items<T>(
    brackets: &[u8; 2],
    all: &[T],
    level: usize,
    out: &mut Vec<u8>,
    mut add: impl FnMut(&T, usize, &mut Vec<u8>) -> Outcome<()>,
) -> Outcome<()> {
    let line = |level: usize, out: &mut Vec<u8>| {
        out.push(b'\n');
        out.resize(out.len() + level * INDENT, b' ');
    };
    out.push(brackets[0]);
    for (at, item) in all.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        line(level + 1, out);
        add(item, level + 1, out)?;
    }
    if !all.is_empty() {
        line(level, out);
    }
    out.push(brackets[1]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        let (number, empty) = (Value::Int(1), Value::list(Vec::new(), b"x", b""));
        let list = Value::list(vec![Value::text(b"it's")], b"x", b"");
        let mut out = Vec::new();
        map(vec![(b"b", &number), (b"a", &list), (b"c", &empty)], 1, &mut out).expect("plain values");
        let expected = "{\n        'a': [\n            'it\\'s'\n        ],\n        'b': 1,\n        'c': []\n    }";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
