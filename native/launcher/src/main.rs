//! The `hg` on the user's `PATH`: decides, answers natively, or becomes the installed Mercurial.
//!
//! There is no Rust `main`: the runtime would ignore SIGPIPE and reopen closed standard descriptors before anything
//! could be seen, and legacy must get both as they were inherited.
#![no_main]

mod background;
mod compare;
mod inherited;
mod journal;
mod legacy;
mod native;
mod record;
mod signals;
mod sink;
mod trace;
mod warm;

use amalgam_commands::Terminal;
use amalgam_routing::comparison::SIDES;
use amalgam_routing::environment::{self, COMPARING, GATHERING, OnUnsupported, UNSUPPORTED_EXIT_CODE};
use amalgam_routing::journal::Ending;
use amalgam_routing::legacy::{FileId, MARKER_NOTE};
use amalgam_routing::transport::{self, Transport};
use amalgam_routing::{Decision, Invocation, Route, Steps, compiler, decide};
use amalgam_types::{Environment, Reason, Unsupported};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

/// Tells a copy of this program from Mercurial; see `amalgam_routing::legacy`.
#[repr(C, align(4))]
struct Note([u8; MARKER_NOTE.len()]);

#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".note.amalgam"))]
static NOTE: Note = Note(MARKER_NOTE);

/// The process's entry.
///
/// # Safety
/// For the C runtime to call: `argv` points to `argc` C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: libc::c_int, argv: *const *const libc::c_char) -> libc::c_int {
    let state = inherited::State::record();
    // SAFETY: these are the arguments that the C runtime passed to `main`.
    let args = unsafe { inherited::arguments(argc, argv) };
    run(args, &state)
}

/// Answers or does not return.
fn run(args: Vec<Vec<u8>>, state: &inherited::State) -> i32 {
    let started = Instant::now();
    amalgam_commands::own_process();
    let env = surroundings();
    if env.non_empty(GATHERING).is_some() {
        complain("asking Mercurial for facts led back to amalgam");
        return 255;
    }
    if env.get(COMPARING) == Some(SIDES[1].as_bytes()) {
        complain("asking Mercurial for its answer led back to amalgam");
        return 255;
    }
    let on_unsupported = environment::on_unsupported(&env);
    let trace = (environment::trace(&env) && !state.is_closed(2)).then(trace::Trace::start);
    let invocation = Invocation {
        args,
        terminal: terminal(),
        own: own_file(),
        pid: std::process::id(),
        gather_first: on_unsupported == OnUnsupported::Abort,
        refused: state
            .any_closed()
            .then(|| Unsupported::new(Reason::EnvironmentUnsupported, "a standard descriptor is closed")),
        env,
    };
    let route = match trace {
        Some(trace) => decide(&invocation, &mut Steps::to(&mut |step, outcome| trace.step(step, &outcome))),
        None => decide(&invocation, &mut Steps::silent()),
    };
    if route.command.is_some() {
        record::append(&invocation);
    }
    let unsupported = match &route.decision {
        Decision::Legacy(unsupported) => unsupported.clone(),
        _ => match native::answer(&route) {
            Ok(code) => {
                if let Some(blackbox) = &route.blackbox {
                    blackbox.append(code, started.elapsed());
                }
                journal::append(&invocation.env, &route, Ending::Native(code), started);
                if let Some(trace) = trace {
                    trace.end(&format!("native, exit code {code}"));
                }
                if let Some(first) = &route.first {
                    // Without the note it is the first time again.
                    drop(first.note());
                }
                compare::after_native(&invocation, &route);
                // The answer is out: taking its data apart again would only cost time.
                std::mem::forget((route, invocation));
                return code;
            }
            Err(unsupported) => unsupported,
        },
    };
    if let Some(trace) = trace {
        trace.end(&format!("legacy, {unsupported}"));
    }
    if on_unsupported == OnUnsupported::Abort {
        journal::append(&invocation.env, &route, Ending::Legacy("abort", &unsupported), started);
        write_error(format!("unsupported: {}\n", unsupported.reason.id()).as_bytes());
        return UNSUPPORTED_EXIT_CODE;
    }
    compare::before_legacy(&invocation, &route);
    fall_back(&invocation, &route, &unsupported, Edge { state, trace, started })
}

/// What the process is at.
struct Edge<'a> {
    state: &'a inherited::State,
    trace: Option<trace::Trace>,
    started: Instant,
}

/// Has a server answer, or becomes legacy.
fn fall_back(invocation: &Invocation, route: &Route, unsupported: &Unsupported, edge: Edge<'_>) -> i32 {
    let Edge { state, trace, started } = edge;
    let journal = |transport| {
        journal::append(&invocation.env, route, Ending::Legacy(transport, unsupported), started);
    };
    if let Some(error) = route.table_error.as_ref().filter(|error| error.wants_compiling())
        && let Some(argv) = compiler::due(&environment::Layout::of(&invocation.env))
    {
        background::compile(argv, error.repository());
    }
    signals::restore();
    let (warm, missing) = match transport::choose(invocation, route) {
        Transport::Warm(plan) => {
            let begins = || {
                journal("warm");
                if let Some(trace) = trace {
                    trace.step("transport", "warm");
                }
            };
            (warm::answer(&plan, invocation, begins), None)
        }
        Transport::Exec(why, missing) => (Err(why), missing),
    };
    let why = match warm {
        Ok(code) => return code,
        Err(why) => why,
    };
    if let Some(trace) = trace {
        trace.step("transport", &format!("exec, {why}"));
    }
    journal("exec");
    if let Some(store) = route.wants_gathering().or(missing.as_ref()) {
        background::gather(store, &invocation.env);
    }
    if let Some(probe) = &route.probe {
        background::probe(probe);
    }
    match &route.legacy {
        Ok(found) => {
            let error = legacy::exec(found, invocation, state);
            complain(&format!("cannot run {}: {error}", found.path.display()));
        }
        Err(missing) => {
            let words = invocation.args.iter().filter(|word| !word.starts_with(b"-"));
            let command = words.map(|word| String::from_utf8_lossy(word)).next().unwrap_or_default();
            let command = format!("hg {command}");
            complain(&format!("'{}' needs the Python Mercurial, and {missing}", command.trim_end()));
            write_error(format!("({} [{unsupported}]\n", unsupported.reason.sentence()).as_bytes());
            write_error(
                b" install it, for example with 'pip install mercurial', or name it: AMALGAM_LEGACY_HG=/path/to/hg)\n",
            );
        }
    }
    255
}

/// Everything that the process was started in.
fn surroundings() -> Environment {
    let vars = std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec()));
    Environment {
        vars: vars.collect::<BTreeMap<_, _>>(),
        cwd: std::env::current_dir().ok(),
        euid: rustix::process::geteuid().as_raw(),
    }
}

fn terminal() -> Terminal {
    let stdout_tty = std::io::stdout().is_terminal();
    let stderr_tty = std::io::stderr().is_terminal();
    let stdin_tty = std::io::stdin().is_terminal();
    let width = |is_tty: bool, fd| {
        let size = is_tty.then(|| rustix::termios::tcgetwinsize(fd))?.ok()?;
        Some(size.ws_col).filter(|&width| width > 0)
    };
    // In legacy's order.
    let columns = width(stderr_tty, rustix::stdio::stderr())
        .or_else(|| width(stdout_tty, rustix::stdio::stdout()))
        .or_else(|| width(stdin_tty, rustix::stdio::stdin()));
    Terminal { stdin_tty, stdout_tty, stderr_tty, columns }
}

/// This program's own file, whatever name it was started by.
fn own_file() -> Option<FileId> {
    let meta =
        std::fs::metadata("/proc/self/exe").or_else(|_| std::env::current_exe().and_then(std::fs::metadata)).ok()?;
    Some((meta.dev(), meta.ino()))
}

/// One line about amalgam itself.
fn complain(message: &str) {
    write_error(format!("amalgam: {message}\n").as_bytes());
}

/// Writes to stderr; where that fails there is nobody to tell.
fn write_error(bytes: &[u8]) {
    drop(std::io::stderr().write_all(bytes));
}
