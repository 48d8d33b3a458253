//! A command that a server answers is the command that legacy would have been: output, exit codes, environment, input,
//! and programs that it runs.

use crate::common;
use crate::common::warm::Warm;
use crate::common::{LAUNCHER, script, text};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

#[test]
fn answers_and_exit_codes_are_legacys() {
    let warm = Warm::new();
    let lines: &[&[&str]] = &[
        &["summary"],
        &["log", "-v"],
        &["log", "-r", "nonesuch"],
        &["nonesuch"],
        &["help", "commit"],
        &["commit", "-m", "nothing changed"],
        &["verify"],
        &["update", "nonesuch"],
        &["bookmark"],
        &["log", "-r", "nonesuch", "--config", "ui.detailed-exit-code=yes"],
        &["id", "--config", "alias.id=log -T aliased"],
        &["st", "--config", "alias.st=!echo shell; exit 3"],
        &["rebase", "--config", "extensions.rebase=", "--dest", "0"],
        &["status", "--cwd", ".."],
        &["--version", "-q"],
    ];
    for line in lines {
        assert_eq!(warm.warm(line), warm.legacy(line), "{line:?}");
    }
    assert!(!warm.servers().is_empty());
}

#[test]
fn what_a_server_would_answer_otherwise_becomes_legacy() {
    let mut warm = Warm::new();
    warm.0.write("ext.py", "def uisetup(ui): print('printed')\n");
    warm.0.write("mod.py", "def hook(**kw): print('from Python')\n");
    let extension = format!("extensions.x={}", warm.0.path("ext.py").display());
    let hook = format!("hooks.pre-status=python:{}:hook", warm.0.path("mod.py").display());
    let lines: &[&[&str]] = &[
        &["status", "--config", &extension],
        &["status", "--config", &hook],
        &["debuginstall", "-T", "{pythonver}"],
        &["summary", "--debug"],
        &["summary", "--traceback"],
        &["summary", "--trace"],
        &["--cwd", "nonesuch", "status"],
        &["status", "--config", "nonsense"],
        &["commit", "-l", "/dev/fd/0"],
        &["st", "--config", "alias.st=status --debug"],
        &["status", "--config", "extensions.nonesuch="],
        &["summary", "--config", "ui.traceback=yes"],
        &["summary", "--config", "devel.debug.extensions=yes"],
        &[""],
    ];
    for line in lines {
        assert_eq!(warm.exec(line), warm.legacy(line), "{line:?}");
    }
    for (name, value) in
        [("LD_PRELOAD", ""), ("PYTHONWARNINGS", "error"), ("HGPLAIN", "+strictflags"), ("HGPROF", "ls")]
    {
        warm.0.set_env(name, value);
        warm.exec(&["summary"]);
        warm.0.unset_env(name);
    }
    warm.0.set_env("AMALGAM_TRANSPORT", "hot");
    assert_eq!(warm.exec(&["summary"]), warm.legacy(&["summary"]));
}

#[test]
fn hooks_see_the_same_environment_folder_umask_and_descriptors() {
    let mut warm = Warm::new();
    let report = "env; pwd; umask; ls -l /proc/self/fd | sed 's/.*-> //; s/:.*//' | grep -v /proc/; echo to stderr >&2; cat; exit 3";
    let hook = script(&warm.0.base().join("report"), &format!("#!/bin/sh\n{report}\n"));
    let setting = format!("hooks.pre-summary={}", hook.display());
    for (locale, umask) in [(Some("C.UTF-8"), "022"), (None, "027"), (Some("C"), "077")] {
        for name in ["LC_ALL", "LANG", "LANGUAGE"] {
            warm.0.unset_env(name);
        }
        if let Some(locale) = locale {
            warm.0.set_env("LANG", locale);
        }
        let of = |program: &std::path::Path| {
            let line = format!("umask {umask}; cd /; cd \"$OLDPWD\"; exec \"$@\"");
            let mut command = common::shell(&warm.0, &line, program, &["summary", "--config", &setting]);
            let mut child = command
                .env("ODD", "a\nb=c")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("starts");
            child.stdin.take().expect("stdin").write_all(b"typed").expect("written");
            child.wait_with_output().expect("ends")
        };
        let through = of(LAUNCHER.as_ref());
        assert!(warm.last_was_warm());
        let direct = of(&amalgam_testkit::legacy());
        assert!(text(&direct.stdout).contains("typed") && text(&direct.stderr).contains("to stderr"));
        assert_eq!(text(&through.stdout), text(&direct.stdout), "{locale:?}");
        assert_eq!(through, direct);
    }
}

#[test]
fn input_and_editor() {
    let mut warm = Warm::new();
    warm.0.write("a", "changed\n");
    let mut command = warm.command(&["commit", "-l", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("stdin").write_all(b"from stdin\n").expect("written");
    assert!(child.wait().expect("ends").success());
    assert!(warm.last_was_warm());
    assert_eq!(text(&warm.0.hg_ok(["log", "-r", "tip", "-T", "{desc}"])), "from stdin");

    let editor = script(&warm.0.base().join("editor"), "#!/bin/sh\necho \"by $HGUSER\" >\"$1\"\n");
    warm.0.set_env("HGEDITOR", editor);
    warm.0.write("a", "again\n");
    let output = warm.warm(&["commit", "-u", "somebody"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&warm.0.hg_ok(["log", "-r", "tip", "-T", "{desc}"])), "by somebody");

    for line in ["exit 7", "kill -9 $$"] {
        let editor = script(&warm.0.base().join("failing"), &format!("#!/bin/sh\n{line}\n"));
        warm.0.set_env("HGEDITOR", editor);
        warm.0.write("a", "more\n");
        let output = warm.warm(&["commit"]);
        assert_eq!(output, warm.legacy(&["commit"]), "{line}");
        assert!(text(&output.stderr).contains("edit failed"), "{}", text(&output.stderr));
    }
}

#[test]
fn long_output_waits_for_its_reader_and_ends_with_it() {
    let warm = Warm::new();
    let long: String = (0..400_000).map(|n| format!("line {n}\n")).collect();
    warm.0.write("long", &long);
    warm.0.hg_ok(["add", "-q", "long"]);
    warm.0.hg_ok(["commit", "-q", "-m", "long"]);
    let mut child = warm.command(&["cat", "long"]).stdout(Stdio::piped()).spawn().expect("starts");
    let mut shown = Vec::new();
    let mut output = child.stdout.take().expect("stdout");
    let mut chunk = vec![0; 300_000];
    while let Ok(read @ 1..) = output.read(&mut chunk) {
        shown.extend_from_slice(&chunk[..read]);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(child.wait().expect("ends").success());
    assert_eq!(shown.len(), long.len());
    assert!(shown == long.as_bytes());

    // A reader that goes away.
    let line = "set -o pipefail; \"$@\" | head -c 20000 | wc -c; echo \"${PIPESTATUS[0]}\"";
    let of = |program: &std::path::Path| {
        let mut command = warm.0.command("/bin/bash");
        command.arg("-c").arg(line).arg("bash").arg(program).args(["cat", "long"]).output().expect("runs")
    };
    let through = of(LAUNCHER.as_ref());
    assert!(warm.last_was_warm());
    assert_eq!(through, of(&amalgam_testkit::legacy()));
}

#[test]
fn another_configuration_is_another_server() {
    let warm = Warm::new();
    assert_eq!(text(&warm.warm(&["root"]).stdout), format!("{}\n", warm.0.root().display()));
    warm.0.append_hgrc("[alias]\nsaid = root --template aliased\n[extensions]\nstrip =\n");
    assert_eq!(text(&warm.warm(&["said"]).stdout), "aliased");
    assert_eq!(warm.warm(&["help", "strip"]), warm.legacy(&["help", "strip"]));
    let hgrc = warm.0.path(".hg/hgrc");
    std::fs::write(&hgrc, "[alias]\nsaid = root --template ours\n").expect("written");
    assert_eq!(text(&warm.warm(&["said"]).stdout), "ours");
    // Not of the kind that a server keeps.
    let before = warm.servers().len();
    std::fs::write(&hgrc, "[alias]\nsaid = root --template ours\n[ui]\nusername = other\n").expect("written");
    warm.0.write("a", "2\n");
    assert!(warm.warm(&["commit", "-m", "x"]).status.success());
    assert_eq!(text(&warm.0.hg_ok(["log", "-r", "tip", "-T", "{author}"])), "other");
    assert_eq!(warm.servers().len(), before);
}

#[test]
fn ending_by_a_signal_is_legacys_end() {
    let warm = Warm::new();
    warm.warm(&["summary"]);
    for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGUSR1, libc::SIGQUIT] {
        let of = |program: &std::path::Path| {
            let mut command = warm.0.command(program);
            let hook = "hooks.pre-summary=echo ready; sleep 60";
            command.args(["summary", "--config", hook, "--config", "ui.report_untrusted=no"]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
            let mut stdout = child.stdout.take().expect("stdout");
            let mut ready = [0; 6];
            stdout.read_exact(&mut ready).expect("ready");
            // SAFETY: the child has not been waited for.
            unsafe { libc::kill(i32::try_from(child.id()).expect("an id"), signal) };
            let status = child.wait().expect("ends");
            let mut said = String::new();
            // Whatever the hook left running holds the pipe; what was said is there already.
            let mut stderr = child.stderr.take().expect("stderr");
            let mut chunk = [0; 200];
            if matches!(signal, libc::SIGTERM | libc::SIGHUP | libc::SIGINT) {
                let read = stderr.read(&mut chunk).expect("read");
                said = text(&chunk[..read]);
            }
            (status.code(), status.signal(), said)
        };
        let through = of(LAUNCHER.as_ref());
        assert_eq!(through, of(&amalgam_testkit::legacy()), "signal {signal}");
    }
}
