//! Values, paths and words against the installed Mercurial.

mod oracle;

use amalgam_config::{
    Number, expand_path, join_path, normalize_path, parse_bool, parse_byte_size, parse_int, parse_list, python_repr,
    shlex_split,
};
use amalgam_types::Environment;
use oracle::{ask, cases};
use proptest::prelude::*;
use std::os::unix::ffi::OsStringExt;

fn bytes_of(alphabet: &'static [u8], longest: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(proptest::sample::select(alphabet), 0..longest)
}

fn check_number(verb: &str, value: &[u8], ours: Number) -> Result<(), TestCaseError> {
    let theirs = ask(&[verb.as_bytes(), value]);
    match ours {
        Number::Value(number) => prop_assert_eq!(theirs, Ok(vec![number.to_string().into_bytes()])),
        Number::Invalid => prop_assert!(theirs.is_err(), "{:?} gave {:?}", value, theirs),
        Number::Unclear => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn lists(value in bytes_of(b"ab\"\"\\ ,,\t\n\x0b'\xe9", 14)) {
        prop_assert_eq!(ask(&[b"list", &value]), Ok(parse_list(&value)));
    }

    #[test]
    fn words(text in bytes_of(b"ab$#'\"\"\\\\ \t\n\xe9", 14)) {
        prop_assert_eq!(ask(&[b"shlex", &text]).ok(), shlex_split(&text));
    }

    #[test]
    fn integers(value in bytes_of(b"0123+-_ .x\t", 8)) {
        check_number("int", &value, parse_int(&value))?;
    }

    #[test]
    fn sizes(value in bytes_of(b"0123.. kKmMgGbB-e_", 8)) {
        check_number("bytes", &value, parse_byte_size(&value))?;
    }

    #[test]
    fn shown_values(value in proptest::collection::vec(any::<u8>(), 0..12)) {
        prop_assert_eq!(ask(&[b"repr", &value]), Ok(vec![python_repr(&value)]));
    }

    #[test]
    fn joined_paths(base in bytes_of(b"//..ab", 8), part in bytes_of(b"//..ab", 8)) {
        prop_assert_eq!(ask(&[b"join", &base, &part]), Ok(vec![join_path(&base, &part)]));
        prop_assert_eq!(ask(&[b"norm", &base]), Ok(vec![normalize_path(&base)]));
    }

    #[test]
    fn expanded_paths(path in bytes_of(b"~~/$$${{}}PATH_x", 10)) {
        let vars = std::env::vars_os().map(|(k, v)| (k.into_vec(), v.into_vec()));
        let env = Environment { vars: vars.collect(), ..Environment::default() };
        if let Ok(ours) = expand_path(&env, &path) {
            prop_assert_eq!(ask(&[b"expand", &path]), Ok(vec![ours]));
        }
    }
}

#[test]
fn booleans() {
    for value in ["1", "YES", "true", "On", "always", "0", "no", "False", "off", "never", "", "2", " 1", "y"] {
        let ours = match parse_bool(value.as_bytes()) {
            Some(true) => "True",
            Some(false) => "False",
            None => "none",
        };
        assert_eq!(ask(&[b"bool", value.as_bytes()]), Ok(vec![ours.into()]), "{value:?}");
    }
}
