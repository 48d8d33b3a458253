//! The process's stdout and stderr, or the pager in their place.

use crate::signals;
use amalgam_commands::{PagerRequest, Prepared, Sink, Stream};
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Where the answer goes.
pub(crate) struct Descriptors<'a> {
    prepared: &'a Prepared,
    legacy: Option<&'a Path>,
    pager: Option<(Child, OwnedFd)>,
}

impl<'a> Descriptors<'a> {
    /// The process's own descriptors. `legacy` is what a pager is told that `hg` is.
    pub(crate) fn new(prepared: &'a Prepared, legacy: Option<&'a Path>) -> Self {
        Descriptors { prepared, legacy, pager: None }
    }

    /// A last message; where that cannot be written either there is nobody to tell.
    pub(crate) fn complain(&mut self, message: &[u8]) {
        drop(self.write(Stream::Stderr, message));
    }

    /// Lets the pager see the end and waits until the reader is done with it.
    pub(crate) fn close(&mut self) {
        if let Some((mut child, pipe)) = self.pager.take() {
            signals::wait_for_pager();
            drop(pipe);
            drop(child.wait());
        }
    }

    fn target(&self, stream: Stream) -> BorrowedFd<'_> {
        match (stream, &self.pager) {
            (Stream::Stdout, Some((_, pipe))) => pipe.as_fd(),
            // What a terminal would show goes through the pager too.
            (Stream::Stderr, Some((_, pipe))) if self.prepared.terminal.stderr_tty => pipe.as_fd(),
            (Stream::Stdout, _) => rustix::stdio::stdout(),
            (Stream::Stderr, _) => rustix::stdio::stderr(),
        }
    }

    fn command(&self, request: &PagerRequest) -> Command {
        let line = OsStr::from_bytes(&request.command);
        let mut command = if request.shell {
            let mut shell = Command::new("/bin/sh");
            shell.arg("-c").arg(line);
            shell
        } else {
            Command::new(line)
        };
        for (name, value) in request.environment {
            if self.prepared.env.get(name).is_none() {
                command.env(name, value);
            }
        }
        // Legacy tells its children what `hg` is.
        if let (None, Some(legacy)) = (self.prepared.env.non_empty("HG"), self.legacy) {
            command.env("HG", legacy);
        }
        command.current_dir(&self.prepared.cwd).stdin(Stdio::piped());
        command
    }
}

impl Sink for Descriptors<'_> {
    fn start_pager(&mut self, request: &PagerRequest) {
        match self.command(request).spawn() {
            Ok(mut child) => {
                if let Some(stdin) = child.stdin.take() {
                    let pipe = OwnedFd::from(stdin);
                    signals::pager_started(child.id(), pipe.as_raw_fd());
                    self.pager = Some((child, pipe));
                }
            }
            Err(_) => {
                let message = [b"missing pager command '", request.command.as_slice(), b"', skipping pager\n"].concat();
                self.complain(&message);
            }
        }
    }

    fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        let target = self.target(stream);
        let mut rest = bytes;
        while !rest.is_empty() {
            match rustix::io::write(target, rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
