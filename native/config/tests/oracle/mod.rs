#![allow(dead_code)] // Each test binary uses its part.

//! The reference for tests: one Python process with the installed Mercurial's own modules, asked many questions.

use amalgam_types::Environment;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// How many random cases each property runs: `AMALGAM_FUZZ_CASES`, or a number for everyday.
pub(crate) fn cases(everyday: u32) -> proptest::test_runner::Config {
    let cases = std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(everyday);
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

/// Asks one question: `Ok` with the answer's fields, `Err` with what legacy said was wrong.
pub(crate) fn ask(question: &[&[u8]]) -> Result<Vec<Vec<u8>>, Vec<u8>> {
    static PROCESS: OnceLock<Mutex<Process>> = OnceLock::new();
    let process = PROCESS.get_or_init(|| Mutex::new(start()));
    let mut process = process.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut message = u32::to_be_bytes(question.len() as u32).to_vec();
    for field in question {
        message.extend_from_slice(&u32::to_be_bytes(field.len() as u32));
        message.extend_from_slice(field);
    }
    process.input.write_all(&message).expect("the reference is running");
    process.input.flush().expect("the reference is running");
    let count = number(&mut process.output);
    let mut fields: Vec<Vec<u8>> = (0..count)
        .map(|_| {
            let mut field = vec![0; number(&mut process.output)];
            process.output.read_exact(&mut field).expect("a field");
            field
        })
        .collect();
    assert!(process.child.try_wait().is_ok_and(|done| done.is_none()), "the reference stopped");
    let kind = fields.remove(0);
    if kind == b"ok" { Ok(fields) } else { Err(fields.remove(0)) }
}

fn start() -> Process {
    let mut child = Command::new(amalgam_testkit::legacy_python())
        .args(["-c", include_str!("oracle.py")])
        .env_remove("HGPLAIN")
        .env_remove("HGPLAINEXCEPT")
        .env_remove("HGRCSKIPREPO")
        .env("HGRCPATH", "")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the installed Mercurial's Python starts");
    let input = child.stdin.take().expect("a pipe");
    let output = child.stdout.take().expect("a pipe");
    Process { child, input, output }
}

fn number(stream: &mut impl Read) -> usize {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes).expect("the reference answers");
    u32::from_be_bytes(bytes) as usize
}

/// An environment from pairs, as the process in `cwd` would have it.
pub(crate) fn environment(vars: &[(&str, Vec<u8>)], cwd: &Path) -> Environment {
    let vars: BTreeMap<_, _> = vars.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.clone())).collect();
    let euid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("/proc"));
    Environment { vars, cwd: Some(PathBuf::from(cwd)), euid }
}
