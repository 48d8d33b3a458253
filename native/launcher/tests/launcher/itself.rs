//! The launcher never takes itself for legacy: under other names, through links, as a copy, through wrappers.

use crate::common::{LAUNCHER, run, sandbox, script, text};
use std::os::unix::fs::symlink;

#[test]
fn no_name_link_or_copy_is_legacy() {
    let mut sandbox = sandbox();
    let base = sandbox.base().to_path_buf();
    let folder = |name: &str| {
        let folder = base.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    };
    symlink(LAUNCHER, folder("link").join("hg")).expect("a link");
    symlink(base.join("link/hg"), folder("link of link").join("hg")).expect("a link");
    std::fs::copy(LAUNCHER, folder("copy").join("hg")).expect("a copy");
    std::fs::copy(LAUNCHER, folder("renamed").join("mercurial")).expect("a copy");
    std::fs::hard_link(base.join("copy/hg"), folder("hard").join("hg")).expect("a link");
    symlink(base.join("renamed/mercurial"), folder("to renamed").join("hg")).expect("a link");
    symlink("/nonexistent", folder("broken").join("hg")).expect("a link");
    symlink(base.join("circle/hg"), folder("circle").join("hg")).expect("a link");
    std::fs::create_dir_all(base.join("folder/hg")).expect("a folder");
    let names = ["link", "link of link", "copy", "hard", "to renamed", "broken", "circle", "folder"];
    let path = names.map(|name| base.join(name).display().to_string()).join(":");
    sandbox.unset_env("AMALGAM_LEGACY_HG");
    sandbox.set_env("PATH", &path);
    let alone = run(&sandbox, &["commit"]);
    assert!(text(&alone.stderr).contains("there is no other hg on PATH"), "{}", text(&alone.stderr));
    assert_eq!(alone.status.code(), Some(255));

    // Started under each of the names, and with something real at the end.
    script(&base.join("real/hg"), "#!/bin/sh\necho legacy \"$@\"\n");
    sandbox.set_env("PATH", format!("{path}:{}", base.join("real").display()));
    for name in ["link/hg", "link of link/hg", "copy/hg", "hard/hg", "renamed/mercurial"] {
        let output = sandbox.command(base.join(name)).arg("commit").output().expect("runs");
        assert_eq!(text(&output.stdout), "legacy commit\n", "{name}: {}", text(&output.stderr));
    }
}

#[test]
fn naming_amalgam_as_legacy_is_told() {
    let mut sandbox = sandbox();
    sandbox.set_env("AMALGAM_LEGACY_HG", LAUNCHER);
    let output = run(&sandbox, &["commit"]);
    assert!(text(&output.stderr).contains("is amalgam itself"), "{}", text(&output.stderr));
}

#[test]
fn wrappers_that_lead_back_end() {
    for line in ["exec", ""] {
        let mut sandbox = sandbox();
        let base = sandbox.base().to_path_buf();
        script(&base.join("wrapper/hg"), &format!("#!/bin/sh\n{line} '{LAUNCHER}' \"$@\"\n"));
        sandbox.unset_env("AMALGAM_LEGACY_HG");
        sandbox.set_env("PATH", base.join("wrapper"));
        let output = run(&sandbox, &["commit"]);
        assert_eq!(output.status.code(), Some(255));
        assert!(text(&output.stderr).contains("there is no other hg"), "{line}: {}", text(&output.stderr));

        script(&base.join("real/hg"), "#!/bin/sh\necho legacy \"$@\"\n");
        sandbox.set_env("PATH", format!("{}:{}", base.join("wrapper").display(), base.join("real").display()));
        assert_eq!(text(&run(&sandbox, &["commit"]).stdout), "legacy commit\n", "{line}");
    }
}
