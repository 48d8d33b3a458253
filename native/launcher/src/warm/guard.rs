//! `kill -9` cannot be passed on: a process of its own sees this one end so, and ends the worker likewise, as it would
//! have been legacy that was killed. Otherwise the command would go on, and hold the pipes that its caller waits for.

use crate::background::close_from;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The watching process.
pub(super) struct Guard {
    process: libc::pid_t,
    pipe: io::PipeWriter,
}

impl Guard {
    /// Starts watching over the process `worker`, which `socket` leads to. Where that cannot be done, the command runs
    /// without it.
    pub(super) fn watch(worker: libc::pid_t, socket: BorrowedFd<'_>) -> Option<Guard> {
        let (reader, writer) = io::pipe().ok()?;
        // SAFETY: a plain system call; the descriptor that it returns is nobody else's.
        let target = unsafe {
            let fd = libc::syscall(libc::SYS_pidfd_open, libc::c_long::from(worker), 0);
            (fd >= 0).then(|| OwnedFd::from_raw_fd(fd as libc::c_int))
        }?;
        // SAFETY: the process has one thread; the copy makes system calls only and does not return.
        match unsafe { libc::fork() } {
            -1 => None,
            // SAFETY: as above.
            0 => unsafe { wait([reader.as_raw_fd(), target.as_raw_fd(), socket.as_raw_fd()]) },
            process => Some(Guard { process, pipe: writer }),
        }
    }

    /// Stops watching, where this process is about to end. Nobody waits for the other one: it holds nothing, and init
    /// takes it.
    pub(super) fn leave_behind(mut self) {
        self.stop();
        std::mem::forget(self);
    }

    fn stop(&mut self) {
        // It may have been killed itself.
        drop(self.pipe.write_all(b"x"));
    }
}

impl Drop for Guard {
    /// Stops watching, where this process may become another program, which must not find a child that it has not made.
    fn drop(&mut self) {
        self.stop();
        // SAFETY: waits for a child that is ours; no status is asked for.
        while unsafe { libc::waitpid(self.process, std::ptr::null_mut(), 0) } == -1
            && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
        {}
    }
}

/// Waits for a byte from the first descriptor, and sends SIGKILL to the process of the second if there will be none. The
/// third stays open as long: the worker is not to notice anything before.
///
/// # Safety
/// For a process that was just forked.
unsafe fn wait(descriptors: [libc::c_int; 3]) -> ! {
    // SAFETY: system calls on descriptors of this process and a buffer of one byte.
    unsafe {
        // What ends the terminal's or the caller's group is not to end this first.
        libc::setsid();
        for (to, from) in (0..).zip(descriptors) {
            libc::dup2(from, to);
        }
        close_from(3);
        let mut byte = 0u8;
        let mut read;
        loop {
            read = libc::read(0, (&raw mut byte).cast(), 1);
            if read >= 0 || *libc::__errno_location() != libc::EINTR {
                break;
            }
        }
        if read == 0 {
            libc::syscall(libc::SYS_pidfd_send_signal, 1, libc::SIGKILL, 0, 0);
        }
        libc::_exit(0)
    }
}
