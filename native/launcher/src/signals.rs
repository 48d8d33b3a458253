//! Ctrl-C and termination while native answers: legacy's last word and exit code 255, the pager waited for.
//!
//! The handlers only use calls that are allowed in a handler. A lock that is held is left as a dead process leaves it,
//! which legacy recognises and breaks.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

const SIGNALS: [libc::c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

/// What the signals were set to before; `UNTOUCHED` where nothing was changed.
static BEFORE: [AtomicUsize; 3] = [const { AtomicUsize::new(UNTOUCHED) }; 3];
const UNTOUCHED: usize = usize::MAX;

static PAGER: AtomicI32 = AtomicI32::new(0);
static PIPE: AtomicI32 = AtomicI32::new(-1);

/// Installs the handlers. Like Python, leaves SIGINT alone where it is ignored.
pub(crate) fn install() {
    for (signal, before) in SIGNALS.into_iter().zip(&BEFORE) {
        let handler = on_signal as extern "C" fn(libc::c_int);
        // SAFETY: the handler only uses async-signal-safe calls and atomics.
        let old = unsafe { libc::signal(signal, handler as libc::sighandler_t) };
        if signal == libc::SIGINT && old == libc::SIG_IGN {
            // SAFETY: "ignore" installs no handler.
            unsafe { libc::signal(signal, libc::SIG_IGN) };
        } else {
            before.store(old, Ordering::Relaxed);
        }
    }
}

/// Puts back what was there, for legacy to inherit.
pub(crate) fn restore() {
    for (signal, before) in SIGNALS.into_iter().zip(&BEFORE) {
        let old = before.swap(UNTOUCHED, Ordering::Relaxed);
        if old != UNTOUCHED {
            // SAFETY: the value is what `signal` returned for the same signal.
            unsafe { libc::signal(signal, old) };
        }
    }
}

/// Tells the handlers of the pager and of the pipe to it.
pub(crate) fn pager_started(process: u32, pipe: i32) {
    PAGER.store(i32::try_from(process).unwrap_or(0), Ordering::Relaxed);
    PIPE.store(pipe, Ordering::Relaxed);
}

/// From here on Ctrl-C is the pager's.
pub(crate) fn wait_for_pager() {
    PAGER.store(0, Ordering::Relaxed);
    // SAFETY: "ignore" installs no handler.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
}

extern "C" fn on_signal(signal: libc::c_int) {
    let message: &[u8] = if signal == libc::SIGINT { b"interrupted!\n" } else { b"killed!\n" };
    let pager = PAGER.load(Ordering::Relaxed);
    // SAFETY: `write`, `close`, `waitpid` and `_exit` may be called in a handler; the pointers are to live data or null.
    unsafe {
        libc::write(2, message.as_ptr().cast(), message.len());
        if pager > 0 {
            libc::close(PIPE.load(Ordering::Relaxed));
            libc::signal(libc::SIGINT, libc::SIG_IGN);
            while libc::waitpid(pager, std::ptr::null_mut(), 0) == -1 && *libc::__errno_location() == libc::EINTR {}
        }
        libc::_exit(255);
    }
}
