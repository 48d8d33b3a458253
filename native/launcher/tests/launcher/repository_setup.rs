//! Extensions that run code for each repository: what that code does is looked at in the repository itself.

use crate::common;
use crate::common::{answered_by, route, run};
use amalgam_testkit::Sandbox;
use std::path::PathBuf;

const FINE: &str = "native, exit code 0";

/// A sandbox whose user has an extension with this `reposetup`.
fn with_setup(body: &str) -> (Sandbox, PathBuf) {
    let sandbox = common::ready();
    let file = sandbox.base().join("corp.py");
    let text = format!("[extensions]\ncorp = {}\n", file.display());
    std::fs::write(sandbox.root().join(".hg/hgrc"), text).expect("the repository's configuration");
    set_up(&file, body);
    (sandbox, file)
}

fn set_up(file: &std::path::Path, body: &str) {
    let mut source = "import os\nfrom mercurial import commands, extensions\ndef reposetup(ui, repo):\n".to_owned();
    for line in body.lines() {
        source.push_str(&format!("    {line}\n"));
    }
    std::fs::write(file, source).expect("the extension");
}

#[test]
fn what_it_does_decides() {
    let class = |method: &str| {
        format!(
            "class corprepo(repo.__class__):\n    def {method}(self, *args, **opts):\n        \
             return super().{method}(*args, **opts)\nrepo.__class__ = corprepo"
        )
    };
    let (sandbox, file) = with_setup("pass");
    let witness = sandbox.base().join("witness");
    let replaced = |name: &str| format!("(corp: mercurial.localrepo.localrepository.{name} changed)");
    // Each look takes a while, so that all that is harmless is in one.
    let harmless = [
        "if not repo.local():\n    return",
        &class("commit"),
        &class("corpthing"),
        "repo.corp = repo.vfs.tryread(b'corp')",
        "ui.setconfig(b'hooks', b'pretxncommit.corp', b'true', b'corp')",
        "repo.prepushoutgoinghooks.add(b'corp', print)",
    ];
    let cases = [
        (harmless.join("\n"), FINE.to_owned()),
        (class("status"), replaced("status")),
        ("repo.status = lambda *args: None".to_owned(), "localrepository.status added".to_owned()),
        ("repo.root = b'/'".to_owned(), replaced("root")),
        (
            "ui.setconfig(b'hooks', b'pre-status.corp', b'true', b'corp')".to_owned(),
            "corp: sets hooks.pre-status".to_owned(),
        ),
        (
            "extensions.wrapcommand(commands.table, b'status', lambda orig, *a, **o: 0)".to_owned(),
            "status wrapped".to_owned(),
        ),
        ("len(repo)".to_owned(), "corp: reads the history".to_owned()),
        ("raise ValueError('no')".to_owned(), "corp: failed: ValueError".to_owned()),
        ("open('WITNESS', 'w').write('x')".to_owned(), "write".to_owned()),
        // No two looks at it are the same: the last one, because for a while nobody looks again.
        ("with repo.wlock(): pass".to_owned(), "legacy, extension.unproven".to_owned()),
    ];
    for (body, expected) in cases {
        set_up(&file, &body.replace("WITNESS", &witness.display().to_string()));
        let answer = route(&sandbox, &["status"]);
        assert!(answer.contains(&expected), "{body}\n{answer}");
        assert!(!witness.exists(), "{body}");
        assert_eq!(route(&sandbox, &["version"]), "native, exit code 0", "{body}");
    }
}

#[test]
fn each_repository_is_looked_at_and_again_when_what_counted_changed() {
    let (sandbox, _) = with_setup(
        "if not repo.vfs.exists(b'corp-flag'):\n    return\nclass corprepo(repo.__class__):\n    \
         def status(self, *args, **opts):\n        return super().status(*args, **opts)\nrepo.__class__ = corprepo",
    );
    // Looking is for what runs behind a command; the command itself is legacy's meanwhile.
    assert!(answered_by(&sandbox, &["status"]).starts_with("legacy, extension.unproven"));
    assert_eq!(route(&sandbox, &["status"]), FINE);
    let flag = sandbox.root().join(".hg/corp-flag");
    std::fs::write(&flag, "").expect("a file");
    assert_eq!(answered_by(&sandbox, &["status"]), format!("legacy, extension.unproven ({} changed)", flag.display()));
    assert!(route(&sandbox, &["status"]).contains("localrepository.status changed"));
    std::fs::remove_file(&flag).expect("a file");
    let other = sandbox.base().join("other");
    assert!(run(&sandbox, &["init", &other.display().to_string()]).status.success());
    std::fs::copy(sandbox.root().join(".hg/hgrc"), other.join(".hg/hgrc")).expect("a copy");
    std::fs::write(other.join(".hg/corp-flag"), "").expect("a file");
    let there = other.display().to_string();
    assert!(route(&sandbox, &["-R", &there, "status"]).contains("localrepository.status changed"));
    assert_eq!(route(&sandbox, &["status"]), FINE);
}
