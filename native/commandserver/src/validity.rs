//! The server's answer to whether it can serve this command line with its configuration.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Whether this server is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validity {
    /// It is.
    Current,
    /// It is not, and says what to do.
    Outdated {
        /// Its socket is to be removed, so that it ends.
        unlink: Option<PathBuf>,
        /// A server with this socket would be right.
        redirect: Option<PathBuf>,
    },
    /// The configuration cannot be read, or something else that is not known here.
    Unusable,
}

impl Validity {
    /// Reads the answer: instructions with NUL between them, or a single NUL.
    pub(crate) fn parse(answer: &[u8]) -> Validity {
        if answer == b"\0" {
            return Validity::Current;
        }
        let path = |bytes: &[u8]| Some(PathBuf::from(OsString::from_vec(bytes.to_vec())));
        let (mut unlink, mut redirect) = (None, None);
        for instruction in answer.split(|&b| b == 0) {
            if let Some(rest) = instruction.strip_prefix(b"unlink ") {
                unlink = path(rest);
            } else if let Some(rest) = instruction.strip_prefix(b"redirect ") {
                redirect = path(rest);
            } else if instruction != b"reconnect" {
                return Validity::Unusable;
            }
        }
        Validity::Outdated { unlink, redirect }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_and_what_is_not_known() {
        assert_eq!(Validity::parse(b"\0"), Validity::Current);
        let both = Validity::parse(b"unlink /a b\0reconnect\0redirect /c");
        let outdated = Validity::Outdated { unlink: Some("/a b".into()), redirect: Some("/c".into()) };
        assert_eq!(both, outdated);
        assert_eq!(Validity::parse(b"reconnect"), Validity::Outdated { unlink: None, redirect: None });
        for answer in [b"exit 255".as_slice(), b"", b"\0\0", b"redirect /c\0dance"] {
            assert_eq!(Validity::parse(answer), Validity::Unusable, "{answer:?}");
        }
    }
}
