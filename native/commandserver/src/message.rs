//! What the server says while a command runs.

use crate::Error;
use std::io::Read;

/// No message of a sound server is longer.
const MAX_LENGTH: u32 = 1 << 28;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text for standard output that did not go there by itself.
    Output(Vec<u8>),
    /// The same for standard error: what ends the serving process unexpectedly.
    Error(Vec<u8>),
    /// The command has ended.
    Result(Vec<u8>),
    /// A shell command is to be run on the client's terminal, and its exit code sent back.
    System(Shell),
    /// A pager is to be started in front of standard output.
    Pager(Shell),
    /// Input is wanted over the connection.
    Input,
    /// Log lines and the like.
    Other,
}

/// A command line for a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// The command line.
    pub command: Vec<u8>,
    /// The folder to run it in.
    pub folder: Vec<u8>,
    /// The whole environment, as `NAME=VALUE`.
    pub environment: Vec<Vec<u8>>,
}

impl Message {
    /// Reads one message; `input` is read in whole messages only.
    pub(crate) fn read(input: &mut impl Read) -> Result<Message, Error> {
        let mut head = [0; 5];
        input.read_exact(&mut head)?;
        let [channel, length @ ..] = head;
        let length = u32::from_be_bytes(length);
        match channel {
            // The length says how much may be sent back.
            b'I' | b'L' => return Ok(Message::Input),
            b'S' => {}
            _ if channel.is_ascii_uppercase() => return Err(Error::Unexpected("the server wants what is not known")),
            _ => {}
        }
        if length > MAX_LENGTH {
            return Err(Error::Unexpected("the server announces a message that is too long"));
        }
        let mut data = Vec::new();
        // Grows with what comes, not with what was announced.
        if input.take(u64::from(length)).read_to_end(&mut data)? < length as usize {
            return Err(Error::Closed);
        }
        Ok(match channel {
            b'o' => Message::Output(data),
            b'e' => Message::Error(data),
            b'r' => Message::Result(data),
            b'S' => Message::shell(&data)?,
            _ => Message::Other,
        })
    }

    fn shell(data: &[u8]) -> Result<Message, Error> {
        let mut parts = data.split(|&b| b == 0).map(<[u8]>::to_vec);
        let (kind, command, folder) = (parts.next(), parts.next(), parts.next());
        let (Some(kind), Some(command), Some(folder)) = (kind, command, folder) else {
            return Err(Error::Unexpected("the server's request is not complete"));
        };
        let shell = Shell { command, folder, environment: parts.collect() };
        match kind.as_slice() {
            b"system" => Ok(Message::System(shell)),
            b"pager" => Ok(Message::Pager(shell)),
            _ => Err(Error::Unexpected("the server wants what is not known")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(channel: u8, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).expect("short");
        [&[channel], length.to_be_bytes().as_slice(), data].concat()
    }

    fn read(bytes: &[u8]) -> Result<Message, Error> {
        Message::read(&mut &*bytes)
    }

    #[test]
    fn each_channel() {
        assert_eq!(read(&framed(b'o', b"x")).expect("read"), Message::Output(b"x".to_vec()));
        assert_eq!(read(&framed(b'r', &[0; 4])).expect("read"), Message::Result(vec![0; 4]));
        assert_eq!(read(&framed(b'd', b"log")).expect("read"), Message::Other);
        assert_eq!(read(b"L\0\0\x10\0").expect("read"), Message::Input);
        assert!(matches!(read(&framed(b'Q', b"")), Err(Error::Unexpected(_))));
    }

    #[test]
    fn a_shell_command_with_its_environment() {
        let Message::System(shell) = read(&framed(b'S', b"system\0vi x\0/f\0A=1\0B=")).expect("read") else {
            panic!("not a shell command")
        };
        assert_eq!((shell.command.as_slice(), shell.folder.as_slice()), (b"vi x".as_slice(), b"/f".as_slice()));
        assert_eq!(shell.environment, [b"A=1".to_vec(), b"B=".to_vec()]);
        assert!(matches!(read(&framed(b'S', b"pager\0less\0/f")), Ok(Message::Pager(_))));
        assert!(read(&framed(b'S', b"system\0vi")).is_err());
        assert!(read(&framed(b'S', b"dance\0a\0b")).is_err());
    }

    #[test]
    fn what_is_cut_off_is_closed_and_what_is_huge_is_refused() {
        let whole = framed(b'S', b"system\0x\0/");
        for len in 0..whole.len() {
            assert!(matches!(read(&whole[..len]), Err(Error::Closed)), "{len}");
        }
        assert!(matches!(read(b"o\xff\xff\xff\xff"), Err(Error::Unexpected(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            drop(read(&bytes));
        }
    }
}
