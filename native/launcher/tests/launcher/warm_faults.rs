//! When something is wrong with the servers, each command still gives the right answer, once: fifty at once, servers
//! that are killed, sockets left behind, folders that can't be used, and servers that misbehave.

use crate::common::warm::{Warm, children_of, is_warm, wait_for};
use crate::common::{script, text};
use amalgam_testkit::{legacy, legacy_python};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};

fn kill(process: i32, signal: i32) {
    // SAFETY: a process of this test's own.
    unsafe { libc::kill(process, signal) };
}

/// A hook that counts its runs and waits for a file to go.
fn waiting_hook(warm: &Warm) -> String {
    let (runs, gate) = (warm.0.base().join("runs"), warm.0.base().join("gate"));
    std::fs::write(&gate, "").expect("the gate");
    let text = format!("echo run >>{}; while [ -e {} ]; do sleep 0.05; done", runs.display(), gate.display());
    format!("hooks.pretxncommit={text}")
}

fn runs(warm: &Warm) -> usize {
    std::fs::read_to_string(warm.0.base().join("runs")).map_or(0, |text| text.lines().count())
}

fn open_gate(warm: &Warm) {
    std::fs::remove_file(warm.0.base().join("gate")).expect("the gate");
}

#[test]
fn fifty_at_once_start_one_server() {
    let warm = Warm::new();
    let expected = warm.legacy(&["summary"]);
    let outputs: Vec<Output> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..50).map(|_| scope.spawn(|| warm.run(&["summary"]))).collect();
        started.into_iter().map(|one| one.join().expect("ends")).collect()
    });
    assert!(outputs.iter().all(|output| *output == expected));
    assert_eq!(warm.servers().len(), 1);
    let answered = warm.answered();
    assert_eq!(answered.len(), 50);
    assert!(answered.iter().filter(|line| is_warm(line)).count() > 10, "{answered:?}");
}

#[test]
fn a_command_outlives_its_server_but_not_its_worker() {
    let warm = Warm::new();
    let hook = waiting_hook(&warm);
    for (signal, of_worker) in [(libc::SIGTERM, false), (libc::SIGKILL, false), (libc::SIGKILL, true)] {
        let before = runs(&warm);
        drop(std::fs::write(warm.0.base().join("gate"), ""));
        warm.0.write("a", format!("{signal} {of_worker}\n"));
        let mut command = warm.command(&["commit", "-m", "x", "--config", &hook]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        wait_for("the hook", || runs(&warm) == before + 1);
        let server =
            warm.servers().into_iter().find(|server| !children_of(server.process).is_empty()).expect("a server");
        let worker = children_of(server.process)[0];
        kill(if of_worker { worker } else { server.process }, signal);
        if of_worker {
            // The hook has the same pipes and goes on, as it does when legacy itself is killed.
            assert_eq!(child.wait().expect("ends").code(), Some(255));
            open_gate(&warm);
            let output = child.wait_with_output().expect("both ended");
            let said = text(&output.stderr);
            assert!(said.contains("ended in the middle") && said.contains("not run again"), "{said}");
            // It was not: legacy finds what a process leaves that was killed.
            assert_eq!(runs(&warm), before + 1);
            assert!(text(&warm.legacy(&["recover"]).stdout).contains("rolling back"));
        } else {
            open_gate(&warm);
            let output = child.wait_with_output().expect("ends");
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
        wait_for("the server's end", || of_worker || !server.runs());
        assert_eq!(warm.run(&["summary"]), warm.legacy(&["summary"]));
    }
}

#[test]
fn a_killed_client_ends_the_command_as_if_it_were_legacy() {
    let warm = Warm::new();
    let hook = waiting_hook(&warm);
    warm.0.write("a", "2\n");
    let mut child = warm.command(&["commit", "-m", "x", "--config", &hook]).spawn().expect("starts");
    wait_for("the hook", || runs(&warm) == 1);
    child.kill().expect("killed");
    assert_eq!(child.wait().expect("ends").signal(), Some(libc::SIGKILL));
    let workers = || warm.servers().iter().flat_map(|server| children_of(server.process)).count();
    wait_for("the worker's end", || workers() == 0);
    // The hook goes on, as it does when legacy itself is killed.
    open_gate(&warm);
    assert_eq!(runs(&warm), 1);
    assert!(text(&warm.legacy(&["recover"]).stdout).contains("rolling back"));
    assert_eq!(warm.run(&["summary"]), warm.legacy(&["summary"]));
    assert!(warm.run(&["verify"]).status.success());
}

#[test]
fn sockets_that_were_left_behind() {
    let warm = Warm::new();
    warm.warm(&["summary"]);
    let server = warm.servers().pop().expect("a server");
    kill(server.process, libc::SIGKILL);
    wait_for("its end", || !server.runs());
    assert!(server.folder.join("s").symlink_metadata().is_ok());
    assert_eq!(warm.warm(&["summary"]), warm.legacy(&["summary"]));
    // Somebody's file in the socket's place.
    let socket = warm.servers()[0].folder.join("s");
    std::fs::remove_file(&socket).expect("removed");
    std::fs::write(&socket, "not a socket").expect("written");
    assert_eq!(warm.run(&["summary"]), warm.legacy(&["summary"]));
}

#[test]
fn folders_that_cannot_be_used() {
    let mut warm = Warm::new();
    let expected = warm.legacy(&["summary"]);
    let home = warm.0.base().join("amalgam");
    // Not private, not a folder, and somebody's link.
    std::fs::create_dir(home.join("run")).expect("a folder");
    std::fs::set_permissions(home.join("run"), PermissionsExt::from_mode(0o755)).expect("its mode");
    assert_eq!(warm.exec(&["summary"]), expected);
    std::fs::remove_dir(home.join("run")).expect("removed");
    std::fs::write(home.join("run"), "").expect("a file");
    assert_eq!(warm.exec(&["summary"]), expected);
    std::fs::remove_file(home.join("run")).expect("removed");
    let elsewhere = warm.0.base().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    std::fs::set_permissions(&elsewhere, PermissionsExt::from_mode(0o700)).expect("its mode");
    std::os::unix::fs::symlink(&elsewhere, home.join("run")).expect("a link");
    assert_eq!(warm.exec(&["summary"]), expected);
    std::fs::remove_file(home.join("run")).expect("removed");
    // Too long a path for a socket.
    let long = warm.0.base().join("long".repeat(20));
    std::fs::create_dir_all(long.join("cache")).expect("a folder");
    warm.0.set_env("AMALGAM_HOME", &long);
    assert_eq!(warm.exec(&["summary"]), expected);
    // Nowhere at all, and where nobody can write.
    for nowhere in ["/proc/nonexistent", "/proc/sys"] {
        warm.0.set_env("AMALGAM_HOME", nowhere);
        assert_eq!(warm.exec(&["summary"]), expected);
    }
    warm.0.unset_env("AMALGAM_HOME");
    warm.0.unset_env("HOME");
    warm.0.unset_env("XDG_CONFIG_HOME");
    assert_eq!(warm.run(&["summary"]), warm.legacy(&["summary"]));
}

#[test]
fn an_upgrade_is_another_server() {
    let mut warm = Warm::new();
    let content = std::fs::read_to_string(legacy()).expect("the hg script");
    let private = script(&warm.0.base().join("private/bin/hg"), &content);
    warm.0.set_env("AMALGAM_LEGACY_HG", &private);
    assert_eq!(warm.warm(&["summary"]), warm.legacy(&["summary"]));
    let old = warm.servers().pop().expect("a server").folder;
    script(&private, &format!("{content}\n# upgraded\n"));
    assert_eq!(warm.warm(&["summary"]), warm.legacy(&["summary"]));
    assert!(warm.servers().iter().any(|server| server.folder != old));
}

#[test]
fn the_number_of_servers_is_limited_and_idle_ones_end() {
    let mut warm = Warm::new();
    warm.0.set_env("AMALGAM_SERVER_IDLE", "4");
    for n in 0..10 {
        warm.warm(&["root", "--config", &format!("alias.a{n}=root")]);
        assert!(warm.servers().len() <= 8);
    }
    wait_for("their end", || warm.servers().is_empty());
    assert!(warm.warm(&["root"]).status.success());
}

#[test]
fn without_waiting_a_server_is_started_behind_the_command() {
    let mut warm = Warm::new();
    warm.0.unset_env("AMALGAM_TRANSPORT");
    warm.0.unset_env("AMALGAM_MODE");
    let table = |way: &str| {
        let text = format!("amalgam-route-table 1\ntransport {way}\nend\n");
        std::fs::write(warm.0.base().join("amalgam/route-table"), text).expect("the table");
    };
    table("warm");
    let expected = warm.legacy(&["summary"]);
    // The first of its kind may be the only one.
    assert_eq!(warm.exec(&["summary"]), expected);
    assert!(std::fs::read_dir(warm.folder()).expect("there").flatten().all(|entry| !entry.path().is_dir()));
    assert_eq!(warm.exec(&["summary"]), expected);
    wait_for("the server", || warm.servers().iter().any(|server| server.folder.join("s").exists()));
    assert_eq!(warm.warm(&["summary"]), expected);
    table("exec");
    warm.exec(&["summary"]);
    // Where it is proven, it need not be asked for.
    table("auto");
    assert_eq!(warm.warm(&["summary"]), expected);
}

/// Python for the next connections to a server of [`with_server`].
fn behave(warm: &Warm, body: &str) {
    std::fs::write(warm.0.base().join("behaviour"), body).expect("written");
    drop(std::fs::remove_file(warm.0.base().join("requests")));
}

/// A legacy whose server does what [`behave`] says and notes each request; everything else is the real one.
fn with_server(warm: &mut Warm) {
    let log = warm.0.base().join("requests");
    let server = format!(
        r#"#!{python}
import os, signal, socket, struct, sys, time
if 'serve' in sys.argv:
    address = sys.argv[sys.argv.index('--address') + 1]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    def note(text): open({log:?}, 'a').write(text + '\n')
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(5)
    null = os.open('/dev/null', os.O_RDWR)
    for fd in (0, 1, 2): os.dup2(null, fd)
    def say(channel, data): connection.sendall(channel + struct.pack('>I', len(data)) + data)
    def hello(extra=b''):
        say(b'o', b'capabilities: attachio chdir runcommand setenv setumask2 validate' + extra + b'\npid: %d' % os.getpid())
    def request():
        name = lines.readline()[:-1].decode()
        note(name)
        if name and name != 'attachio': lines.read(struct.unpack('>I', lines.read(4))[0])
        return name
    def until(last):
        while True:
            name = request()
            if name == 'validate': say(b'r', b'\0')
            if name == 'attachio':
                connection.sendall(b'I' + struct.pack('>I', 1))
                for fd in memoryview(connection.recvmsg(1, 256)[1][0][2]).cast('i'): os.close(fd)
                say(b'r', struct.pack('>i', 3))
            if name == last or not name: return
    while True:
        connection = listener.accept()[0]
        lines = connection.makefile('rb', buffering=0)
        try: exec(open({behaviour:?}).read())
        except (OSError, struct.error): pass
        lines.close()
        connection.close()
os.execv({real:?}, [{real:?}, *sys.argv[1:]])
"#,
        python = legacy_python().display(),
        log = log.display().to_string(),
        real = legacy().display().to_string(),
        behaviour = warm.0.base().join("behaviour").display().to_string(),
    );
    let path = script(&warm.0.base().join("fake/hg"), &server);
    warm.0.set_env("AMALGAM_LEGACY_HG", path);
}

fn requests(warm: &Warm, name: &str) -> usize {
    let log = std::fs::read_to_string(warm.0.base().join("requests")).unwrap_or_default();
    log.lines().filter(|line| *line == name).count()
}

#[test]
fn what_goes_wrong_before_the_command_is_an_exec() {
    let mut warm = Warm::new();
    with_server(&mut warm);
    let mut commits = 1;
    for body in [
        "pass",
        "connection.sendall(b'GET / HTTP')",
        "say(b'o', b'capabilities: runcommand\npid: 77')",
        "say(b'e', b'Traceback')",
        "hello(); until('chdir')",
        "hello(); until('setumask2'); request(); say(b'r', b'exit 255')",
        "hello(); until('validate'); request(); say(b'r', struct.pack('>i', 3))",
        "hello(); until('setumask2'); request(); say(b'r', b'redirect /elsewhere')",
        "time.sleep(5)",
    ] {
        behave(&warm, body);
        commits += 1;
        warm.0.write("a", format!("{commits}\n"));
        let output = warm.exec(&["commit", "-m", "x"]);
        assert!(output.status.success() && output.stderr.is_empty(), "{body}: {}", text(&output.stderr));
        assert_eq!(requests(&warm, "runcommand"), 0, "{body}");
        let made = warm.0.hg_ok(["log", "-T", "x"]).len();
        assert_eq!(made, commits, "{body}");
        for server in warm.servers() {
            // What keeps a server from being asked again.
            drop(std::fs::remove_file(server.folder.join("failed")));
            if !server.folder.join("s").exists() {
                server.stop();
                wait_for("its end", || !server.runs());
            }
        }
    }
}

#[test]
fn what_goes_wrong_in_the_command_is_told_and_never_run_again() {
    let mut warm = Warm::new();
    with_server(&mut warm);
    warm.0.write("a", "2\n");
    for (body, code) in [
        ("hello(); until('runcommand')", 255),
        ("hello(); until('runcommand'); say(b'e', b'Traceback')", 1),
        ("hello(); until('runcommand'); say(b'Q', b'')", 255),
        ("hello(); until('runcommand'); say(b'r', b'long answer')", 255),
        ("hello(); until('runcommand'); connection.sendall(b'r\\0\\0\\0\\4\\0')", 255),
    ] {
        behave(&warm, body);
        let output = warm.warm(&["commit", "-m", "x"]);
        assert_eq!(output.status.code(), Some(code), "{body}: {}", text(&output.stderr));
        let said = text(&output.stderr);
        assert!(said.contains("not run again") || said.starts_with("Traceback"), "{body}: {said}");
        assert_eq!(requests(&warm, "runcommand"), 1, "{body}");
        assert_eq!(warm.0.hg_ok(["log", "-T", "{rev} "]), b"0 ", "{body}");
    }
}

#[test]
fn an_exit_code_that_is_not_wanted_any_more_is_not_sent() {
    let mut warm = Warm::new();
    // Asks for a program, gives up on it as after Ctrl-C, and asks for another one.
    let body = "hello(); until('runcommand')\nsay(b'S', b'system\\0echo one; sleep 20\\0/\\0A=1')\ntime.sleep(0.5)\n\
        os.kill(int(open(os.path.dirname(os.path.dirname(os.path.dirname(address))) + '/../client').read()), 2)\n\
        time.sleep(0.6)\nsay(b'S', b'system\\0echo two; exit 5\\0/\\0A=1')\n\
        note('code %d' % struct.unpack('>Ii', lines.read(8))[1])\nsay(b'r', struct.pack('>i', 9))";
    with_server(&mut warm);
    behave(&warm, body);
    let mut command = warm.command(&["commit", "-m", "x"]);
    let child = command.stdout(Stdio::piped()).spawn().expect("starts");
    std::fs::write(warm.0.base().join("client"), child.id().to_string()).expect("written");
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(9), "one\ntwo\n".to_owned()));
    assert_eq!(requests(&warm, "code 5"), 1);
}

#[test]
fn a_program_that_is_asked_for_again_runs_once() {
    let mut warm = Warm::new();
    with_server(&mut warm);
    let file = warm.0.base().join("ran");
    let ask = format!("say(b'S', b'system\\0echo x >>{}\\0/\\0PATH=/bin')", file.display());
    let ran = || std::fs::read_to_string(&file).map_or(0, |text| text.lines().count());
    let answer = "note('code %d' % struct.unpack('>Ii', lines.read(8))[1])";
    // As Python does when it is interrupted: once more, and then no waiting for an answer.
    behave(&warm, &format!("hello(); until('runcommand'); {ask}; {answer}; {ask}; say(b'r', struct.pack('>i', 3))"));
    assert_eq!((warm.warm(&["x"]).status.code(), ran()), (Some(3), 1));
    // The same program twice is no repetition where the answer is waited for.
    behave(
        &warm,
        &format!("hello(); until('runcommand'); {ask}; {answer}; {ask}; {answer}; say(b'r', struct.pack('>i', 4))"),
    );
    assert_eq!((warm.warm(&["x"]).status.code(), ran()), (Some(4), 3));
    assert_eq!(requests(&warm, "code 0"), 2);
}
