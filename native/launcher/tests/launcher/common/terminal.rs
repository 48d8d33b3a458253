//! A program on a terminal of its own: what is typed reaches it through the terminal's line discipline, signals too.

use super::warm::wait_for;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

/// A running program and its terminal.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Terminal {
    /// Starts `command` as the leader of a session on a new terminal.
    pub(crate) fn start(mut command: Command) -> Terminal {
        let (mut master, mut slave) = (0, 0);
        let mut size = libc::winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: all places are valid; the descriptors are new and owned by nobody else.
        let (master, slave) = unsafe {
            let made = libc::openpty(
                &raw mut master,
                &raw mut slave,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                &raw mut size,
            );
            assert_eq!(made, 0, "a terminal");
            libc::fcntl(master, libc::F_SETFD, libc::FD_CLOEXEC);
            libc::fcntl(slave, libc::F_SETFD, libc::FD_CLOEXEC);
            (File::from_raw_fd(master), OwnedFd::from_raw_fd(slave))
        };
        let end = || Stdio::from(slave.try_clone().expect("a copy"));
        command.stdin(end()).stdout(end()).stderr(end());
        // SAFETY: only system calls between fork and exec.
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                if libc::ioctl(0, libc::TIOCSCTTY, 0) == -1 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn().expect("starts");
        drop((command, slave));
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (sink, mut screen) = (Arc::clone(&shown), master.try_clone().expect("a copy"));
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut chunk) {
                sink.lock().expect("the screen").extend_from_slice(&chunk[..read]);
            }
        });
        Terminal { child, keyboard: master, shown, reader: Some(reader) }
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("typed");
    }

    /// Everything that was shown so far.
    pub(crate) fn screen(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("the screen")).into_owned()
    }

    /// Waits until `text` is shown.
    pub(crate) fn wait_for(&self, text: &str) {
        wait_for(&format!("{text:?} after {:?}", self.screen()), || self.screen().contains(text));
    }

    /// The program's process.
    pub(crate) fn process(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id")
    }

    /// Another size, of which the terminal tells its foreground.
    pub(crate) fn resize(&self, columns: u16) {
        let size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: `size` is a valid place.
        unsafe { libc::ioctl(std::os::fd::AsRawFd::as_raw_fd(&self.keyboard), libc::TIOCSWINSZ, &raw const size) };
    }

    /// Waits for the end: exit code (or the signal's negative number) and all that was shown.
    pub(crate) fn end(mut self) -> (i32, String) {
        let status: ExitStatus = self.child.wait().expect("ends");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the screen");
        }
        let code = status.code().unwrap_or_else(|| -status.signal().unwrap_or(0));
        (code, self.screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.reader.is_some() {
            // A test that failed: nothing may stay.
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}
