//! A command that runs in a server's process, followed to its end: its requests for programs on the terminal, and the
//! signals that come to this process meanwhile.

use super::child::{self, Child};
use super::guard::Guard;
use super::signals::{self, Signals};
use crate::{complain, write_error};
use amalgam_commandserver::{Connection, Error, Message, Shell};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::Write;
use std::time::{Duration, Instant};

/// How long Python lets a program end by itself after Ctrl-C.
const INTERRUPT_PATIENCE: Duration = Duration::from_millis(250);
/// How long to see whether legacy has given up on a program's exit code.
const REPLY_PATIENCE: Duration = Duration::from_millis(1000);
/// How soon after a repeated request the next message comes, if legacy does not wait for an answer to it.
const REPEAT_PATIENCE: Duration = Duration::from_millis(50);
/// What Python exits with after an exception that nobody caught.
const UNCAUGHT: i32 = 1;
const FAILED: i32 = 255;

/// One command.
pub(super) struct Session {
    connection: Connection,
    signals: Signals,
    guard: Option<Guard>,
    /// The program that legacy waits for.
    shell: Option<Child>,
    /// The exit code of an interrupted program, held back until it is clear that it is still wanted.
    held: Option<(i32, Instant)>,
    pager: Option<Child>,
    /// The last program that legacy asked for.
    asked: Option<Shell>,
    /// The last signal passed on that would have ended legacy.
    deadly: Option<libc::c_int>,
    /// Whether the server has written a traceback.
    failed: bool,
}

impl Session {
    pub(super) fn new(connection: Connection, signals: Signals, guard: Option<Guard>) -> Session {
        Session {
            connection,
            signals,
            guard,
            shell: None,
            held: None,
            pager: None,
            asked: None,
            deadly: None,
            failed: false,
        }
    }

    /// Follows the command, which `begun` may have, and returns its exit code.
    pub(super) fn follow(mut self, begun: Result<(), Error>) -> i32 {
        let ended = begun.and_then(|()| self.until_result());
        self.unguard();
        let code = match ended {
            Ok(code) => code & 0xff,
            Err(error) => self.lost(&error),
        };
        let Session { connection, signals, pager, .. } = self;
        drop(connection);
        if let Some(pager) = pager {
            // Its input ends when nobody can write to it any more.
            // SAFETY: nothing is written to the standard descriptors after this.
            unsafe {
                libc::close(1);
                libc::close(2);
            }
            signals.release_to_pager();
            pager.wait();
        }
        code
    }

    fn until_result(&mut self) -> Result<i32, Error> {
        loop {
            let (message, signal) = self.wait()?;
            if signal {
                self.signal()?;
            } else if message {
                if let Some(code) = self.message()? {
                    return Ok(code);
                }
            } else if let Some((code, _)) = self.held.take() {
                self.connection.reply_code(code)?;
            }
        }
    }

    /// Waits for a message, a signal, or the end of patience.
    fn wait(&self) -> Result<(bool, bool), Error> {
        let limit = self.held.as_ref().map(|(_, until)| until.saturating_duration_since(Instant::now()));
        let limit = limit.and_then(|left| Timespec::try_from(left).ok());
        let mut descriptors = [
            PollFd::from_borrowed_fd(self.signals.descriptor(), PollFlags::IN),
            PollFd::new(self.connection.socket(), PollFlags::IN),
        ];
        match poll(&mut descriptors, limit.as_ref()) {
            Ok(_) => Ok((!descriptors[1].revents().is_empty(), !descriptors[0].revents().is_empty())),
            Err(rustix::io::Errno::INTR) => Ok((false, true)),
            Err(error) => Err(Error::Io(error.into())),
        }
    }

    /// Handles one message; the exit code if it is the last one.
    fn message(&mut self) -> Result<Option<i32>, Error> {
        let message = self.connection.message()?;
        if matches!(message, Message::Other) || self.is_repeated(&message) {
            return Ok(None);
        }
        // Legacy has gone on: it does not want the exit code any more, and Python ends a program that it gives up on.
        self.held = None;
        if let Some(shell) = self.shell.take() {
            shell.end(INTERRUPT_PATIENCE);
        }
        match message {
            Message::Result(data) => {
                let code = <[u8; 4]>::try_from(data).map_err(|_| Error::Unexpected("an exit code of another size"))?;
                return Ok(Some(i32::from_be_bytes(code)));
            }
            Message::Output(data) => drop(std::io::stdout().write_all(&data)),
            Message::Error(data) => {
                self.failed = true;
                write_error(&data);
            }
            Message::System(shell) => {
                match Child::shell(&shell) {
                    Ok(child) => self.shell = Some(child),
                    Err(_) => self.connection.reply_code(127)?,
                }
                self.asked = Some(shell);
            }
            Message::Pager(shell) => self.start_pager(&shell)?,
            Message::Input => self.connection.reply_no_input()?,
            Message::Other => {}
        }
        Ok(None)
    }

    /// Python sends a request again when a signal interrupts it at the end of sending it, and then does not wait for the
    /// answer. The program must not run twice.
    fn is_repeated(&self, message: &Message) -> bool {
        match message {
            Message::Pager(_) => self.pager.is_some(),
            Message::System(shell) if self.asked.as_ref() == Some(shell) => {
                self.shell.is_some() || self.held.is_some() || self.more_comes()
            }
            _ => false,
        }
    }

    /// Whether the next message comes without an answer.
    fn more_comes(&self) -> bool {
        let limit = Timespec::try_from(REPEAT_PATIENCE).ok();
        poll(&mut [PollFd::new(self.connection.socket(), PollFlags::IN)], limit.as_ref()).is_ok_and(|ready| ready > 0)
    }

    fn start_pager(&mut self, shell: &Shell) -> Result<(), Error> {
        let Ok((pager, pipe)) = Child::pager(shell) else { return self.connection.reply_paged(None) };
        // What a terminal would show goes through the pager too.
        if rustix::termios::isatty(rustix::stdio::stderr()) {
            child::replace(std::os::fd::AsFd::as_fd(&pipe), 2)?;
        }
        child::replace(std::os::fd::AsFd::as_fd(&pipe), 1)?;
        self.pager = Some(pager);
        let [input, output, error] = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
        self.connection.reply_paged(Some([input, output, error]))
    }

    fn signal(&mut self) -> Result<(), Error> {
        let signal = self.signals.next()?;
        match signal {
            libc::SIGCHLD => return self.child_ended(),
            libc::SIGINT | libc::SIGHUP | libc::SIGTERM => self.interrupt(signal),
            libc::SIGTSTP => {
                self.send(signal, true);
                self.signals.stop();
            }
            libc::SIGWINCH => self.send(signal, false),
            libc::SIGCONT => self.send(signal, true),
            _ => {
                self.deadly = Some(signal);
                self.send(signal, signal == libc::SIGQUIT);
            }
        }
        Ok(())
    }

    /// What ends a command: legacy first ends the program that it waits for.
    fn interrupt(&mut self, signal: libc::c_int) {
        if signal == libc::SIGTERM && self.deadly == Some(libc::SIGTERM) {
            // Asked twice, and the server does not react.
            self.unguard();
            signals::die_by(signal);
        }
        self.deadly = Some(signal);
        if let Some(shell) = self.shell.take() {
            let code = shell.end(INTERRUPT_PATIENCE);
            self.held = Some((code, Instant::now() + REPLY_PATIENCE));
        }
        self.send(signal, signal != libc::SIGTERM);
    }

    fn child_ended(&mut self) -> Result<(), Error> {
        if let Some(code) = self.shell.as_ref().and_then(Child::ended) {
            self.shell = None;
            self.connection.reply_code(code)?;
        }
        Ok(())
    }

    fn unguard(&mut self) {
        if let Some(guard) = self.guard.take() {
            guard.leave_behind();
        }
    }

    /// Passes a signal on, to the serving process or, as a terminal does, to it and its children.
    fn send(&self, signal: libc::c_int, with_children: bool) {
        let hello = self.connection.hello();
        let target = if with_children && hello.group == hello.process { -hello.group } else { hello.process };
        // SAFETY: the number is above 1, and its process serves until the connection is closed.
        unsafe { libc::kill(target, signal) };
    }

    /// The end without a result: by a signal that was passed on, by an exception, or for a reason that is not known here.
    fn lost(&self, error: &Error) -> i32 {
        if let Some(signal) = self.deadly {
            if !matches!(signal, libc::SIGINT | libc::SIGHUP | libc::SIGTERM) {
                signals::die_by(signal);
            }
            return FAILED;
        }
        if self.failed {
            return UNCAUGHT;
        }
        complain(&format!("the command was ended in the middle: {error}"));
        write_error(b"(it ran in a command server of the Python Mercurial, and is not run again)\n");
        FAILED
    }
}
