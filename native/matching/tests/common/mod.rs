//! What the parity tests share: the installed Mercurial as an oracle in one process, and random patterns and paths.

use amalgam_testkit::{Sandbox, legacy_python};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The installed Mercurial, asked over pipes.
pub(crate) struct Oracle {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    pub(crate) fn new(sandbox: &Sandbox) -> Oracle {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle.py");
        let mut command = Command::new(legacy_python());
        command.arg(script).arg(sandbox.root()).current_dir(sandbox.root()).env_clear();
        command.envs(sandbox.env().iter().map(|(name, value)| (name, value)));
        command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::null());
        let mut child = command.spawn().expect("the interpreter of the installed hg runs");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Oracle { child, input, output }
    }

    pub(crate) fn ask(&mut self, words: &[&str]) -> String {
        let input = self.input.as_mut().expect("open until dropped");
        writeln!(input, "{}", words.join(" ")).expect("the oracle listens");
        input.flush().expect("the oracle listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the oracle answers");
        assert!(!line.is_empty(), "the oracle died of {words:?}");
        line.trim_end().to_owned()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// A list of byte strings as one word.
pub(crate) fn pack<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> String {
    let mut out = String::new();
    for text in texts {
        out.push(',');
        text.as_ref().iter().for_each(|byte| out.push_str(&format!("{byte:02x}")));
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

/// Booleans as one word.
pub(crate) fn bits(values: impl IntoIterator<Item = bool>) -> String {
    let out: String = values.into_iter().map(|v| if v { '1' } else { '0' }).collect();
    if out.is_empty() { "-".to_owned() } else { out }
}

/// How many random cases to try.
pub(crate) fn cases(default: usize) -> usize {
    std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// A small deterministic generator; `AMALGAM_FUZZ_SEED` starts it elsewhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(salt: u64) -> Random {
        let seed = std::env::var("AMALGAM_FUZZ_SEED").ok().and_then(|v| v.parse().ok()).unwrap_or(1u64);
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub(crate) fn join(&mut self, from: &[&[u8]], most: usize) -> Vec<u8> {
        let count = self.below(most) + 1;
        (0..count).flat_map(|_| self.pick(from).to_vec()).collect()
    }

    pub(crate) fn glob(&mut self) -> Vec<u8> {
        const TOKENS: &[&[u8]] = &[
            b"a",
            b"b",
            b"foo",
            b"build",
            b"c.o",
            b".o",
            b"*",
            b"*",
            b"**",
            b"**/",
            b"/",
            b"/",
            b"?",
            b"[ab]",
            b"[!a]",
            b"[^b]",
            b"[]a]",
            b"[!]a]",
            b"[a",
            b"{a,b}",
            b"{foo,*.o}",
            b"{a,",
            b"}",
            b",",
            b"\\*",
            b"\\a",
            b".",
            b"-",
            b"~",
            b" ",
            b"\xc3\xa9",
            b"\xff",
            b"[\xc3\xa9]",
            b"[a-c]",
            b"[b-a]",
            b"[\\d]",
            b"..",
            b"(",
            b"+",
            b"[[a]",
        ];
        self.join(TOKENS, 5)
    }

    pub(crate) fn regex(&mut self) -> Vec<u8> {
        const TOKENS: &[&[u8]] = &[
            b"a",
            b"b",
            b"foo",
            b"o",
            b".",
            b".",
            b"*",
            b"+",
            b"?",
            b"^",
            b"$",
            b"|",
            b"(",
            b")",
            b"(?:",
            b"(?i)",
            b"(?i:",
            b"(?s:",
            b"[ab]",
            b"[^a/]",
            b"[a-c]",
            b"[]o]",
            b"\\.",
            b"\\w",
            b"\\d",
            b"\\s",
            b"\\b",
            b"\\Z",
            b"\\A",
            b"/",
            b"/",
            b"{2}",
            b"{,2}",
            b"{1,}",
            b"{",
            b"}",
            b"\\x61",
            b"[\\w.]",
            b"(^|/)",
            b"(a|b)",
            b"(a*)",
            b".*",
            b"[^/]*",
            b"\\W",
            b"\xc3\xa9",
            b"\\o",
            b"[[",
            b"[a&&b]",
            b"\\/",
            b"-",
            b"\\-",
            b"A",
            b"[^A]",
            b"$",
            b"build/",
            b"\\.o$",
            b"(?=a)",
            b"(?!b)",
            b"\\1",
            b"\\0",
            b" ",
            b"\\ ",
            b"\\<",
        ];
        self.join(TOKENS, 6)
    }

    pub(crate) fn path(&mut self) -> Vec<u8> {
        const NAMES: &[&[u8]] = &[
            b"a",
            b"b",
            b"ab",
            b"foo",
            b"Foo",
            b"fo",
            b"build",
            b"c.o",
            b"x.o",
            b".o",
            b"a.b",
            b"a b",
            b"~",
            b"a-b",
            b"A",
            b"\xc3\xa9",
            b"\xff",
            b"a\n",
            b"\n",
            b"b\nx.o",
            b"foo~",
            b"(",
            b"1",
            b"a+",
            b"[a",
            b"{",
            b"o",
            b"aa",
            b",",
        ];
        let depth = self.below(4) + 1;
        (0..depth).map(|_| self.pick(NAMES)).collect::<Vec<_>>().join(&b'/')
    }
}
