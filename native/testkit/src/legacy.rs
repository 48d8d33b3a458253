//! Where the reference implementation is: `AMALGAM_LEGACY_HG`, then the project's private virtual
//! environment, then `PATH`.

use amalgam_types::{LegacyBuild, LegacyFacts};
use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder that holds `native/`.
pub fn project_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The installed Mercurial. Panics when there is none: a test that needs it must not pass without it.
pub fn legacy() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(find).clone()
}

fn find() -> PathBuf {
    if let Some(named) = env::var_os("AMALGAM_LEGACY_HG").filter(|v| !v.is_empty()) {
        let path = PathBuf::from(named);
        assert!(path.is_file(), "AMALGAM_LEGACY_HG names {}, which is not a file", path.display());
        return path;
    }
    let root = project_root();
    let private = root.join(".venv/bin/hg");
    if private.is_file() {
        return private;
    }
    let ours = root.join("bin");
    let on_path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&on_path)
        .filter(|dir| *dir != ours)
        .map(|dir| dir.join("hg"))
        .find(|hg| hg.is_file())
        .unwrap_or_else(|| {
            panic!(
                "no Mercurial to test against: set AMALGAM_LEGACY_HG, or run the set-up, \
                 which makes {}",
                private.display()
            )
        })
}

/// The Python interpreter that runs the installed Mercurial, from the first line of its script.
pub fn legacy_python() -> PathBuf {
    let script = std::fs::read(legacy()).expect("the installed hg is readable");
    let line = script.split(|&b| b == b'\n').next().unwrap_or_default();
    let words = line.strip_prefix(b"#!").expect("the installed hg starts with #!");
    let mut words = words.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty());
    let first = words.next().expect("an interpreter after #!");
    if first.ends_with(b"/env") {
        return PathBuf::from(OsStr::from_bytes(words.next().expect("an interpreter after env")));
    }
    PathBuf::from(OsStr::from_bytes(first))
}

/// Which modules the installed Mercurial runs.
pub fn legacy_build() -> LegacyBuild {
    static FOUND: OnceLock<LegacyBuild> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let out = Command::new(legacy())
            .args(["debuginstall", "-T", "{hgmodulepolicy}"])
            .env("HGRCPATH", "")
            .env("HGPLAIN", "1")
            .current_dir("/")
            .output()
            .expect("the installed hg runs");
        let policy = String::from_utf8_lossy(&out.stdout).into_owned();
        let rust = Command::new(legacy_python())
            .args(["-c", "from mercurial import policy\nprint(policy.importrust('dirstate') is not None)"])
            .current_dir("/")
            .output()
            .is_ok_and(|o| o.stdout.starts_with(b"True"));
        match policy.as_str() {
            "rust+c" | "rust+c-allow" => LegacyBuild::Rust,
            "c" => LegacyBuild::C,
            "allow" if rust => LegacyBuild::Rust,
            "allow" => LegacyBuild::C,
            _ => LegacyBuild::Other,
        }
    })
}

/// The facts that repository tests need: version and build; the rest stays empty.
pub fn legacy_facts() -> LegacyFacts {
    static VERSION: OnceLock<String> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let out = Command::new(legacy())
            .args(["version", "-T", "{ver}"])
            .env("HGRCPATH", "")
            .env("HGPLAIN", "1")
            .current_dir("/")
            .output()
            .expect("the installed hg runs");
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    });
    LegacyFacts { version: version.clone(), build: legacy_build(), ..LegacyFacts::default() }
}
