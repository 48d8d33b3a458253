//! Programs that legacy wants run on the terminal: editors, hooks, merge tools, pagers. They are this process's
//! children, started as Python's `subprocess` starts them there: through `/bin/sh`, in the given folder, with exactly
//! the given environment, and with nothing but the standard descriptors.

use super::signals;
use crate::background::close_from;
use amalgam_commandserver::Shell;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::raw::c_char;
use std::time::{Duration, Instant};

/// Characters for which legacy starts a pager through a shell.
const SHELL_CHARACTERS: &[u8] = b"|&;<>()$`\\\"' \t\n*?[#~=%";

/// A running program.
pub(super) struct Child {
    process: libc::pid_t,
}

impl Child {
    /// Starts a shell command.
    pub(super) fn shell(shell: &Shell) -> io::Result<Child> {
        Prepared::new(shell, true)?.start(None)
    }

    /// Starts a pager; what is written to the descriptor is what it shows.
    pub(super) fn pager(shell: &Shell) -> io::Result<(Child, OwnedFd)> {
        let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let through_shell = shell.command.iter().any(|b| SHELL_CHARACTERS.contains(b));
        let child = Prepared::new(shell, through_shell)?.start(Some(&reader))?;
        Ok((child, writer))
    }

    /// Its exit code, or the negative number of the signal that ended it, if it has ended.
    pub(super) fn ended(&self) -> Option<i32> {
        let mut status = 0;
        // SAFETY: waits for a child that is ours.
        match unsafe { libc::waitpid(self.process, &raw mut status, libc::WNOHANG) } {
            0 => None,
            -1 => Some(127),
            _ => Some(code_of(status)),
        }
    }

    /// Gives it as long as Python does to end by itself, then kills it.
    pub(super) fn end(&self, patience: Duration) -> i32 {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(code) = self.ended() {
                return code;
            }
            if Instant::now() > deadline {
                // SAFETY: it has not been waited for, so the number is still its own.
                unsafe { libc::kill(self.process, libc::SIGKILL) };
                return self.wait();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for its end.
    pub(super) fn wait(&self) -> i32 {
        let mut status = 0;
        // SAFETY: waits for a child that is ours.
        while unsafe { libc::waitpid(self.process, &raw mut status, 0) } == -1 {
            if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return 127;
            }
        }
        code_of(status)
    }
}

fn code_of(status: libc::c_int) -> i32 {
    if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) }
}

/// Everything that the child needs, made before the fork.
struct Prepared {
    programs: Vec<CString>,
    argv: Vec<CString>,
    environment: Vec<CString>,
    folder: CString,
}

impl Prepared {
    fn new(shell: &Shell, through_shell: bool) -> io::Result<Prepared> {
        let text = |bytes: &[u8]| CString::new(bytes).map_err(io::Error::from);
        let (programs, argv) = if through_shell {
            let sh = c"/bin/sh".to_owned();
            (vec![sh.clone()], vec![sh, c"-c".to_owned(), text(&shell.command)?])
        } else {
            let path = shell.environment.iter().find_map(|entry| entry.strip_prefix(b"PATH="));
            let folders = path.unwrap_or(b"/bin:/usr/bin").split(|&b| b == b':');
            let programs: Vec<CString> = if shell.command.contains(&b'/') {
                vec![text(&shell.command)?]
            } else {
                folders.map(|folder| text(&[folder, b"/", &shell.command].concat())).collect::<Result<_, _>>()?
            };
            (programs, vec![text(&shell.command)?])
        };
        let environment = shell.environment.iter().map(|entry| text(entry)).collect::<Result<_, _>>()?;
        Ok(Prepared { programs, argv, environment, folder: text(&shell.folder)? })
    }

    fn start(&self, input: Option<&OwnedFd>) -> io::Result<Child> {
        let argv = pointers(&self.argv);
        let environment = pointers(&self.environment);
        // SAFETY: the process has one thread.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            // SAFETY: only system calls, on C strings and lists of them that were made before.
            0 => unsafe {
                if let Some(input) = input {
                    libc::dup2(input.as_raw_fd(), 0);
                }
                signals::let_through();
                for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                    libc::signal(signal, libc::SIG_DFL);
                }
                close_from(3);
                if libc::chdir(self.folder.as_ptr()) == 0 {
                    for program in &self.programs {
                        libc::execve(program.as_ptr(), argv.as_ptr(), environment.as_ptr());
                    }
                }
                libc::_exit(127)
            },
            process => Ok(Child { process }),
        }
    }
}

/// The strings as C has them, ended by null.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| CStr::as_ptr(string)).chain([std::ptr::null()]).collect()
}

/// Makes `to` what `from` is.
pub(super) fn replace(from: BorrowedFd<'_>, to: libc::c_int) -> io::Result<()> {
    // SAFETY: both are descriptors; `to` is a standard one, which nobody owns.
    if unsafe { libc::dup2(from.as_raw_fd(), to) } < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
