//! Where legacy leads for a command line: no further than native says, or an extension that changes a part could reach
//! an answer that native gives.

use crate::common;
use crate::common::{LAUNCHER, run, text};
use amalgam_commands::Part;
use amalgam_testkit::{Sandbox, legacy};
use std::collections::BTreeSet;

/// Two branches, a merge, a tag, a bookmark, a copy, and a working copy that is not clean.
fn repository() -> Sandbox {
    let sandbox = common::ready();
    let write = |name: &str, content: &str| std::fs::write(sandbox.root().join(name), content).expect("a file");
    let hg = |line: &str| {
        let args: Vec<&str> = line.split(' ').collect();
        let output = run(&sandbox, &args);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    };
    write("a", "1\n2\n3\n");
    write("b", "b\n");
    hg("commit -q -A -u test -m first");
    hg("tag -u test v1");
    hg("copy a c");
    write("a", "1\n2\n4\n");
    hg("commit -q -u test -m second");
    hg("bookmark kept");
    hg("update -q 0");
    hg("branch -q other");
    write("b", "c\n");
    hg("commit -q -u test -m other");
    hg("merge -q kept");
    hg("commit -q -u test -m merge");
    hg("update -q default");
    write("a", "5\n");
    write("new", "");
    hg("remove b");
    sandbox
}

/// The parts that legacy enters.
fn entered(sandbox: &Sandbox, args: &[&str]) -> BTreeSet<String> {
    let file = sandbox.base().join("modules");
    let python = sandbox.base().join("python");
    std::fs::create_dir_all(&python).expect("a folder");
    std::fs::write(python.join("sitecustomize.py"), include_str!("trace.py")).expect("the script");
    let mut command = sandbox.command(legacy());
    command.args(args).env("PYTHONPATH", &python).env("AMALGAM_TEST_MODULES", &file);
    command.output().expect("legacy runs");
    let modules = std::fs::read_to_string(&file).expect("what it entered");
    assert!(modules.lines().any(|module| module == "dispatch"), "no trace: {modules}");
    let has = |part: &Part| modules.lines().any(|module| part.modules().contains(&module));
    Part::ALL.iter().filter(|part| has(part)).map(|part| part.to_string()).collect()
}

/// The parts that native says.
fn said(sandbox: &Sandbox, args: &[&str]) -> String {
    let mut command = sandbox.command(LAUNCHER);
    let output = command.args(args).env("AMALGAM_TRACE", "1").output().expect("the launcher runs");
    let trace = text(&output.stderr);
    assert!(trace.contains("answered by: native"), "{args:?}: {trace}");
    let line = trace.lines().find_map(|line| line.split_once("parts of legacy: "));
    line.unwrap_or_else(|| panic!("no parts in {trace}")).1.to_owned()
}

#[test]
fn legacy_leads_no_further_than_native_says() {
    let sandbox = repository();
    let lines = [
        "annotate a",
        "annotate -u -d -n -c -l -f -a -w a c",
        "annotate -r . --skip v1 a",
        "bookmarks",
        "branch",
        "branches",
        "branches --closed --active",
        "cat a",
        "config ui",
        "config --untrusted",
        "diff",
        "diff -U 0 -p -w -B -b --nodates --noprefix a glob:*",
        "diff --git --reverse --stat",
        "diff -c grep(4) -I set:size('<1k')",
        "diff --from v1 --to diffcontains(4)",
        "export",
        "files",
        "files -0 -I glob:a* -X re:x path:.",
        "files -r date('>1970-01-01')&file('set:**') set:grep(4)",
        "grep 4",
        "grep -n -i -l --all-files -0 2 a",
        "heads",
        "heads -t -c",
        "heads -r 0 default",
        "identify",
        "identify -n -i -b -t -B",
        "locate",
        "locate -f -0 glob:*",
        "log",
        "log -v -l 2 a",
        "log -f -b default -u test -k first -M",
        "log -l 1 -p --git --stat -C",
        "log -G -l 3",
        "log -r sort(matching(.,'diff'),topo)",
        "log -r desc(re:f)+bisect(good)+branch('re:d')+contains('set:grep(4)')",
        "log -d >1970-01-01 -P v1",
        "manifest",
        "manifest v1",
        "parents",
        "parents a",
        "paths",
        "phase",
        "phase all()",
        "resolve -l",
        "root",
        "status",
        "status -mardcui -C -n a glob:*",
        "status -A -v -0 -X path:a",
        "status --rev v1 --rev tip set:grep(4)+revs(v1,modified())",
        "summary",
        "tags",
        "tags -v",
        "tip",
        "tip -p -v",
        "version",
    ];
    let mut narrow = 0;
    for line in lines {
        let args: Vec<&str> = line.split(' ').collect();
        let (legacy, native) = (entered(&sandbox, &args), said(&sandbox, &args));
        let native: BTreeSet<String> = native.split(", ").map(str::to_owned).collect();
        assert!(legacy.is_subset(&native), "{line}: legacy enters {legacy:?}, native says {native:?}");
        narrow += usize::from(native.len() < Part::ALL.len());
    }
    assert_eq!(narrow, lines.len());
    // What leads everywhere does.
    let graph = entered(&sandbox, &["log", "-G", "-T", "{date|age}", "-r", "file('set:added()')", "-p"]);
    assert_eq!(graph.len(), Part::ALL.len(), "{graph:?}");
}
