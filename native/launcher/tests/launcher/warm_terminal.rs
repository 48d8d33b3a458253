//! A command that a server answers, on a terminal: prompts, the pager, Ctrl-C, Ctrl-Z and a change of size.

use crate::common::terminal::Terminal;
use crate::common::warm::{self, Warm, wait_for};
use crate::common::{LAUNCHER, script};
use std::path::Path;

fn on_terminal(warm: &Warm, program: &Path, args: &[&str]) -> Terminal {
    let mut command = warm.0.command(program);
    command.args(args).env("TERM", "xterm");
    Terminal::start(command)
}

/// What `act` makes of the command by a server and by legacy; both must be the same.
fn alike(warm: &Warm, args: &[&str], act: impl Fn(&mut Terminal)) -> (i32, String) {
    let of = |program: &Path| {
        let mut terminal = on_terminal(warm, program, args);
        act(&mut terminal);
        terminal.end()
    };
    let through = of(LAUNCHER.as_ref());
    assert!(warm.last_was_warm());
    let direct = of(&amalgam_testkit::legacy());
    assert_eq!(through, direct, "{args:?}");
    direct
}

const INTERACTIVE: &[&str] = &["--config", "ui.interactive=yes", "--config", "ui.interface=text"];

#[test]
fn prompts_are_answered() {
    let warm = Warm::new();
    warm.0.write("a", "changed\n");
    let args = [&["revert", "-i", "--no-backup", "a"], INTERACTIVE].concat();
    let (code, screen) = alike(&warm, &args, |terminal| {
        terminal.wait_for("[Ynesfdaq?]");
        terminal.keys("?\n");
        terminal.wait_for("display help");
        terminal.keys("q\n");
    });
    assert_eq!(code, 255, "{screen}");
    // The end of input.
    alike(&warm, &args, |terminal| {
        terminal.wait_for("[Ynesfdaq?]");
        terminal.keys("\x04");
    });
}

#[test]
fn the_pager_gets_the_output_and_is_waited_for() {
    let mut warm = Warm::new();
    let pager =
        script(&warm.0.base().join("pager"), "#!/bin/sh\nsed 's/^/| /'; sleep 0.3; echo \"LESS=$LESS, done\"\n");
    warm.0.set_env("PAGER", pager);
    for args in [&["log"][..], &["help"], &["log", "-r", "nonesuch"], &["log", "--color=always"]] {
        let (_, screen) = alike(&warm, args, |_| {});
        assert!(screen.contains("done") != args.contains(&"nonesuch"), "{screen}");
    }
    // One that ends early, and a line for a shell.
    warm.0.write("long", "line\n".repeat(200_000));
    warm.0.hg_ok(["commit", "-q", "-A", "-m", "long"]);
    warm.0.set_env("PAGER", "head -n 2; echo $LESS");
    let (code, screen) = on_terminal(&warm, LAUNCHER.as_ref(), &["annotate", "long"]).end();
    // Legacy itself sometimes ends by SIGPIPE instead, in Python's last moments.
    assert_eq!((code, screen.as_str()), (255, "1: line\r\n1: line\r\nFRX\r\n"));
    assert_eq!(on_terminal(&warm, &amalgam_testkit::legacy(), &["annotate", "long"]).end().1, screen);
    for missing in ["nonesuch-pager", "cat"] {
        warm.0.set_env("PAGER", missing);
        let through = on_terminal(&warm, LAUNCHER.as_ref(), &["log"]).end();
        assert_eq!(through, on_terminal(&warm, &amalgam_testkit::legacy(), &["log"]).end());
    }
}

#[test]
fn ctrl_c_ends_the_command_and_what_it_runs() {
    let warm = Warm::new();
    warm.0.write("a", "changed\n");
    // While it waits at a prompt, while it waits for a hook, and where the hook does not care.
    let args = [&["revert", "-i", "--no-backup", "a"], INTERACTIVE].concat();
    let (code, screen) = alike(&warm, &args, |terminal| {
        terminal.wait_for("[Ynesfdaq?]");
        terminal.keys("\x03");
    });
    assert!(code == 255 && screen.contains("interrupted!"), "{screen}");
    for hook in ["echo ready; sleep 60", "trap '' INT; echo ready; for n in 1 2 3 4; do sleep 0.2; done"] {
        let hook = format!("hooks.pretxncommit={hook}");
        let (code, screen) = alike(&warm, &["commit", "-m", "x", "--config", &hook], |terminal| {
            terminal.wait_for("ready");
            terminal.keys("\x03");
        });
        assert!(code == 255 && screen.contains("interrupted!"), "{screen}");
        assert_eq!(warm.0.hg_ok(["log", "-T", "{rev} "]), b"0 ");
    }
}

#[test]
fn ctrl_z_stops_it_and_fg_continues() {
    let mut warm = Warm::new();
    warm.0.write("a", "changed\n");
    warm.0.set_env("PS1", "$ ");
    let of = |program: &Path| {
        let mut shell = warm.0.command("/bin/bash");
        shell.args(["--norc", "--noprofile", "--noediting", "-i"]).env("TERM", "xterm");
        let mut terminal = Terminal::start(shell);
        terminal.wait_for("$ ");
        let line = [&["revert", "-i", "--no-backup", "a"], INTERACTIVE].concat().join(" ");
        terminal.keys(&format!("'{}' {line}; echo \"code $?\"\n", program.display()));
        terminal.wait_for("[Ynesfdaq?]");
        terminal.keys("\x1a");
        terminal.wait_for("Stopped");
        let jobs = warm::children_of(terminal.process());
        terminal.keys("echo shell again\n");
        terminal.wait_for("\nshell again");
        let state = |id: i32| std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        assert!(jobs.iter().any(|&id| state(id).contains(") T ")), "nothing is stopped");
        let workers: Vec<i32> = warm.servers().iter().flat_map(|server| warm::children_of(server.process)).collect();
        let stopped = workers.iter().all(|&id| state(id).contains(") T "));
        terminal.keys("fg\n");
        wait_for("going on", || jobs.iter().all(|&id| !state(id).contains(") T ")));
        terminal.keys("n\n");
        terminal.wait_for("code ");
        wait_for("the end", || warm::children_of(terminal.process()).is_empty());
        terminal.keys("exit\n");
        let (_, screen) = terminal.end();
        let code = screen.lines().find(|line| line.starts_with("code ")).map(str::to_owned);
        (code, workers.len(), stopped)
    };
    let through = of(LAUNCHER.as_ref());
    let direct = of(&amalgam_testkit::legacy());
    assert!(direct.0.is_some());
    assert_eq!(through.0, direct.0);
    assert_eq!((through.1, through.2), (1, true), "the worker is stopped too");
}

#[test]
fn a_change_of_size_is_seen() {
    let warm = Warm::new();
    warm.0.write("a", "changed\n");
    warm.warm(&["summary"]);
    // The text editor of lines that Python brings along counts the columns when it hears of a change.
    let args = [&["revert", "-i", "--no-backup", "a"], INTERACTIVE].concat();
    let mut terminal = on_terminal(&warm, LAUNCHER.as_ref(), &args);
    terminal.wait_for("[Ynesfdaq?]");
    let worker = warm.servers().iter().flat_map(|server| warm::children_of(server.process)).next().expect("a worker");
    let before = switches(worker);
    terminal.resize(132);
    wait_for("the worker hears of it", || switches(worker) > before);
    terminal.keys("n\n");
    assert_eq!(terminal.end().0, 0);
}

/// How often a process has gone to sleep: once more after each signal that it handles while it waits.
fn switches(process: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).expect("a count");
    line.trim().parse().expect("a number")
}
