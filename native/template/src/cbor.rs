//! Values as CBOR (RFC 8949), as legacy's formatter writes them: known lengths, dictionaries sorted by key.

use crate::syntax::invalid;
use crate::value::{Date, DateForm, List, Value};
use amalgam_types::Outcome;
use std::rc::Rc;

/// Begins a list whose length is not known.
pub const BEGIN_ARRAY: &[u8] = b"\x9f";

/// Ends such a list.
pub const BREAK: &[u8] = b"\xff";

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

fn head(major: u8, length: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match length {
        0..24 => out.push(major | length as u8),
        24..0x100 => out.extend_from_slice(&[major | 24, length as u8]),
        0x100..0x1_0000 => {
            out.push(major | 25);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 26);
            out.extend_from_slice(&(length as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
}

fn bytes(text: &[u8], out: &mut Vec<u8>) {
    head(BYTES, text.len() as u64, out);
    out.extend_from_slice(text);
}

fn integer(number: i64, out: &mut Vec<u8>) {
    match u64::try_from(number) {
        Ok(number) => head(UNSIGNED, number, out),
        Err(_) => head(NEGATIVE, number.unsigned_abs() - 1, out),
    }
}

/// Appends `value`.
///
/// # Errors
/// `TemplateInvalid` for a value of which legacy shows its own insides.
pub fn value(value: &Value, out: &mut Vec<u8>) -> Outcome<()> {
    match value {
        Value::None => out.push(0xf6),
        Value::Bool(yes) => out.push(if *yes { 0xf5 } else { 0xf4 }),
        Value::Bytes(text) => bytes(text, out),
        Value::Int(number) => integer(*number, out),
        Value::YesNo(yes) => bytes(if *yes { b"true" } else { b"false" }, out),
        Value::Date(Date { form: DateForm::Raw, .. }) => return Err(invalid("a fraction as CBOR")),
        Value::Date(Date { seconds, offset, .. }) => {
            head(ARRAY, 2, out);
            integer(*seconds, out);
            integer(*offset, out);
        }
        Value::Strings(strings) => {
            head(ARRAY, strings.len() as u64, out);
            strings.iter().for_each(|text| bytes(text, out));
        }
        Value::List(list) => {
            head(ARRAY, list.values.len() as u64, out);
            for item in &list.values {
                self::value(item, out)?;
            }
        }
        Value::Dict(dict) => {
            let List { keys, values, .. } = dict.as_ref();
            map(keys.iter().map(Rc::as_ref).zip(values), out)?;
        }
        Value::Item(item) if item.template.is_none() => match &item.shown {
            Some(shown) => bytes(shown, out),
            None => self::value(&item.value, out)?,
        },
        Value::Item(_) | Value::Later(..) => return Err(invalid("a changeset as CBOR")),
    }
    Ok(())
}

/// Appends a dictionary.
///
/// # Errors
/// As [`value`].
pub fn map<'v>(pairs: impl Iterator<Item = (&'v [u8], &'v Value)>, out: &mut Vec<u8>) -> Outcome<()> {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by_key(|(key, _)| *key);
    head(MAP, pairs.len() as u64, out);
    for (key, item) in pairs {
        bytes(key, out);
        value(item, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_signs() {
        let shown = |number| {
            let mut out = Vec::new();
            integer(number, &mut out);
            out
        };
        assert_eq!(shown(23), [0x17]);
        assert_eq!(shown(24), [0x18, 24]);
        assert_eq!(shown(500), [0x19, 1, 0xf4]);
        assert_eq!(shown(70_000), [0x1a, 0, 1, 0x11, 0x70]);
        assert_eq!(shown(1 << 32), [0x1b, 0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(shown(-1), [0x20]);
        assert_eq!(shown(-500), [0x39, 1, 0xf3]);
    }

    #[test]
    fn dictionaries_are_sorted() {
        let (yes, none) = (Value::Bool(true), Value::None);
        let mut out = Vec::new();
        map([(&b"b"[..], &yes), (b"a", &none)].into_iter(), &mut out).expect("plain values");
        assert_eq!(out, b"\xa2\x41a\xf6\x41b\xf5");
    }
}
