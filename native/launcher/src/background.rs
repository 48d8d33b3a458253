//! Work behind a fallback, such as gathering facts: in a process of its own that holds nothing of the invocation, so
//! that neither the command nor whoever reads its output waits for it.

use amalgam_routing::{FactsStore, GATHER_LIMIT, Probe};
use amalgam_types::Environment;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Starts asking legacy for its facts and returns at once. Where that cannot be started, the next command tries again.
pub(crate) fn gather(store: &FactsStore, env: &Environment) {
    ask(|| drop(store.gather(env, GATHER_LIMIT)));
}

/// Starts looking at extensions and returns at once.
pub(crate) fn probe(probe: &Probe) {
    ask(|| drop(probe.run(GATHER_LIMIT)));
}

/// Has the policy that is out of date compiled, that of the repository at `root` as well, and returns at once.
pub(crate) fn compile(argv: Vec<OsString>, root: Option<&Path>) {
    behind(|| {
        let [program, arguments @ ..] = argv.as_slice() else { return };
        let mut command = Command::new(program);
        command.args(arguments).args(["policy", "compile", "--keep"]);
        if let Some(root) = root {
            command.current_dir(root);
        }
        drop(command.status());
    });
}

/// Does `question` in a process of its own, away from the invocation's folder.
fn ask(question: impl FnOnce()) {
    behind(|| {
        // SAFETY: the path is a C string.
        unsafe { libc::chdir(c"/".as_ptr()) };
        question();
    });
}

/// Does `work` in a process that is nobody's child, in the same folder, and returns at once.
pub(crate) fn behind(work: impl FnOnce()) {
    // SAFETY: the process has one thread, so its copy may do anything.
    match unsafe { libc::fork() } {
        0 => detach(work),
        child if child > 0 => {
            // The first copy ends at once and leaves the second one to init.
            // SAFETY: waits for a child that is ours; no status is asked for.
            unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
        }
        _ => {}
    }
}

/// Does `work` in a process that outlives this one, whose work is done: it has nothing left to say and is about to end,
/// which makes the child init's. One copy is enough for that, and nobody waits for it.
pub(crate) fn after(work: impl FnOnce()) {
    // A reader of the answer must see its end now, not when the copy has got a processor.
    hold_nothing();
    // SAFETY: the process has one thread, so its copy may do anything.
    if unsafe { libc::fork() } == 0 {
        // SAFETY: a plain system call.
        unsafe { libc::setsid() };
        work();
        // SAFETY: ends the copy without what its original has registered for its own end.
        unsafe { libc::_exit(0) }
    }
}

fn detach(work: impl FnOnce()) -> ! {
    // SAFETY: plain system calls of a process with one thread.
    unsafe {
        libc::setsid();
        if libc::fork() == 0 {
            hold_nothing();
            work();
        }
        libc::_exit(0)
    }
}

/// Leaves no descriptor of the invocation open: the standard ones lead nowhere.
fn hold_nothing() {
    // SAFETY: the path is a C string; nothing uses the descriptors that are replaced any more.
    unsafe {
        let nothing = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        for fd in 0..3 {
            libc::dup2(nothing, fd);
        }
    }
    close_from(3);
}

/// Closes every descriptor from `first` on: an inherited pipe would look open to its reader.
pub(crate) fn close_from(first: libc::c_uint) {
    // SAFETY: the caller's process uses no descriptors above the standard ones any more.
    unsafe {
        #[cfg(target_os = "linux")]
        if libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) == 0 {
            return;
        }
        for fd in first..1024 {
            libc::close(fd as libc::c_int);
        }
    }
}
