//! Scripts that the installed Mercurial runs.

use super::SETTINGS;
use amalgam_testkit::{Sandbox, Server};

/// A repository and a server in it.
pub struct Built {
    pub sandbox: Sandbox,
    pub settings: Vec<&'static str>,
}

impl Built {
    /// A new repository made with `format` settings; `settings` hold for every later command.
    pub fn new(format: &[&str], settings: &[&'static str]) -> Self {
        let sandbox = Sandbox::new();
        sandbox.append_hgrc("[storage]\nall-slow-path = allow\n");
        let mut args = vec!["init"];
        for value in format.iter().chain(&SETTINGS) {
            args.extend(["--config", value]);
        }
        sandbox.hg_ok(args);
        Built { sandbox, settings: settings.to_vec() }
    }

    pub fn server(&self) -> Server {
        let settings: Vec<&str> = SETTINGS.iter().chain(&self.settings).copied().collect();
        Server::start(&self.sandbox, self.sandbox.root(), &settings)
    }

    pub fn config(&self) -> amalgam_config::Config {
        super::config(&self.sandbox, &self.settings)
    }
}

fn commit(server: &mut Server, message: &str, more: &[&str]) {
    let mut args = vec!["commit", "-q", "-A", "-m", message];
    args.extend(more);
    server.ok(&args);
}

/// Branches, a merge, renames, odd names and contents, tags, bookmarks, phases.
pub fn rich(format: &[&str]) -> Built {
    let built = Built::new(format, &[]);
    let sandbox = &built.sandbox;
    let hg = &mut built.server();
    sandbox.write("a", "one\n");
    sandbox.write("Dir With Space/Upper_Case.TXT", "x\n");
    sandbox.write("aux/con.i/nul.d/x.hg/.dot", "reserved\n");
    sandbox.write(b"latin-\xe9".as_slice(), "not utf-8\n");
    sandbox.write("é/ü", "utf-8\n");
    sandbox.write("empty", "");
    sandbox.write("marker", "\x01\nnot metadata\n");
    sandbox.write("binary", [0, 1, 2, 255, 0].repeat(50));
    sandbox.write(format!("{}/{}", "deep folder".repeat(8), "long name".repeat(9)), "hashed\n");
    commit(hg, "first\n\nwith a body\n", &["-u", "Ünï <ü@example.org>", "-d", "1700000000 -19800"]);
    sandbox.write("a", "one\ntwo\n");
    sandbox.write("script", "#!/bin/sh\n");
    sandbox.chmod("script", 0o755);
    sandbox.symlink("a", "link");
    commit(hg, "second", &["-d", "-3600 3600"]);
    hg.ok(&["tag", "-q", "v1"]);
    hg.ok(&["rename", "-q", "a", "b"]);
    hg.ok(&["copy", "-q", "marker", "marker2"]);
    commit(hg, "rename", &[]);
    hg.ok(&["branch", "-q", "stable"]);
    sandbox.write("b", "one\ntwo\nthree\n");
    commit(hg, "on stable", &[]);
    hg.ok(&["tag", "-q", "v2"]);
    hg.ok(&["tag", "-q", "-f", "-r", "0", "v1"]);
    hg.ok(&["update", "-q", "default"]);
    hg.ok(&["remove", "-q", "empty"]);
    commit(hg, "remove empty", &["-d", "1000000000 0"]);
    hg.ok(&["merge", "-q", "stable"]);
    commit(hg, "merge", &[]);
    hg.ok(&["tag", "-q", "gone"]);
    hg.ok(&["tag", "-q", "--remove", "gone"]);
    hg.ok(&["branch", "-q", "closed one"]);
    sandbox.write("c", "closed\n");
    commit(hg, "to be closed", &[]);
    hg.ok(&["commit", "-q", "--close-branch", "-m", "close"]);
    hg.ok(&["update", "-q", "stable"]);
    sandbox.write("b", "one\nother\n");
    commit(hg, "second head on stable", &[]);
    hg.ok(&["branch", "-q", "a-b"]);
    commit(hg, "a branch with a dash", &[]);
    hg.ok(&["phase", "-q", "--public", "-r", "5"]);
    hg.ok(&["update", "-q", "default"]);
    sandbox.write("secret", "s\n");
    commit(hg, "secret", &["-s"]);
    hg.ok(&["tag", "-q", "--local", "-r", "3", "local tag"]);
    hg.ok(&["tag", "-q", "--local", "-r", "2", "v2", "-f"]);
    for (name, rev) in [("mark", "4"), ("é", "1"), ("feature/x", "6"), ("x.y-z", "7"), ("@", "0")] {
        hg.ok(&["bookmark", "-q", "-r", rev, name]);
    }
    hg.ok(&["bookmark", "-q", "active"]);
    built
}

/// `count` small commits to one file and a growing manifest.
pub fn long(format: &[&str], count: usize) -> Built {
    let built = Built::new(format, &[]);
    let hg = &mut built.server();
    for i in 0..count {
        built.sandbox.write(format!("dir{}/file{}", i % 7, i % 61), format!("{i}\n").repeat(1 + i % 90));
        built.sandbox.write("log", format!("line {i}\n").repeat(i + 1));
        commit(hg, &format!("change {i}"), &[]);
    }
    built
}

/// Rewritten changesets: hidden, pinned, revealed.
pub fn rewritten(settings: &[&'static str]) -> Built {
    let built = Built::new(&["format.use-internal-phase=yes"], settings);
    let hg = &mut built.server();
    for name in ["a", "b", "c", "d"] {
        built.sandbox.write(name, name);
        commit(hg, name, &[]);
    }
    hg.ok(&["phase", "-q", "--public", "-r", "0"]);
    // 4 replaces 3; 5 replaces 4.
    built.sandbox.write("d", "d2");
    hg.ok(&["commit", "-q", "--amend", "-m", "d amended"]);
    hg.ok(&["commit", "-q", "--amend", "-m", "d amended again"]);
    // 6 on 1, amended to 7, pinned by a bookmark.
    hg.ok(&["update", "-q", "1"]);
    built.sandbox.write("e", "e");
    commit(hg, "e", &[]);
    hg.ok(&["bookmark", "-q", "pin"]);
    hg.ok(&["bookmark", "-q", "-i", "pin"]);
    hg.ok(&["commit", "-q", "--amend", "-m", "e amended"]);
    // 8 amended to 9, pinned by a local tag; 10 on the hidden 8's child keeps its parents visible.
    built.sandbox.write("f", "f");
    commit(hg, "f", &[]);
    hg.ok(&["tag", "-q", "--local", "lt"]);
    hg.ok(&["commit", "-q", "--amend", "-m", "f amended"]);
    hg.ok(&["update", "-q", "2"]);
    built.sandbox.write("g", "g");
    commit(hg, "g", &[]);
    built.sandbox.write("h", "h");
    commit(hg, "h on g", &[]);
    hg.ok(&["update", "-q", "-r", "desc(g) - desc(h)"]);
    hg.ok(&["commit", "-q", "--amend", "-m", "g amended"]);
    hg.ok(&["branch", "-q", "other"]);
    built.sandbox.write("i", "i");
    commit(hg, "i", &[]);
    hg.ok(&["tag", "-q", "on-hidden"]);
    hg.ok(&["commit", "-q", "--amend", "-m", "tag amended"]);
    hg.ok(&["update", "-q", "0"]);
    built
}
