//! What the process inherited and must hand on: the disposition of signals, and closed standard descriptors.

use std::ffi::CStr;

/// State at the process's entry.
pub(crate) struct State {
    closed: [bool; 3],
    pipe: libc::sighandler_t,
}

impl State {
    /// Notes the state, then ignores SIGPIPE, so that a reader that has gone is an error and not the end.
    pub(crate) fn record() -> State {
        // SAFETY: asking for a descriptor's flags has no effect on it.
        let closed = [0, 1, 2].map(|fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1);
        // SAFETY: setting a disposition to "ignore" installs no handler.
        let pipe = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
        State { closed, pipe }
    }

    /// Whether the standard descriptor `fd` was closed.
    pub(crate) fn is_closed(&self, fd: usize) -> bool {
        self.closed.get(fd).copied().unwrap_or(false)
    }

    /// Whether one of the standard descriptors was closed.
    pub(crate) fn any_closed(&self) -> bool {
        self.closed.contains(&true)
    }

    /// Puts the disposition of SIGPIPE back.
    pub(crate) fn restore(&self) {
        // SAFETY: the value is what `signal` returned for the same signal.
        unsafe { libc::signal(libc::SIGPIPE, self.pipe) };
    }
}

/// The arguments after `argv[0]`, as bytes.
///
/// # Safety
/// `argv` must point to `argc` C strings, as it does for a C `main`.
pub(crate) unsafe fn arguments(argc: libc::c_int, argv: *const *const libc::c_char) -> Vec<Vec<u8>> {
    let count = usize::try_from(argc).unwrap_or(0);
    // SAFETY: the caller vouches for `argv`.
    let argument = |at| unsafe { CStr::from_ptr(*argv.add(at)) }.to_bytes().to_vec();
    (1..count).map(argument).collect()
}
