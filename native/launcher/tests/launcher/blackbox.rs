//! The log of the blackbox extension: native answers leave the lines in it that legacy would.

use crate::common;
use crate::common::{LAUNCHER, text};
use amalgam_testkit::Sandbox;

const SETTINGS: &str = "[extensions]\nblackbox =\n[alias]\none = root -v\ntwo = one -q\n";

/// A sandbox whose user has the extension, and these settings.
fn sandbox(more: &str) -> Sandbox {
    let mut sandbox = common::ready();
    let file = sandbox.base().join("user.rc");
    std::fs::write(&file, format!("{SETTINGS}{more}")).expect("the configuration");
    sandbox.set_env("HGRCPATH", file);
    sandbox
}

/// Runs a line, and returns who answered and what it left in the log, without what differs each time.
fn logged(sandbox: &Sandbox, args: &[&str], vars: &[(&str, &str)]) -> (String, Vec<String>) {
    let log = sandbox.root().join(".hg/blackbox.log");
    let before = std::fs::read(&log).unwrap_or_default().len();
    let mut command = sandbox.command(LAUNCHER);
    command.args(args).env("AMALGAM_TRACE", "1").env("LOGNAME", "somebody").envs(vars.iter().copied());
    let trace = text(&command.output().expect("the launcher runs").stderr);
    let who = trace.lines().find_map(|line| line.split_once("answered by: ")).map(|(_, who)| who.to_owned());
    let lines = text(&std::fs::read(&log).unwrap_or_default()[before..]);
    let plain = |line: &str| {
        let (head, message) = line.split_once(")").expect("a process");
        let (who, _) = head.split_once(" (").expect("a process");
        let message = message.split_once(" after ").map_or(message, |(start, _)| start);
        // The date is as long as any.
        format!("{}{message}", &who["2026-11-27 02:17:00.123".len()..])
    };
    (who.unwrap_or_default(), lines.lines().map(plain).collect())
}

const LEGACY: &[(&str, &str)] = &[("AMALGAM_MODE", "python")];

#[test]
fn native_answers_are_logged_as_legacy_logs_its_own() {
    let sandbox = sandbox("");
    let first = [("AMALGAM_ON_UNSUPPORTED", "abort")];
    assert_eq!(logged(&sandbox, &["root"], &first).0, "native, exit code 0");
    for args in
        [&["root"][..], &["two"], &["files", "it's", ""], &["log", "-r", "nope"], &["paths", "--config", "a.b=c d"]]
    {
        let (who, ours) = logged(&sandbox, args, &[]);
        assert!(who.starts_with("native"), "{args:?}: {who}");
        let (_, theirs) = logged(&sandbox, args, LEGACY);
        assert_eq!(ours, theirs, "{args:?}");
        assert!(ours.len() >= 2 && ours[0].starts_with(" somebody @0000"), "{ours:?}");
    }
    // A comparison behind an answer is nobody's command.
    assert_eq!(logged(&sandbox, &["root"], &[("AMALGAM_COMPARING", "native")]).1.len(), 0);
}

#[test]
fn what_only_the_extension_writes_is_left_to_it() {
    for (settings, expected) in [
        ("track = command", "native, exit code 0"),
        ("track =", "native, exit code 0"),
        ("logsource = yes", "native, exit code 0"),
        ("dirty = yes", "legacy, extension.unproven (blackbox: dirty)"),
        ("ignore = command", "legacy, extension.unproven (blackbox: it tracks extensions)"),
        ("date-format = %s", "legacy, extension.unproven (blackbox: dates in a form of their own)"),
        ("maxsize = 100", "legacy, extension.unproven (blackbox: its file is full)"),
    ] {
        let sandbox = sandbox(&format!("[blackbox]\n{settings}\n"));
        logged(&sandbox, &["root"], &[("AMALGAM_ON_UNSUPPORTED", "abort")]);
        let (_, theirs) = logged(&sandbox, &["root"], LEGACY);
        let (who, ours) = logged(&sandbox, &["root"], &[]);
        assert_eq!(who, expected, "{settings}");
        assert!(ours == theirs || !who.starts_with("native"), "{settings}: {ours:?} {theirs:?}");
    }
}

#[test]
fn the_end_is_told_by_what_the_user_has() {
    for (settings, expected) in [
        (SETTINGS, "native, exit code 0"),
        ("[blackbox]\ntrack = commandfinish\n", "native, exit code 0"),
        ("[blackbox]\nlogsource = yes\n", "legacy, extension.unproven (blackbox: settings of the repository's own)"),
    ] {
        let mut sandbox = sandbox("");
        if settings == SETTINGS {
            sandbox.set_env("HGRCPATH", "");
        }
        std::fs::write(sandbox.root().join(".hg/hgrc"), settings).expect("the configuration");
        logged(&sandbox, &["root"], &[("AMALGAM_ON_UNSUPPORTED", "abort")]);
        let (who, ours) = logged(&sandbox, &["root"], &[]);
        assert_eq!(who, expected, "{settings}");
        assert_eq!(ours, logged(&sandbox, &["root"], LEGACY).1, "{settings}");
    }
}

#[test]
fn a_log_that_is_a_link_is_not_written_to() {
    let sandbox = sandbox("");
    let log = sandbox.root().join(".hg/blackbox.log");
    let other = sandbox.base().join("other");
    std::fs::write(&other, "").expect("a file");
    std::os::unix::fs::symlink(&other, &log).expect("a link");
    let (who, _) = logged(&sandbox, &["root"], &[("AMALGAM_ON_UNSUPPORTED", "abort")]);
    assert_eq!(who, "legacy, extension.unproven (blackbox: its file is not one of its own)");
    assert_eq!(std::fs::read(&other).expect("a file").len(), 0);
}
