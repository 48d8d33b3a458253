//! Times ignore decisions on a source tree of the size of a large company's: 260,000 paths, 60 rules.
//!
//! `cargo run --release -p amalgam-matching --example ignore_speed [HGIGNORE]`

#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use amalgam_config::Config;
use amalgam_matching::{Engine, IgnoreRules, MatchContext};
use amalgam_types::Environment;
use std::path::PathBuf;

const GLOBS: &str = "syntax: glob
*.pyc\n*.pyo\n*.o\n*.obj\n*.so\n*.a\n*.class\n*.swp\n*.orig\n*.rej\n*~\n.DS_Store\n*.log\n*.tmp\n*.bak\n*.elc\n*.lo\n*.la
*.gcda\n*.gcno\n*.profraw\n__pycache__\nnode_modules\ntarget\ndist\n.idea\n.vscode\n.gradle\n.pytest_cache\n.mypy_cache
.tox\n.venv\nbuild-*\n#*#\n.#*\ncscope.*\ntags\nTAGS\nGPATH\nrust/target\ndocs/_build\n*.egg-info\ncompile_commands.json
third_party/cache\n*.min.js.map\n[Tt]humbs.db\nsyntax: regexp\n^out/\n^build$\n^obj.*/\n(^|/)core\\.[0-9]+$\n\\.py[co]$
^tools/gen/.*\\.json$\n(^|/)\\.cache/\n\\.coverage(\\..*)?$\n^local\\.mk$\n/generated/.*\\.pb\\.(cc|h)$\n^bazel-\n\\.iml$
(^|/)ID$\n^configure$\n";

/// Nanoseconds that this thread has run, whatever else the machine does.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

fn main() {
    let root = match std::env::args_os().nth(1) {
        Some(file) => PathBuf::from(file).parent().map(PathBuf::from).unwrap_or_default(),
        None => {
            let dir = std::env::temp_dir().join(format!("ignore-speed-{}", std::process::id()));
            std::fs::create_dir_all(&dir).expect("a temporary folder");
            std::fs::write(dir.join(".hgignore"), GLOBS).expect("a file in it");
            dir
        }
    };
    let mut paths = Vec::with_capacity(260_000);
    for i in 0..260_000usize {
        let (a, b, c, d) = (i % 23, (i / 23) % 41, (i / 943) % 29, i % 7);
        let ext = ["c", "h", "py", "rs", "java", "txt", "js"][d];
        paths.push(format!("component{a}/module_{b}/src/package{c}/implementation_{i}.{ext}").into_bytes());
    }
    let env = Environment::default();
    let config = Config::default();
    for engine in [Engine::PythonBytes, Engine::RustExtension] {
        let ctx =
            MatchContext { root: &root, cwd: b"", cwd_abs: &root, env: &env, config: &config, engine, sets: None };
        let start = cpu();
        let rules = IgnoreRules::load(&ctx).expect("rules that native can match");
        println!("{engine:?}: load {} us", (cpu() - start) / 1000);
        let start = cpu();
        let first = rules.is_ignored(&paths[0]);
        println!("  first question {} us ({first})", (cpu() - start) / 1000);
        for (what, ask) in [
            ("is_ignored", IgnoreRules::is_ignored as fn(&IgnoreRules, &[u8]) -> bool),
            ("matches_path", IgnoreRules::matches_path),
            ("is_ignored again", IgnoreRules::is_ignored),
            ("matches_path again", IgnoreRules::matches_path),
        ] {
            let start = cpu();
            let found = paths.iter().filter(|p| ask(&rules, p)).count();
            let each = (cpu() - start) as f64 / paths.len() as f64;
            println!("  {what}: {each:.1} ns a path ({found} ignored)");
        }
    }
    if std::env::args_os().nth(1).is_none() {
        let _ = std::fs::remove_dir_all(&root);
    }
}
