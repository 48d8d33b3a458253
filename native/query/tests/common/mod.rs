//! Repositories with every kind of history, and what both sides select from them.
#![allow(dead_code, unreachable_pub)]

use amalgam_config::{Config, LegacyPaths};
use amalgam_matching::{Engine, MatchContext};
use amalgam_query::Context;
use amalgam_repo::Repository;
use amalgam_testkit::{Sandbox, Server};
use amalgam_types::{Reason, Stop};

/// A repository, a server in it, and the settings of both.
pub struct Built {
    pub sandbox: Sandbox,
    pub server: Server,
    pub settings: Vec<String>,
}

/// What native makes of an expression.
#[derive(Debug, PartialEq)]
pub enum Native {
    /// Revisions, or an error, as legacy prints them.
    Answer(String),
    /// Why legacy has to answer.
    Left(Reason, String),
}

impl Built {
    /// An empty repository, in which every later command runs with `settings`.
    pub fn new(settings: &[&str]) -> Built {
        Built::in_sandbox(Sandbox::init(), settings)
    }

    /// The same, in a sandbox whose environment was prepared.
    pub fn in_sandbox(sandbox: Sandbox, settings: &[&str]) -> Built {
        let server = Server::start(&sandbox, sandbox.root(), settings);
        Built { sandbox, server, settings: settings.iter().map(|s| (*s).to_owned()).collect() }
    }

    /// Commits one new file on top of `parents`.
    pub fn commit(&mut self, name: &str, parents: &[usize], more: &[&str]) {
        let parents: Vec<String> = match parents {
            [] => vec!["null".into()],
            some => some.iter().map(usize::to_string).collect(),
        };
        let mut args = vec!["debugsetparents"];
        args.extend(parents.iter().map(String::as_str));
        self.server.ok(&args);
        self.sandbox.write(name, name);
        let mut args = vec!["commit", "-q", "-A", "-m", name];
        args.extend(more);
        self.server.ok(&args);
    }

    /// What native selects.
    pub fn native(&self, specs: &[&str]) -> Native {
        let env = self.sandbox.environment();
        let mut config = Config::load_user(&env, &LegacyPaths::default()).expect("the sandbox's configuration");
        let settings: Vec<Vec<u8>> = self.settings.iter().map(|s| s.clone().into_bytes()).collect();
        config.add_command_line(&settings).expect("settings");
        let repository = Repository::open(self.sandbox.root(), &env).expect("a repository that native reads");
        let matching = MatchContext {
            root: repository.root(),
            cwd: b"",
            cwd_abs: repository.root(),
            env: &env,
            config: &config,
            engine: Engine::PythonBytes,
            sets: None,
        };
        let context = Context { repository: &repository, matching, contents: None };
        match context.revisions(specs) {
            Ok(revs) => Native::Answer(revs.iter().map(|rev| format!("{rev} ")).collect()),
            Err(Stop::Abort(abort)) => Native::Answer(String::from_utf8_lossy(&abort.text()).into_owned()),
            Err(Stop::Unsupported(stop)) => Native::Left(stop.reason, stop.detail),
        }
    }

    /// What legacy selects.
    pub fn legacy(&mut self, specs: &[&str]) -> String {
        let mut args = vec!["log", "-T", "{rev} "];
        for spec in specs {
            args.extend(["-r", spec]);
        }
        let answer = self.server.run(&args);
        let all = [answer.stdout, answer.stderr].concat();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// Both must agree on each expression, and native must answer.
    pub fn same(&mut self, specs: &[&str]) {
        let mut wrong = Vec::new();
        for spec in specs {
            let (native, legacy) = (self.native(&[*spec]), Native::Answer(self.legacy(&[*spec])));
            if native != legacy {
                wrong.push(format!("{spec}\n  native {native:?}\n  legacy {legacy:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The same for several expressions at once.
    pub fn same_all(&mut self, specs: &[&str]) {
        assert_eq!(self.native(specs), Native::Answer(self.legacy(specs)), "{specs:?}");
    }

    /// Both must agree on each expression that native answers; returns how many these are.
    pub fn same_or_left(&mut self, specs: &[&str]) -> usize {
        let left = |built: &Built, spec: &&&str| matches!(built.native(&[**spec]), Native::Left(..));
        let answered: Vec<&str> = specs.iter().filter(|spec| !left(self, spec)).copied().collect();
        self.same(&answered);
        answered.len()
    }
}

/// Branches, merges, several roots, names of all kinds, phases, odd users and texts.
pub fn rich(settings: &[&str]) -> Built {
    let mut built = Built::new(settings);
    let user = ["-u", "Alice Example <alice@example.org>", "-d", "2006-12-06 13:18:29 +0100"];
    built.commit("a", &[], &user);
    built.commit("b", &[0], &["-u", "bob", "-d", "2006-12-07 +0000"]);
    built.commit("d/c", &[1], &["-d", "2007-01-01 00:00:00 +0000"]);
    built.commit("d/d", &[1], &["-u", "Ünï ALICE", "-d", "2008-02-29 23:59:59 -0530"]);
    built.commit("e", &[2, 3], &[]);
    built.commit("f", &[], &["-d", "2000-01-01 +0000"]);
    built.commit("g", &[5], &["-d", "1970-01-01 +0000"]);
    built.server.ok(&["branch", "-q", "stable"]);
    built.commit("h", &[4], &[]);
    built.commit("i", &[7, 6], &["-u", "carol <c@example.org>"]);
    built.server.ok(&["branch", "-q", "a-b"]);
    built.commit("j", &[3], &["-d", "2009-05-05 05:05 +0000"]);
    built.server.ok(&["commit", "-q", "--close-branch", "-m", "close a-b"]);
    built.server.ok(&["branch", "-q", "default", "-f"]);
    built.commit("k", &[4], &[]);
    built.commit("l", &[11], &["--secret"]);
    built.commit("m", &[11, 8], &["--secret"]);
    built.commit("n", &[0], &[]);
    built.server.ok(&["tag", "-q", "-r", "2", "v1.0"]);
    built.server.ok(&["tag", "-q", "--local", "-r", "5", "local tag"]);
    built.server.ok(&["phase", "-q", "--public", "-r", "4+6"]);
    for (name, rev) in [("mark", "3"), ("é", "1"), ("feature/x", "6"), ("x-y", "7"), ("@", "0"), ("12", "1")] {
        built.server.run(&["bookmark", "-q", "-r", rev, name]);
    }
    built.server.ok(&["bookmark", "-q", "active"]);
    built.sandbox.write("a", "changed\n");
    built.server.ok(&["rm", "-q", "-f", "d/c"]);
    built.server.ok(&["commit", "-q", "-m", "modify and remove\n\nsecond line"]);
    built
}
