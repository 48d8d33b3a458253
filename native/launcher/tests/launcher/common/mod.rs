//! The launcher as a process: a sandbox whose caches are private, and stand-ins for legacy.

pub(crate) mod terminal;
pub(crate) mod warm;

use amalgam_testkit::{Sandbox, legacy};
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The launcher under test.
pub(crate) const LAUNCHER: &str = env!("CARGO_BIN_EXE_hg");

/// An empty repository, the real legacy, and a home of its own for amalgam.
pub(crate) fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::init();
    let home = sandbox.base().join("amalgam");
    sandbox.set_env("AMALGAM_HOME", home);
    sandbox.set_env("AMALGAM_LEGACY_HG", legacy());
    // Nothing is to run on after a test; those of the servers end them.
    sandbox.set_env("AMALGAM_TRANSPORT", "exec");
    sandbox
}

/// The same with the facts, which are gathered once for all tests of a program.
pub(crate) fn ready() -> Sandbox {
    static FACTS: OnceLock<Vec<(OsString, Vec<u8>)>> = OnceLock::new();
    let sandbox = sandbox();
    let cache = sandbox.base().join("amalgam/cache");
    let facts = FACTS.get_or_init(|| {
        let first =
            sandbox.command(LAUNCHER).arg("root").env("AMALGAM_ON_UNSUPPORTED", "abort").output().expect("runs");
        assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
        let entries = std::fs::read_dir(&cache).expect("the cache").flatten();
        entries.map(|entry| (entry.file_name(), std::fs::read(entry.path()).expect("a file"))).collect()
    });
    std::fs::create_dir_all(&cache).expect("the cache");
    for (name, content) in facts {
        std::fs::write(cache.join(name), content).expect("a file");
    }
    sandbox
}

/// Runs the launcher.
pub(crate) fn run<S: AsRef<OsStr>>(sandbox: &Sandbox, args: &[S]) -> Output {
    sandbox.command(LAUNCHER).args(args).output().expect("the launcher runs")
}

/// Runs the launcher with a trace, and returns what it says of who answered.
pub(crate) fn answered_by(sandbox: &Sandbox, args: &[&str]) -> String {
    who(sandbox.command(LAUNCHER).args(args))
}

/// The same, once everything was looked at that native needs to know.
pub(crate) fn route(sandbox: &Sandbox, args: &[&str]) -> String {
    who(sandbox.command(LAUNCHER).args(args).env("AMALGAM_ON_UNSUPPORTED", "abort"))
}

fn who(command: &mut Command) -> String {
    let trace = text(&command.env("AMALGAM_TRACE", "1").output().expect("the launcher runs").stderr);
    let line = trace.lines().find_map(|line| line.split_once("answered by: ")).map(|(_, who)| who.to_owned());
    line.unwrap_or_else(|| panic!("no trace in {trace}"))
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An executable file.
pub(crate) fn script(path: &Path, content: &str) -> PathBuf {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, content).expect("the script");
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("its mode");
    path.to_path_buf()
}

/// `command`, started by a shell line that may redirect `"$@"`.
pub(crate) fn shell(sandbox: &Sandbox, line: &str, program: impl AsRef<OsStr>, args: &[&str]) -> Command {
    let mut command = sandbox.command("/bin/sh");
    command.arg("-c").arg(line).arg("sh").arg(program).args(args);
    command
}
