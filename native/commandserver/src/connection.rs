//! One connection, from the greeting to the exit code.

use crate::{Error, Hello, Message, Validity};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

/// The request for readiness to take descriptors has no payload.
const ATTACH: &[u8] = b"attachio\n";

/// What the serving process is told before a command.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// `NAME=VALUE` entries, which replace its environment.
    pub environment: &'a [Vec<u8>],
    /// One that cannot be entered ends the connection, which the next answer tells.
    pub folder: &'a [u8],
    /// The mask of new files' modes.
    pub umask: u32,
}

/// A socket that was just connected: the server is starting a process for it.
#[derive(Debug)]
pub struct Connecting {
    socket: UnixStream,
}

/// A process that serves this one client, and has greeted it.
#[derive(Debug)]
pub struct Connection {
    socket: UnixStream,
    hello: Hello,
}

impl Connecting {
    /// Over this socket.
    pub fn new(socket: UnixStream) -> Connecting {
        Connecting { socket }
    }

    /// Tells it the surroundings, has it read the configuration for `args`, and asks whether it can serve them and for
    /// its readiness to take descriptors: in one write that needs no greeting, so that the process finds all of it when
    /// it has started.
    ///
    /// # Errors
    /// Where the socket fails; likewise below.
    pub fn ask(&mut self, surroundings: &Surroundings<'_>, args: &[Vec<u8>]) -> Result<(), Error> {
        let requests = [
            request("setenv", &surroundings.environment.join(&0))?,
            request("chdir", surroundings.folder)?,
            request("setumask2", &surroundings.umask.to_be_bytes())?,
            request("validate", &args.join(&0))?,
            ATTACH.to_vec(),
        ];
        Ok(self.socket.write_all(&requests.concat())?)
    }

    /// Waits for the greeting, which comes before all answers.
    ///
    /// # Errors
    /// As above, and whatever keeps the server from greeting.
    pub fn open(mut self) -> Result<Connection, Error> {
        match Message::read(&mut self.socket)? {
            Message::Output(text) => {
                let hello = Hello::parse(&text).ok_or(Error::Unexpected("the greeting names no process"))?;
                Ok(Connection { socket: self.socket, hello })
            }
            _ => Err(Error::Unexpected("the server does not greet")),
        }
    }
}

impl Connection {
    /// What the greeting said.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// The socket, for its time limits and for waiting on it.
    pub fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// Whether it can serve the arguments that were asked about.
    ///
    /// # Errors
    /// As above.
    pub fn validity(&mut self) -> Result<Validity, Error> {
        Ok(Validity::parse(&self.result()?))
    }

    /// Gives it standard input, output and error, which it has been asked to be ready for.
    ///
    /// # Errors
    /// As above.
    pub fn attach(&mut self, descriptors: [BorrowedFd<'_>; 3]) -> Result<(), Error> {
        if Message::read(&mut self.socket)? != Message::Input {
            return Err(Error::Unexpected("the server does not take descriptors"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)) {
            return Err(Error::Unexpected("the descriptors do not fit"));
        }
        // The server tells the descriptors from a request by the byte that comes with them.
        let sent = sendmsg(self.socket.as_fd(), &[IoSlice::new(b"\0")], &mut ancillary, SendFlags::NOSIGNAL);
        sent.map_err(|error| Error::from(std::io::Error::from(error)))?;
        if self.result()? == 3u32.to_be_bytes() {
            Ok(())
        } else {
            Err(Error::Unexpected("the server did not get the descriptors"))
        }
    }

    /// Starts the command. From the first byte of this the command may run, whatever is returned.
    ///
    /// # Errors
    /// As above.
    pub fn run(&mut self, args: &[Vec<u8>]) -> Result<(), Error> {
        Ok(self.socket.write_all(&request("runcommand", &args.join(&0))?)?)
    }

    /// The next message; blocks until there is one.
    ///
    /// # Errors
    /// As above; `Closed` where the serving process has ended.
    pub fn message(&mut self) -> Result<Message, Error> {
        Message::read(&mut self.socket)
    }

    /// Replies to [`Message::System`] with the shell's exit code, or the negative number of its signal.
    ///
    /// # Errors
    /// As above.
    pub fn reply_code(&mut self, code: i32) -> Result<(), Error> {
        Ok(self.socket.write_all(&[4u32.to_be_bytes(), code.to_be_bytes()].concat())?)
    }

    /// Replies to [`Message::Pager`]: standard output and error are other ones now, or the old ones still.
    ///
    /// # Errors
    /// As above.
    pub fn reply_paged(&mut self, descriptors: Option<[BorrowedFd<'_>; 3]>) -> Result<(), Error> {
        if let Some(descriptors) = descriptors {
            self.socket.write_all(ATTACH)?;
            self.attach(descriptors)?;
        }
        Ok(self.socket.write_all(b"\n")?)
    }

    /// Replies to [`Message::Input`] that there is none: the command has the descriptors themselves.
    ///
    /// # Errors
    /// As above.
    pub fn reply_no_input(&mut self) -> Result<(), Error> {
        Ok(self.socket.write_all(&[0; 4])?)
    }

    /// The next result, past everything that does not matter before the command.
    fn result(&mut self) -> Result<Vec<u8>, Error> {
        loop {
            match Message::read(&mut self.socket)? {
                Message::Result(data) => return Ok(data),
                Message::Other => {}
                // A traceback, mostly.
                _ => return Err(Error::Unexpected("the server failed before the command")),
            }
        }
    }
}

/// A name, a newline, a length and the payload. Written at once, a client that is killed has said all of it or nothing
/// where it fits the socket's buffer.
fn request(name: &str, payload: &[u8]) -> Result<Vec<u8>, Error> {
    let length = u32::try_from(payload.len()).map_err(|_| Error::Unexpected("the request is too long"))?;
    let parts = [name.as_bytes(), b"\n", &length.to_be_bytes(), payload];
    Ok(parts.concat())
}
