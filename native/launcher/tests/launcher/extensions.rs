//! Extensions in front of native commands: those that are harmless, those that change something, and those that
//! misbehave while they are looked at.

use crate::common;
use crate::common::{answered_by, route, run, text};
use amalgam_testkit::Sandbox;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A sandbox whose user has an extension of this source.
fn with_extension(source: &str) -> (Sandbox, PathBuf) {
    let sandbox = common::ready();
    let file = sandbox.base().join("corp.py");
    std::fs::write(&file, source).expect("the extension");
    enable(&sandbox, &format!("corp = {}", file.display()));
    (sandbox, file)
}

fn enable(sandbox: &Sandbox, lines: &str) {
    let text = format!("[extensions]\n{lines}\n");
    std::fs::write(sandbox.root().join(".hg/hgrc"), text).expect("the repository's configuration");
}

const ADDS: &str = "
from mercurial import registrar
cmdtable = {}
command = registrar.command(cmdtable)
templatekeyword = registrar.templatekeyword()
@command(b'deploy|statuses', [(b'', b'modulus', b'', b'')], b'', norepo=True)
def deploy(ui, **opts):
    ui.write(b'deployed\\n')
@templatekeyword(b'ticket')
def ticket(context, mapping):
    return b'T1'
";

#[test]
fn the_first_command_falls_back_and_the_next_is_native() {
    let sandbox = common::ready();
    enable(&sandbox, "rebase =\nhistedit =\nconvert =");
    assert_eq!(answered_by(&sandbox, &["status"]), "legacy, extension.unproven (not looked at yet)");
    let start = Instant::now();
    while answered_by(&sandbox, &["status"]) != "native, exit code 0" {
        assert!(start.elapsed() < Duration::from_secs(60), "nobody looked at the extensions");
        std::thread::sleep(Duration::from_millis(100));
    }
    // Another set is another question.
    enable(&sandbox, "rebase =");
    assert_eq!(answered_by(&sandbox, &["status"]), "legacy, extension.unproven (not looked at yet)");
}

#[test]
fn what_only_adds_leaves_commands_native() {
    let (sandbox, file) = with_extension(ADDS);
    assert_eq!(route(&sandbox, &["status"]), "native, exit code 0");
    assert_eq!(route(&sandbox, &["log", "-T", "{rev}"]), "native, exit code 0");
    assert!(route(&sandbox, &["log", "-r", "null", "-T", "{ticket}"]).contains("template.keyword"));
    assert!(route(&sandbox, &["deploy"]).contains("command.unknown"));
    // A name or an option that could now be another.
    assert!(route(&sandbox, &["stat"]).contains("command.ambiguous"));
    let adds_option = "
from mercurial import commands, extensions
def extsetup(ui):
    entry = commands.table[b'status|st']
    entry[1].append((b'', b'modulus', None, b'', b''))
";
    std::fs::write(&file, adds_option).expect("the extension");
    assert_eq!(route(&sandbox, &["status", "--modified"]), "native, exit code 0");
    assert!(route(&sandbox, &["status", "--mod"]).contains("usage.error"));
}

#[test]
fn an_edited_extension_is_looked_at_again() {
    let (sandbox, file) = with_extension(ADDS);
    assert_eq!(route(&sandbox, &["status"]), "native, exit code 0");
    let wraps = "
from mercurial import commands, extensions
def status(orig, ui, repo, *pats, **opts):
    ui.write(b'corp\\n')
    return orig(ui, repo, *pats, **opts)
def uisetup(ui):
    extensions.wrapcommand(commands.table, b'status', status)
";
    std::fs::write(&file, wraps).expect("the extension");
    let answer = answered_by(&sandbox, &["status"]);
    assert!(answer.contains("corp.py changed"), "{answer}");
    assert_eq!(text(&run(&sandbox, &["status"]).stdout), "corp\n");
    assert_eq!(route(&sandbox, &["status"]), "legacy, extension.unproven (corp: status wrapped)");
    assert_eq!(route(&sandbox, &["files"]), "native, exit code 1");
}

#[test]
fn settings_and_variables_that_an_extension_looked_at_must_stay() {
    let reads = "
import os
from mercurial import commands, extensions
def uisetup(ui):
    if ui.config(b'other', b'wrap') or 'CORP' in os.environ:
        extensions.wrapcommand(commands.table, b'status', lambda orig, *args, **opts: 0)
";
    let (sandbox, _) = with_extension(reads);
    assert_eq!(route(&sandbox, &["status"]), "native, exit code 0");
    assert_eq!(answered_by(&sandbox, &["status", "--config", "other.not=1"]), "native, exit code 0");
    let changed = "legacy, extension.unproven (settings or variables changed)";
    assert_eq!(answered_by(&sandbox, &["status", "--config", "other.wrap=1"]), changed);
    let wrapped = "legacy, extension.unproven (corp: status wrapped)";
    assert_eq!(route(&sandbox, &["status", "--config", "other.wrap=1"]), wrapped);
    let mut sandbox = sandbox;
    sandbox.set_env("CORP", "1");
    assert_eq!(route(&sandbox, &["status"]), wrapped);
}

/// One after the other in one repository: each is looked at while it does what it does.
#[test]
fn what_misbehaves_is_left_to_legacy_and_does_no_harm() {
    let (sandbox, file) = with_extension("");
    let witness = sandbox.base().join("witness");
    let cases = [
        ("print('hello')", "output"),
        ("def extsetup(ui):\n    ui.warn(b'hello\\n')", "output"),
        ("import nosuchmodule", "output"),
        ("def uisetup(ui):\n    raise ValueError('no')", "output"),
        ("import os\nos._exit(0)", "not complete"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "signal"),
        ("raise SystemExit(3)", "failed: SystemExit"),
        ("open('WITNESS', 'w').write('x')", "write"),
        ("import os\nos.mkdir('WITNESS')", "write"),
        ("import os\nos.remove(__file__)", "write"),
        ("import subprocess\nsubprocess.call(['touch', 'WITNESS'])", "program"),
        ("import os\nos.system('touch WITNESS')", "program"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 1))", "network"),
        ("import threading\nthreading.Thread(target=print).start()", "thread"),
        ("import atexit\natexit.register(print, 'bye')", "exit"),
        ("import os\nos.environ['CORP'] = '1'", "environment"),
        ("import os\nhere = os.getcwd()", "cwd"),
        ("import sys\ntty = sys.stdout.isatty()", "terminal"),
        ("import sys\ndel sys.modules[__name__]", "native"),
        ("from mercurial import context\ncontext.workingctx.status = lambda *a: None", "workingctx.status added"),
        ("from mercurial import scmutil\nscmutil.status.__new__ = None", "scmutil.status.__new__"),
        ("from mercurial import util\nutil.pathto.__code__ = util.expandpath.__code__", "util.pathto.__code__"),
        ("import mercurial.encoding as e\ne.environ[b'X'] = b'1'", "environment"),
        ("import sys, mercurial.match\nsys.modules['mercurial.match'] = sys", "sys.modules[mercurial.match]"),
        ("import re\nre.compile = re.template", "re.compile"),
        ("def reposetup(ui, repo):\n    pass", "native"),
        ("def uipopulate(ui):\n    pass", "uipopulate"),
        ("def uisetup(ui):\n    ui.setconfig(b'ui', b'quiet', b'yes')", "ui._fmsgerr changed"),
        ("import sys\nsys.path.insert(0, '/nonexistent/lib')", "native"),
        ("import sys\nserves = 'serve' in sys.argv", "command line"),
        ("import platform\nplatform.system()", "native"),
        ("import sys\nsys.path.insert(0, 'lib')", "import path"),
        ("import os\nos.umask(0o77)", "environment"),
        ("import collections\nfrom mercurial import pycompat\npycompat.x = collections.deque()", "pycompat.x added"),
        ("import time\ntime.sleep(0.5)", "native"),
    ];
    for (source, expected) in cases {
        let source = source.replace("WITNESS", &witness.display().to_string());
        std::fs::write(&file, &source).expect("the extension");
        let answer = route(&sandbox, &["status"]);
        assert!(answer.contains(expected), "{source}\n{answer}");
        assert!(file.exists() && !witness.exists(), "{source}");
        for note in std::fs::read_dir(sandbox.base().join("amalgam/cache")).expect("the cache") {
            let path = note.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "failed") {
                std::fs::remove_file(path).expect("a note that would keep the next from being looked at");
            }
        }
    }
}

#[test]
fn nobody_waits_for_an_extension_that_hangs() {
    let (sandbox, _) = with_extension("import os, time\nif 'amalgam-probe' in os.sys.argv:\n    time.sleep(600)\n");
    let start = Instant::now();
    for _ in 0..3 {
        let output = run(&sandbox, &["status"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
    assert!(answered_by(&sandbox, &["status"]).starts_with("legacy, extension.unproven"));
}

#[test]
fn what_changes_a_part_of_legacy_leaves_lines_native_that_do_not_enter_it() {
    let wraps = "
from mercurial import extensions, patch, revset
def same(orig, *args, **opts):
    return orig(*args, **opts)
def uisetup(ui):
    extensions.wrapfunction(patch, 'diff', same)
    extensions.wrapfunction(revset, 'matchany', same)
";
    let (sandbox, _file) = with_extension(wraps);
    let native = |args: &[&str]| assert!(route(&sandbox, args).starts_with("native, "), "{args:?}");
    let legacy = |args: &[&str], what: &str| {
        let told = format!("(corp: mercurial.{what} changed)");
        assert!(route(&sandbox, args).contains(&told), "{args:?}: {}", route(&sandbox, args));
    };
    for args in [&["status"][..], &["status", "-mard"], &["id", "-bn"], &["branch"], &["files", "-X", "a"], &["root"]] {
        native(args);
    }
    legacy(&["diff"], "patch.diff");
    legacy(&["status", "-T", "json"], "patch.diff");
    legacy(&["status", "--rev", "."], "patch.diff");
    legacy(&["tip", "-p"], "patch.diff");
    legacy(&["log"], "revset.matchany");
    native(&["tip"]);
}
