//! Falling back costs nothing that can be noticed: legacy gets what the launcher got.

use crate::common::{LAUNCHER, answered_by, ready, run, sandbox, script, shell, text};
use amalgam_testkit::{legacy, legacy_python};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

#[test]
fn arguments_environment_folder_input_and_exit_code_arrive() {
    let mut sandbox = sandbox();
    let python = legacy_python();
    let report = "import os, sys\n\
        print([os.fsencode(a) for a in sys.argv[1:]], os.getcwd(), sorted(os.environb.items()), sys.stdin.read())\n\
        sys.stderr.write('err')\nsys.exit(7)\n";
    let fake = script(&sandbox.base().join("fake/hg"), &format!("#!{}\n{report}", python.display()));
    sandbox.set_env("AMALGAM_LEGACY_HG", &fake);
    sandbox.set_env("ODD", "a\nb=c");
    let args: Vec<&std::ffi::OsStr> =
        vec!["commit".as_ref(), "".as_ref(), "a b".as_ref(), std::os::unix::ffi::OsStrExt::from_bytes(b"\xff*")];
    let of = |program: &std::path::Path| {
        let mut command = sandbox.command(program);
        let mut child = command
            .args(&args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        child.stdin.take().expect("stdin").write_all(b"typed").expect("written");
        child.wait_with_output().expect("ends")
    };
    let direct = of(&fake);
    assert!(text(&direct.stdout).contains("typed"), "{}", text(&direct.stderr));
    assert_eq!(of(LAUNCHER.as_ref()), direct);
    assert_eq!(direct.status.code(), Some(7));
}

#[test]
fn dying_by_a_signal_looks_the_same() {
    let mut sandbox = sandbox();
    let fake = script(&sandbox.base().join("fake/hg"), "#!/bin/sh\nkill -TERM $$\n");
    sandbox.set_env("AMALGAM_LEGACY_HG", fake);
    assert_eq!(run(&sandbox, &["commit"]).status.signal(), Some(libc_sigterm()));
}

fn libc_sigterm() -> i32 {
    15
}

#[test]
fn signal_dispositions_are_handed_on() {
    let mut sandbox = sandbox();
    let fake = script(&sandbox.base().join("fake/hg"), "#!/bin/sh\nexec grep '^Sig[BIC]' /proc/self/status\n");
    sandbox.set_env("AMALGAM_LEGACY_HG", &fake);
    for line in ["exec \"$@\"", "trap '' PIPE INT HUP; exec \"$@\""] {
        let direct = shell(&sandbox, line, &fake, &["commit"]).output().expect("runs");
        let through = shell(&sandbox, line, LAUNCHER, &["commit"]).output().expect("runs");
        assert!(text(&direct.stdout).contains("SigIgn"));
        assert_eq!(text(&through.stdout), text(&direct.stdout), "{line}");
    }
}

#[test]
fn a_late_fallback_hands_on_dispositions_too() {
    let sandbox = ready();
    // Only the command itself finds out that it cannot answer.
    assert!(answered_by(&sandbox, &["files", "re:(?<=x)y"]).starts_with("legacy, pattern"));
    let native = run(&sandbox, &["files", "re:(?<=x)y"]);
    assert_eq!(native, sandbox.hg(["files", "re:(?<=x)y"]));
}

#[test]
fn closed_descriptors_stay_closed() {
    let mut sandbox = ready();
    for line in ["exec \"$@\" <&-", "exec \"$@\" >&-", "exec \"$@\" 2>&-", "exec \"$@\" <&- >&-"] {
        let direct = shell(&sandbox, line, legacy(), &["root"]).output().expect("runs");
        let through = shell(&sandbox, line, LAUNCHER, &["root"]).output().expect("runs");
        assert_eq!(through, direct, "{line}");
    }
    let log = sandbox.base().join("open");
    let fake = "#!/bin/sh\nfor fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] && echo $fd; done >\"$LOG\"\n";
    let fake = script(&sandbox.base().join("fake/hg"), fake);
    sandbox.set_env("AMALGAM_LEGACY_HG", fake);
    sandbox.set_env("LOG", &log);
    shell(&sandbox, "exec \"$@\" >&- 2>&-", LAUNCHER, &["root"]).output().expect("runs");
    assert_eq!(std::fs::read_to_string(log).expect("the log").lines().next(), Some("0"));
}

#[test]
fn without_legacy_native_still_answers_and_the_rest_says_why_not() {
    let mut sandbox = ready();
    sandbox.unset_env("AMALGAM_LEGACY_HG");
    sandbox.set_env("PATH", "/nonexistent");
    assert_eq!(text(&run(&sandbox, &["root"]).stdout), format!("{}\n", sandbox.root().display()));
    let commit = run(&sandbox, &["commit", "-m", "x"]);
    assert_eq!(commit.status.code(), Some(255));
    assert!(commit.stdout.is_empty());
    let said = text(&commit.stderr);
    for words in ["'hg commit' needs the Python Mercurial", "command.unknown", "AMALGAM_LEGACY_HG=", "pip install"] {
        assert!(said.contains(words), "{said}");
    }
    sandbox.set_env("AMALGAM_LEGACY_HG", "/nonexistent/hg");
    assert!(text(&run(&sandbox, &["commit"]).stderr).contains("/nonexistent/hg does not exist"));
}
