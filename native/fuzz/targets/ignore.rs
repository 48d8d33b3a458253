//! Fuzzes ignore rules and patterns: the text of a `.hgignore`, and its first line as an argument.
#![no_main]

use amalgam_config::{Config, LegacyPaths};
use amalgam_matching::{Engine, IgnoreRules, MatchContext, MatchOptions, Matcher, PatternKind};
use amalgam_types::Environment;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ROOT: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a writable temporary folder");
    std::fs::create_dir(root.path().join(".hg")).expect("writable");
    root
});

const PATHS: [&[u8]; 6] = [b"a", b"a/b.c", b"build/x/y.o", b"\xff\n", b"src/.hgignore", b"AbC/1 2"];

fuzz_target!(|bytes: &[u8]| {
    let env = Environment { vars: [(b"HGRCPATH".to_vec(), Vec::new())].into(), ..Environment::default() };
    let config = Config::load_user(&env, &LegacyPaths::default()).expect("an empty configuration");
    std::fs::write(ROOT.path().join(".hgignore"), bytes).expect("writable");
    for engine in [Engine::PythonBytes, Engine::RustExtension] {
        let context =
            MatchContext { root: ROOT.path(), cwd: b"", cwd_abs: ROOT.path(), env: &env, config: &config, engine, sets: None };
        if let Ok(rules) = IgnoreRules::load(&context) {
            for path in PATHS {
                let here = rules.matches_path(path);
                assert!(!here || rules.is_ignored(path));
            }
        }
        let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default().to_vec();
        if line.starts_with(b"listfile") || line.contains(&0) {
            continue;
        }
        let options = MatchOptions { patterns: &[line], include: &[], exclude: &[], default: PatternKind::Relpath };
        if let Ok(matcher) = Matcher::new(&context, &options) {
            for path in PATHS {
                let _ = (matcher.matches(path), matcher.visit_dir(path));
            }
        }
    }
});
