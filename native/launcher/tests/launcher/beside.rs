//! Extensions beside which native answers, but not everything: topic, fsmonitor, sparse and others.

use crate::common;
use crate::common::{route, run, text};
use amalgam_testkit::Sandbox;

fn sandbox(lines: &str) -> Sandbox {
    let sandbox = common::ready();
    std::fs::write(sandbox.root().join(".hg/hgrc"), format!("[extensions]\n{lines}\n")).expect("the configuration");
    sandbox
}

fn commit(sandbox: &Sandbox, name: &str, more: &[&str]) {
    std::fs::write(sandbox.root().join(name), name).expect("a file");
    let args = ["commit", "-A", "-q", "-u", "test", "-m", name];
    let args: Vec<&str> = args.into_iter().chain(more.iter().copied()).collect();
    let output = run(sandbox, &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

const GIVES_TOPIC: &str = "
from mercurial import extensions, localrepo
def commit(orig, self, *args, **opts):
    opts['extra'] = {**(opts.get('extra') or {}), b'topic': b'other'}
    return orig(self, *args, **opts)
def uisetup(ui):
    extensions.wrapfunction(localrepo.localrepository, 'commit', commit)
";

#[test]
fn topics_are_left_to_legacy_where_they_show() {
    let sandbox = sandbox("");
    let file = sandbox.base().join("topic.py");
    // What the real one does is reviewed; this one has its name and version.
    std::fs::write(&file, "__version__ = b'2.0.0'\n").expect("the extension");
    let line = format!("[extensions]\ntopic = {}\n", file.display());
    std::fs::write(sandbox.root().join(".hg/hgrc"), line).expect("the configuration");
    commit(&sandbox, "a", &[]);
    let fine = "native, exit code 0";
    let all: &[&[&str]] = &[&["status"], &["diff", "-c", "."], &["log"], &["heads"], &["status", "--rev", "default"]];
    for args in all {
        assert_eq!(route(&sandbox, args), fine, "{args:?}");
    }
    assert!(route(&sandbox, &["log", "-r", "s1"]).contains("a name that topic may know"));
    assert!(route(&sandbox, &["log", "-r", "x1"]).contains("native, exit code 255"));
    assert!(route(&sandbox, &["log", "-T", "{namespaces}"]).contains("kinds of names that an extension adds"));
    // An active one.
    std::fs::write(sandbox.root().join(".hg/topic"), "mine").expect("a topic");
    assert!(route(&sandbox, &["log"]).contains("extension.unproven (topics)"));
    assert_eq!(route(&sandbox, &["status"]), fine);
    std::fs::remove_file(sandbox.root().join(".hg/topic")).expect("a topic");
    let maker = sandbox.base().join("maker.py");
    std::fs::write(&maker, GIVES_TOPIC).expect("the extension");
    commit(&sandbox, "b", &["--config", &format!("extensions.maker={}", maker.display())]);
    for args in all {
        let shows = !matches!(args[0], "diff") && args.len() != 1 || matches!(args[0], "log" | "heads");
        assert_eq!(route(&sandbox, args) != fine, shows, "{args:?}");
    }
    assert!(route(&sandbox, &["status", "--rev", "other"]).contains("a name that topic may know"));
    assert!(run(&sandbox, &["phase", "-p", "tip"]).status.success());
    for args in all {
        assert_eq!(route(&sandbox, args), fine, "{args:?}");
    }
}

#[test]
fn the_pager_extension_counts_in_front_of_a_terminal() {
    let sandbox = sandbox("pager =");
    assert_eq!(route(&sandbox, &["status"]), "native, exit code 0");
    assert!(route(&sandbox, &["status", "--config", "ui.formatted=1"]).contains("pager decides"));
    assert!(route(&sandbox, &["config", "ui"]).contains("pager: mercurial.dispatch._runcommand"));
}

#[test]
fn remotenames_counts_where_there_are_names_of_others() {
    let sandbox = sandbox("remotenames =");
    commit(&sandbox, "a", &[]);
    assert_eq!(route(&sandbox, &["log", "-T", "{tags}"]), "native, exit code 0");
    assert!(route(&sandbox, &["log", "-T", "{namespaces}"]).contains("kinds of names"));
    std::fs::create_dir(sandbox.root().join(".hg/logexchange")).expect("a folder");
    assert!(route(&sandbox, &["log"]).contains("remotenames: reposetup, names of others"));
}

#[test]
fn the_working_copy_is_fsmonitors_unless_it_is_off() {
    let sandbox = sandbox("fsmonitor =");
    commit(&sandbox, "a", &[]);
    for args in [&["log"][..], &["files"], &["diff", "-c", "."]] {
        assert_eq!(route(&sandbox, args), "native, exit code 0", "{args:?}");
    }
    assert!(route(&sandbox, &["status"]).contains("fsmonitor looks at the files"));
    assert_eq!(route(&sandbox, &["status", "--config", "fsmonitor.mode=off"]), "native, exit code 0");
    assert!(route(&sandbox, &["log", "--config", "extensions.eol="]).contains("fsmonitor warns"));
}

#[test]
fn of_a_narrow_clone_what_it_has_is_native() {
    let sandbox = sandbox("narrow =");
    commit(&sandbox, "a", &[]);
    commit(&sandbox, "b", &[]);
    let enabled = ["--config", "extensions.narrow=", "clone", "-q", "--narrow", "--include", "a", ".", "clone"];
    let output = run(&sandbox, &enabled);
    assert!(output.status.success(), "{}", text(&output.stderr));
    std::fs::write(sandbox.root().join("clone/.hg/hgrc"), "[extensions]\nnarrow =\n").expect("settings");
    let in_clone = |args: &[&str]| route(&sandbox, &[&["--cwd", "clone"], args].concat());
    assert!(run(&sandbox, &["--cwd", "clone", "tags"]).status.success());
    for args in [&["log"][..], &["heads"], &["tip"], &["branches"], &["tags"], &["phase", "-r", "0"], &["root"]] {
        assert_eq!(in_clone(args), "native, exit code 0", "{args:?}");
    }
    for args in [&["status"][..], &["files"], &["log", "a"], &["log", "-p"], &["cat", "a"], &["diff", "-c", "."]] {
        assert_eq!(in_clone(args), "native, exit code 0", "{args:?}");
    }
    for args in [&["cat", "-r", "1", "b"][..], &["status", "b"], &["files", "set:binary()"], &["manifest", "--all"]] {
        assert!(in_clone(args).contains("repository.narrow"), "{args:?}");
    }
    let off = ["log", "--config", "extensions.narrow=!"];
    assert!(in_clone(&off).contains("requirement.unknown (narrowhg-experimental without the extension)"));
    std::fs::write(sandbox.root().join("clone/.hg/narrowspec.dirstate"), "").expect("a narrowspec");
    assert!(in_clone(&["log"]).contains("repository.narrow"));
}

#[test]
fn a_sparse_checkout_is_read_as_its_rules_say() {
    let sandbox = sandbox("sparse =");
    commit(&sandbox, "a", &[]);
    commit(&sandbox, "b", &[]);
    let output = run(&sandbox, &["debugsparse", "--include", "a"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    std::fs::write(sandbox.root().join("unknown"), "").expect("a file");
    for args in [&["status", "-A"][..], &["log"], &["files"], &["identify"], &["diff", "-c", "."], &["root"]] {
        assert_eq!(route(&sandbox, args), "native, exit code 0", "{args:?}");
    }
    assert_eq!(text(&run(&sandbox, &["status", "-A"]).stdout), "C a\n");
    assert_eq!(text(&run(&sandbox, &["status", "unknown"]).stdout), "? unknown\n");
    assert!(route(&sandbox, &["log", "--sparse"]).contains("usage.error"));
    let off = ["status", "--config", "extensions.sparse=!"];
    assert!(route(&sandbox, &off).contains("requirement.unknown (exp-sparse without the extension)"));
    for (rules, reason) in [("a\n", "outside of a section"), ("[include]\n/a\n", "slash"), ("%include p\n", "profile")]
    {
        std::fs::write(sandbox.root().join(".hg/sparse"), rules).expect("the rules");
        let answer = route(&sandbox, &["status"]);
        assert!(answer.contains("repository.sparse") && answer.contains(reason), "{answer}");
    }
    // A profile is looked for where the rules count.
    assert_eq!(route(&sandbox, &["log"]), "native, exit code 0");
}
