//! The server's greeting: what it can do, and which process serves this connection.

/// What the greeting says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// The requests that it knows.
    pub capabilities: Vec<String>,
    /// The serving process.
    pub process: i32,
    /// Its process group: its own at the end, but the greeting may be older than that.
    pub group: i32,
}

impl Hello {
    /// Reads the greeting; `None` where it names no process.
    pub(crate) fn parse(text: &[u8]) -> Option<Hello> {
        let text = std::str::from_utf8(text).ok()?;
        let mut hello = Hello::default();
        for line in text.lines() {
            match line.split_once(": ") {
                Some(("capabilities", words)) => hello.capabilities = words.split(' ').map(str::to_owned).collect(),
                Some(("pid", number)) => hello.process = number.parse().ok()?,
                Some(("pgid", number)) => hello.group = number.parse().ok()?,
                _ => {}
            }
        }
        (hello.process > 1).then_some(hello)
    }

    /// Whether the server knows all of `requests`.
    pub fn knows(&self, requests: &[&str]) -> bool {
        requests.iter().all(|request| self.capabilities.iter().any(|known| known == request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_any_order_and_unknown_ones() {
        let hello = Hello::parse(b"capabilities: attachio chdir\nencoding: UTF-8\nnew: x\npid: 42\npgid: 41");
        let hello = hello.expect("a greeting");
        assert!(hello.knows(&["chdir", "attachio"]) && !hello.knows(&["chdir", "setenv"]));
        assert_eq!((hello.process, hello.group), (42, 41));
    }

    #[test]
    fn without_a_process_there_is_nobody_to_signal() {
        for text in ["", "capabilities: x", "pid: x", "pid: 0", "pid: -5", "pid: 1", "pid: 99999999999"] {
            assert_eq!(Hello::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Hello::parse(b"\xff\npid: 42"), None);
    }
}
