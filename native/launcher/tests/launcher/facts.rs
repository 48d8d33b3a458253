//! The life of the facts about legacy: gathered behind the first command, believed while nothing changed, gathered
//! again when something did, and never in anybody's way.

use crate::common;
use crate::common::{LAUNCHER, answered_by, run, sandbox, script, text};
use amalgam_testkit::{Sandbox, legacy, legacy_python};
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn facts_files(sandbox: &Sandbox) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(sandbox.base().join("amalgam/cache")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|p| p.extension().is_none() && text(p.as_os_str().as_encoded_bytes()).contains("facts-")).collect()
}

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_first_command_falls_back_and_the_next_is_native() {
    let sandbox = sandbox();
    assert_eq!(answered_by(&sandbox, &["root"]), "legacy, legacy.facts-missing (not gathered yet)");
    wait_for("gathering", || facts_files(&sandbox).len() == 1);
    assert_eq!(answered_by(&sandbox, &["root"]), "native, exit code 0");
    // No lock, failure note or half-written file is left.
    let names = std::fs::read_dir(sandbox.base().join("amalgam/cache")).expect("the cache").count();
    assert_eq!(names, 2);
}

#[test]
fn with_fallback_forbidden_the_first_command_is_native() {
    let sandbox = sandbox();
    let output = sandbox.command(LAUNCHER).arg("root").env("AMALGAM_ON_UNSUPPORTED", "abort").output().expect("runs");
    assert_eq!(text(&output.stdout), format!("{}\n", sandbox.root().display()));
}

#[test]
fn facts_end_when_legacy_changes() {
    let mut sandbox = sandbox();
    let content = std::fs::read_to_string(legacy()).expect("the hg script");
    let private = script(&sandbox.base().join("private/bin/hg"), &content);
    sandbox.set_env("AMALGAM_LEGACY_HG", &private);
    run(&sandbox, &["root"]);
    wait_for("gathering", || answered_by(&sandbox, &["root"]).starts_with("native"));
    script(&private, &format!("{content}\n# upgraded\n"));
    let answer = answered_by(&sandbox, &["root"]);
    assert!(answer.contains("legacy.facts-missing") && answer.contains("changed"), "{answer}");
    wait_for("gathering again", || answered_by(&sandbox, &["root"]).starts_with("native"));
    // Another module policy is another installation.
    sandbox.set_env("PYTHONPATH", sandbox.base().join("elsewhere"));
    assert!(answered_by(&sandbox, &["root"]).contains("facts-missing"));
}

#[test]
fn damaged_facts_are_gathered_again() {
    let sandbox = common::ready();
    let file = facts_files(&sandbox).pop().expect("facts");
    let content = std::fs::read(&file).expect("the facts");
    std::fs::write(&file, &content[..content.len() / 2]).expect("torn");
    assert!(answered_by(&sandbox, &["root"]).contains("damaged"));
    wait_for("gathering", || std::fs::read(&file).is_ok_and(|now| now.len() == content.len()));
    assert!(answered_by(&sandbox, &["root"]).starts_with("native"));
}

#[test]
fn gathering_is_not_waited_for_and_holds_no_pipe() {
    let mut sandbox = sandbox();
    let slow = format!(
        "#!{}\nimport sys, time\nif 'amalgam-facts' in sys.argv: time.sleep(8)\nprint('legacy')\n",
        legacy_python().display()
    );
    sandbox.set_env("AMALGAM_LEGACY_HG", script(&sandbox.base().join("slow/hg"), &slow));
    let start = Instant::now();
    let output = run(&sandbox, &["root"]);
    assert_eq!(text(&output.stdout), "legacy\n");
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[test]
fn a_legacy_that_cannot_tell_is_not_asked_every_time() {
    let mut sandbox = sandbox();
    let log = sandbox.base().join("asked");
    let mute = format!(
        "#!{}\nimport sys\nif 'amalgam-facts' in sys.argv: open({:?}, 'a').write('x')\n",
        legacy_python().display(),
        log.display().to_string()
    );
    sandbox.set_env("AMALGAM_LEGACY_HG", script(&sandbox.base().join("mute/hg"), &mute));
    run(&sandbox, &["root"]);
    wait_for("the question", || std::fs::read(&log).is_ok_and(|asked| !asked.is_empty()));
    wait_for("the note", || answered_by(&sandbox, &["root"]).contains("asking failed"));
    for _ in 0..3 {
        run(&sandbox, &["root"]);
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(std::fs::read(&log).expect("the log"), b"x");
}

#[test]
fn without_a_place_for_them_legacy_answers() {
    let mut sandbox = sandbox();
    sandbox.set_env("AMALGAM_HOME", "/proc/nonexistent");
    for setting in ["fallback", "abort"] {
        sandbox.set_env("AMALGAM_ON_UNSUPPORTED", setting);
        let output = run(&sandbox, &["root"]);
        let wanted = if setting == "abort" { Some(252) } else { Some(0) };
        assert_eq!(output.status.code(), wanted, "{}", text(&output.stderr));
    }
}
