//! What can go wrong on a connection.

use std::fmt;
use std::io;

/// Why a connection cannot be used any further.
#[derive(Debug)]
pub enum Error {
    /// The server has closed it.
    Closed,
    /// The time limit of the socket has passed.
    TimedOut,
    /// The system's error.
    Io(io::Error),
    /// The server said what a server of this kind does not say.
    Unexpected(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Closed => f.write_str("the server closed the connection"),
            Error::TimedOut => f.write_str("the server did not answer in time"),
            Error::Io(error) => error.fmt(f),
            Error::Unexpected(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Error::Closed,
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::TimedOut,
            _ => Error::Io(error),
        }
    }
}
