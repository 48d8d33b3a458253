//! `[paths]` and URLs against the installed Mercurial.

mod oracle;

use amalgam_config::{Config, LegacyPaths, hide_password, remote_paths};
use amalgam_types::{Reason, Stop};
use oracle::{ask, cases, environment};
use proptest::prelude::*;
use std::path::Path;

fn piece() -> impl Strategy<Value = String> {
    let pieces = vec![
        "http",
        "ssh",
        "file",
        "bundle",
        "path",
        "c",
        "x+y.z-",
        ":",
        ":",
        ":",
        "//",
        "//",
        "/",
        "@",
        "@",
        "#",
        "?",
        "a",
        "b",
        "host",
        "localhost",
        "[::1]",
        "[",
        "]",
        "80",
        "%41",
        "%4",
        "%zz",
        " ",
        "~",
        "*",
        "\\",
        "é",
        "..",
        ".",
        "+",
        "'",
        "&=",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..9).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = String> {
    let common = vec![
        "path://a",
        "path://b",
        "path://b#x",
        "path://",
        "path://a/x",
        "http://u:p@h/x",
        "../up",
        "/abs#branch",
        "a, b",
        "~/x",
        "$NO/x",
        "default",
        "mirror",
        "yes",
        "no",
        "maybe",
        "forced",
        "try-base",
        "",
        "http://h/#",
        "%%",
        "#",
    ];
    prop_oneof![3 => proptest::sample::select(common).prop_map(str::to_owned), 1 => piece()]
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn urls(location in piece()) {
        match hide_password(location.as_bytes()) {
            Ok(ours) => prop_assert_eq!(ask(&[b"url", location.as_bytes()]), Ok(vec![ours])),
            Err(Stop::Abort(abort)) => prop_assert_eq!(ask(&[b"url", location.as_bytes()]), Err(abort.message)),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn names(items in proptest::collection::vec((proptest::sample::select(vec![
        "a", "b", "c", "default", "*", "a:pushurl", "a:multi-urls", "b:pushrev", "b:multi-urls", "*:bookmarks.mode",
        "c:bookmarks.mode", "c:pulled-delta-reuse-policy", "*:pushrev", "a:unknown",
    ]), value()), 0..6)) {
        let mut question: Vec<&[u8]> = vec![b"paths"];
        question.extend(items.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
        let theirs = ask(&question);
        match ours(&items) {
            Ok(ours) => prop_assert_eq!(theirs, Ok(ours)),
            Err(Stop::Abort(abort)) => prop_assert_eq!(theirs, Err(abort.message)),
            Err(Stop::Unsupported(why)) => {
                let fine = theirs.is_err() || why.reason == Reason::EnvironmentUnsupported;
                prop_assert!(fine, "{} although legacy says {:?}", why, theirs);
            }
        }
    }
}

fn ours(items: &[(&str, String)]) -> Result<Vec<Vec<u8>>, Stop> {
    let home = std::env::var("HOME").unwrap_or_default().into_bytes();
    let env = environment(&[("HOME", home), ("HGRCPATH", Vec::new())], Path::new("/"));
    let mut config = Config::load_user(&env, &LegacyPaths::default())?;
    for (name, value) in items {
        config.set("paths", name, value, "--config")?;
    }
    let mut out = Vec::new();
    for (name, paths) in remote_paths(&config, &env, &amalgam_testkit::legacy_facts().version)? {
        for path in paths {
            out.extend([name.clone(), hide_password(&path.location)?]);
            out.extend(path.options.iter().map(|(key, value)| [key.as_bytes(), b"=", value].concat()));
        }
    }
    Ok(out)
}
