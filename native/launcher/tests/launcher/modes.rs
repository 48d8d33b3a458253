//! What the environment and the route table decide, and what a trace shows of it.

use crate::common::{LAUNCHER, answered_by, ready, run, text};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

#[test]
fn the_environment_overrides_the_table() {
    let mut sandbox = ready();
    let table = sandbox.base().join("amalgam/route-table");
    std::fs::write(&table, "amalgam-route-table 1\ntransport exec\nroute python root\nroute native *\nend\n")
        .expect("t");
    assert!(answered_by(&sandbox, &["root"]).starts_with("legacy, policy.python"));
    assert!(answered_by(&sandbox, &["files"]).starts_with("native"));
    sandbox.set_env("AMALGAM_MODE", "native");
    assert!(answered_by(&sandbox, &["root"]).starts_with("native"));
    sandbox.set_env("AMALGAM_MODE", "python");
    assert!(answered_by(&sandbox, &["files"]).starts_with("legacy, mode.python"));
    sandbox.set_env("AMALGAM_MODE", "pyhton");
    assert!(answered_by(&sandbox, &["files"]).starts_with("legacy, environment.unsupported"));
}

#[test]
fn a_canary_is_native_for_its_buckets_and_flags_narrow_a_route() {
    let sandbox = ready();
    let table = sandbox.base().join("amalgam/route-table");
    let write = |routes: &str| {
        let text = format!("amalgam-route-table 1\ntransport exec\n{routes}end\n");
        std::fs::write(&table, text).expect("a table");
    };
    write("route canary/0/user/python root\n");
    assert!(answered_by(&sandbox, &["root"]).starts_with("legacy, policy.python"));
    write("route canary/10000/user,host,repository/python root\n");
    assert!(answered_by(&sandbox, &["root"]).starts_with("native"));
    write("route python status rev\nroute native *\n");
    assert!(answered_by(&sandbox, &["status"]).starts_with("native"));
    assert!(answered_by(&sandbox, &["status", "--rev=null"]).starts_with("legacy, policy.python"));
    let output = sandbox.command(LAUNCHER).arg("root").env("AMALGAM_TRACE", "1").output().expect("runs");
    assert!(text(&output.stderr).contains("policy: native, rule 2"), "{}", text(&output.stderr));
}

#[test]
fn a_broken_table_means_legacy_and_no_complaint() {
    let sandbox = ready();
    let table = sandbox.base().join("amalgam/route-table");
    for content in ["", "nonsense", "amalgam-route-table 1\nroute native *\n", "amalgam-route-table 9\nend\n"] {
        std::fs::write(&table, content).expect("written");
        assert!(answered_by(&sandbox, &["root"]).starts_with("legacy, policy.broken"), "{content:?}");
        assert_eq!(run(&sandbox, &["root"]), sandbox.hg(["root"]));
    }
    std::fs::write(&table, "amalgam-route-table 1\nsource 1 1 /nonexistent\nroute native *\nend\n").expect("written");
    assert!(answered_by(&sandbox, &["root"]).contains("stale"));
}

#[test]
fn a_forbidden_fallback_names_the_reason() {
    let mut sandbox = ready();
    sandbox.set_env("AMALGAM_ON_UNSUPPORTED", "abort");
    for (args, reason) in [
        (&["commit"][..], "command.unknown"),
        (&["root", "--debug"], "flag.global"),
        (&[], "command.none"),
        (&["root", "--nonesuch"], "usage.error"),
        (&["-qR.", "root"], "usage.error"),
        (&["root", "--config", "hooks.pre-root=true"], "config.hook"),
        (&["root", "--config", "defaults.root=-q"], "config.defaults"),
        (&["x", "--config", "alias.x=!true"], "alias.shell"),
        (&["root", "--config", "extensions.nonesuch="], "extension.unproven"),
        (&["root", "--config", "profiling.enabled=1"], "config.unsupported"),
        (&["root", "-R", "http://localhost/"], "repository.path"),
        (&["root", "--cwd", "nope"], "path.unsupported"),
    ] {
        let output = run(&sandbox, args);
        assert_eq!(text(&output.stderr), format!("unsupported: {reason}\n"), "{args:?}");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(252), b"".as_slice()), "{args:?}");
    }
}

#[test]
fn what_is_native_is_the_same_to_the_byte() {
    let mut sandbox = ready();
    std::fs::create_dir_all(sandbox.root().join("sub")).expect("a folder");
    sandbox.set_env("AMALGAM_ON_UNSUPPORTED", "abort");
    let outside = sandbox.base().to_path_buf();
    for args in [
        &["root"][..],
        &["roo"],
        &["root", "-q"],
        &["--cwd", "sub", "root"],
        &["-R", ".", "root"],
        &["root", "-R../repo"],
        &["root", "--config", "extensions.rebase="],
        &["r", "--config", "alias.r=root"],
        &["--cwd", "sub", "-R", "..", "--config=ui.verbose=1", "root"],
    ] {
        assert_eq!(run(&sandbox, args), sandbox.hg(args), "{args:?}");
    }
    let native = sandbox.command(LAUNCHER).current_dir(&outside).arg("root").output().expect("runs");
    assert_eq!(native, sandbox.hg_in(&outside, ["root"]));
    assert!(text(&native.stderr).contains("no repository found"), "{}", text(&native.stderr));
    let detailed = ["root", "--config", "ui.detailed-exit-code=1"];
    let native = sandbox.command(LAUNCHER).current_dir(&outside).args(detailed).output().expect("runs");
    assert_eq!(native, sandbox.hg_in(&outside, detailed));
}

#[test]
fn other_languages_encodings_and_variables_are_legacys() {
    let mut sandbox = ready();
    sandbox.set_env("AMALGAM_ON_UNSUPPORTED", "abort");
    for (name, value, reason) in [
        ("LANGUAGE", "de", "environment.language"),
        ("HGENCODING", "utf-16", "environment.encoding"),
        ("HG_PENDING", "/x", "environment.unsupported"),
        ("PYTHONWARNINGS", "error", "environment.unsupported"),
    ] {
        let before = sandbox.env().iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        sandbox.set_env(name, value);
        assert_eq!(text(&run(&sandbox, &["root"]).stderr), format!("unsupported: {reason}\n"), "{name}");
        match before {
            Some(before) => sandbox.set_env(name, before),
            None => sandbox.unset_env(name),
        }
    }
    assert_eq!(run(&sandbox, &["root"]).status.code(), Some(0));
}

#[test]
fn an_ascii_encoding_is_native_where_all_is_ascii() {
    let mut sandbox = ready();
    std::fs::write(sandbox.root().join("f"), "\u{e9}\n").expect("written");
    sandbox.hg(["add", "f"]);
    sandbox.hg(["commit", "-m", "plain"]);
    sandbox.hg(["bookmark", "mark"]);
    for (name, value) in [("HGENCODING", "ascii"), ("HGTEST_UUIDFILE", "/nonexistent")] {
        sandbox.set_env(name, value);
    }
    let marks = sandbox.root().join(".hg/bookmarks");
    let before = std::fs::read(&marks).expect("bookmarks");
    let all: &[&[&str]] = &[&["status", "--change", "mark"], &["cat", "f"], &["manifest", "-r", "mark"]];
    for args in all {
        assert!(answered_by(&sandbox, args).starts_with("native"), "{args:?}");
        assert_eq!(run(&sandbox, args), sandbox.hg(*args), "{args:?}");
    }
    std::fs::write(&marks, [before.as_slice(), b" \xc3\xa9\n"].concat()).expect("written");
    let hex = &before[..40];
    std::fs::write(&marks, [&before, hex, b" \xc3\xa9\n"].concat()).expect("written");
    assert!(answered_by(&sandbox, all[0]).starts_with("legacy, environment.encoding"));
    assert!(answered_by(&sandbox, &["cat", "\u{e9}"]).starts_with("legacy, environment.encoding"));
    assert!(answered_by(&sandbox, &["status"]).starts_with("native"));
    std::fs::write(&marks, &before).expect("written");
    sandbox.unset_env("HGENCODING");
    sandbox.hg(["commit", "--amend", "-m", "\u{e9}"]);
    sandbox.set_env("HGENCODING", "ascii");
    assert!(answered_by(&sandbox, &["status", "--change", "mark"]).starts_with("legacy, environment.encoding"));
}

#[test]
fn a_journal_gets_one_line_per_invocation() {
    let mut sandbox = ready();
    let journal = sandbox.base().join("journal");
    sandbox.set_env("AMALGAM_JOURNAL", &journal);
    for args in [
        &["root"][..],
        &["st", "--config", "hooks.pre-status=true"],
        &["ci", "-m", "secret"],
        &["secret"],
        &[],
        &["st", "--rev", ".", "-q"],
        &["book", "-d", "secret"],
    ] {
        assert_eq!(run(&sandbox, args), sandbox.hg(args), "{args:?}");
    }
    let lines = std::fs::read_to_string(&journal).expect("a journal");
    let entries: Vec<String> = lines.lines().map(|line| without_times(line).replace("\"v\":1,", "")).collect();
    assert_eq!(
        entries,
        [
            r#"{"command":"root","answer":"native","code":0}"#,
            r#"{"command":"status","answer":"exec","reason":"config.hook"}"#,
            r#"{"command":"commit","answer":"exec","reason":"command.unknown"}"#,
            r#"{"answer":"exec","reason":"command.unknown"}"#,
            r#"{"answer":"exec","reason":"command.none"}"#,
            r#"{"command":"status","flags":["rev","quiet"],"answer":"native","code":0}"#,
            r#"{"command":"bookmarks","answer":"exec","reason":"flag.unsupported","detail":"--delete"}"#,
        ]
    );
    sandbox.set_env("AMALGAM_JOURNAL", sandbox.base().join("no/such/folder"));
    assert_eq!(run(&sandbox, &["root"]), sandbox.hg(["root"]));
}

/// A line of the journal without what is another each time.
fn without_times(line: &str) -> String {
    let number = |line: &str, name: &str| {
        let at = line.find(name).unwrap_or_else(|| panic!("no {name} in {line}"));
        let digits = line[at + name.len()..].bytes().take_while(u8::is_ascii_digit).count();
        assert!(digits > 0, "{line}");
        [&line[..at], &line[at + name.len() + digits..]].concat()
    };
    number(&number(line, "\"at\":"), ",\"us\":").replace("\"v\":1,,", "")
}

#[test]
fn a_full_journal_is_put_aside_and_one_without_its_folder_is_not_kept() {
    let mut sandbox = ready();
    let state = sandbox.base().join("amalgam/state");
    run(&sandbox, &["root"]);
    assert!(!state.exists());
    std::fs::create_dir(&state).expect("a folder");
    run(&sandbox, &["root"]);
    let journal = state.join("journal.jsonl");
    let full = std::fs::OpenOptions::new().append(true).open(&journal).expect("a journal");
    full.set_len(17 << 20).expect("grown");
    run(&sandbox, &["root"]);
    run(&sandbox, &["root"]);
    assert!(std::fs::metadata(state.join("journal.1.jsonl")).expect("put aside").len() > 17 << 20);
    assert_eq!(std::fs::read_to_string(&journal).expect("a new one").lines().count(), 1);
    sandbox.set_env("AMALGAM_JOURNAL", "/dev/full");
    assert_eq!(run(&sandbox, &["root"]), sandbox.hg(["root"]));
}

#[test]
fn lines_of_known_commands_are_recorded() {
    let mut sandbox = ready();
    let file = sandbox.base().join("recorded");
    sandbox.set_env("AMALGAM_RECORD", &file);
    sandbox.set_env("HGPLAIN", "1");
    for args in [&["st", "it's"][..], &["ci", "-m", "secret"], &["files", "--frob", "d\u{e9} $x"], &["root", ""], &[]] {
        assert_eq!(run(&sandbox, args), sandbox.hg(args), "{args:?}");
    }
    run(&sandbox, &[OsStr::from_bytes(b"files"), OsStr::from_bytes(b"\xff\\\n")]);
    let text = std::fs::read_to_string(&file).expect("recorded");
    let lines: Vec<_> = text.lines().map(|line| line.split_once(" && ").expect("a folder")).collect();
    assert_eq!(lines[0].0, format!("cd {}", sandbox.root().display()));
    assert!(lines.iter().all(|(_, line)| line.starts_with("HGPLAIN=1 ")));
    let typed: Vec<_> = lines.iter().map(|(_, line)| line.split_once("hg ").expect("a line").1).collect();
    assert_eq!(typed, ["st $'it\\'s'", "files --frob 'd\u{e9} $x'", "root ''", "files $'\\xff\\\\\\x0a'"]);
    sandbox.set_env("AMALGAM_RECORD", sandbox.base().join("no/such/folder"));
    assert_eq!(run(&sandbox, &["root"]), sandbox.hg(["root"]));
}

#[test]
fn a_trace_tells_the_steps() {
    let sandbox = ready();
    let output = sandbox.command(LAUNCHER).arg("root").env("AMALGAM_TRACE", "1").output().expect("runs");
    let trace = text(&output.stderr);
    for step in ["route table:", "legacy:", "facts: current", "repository:", "command: root", "policy: native", " us "]
    {
        assert!(trace.contains(step), "{step} in {trace}");
    }
    assert!(trace.lines().all(|line| line.starts_with("amalgam: ")));
    assert_eq!(output.stdout, sandbox.hg(["root"]).stdout);
}
