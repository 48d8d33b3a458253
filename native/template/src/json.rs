//! JSON as legacy writes it: what is not UTF-8 becomes a lone surrogate, dictionaries are sorted by key.

use crate::syntax::invalid;
use crate::value::{Date, DateForm, List, Value};
use amalgam_types::Outcome;
use std::rc::Rc;

/// Appends `text` as a JSON string. `ascii` escapes everything beyond ASCII, and angle brackets.
pub fn string(text: &[u8], ascii: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some((at, code)) = encoded_surrogate(rest) {
        characters(&rest[..at], ascii, out);
        surrogate(code, ascii, out);
        rest = &rest[at + 3..];
    }
    characters(rest, ascii, out);
    out.push(b'"');
}

fn characters(text: &[u8], ascii: bool, out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            character(c, ascii, out);
        }
        for &byte in chunk.invalid() {
            surrogate(0xdc00 + u16::from(byte), ascii, out);
        }
    }
}

/// Where three bytes are a surrogate, which Python takes for a character; not those that stand for a byte.
fn encoded_surrogate(text: &[u8]) -> Option<(usize, u16)> {
    text.windows(3).enumerate().find_map(|(at, bytes)| {
        let [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf] = *bytes else { return None };
        let code = 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
        (!(0xdc00..0xdd00).contains(&code)).then_some((at, code))
    })
}

fn surrogate(code: u16, ascii: bool, out: &mut Vec<u8>) {
    if ascii {
        out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
    } else {
        out.extend_from_slice(&[0xed, 0x80 | (code >> 6 & 0x3f) as u8, 0x80 | (code & 0x3f) as u8]);
    }
}

fn character(c: char, ascii: bool, out: &mut Vec<u8>) {
    let short: &[u8] = match c {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\u{8}' => b"\\b",
        '\t' => b"\\t",
        '\n' => b"\\n",
        '\u{c}' => b"\\f",
        '\r' => b"\\r",
        _ => b"",
    };
    if !short.is_empty() {
        out.extend_from_slice(short);
    } else if c < ' ' || c == '\u{7f}' || (ascii && (!c.is_ascii() || c == '<' || c == '>')) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
    } else {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Appends `value`.
///
/// # Errors
/// `TemplateInvalid` for a value of which legacy shows its own insides.
pub fn value(value: &Value, ascii: bool, out: &mut Vec<u8>) -> Outcome<()> {
    match value {
        Value::None => out.extend_from_slice(b"null"),
        Value::Bytes(text) => string(text, ascii, out),
        Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::YesNo(yes) => out.extend_from_slice(if *yes { b"\"true\"" } else { b"\"false\"" }),
        Value::Bool(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Value::Date(Date { seconds, offset, form }) => {
            let point = if *form == DateForm::Raw { ".0" } else { "" };
            out.extend_from_slice(format!("[{seconds}{point}, {offset}]").as_bytes());
        }
        Value::Strings(strings) => items(strings.iter(), out, |item, out| {
            string(item, ascii, out);
            Ok(())
        })?,
        Value::List(list) => items(list.values.iter(), out, |item, out| self::value(item, ascii, out))?,
        Value::Dict(dict) => dictionary(dict, ascii, out)?,
        Value::Item(item) if item.template.is_none() => match &item.shown {
            Some(shown) => string(shown, ascii, out),
            None => self::value(&item.value, ascii, out)?,
        },
        Value::Item(_) | Value::Later(..) => return Err(invalid("a changeset as JSON")),
    }
    Ok(())
}

fn items<'v, T: 'v>(
    all: impl Iterator<Item = &'v T>,
    out: &mut Vec<u8>,
    mut add: impl FnMut(&T, &mut Vec<u8>) -> Outcome<()>,
) -> Outcome<()> {
    out.push(b'[');
    for (at, item) in all.enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        add(item, out)?;
    }
    out.push(b']');
    Ok(())
}

fn dictionary(dict: &List, ascii: bool, out: &mut Vec<u8>) -> Outcome<()> {
    let mut pairs: Vec<(&Rc<[u8]>, &Value)> = dict.keys.iter().zip(&dict.values).collect();
    pairs.sort_by(|a, b| a.0.cmp(b.0));
    out.push(b'{');
    for (at, (key, item)) in pairs.into_iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        string(key, ascii, out);
        out.extend_from_slice(b": ");
        value(item, ascii, out)?;
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8], ascii: bool) -> Vec<u8> {
        let mut out = Vec::new();
        string(text, ascii, &mut out);
        out
    }

    #[test]
    fn strings() {
        assert_eq!(shown(b"a\"\\\n\x01\x7f<", false), br#""a\"\\\n\u0001\u007f<""#);
        assert_eq!(shown("é<𝄞".as_bytes(), true), br#""\u00e9\u003c\ud834\udd1e""#);
        assert_eq!(shown(b"\xdd", true), br#""\udcdd""#);
        assert_eq!(shown(b"\xdd", false), b"\"\xed\xb3\x9d\"");
        assert_eq!(shown(b"\xed\xbe\xa7", false), b"\"\xed\xbe\xa7\"");
        assert_eq!(shown(b"a\xed\xbe\xa7", true), br#""a\udfa7""#);
        assert_eq!(shown(b"\xed\xb3\x9d", true), br#""\udced\udcb3\udc9d""#);
    }
}
