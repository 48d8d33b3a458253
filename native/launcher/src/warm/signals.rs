//! Signals while a command runs elsewhere: held back from this process and read as events, so that each can be passed
//! on at the right moment.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd};

/// What is passed on, and the end of children.
const HELD: [libc::c_int; 10] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGTSTP,
    libc::SIGCONT,
    libc::SIGWINCH,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGCHLD,
];

/// Holds the signals of [`HELD`] back until it is dropped.
pub(super) struct Signals {
    events: File,
}

impl Signals {
    /// Starts holding them back.
    pub(super) fn hold() -> io::Result<Signals> {
        let set = set_of(&HELD);
        // SAFETY: `set` is a signal set; the descriptor is new and owned by nobody else.
        unsafe {
            let fd = libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC);
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
            Ok(Signals { events: File::from_raw_fd(fd) })
        }
    }

    /// To wait on.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }

    /// The next signal that has come.
    pub(super) fn next(&mut self) -> io::Result<libc::c_int> {
        let mut event = [0; size_of::<libc::signalfd_siginfo>()];
        self.events.read_exact(&mut event)?;
        // The signal's number comes first.
        Ok(libc::c_int::from_ne_bytes([event[0], event[1], event[2], event[3]]))
    }

    /// Stops this process as Ctrl-Z does, until it is continued.
    pub(super) fn stop(&self) {
        let stop = set_of(&[libc::SIGTSTP]);
        // SAFETY: the set is valid. The signal stops the process when it is let through.
        unsafe {
            libc::raise(libc::SIGTSTP);
            libc::sigprocmask(libc::SIG_UNBLOCK, &raw const stop, std::ptr::null_mut());
            libc::sigprocmask(libc::SIG_BLOCK, &raw const stop, std::ptr::null_mut());
        }
    }

    /// Lets everything through again, but for Ctrl-C, which is a pager's from here on.
    pub(super) fn release_to_pager(self) {
        // SAFETY: "ignore" installs no handler.
        unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
        let_through();
    }
}

/// Lets the held signals through, in this process or in a child before it becomes another program.
pub(super) fn let_through() {
    let set = set_of(&HELD);
    // SAFETY: the set is valid.
    unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()) };
}

/// Ends this process by `signal`, if that ends processes.
pub(super) fn die_by(signal: libc::c_int) {
    let set = set_of(&[signal]);
    // SAFETY: the default disposition installs no handler; the set is valid.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
        libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
    }
}

fn set_of(signals: &[libc::c_int]) -> libc::sigset_t {
    // SAFETY: `sigemptyset` makes the set; the signals exist.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for &signal in signals {
            libc::sigaddset(&raw mut set, signal);
        }
        set
    }
}
