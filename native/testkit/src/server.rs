//! One long-lived legacy process that answers many commands: asking the reference about every revision of
//! a repository would otherwise spend its time starting Python.
//!
//! The protocol (https://wiki.mercurial-scm.org/CommandServer) has channels of one byte, a 32-bit length and
//! data: `o` output, `e` errors, `r` the exit code, upper case a request for input.

use crate::{Sandbox, legacy};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// What one command printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// The exit code.
    pub code: i32,
}

/// A running command server; it ends when dropped.
pub struct Server {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Server {
    /// Starts the installed `hg` in `dir`, with settings for all commands.
    pub fn start(sandbox: &Sandbox, dir: &Path, config: &[&str]) -> Self {
        let mut command = sandbox.command(legacy());
        command.current_dir(dir).args(["serve", "--cmdserver", "pipe"]);
        for value in config {
            command.args(["--config", value]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the installed hg runs");
        let input = child.stdin.take().expect("a pipe");
        let output = child.stdout.take().expect("a pipe");
        let mut server = Server { child, input, output };
        let (channel, _) = server.message();
        assert_eq!(channel, b'o', "the server says hello");
        server
    }

    /// Runs one command.
    pub fn run<S: AsRef<OsStr>>(&mut self, args: &[S]) -> Answer {
        let args: Vec<&[u8]> = args.iter().map(|a| a.as_ref().as_bytes()).collect();
        let payload = args.join(&0);
        let mut request = b"runcommand\n".to_vec();
        request.extend((payload.len() as u32).to_be_bytes());
        request.extend(payload);
        self.input.write_all(&request).expect("the server reads");
        self.input.flush().expect("the server reads");
        let mut answer = Answer { stdout: Vec::new(), stderr: Vec::new(), code: 0 };
        loop {
            match self.message() {
                (b'o', data) => answer.stdout.extend(data),
                (b'e', data) => answer.stderr.extend(data),
                (b'r', data) => {
                    answer.code = i32::from_be_bytes(*data.first_chunk().expect("four bytes"));
                    return answer;
                }
                (b'I' | b'L', _) => self.input.write_all(&[0; 4]).expect("the server reads"),
                (channel, _) => assert!(channel.is_ascii_lowercase(), "the server speaks an unknown language"),
            }
        }
    }

    /// Runs one command that must succeed, returns its output.
    pub fn ok<S: AsRef<OsStr> + std::fmt::Debug>(&mut self, args: &[S]) -> Vec<u8> {
        let answer = self.run(args);
        assert_eq!(answer.code, 0, "{args:?}: {}", String::from_utf8_lossy(&answer.stderr));
        answer.stdout
    }

    fn message(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 5];
        self.output.read_exact(&mut head).expect("the server answers");
        if head[0].is_ascii_uppercase() {
            return (head[0], Vec::new());
        }
        let mut data = vec![0; u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize];
        self.output.read_exact(&mut data).expect("the server answers");
        (head[0], data)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
