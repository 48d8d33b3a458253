//! Writing the answer: readers that go away, full disks, pagers, Ctrl-C. Each as legacy does it.

use crate::common::{LAUNCHER, ready, shell, text};
use amalgam_testkit::{Sandbox, legacy};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

fn both(sandbox: &Sandbox, line: &str, args: &[&str]) -> (Output, Output) {
    let of = |program: &Path| shell(sandbox, line, program, args).output().expect("runs");
    (of(LAUNCHER.as_ref()), of(&legacy()))
}

/// A sandbox where native must answer and a file is larger than any pipe.
fn large() -> Sandbox {
    let mut sandbox = ready();
    sandbox.commit("large", &"0123456789abcde\n".repeat(40_000), "large");
    sandbox.set_env("AMALGAM_ON_UNSUPPORTED", "abort");
    sandbox
}

#[test]
fn a_full_disk_and_a_reader_that_has_gone() {
    let sandbox = large();
    let (native, direct) = both(&sandbox, "\"$@\" >/dev/full", &["root"]);
    assert_eq!(native, direct);
    assert_eq!(text(&native.stderr), "abort: No space left on device\n");
    assert_eq!(native.status.code(), Some(255));
    let (native, direct) = both(&sandbox, "\"$@\" >/dev/full", &["cat", "large"]);
    assert_eq!(native, direct);

    let gone = "{ \"$@\"; echo \"code $?\" >&2; } | true";
    let (native, direct) = both(&sandbox, gone, &["cat", "large"]);
    assert_eq!(native, direct);
    assert_eq!(text(&native.stderr), "code 255\n");
}

#[test]
fn the_order_of_both_streams_is_kept() {
    let sandbox = large();
    let (native, direct) = both(&sandbox, "\"$@\" 2>&1", &["status", "nope", "--all"]);
    assert_eq!(native, direct);
    assert!(!native.stdout.is_empty());
}

#[test]
fn the_pager_gets_the_output() {
    let mut sandbox = large();
    sandbox.set_env("TERM", "xterm");
    sandbox.unset_env("LESS");
    let paged = |pager: &str| {
        let setting = format!("pager.pager={pager}");
        both(&sandbox, "\"$@\"", &["files", "--config", "ui.formatted=1", "--config", &setting, "--color=never"])
    };
    for pager in ["sed s/^/P:/", "env | grep '^LESS=\\|^LV='; sed s/^/P:/", "cat", "nonesuch-pager"] {
        let (native, direct) = paged(pager);
        assert_eq!(native, direct, "{pager}");
    }
    assert_eq!(text(&paged("sed s/^/P:/").0.stdout), "P:large\n");
    assert!(text(&paged("nonesuch-pager").0.stderr).contains("missing pager command"));
}

#[test]
fn control_c_and_termination_have_legacys_last_word() {
    let sandbox = large();
    for (signal, word) in [("INT", "interrupted!\n"), ("TERM", "killed!\n"), ("HUP", "killed!\n")] {
        let mut child = sandbox
            .command(LAUNCHER)
            .args(["cat", "large"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        // Nobody reads, so that it blocks in the middle of its answer.
        wait_until_blocked(child.id());
        let sent = sandbox.command("/bin/sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
        assert!(sent.expect("kill runs").success());
        let status = child.wait().expect("ends");
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().expect("stderr"), &mut said).expect("read");
        assert_eq!((status.code(), said.as_str()), (Some(255), word), "{signal}");
    }
}

fn wait_until_blocked(process: u32) {
    for _ in 0..1000 {
        let waiting = std::fs::read_to_string(format!("/proc/{process}/wchan")).unwrap_or_default();
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let sleeping = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('S'));
        if sleeping && (waiting.contains("pipe") || waiting == "0" || waiting.is_empty()) {
            std::thread::sleep(Duration::from_millis(100));
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it never blocked");
}
