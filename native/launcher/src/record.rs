//! `AMALGAM_RECORD=FILE`: each line typed for a command that native knows, as shell text that `amalgam parity run
//! --recorded FILE` takes for its cases. Unlike the journal it holds what the user typed, so it is only for who asks.
//!
//! A line is a single write to a file opened for appending; failing to write is nobody's concern.

use amalgam_routing::Invocation;
use amalgam_routing::environment::RECORD;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;

/// Variables that change what a command says and that people set for single commands.
const VARIABLES: [&str; 4] = ["HGPLAIN", "HGPLAINEXCEPT", "HGENCODING", "HGENCODINGMODE"];

/// Appends the invocation's line where the environment asks for that.
pub(crate) fn append(invocation: &Invocation) {
    let Some(file) = invocation.env.non_empty(RECORD) else { return };
    let Some(line) = line(invocation) else { return };
    let file = OsStr::from_bytes(file);
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).mode(0o600).open(file) {
        drop(file.write_all(line.as_bytes()));
    }
}

/// `cd FOLDER && NAME=VALUE hg ARGUMENTS`, with its final newline; `None` where there is no folder.
pub(crate) fn line(invocation: &Invocation) -> Option<String> {
    let cwd = invocation.env.cwd.as_ref()?;
    let mut line = format!("cd {} && ", word(cwd.as_os_str().as_bytes()));
    for name in VARIABLES {
        if let Some(value) = invocation.env.vars.get(name.as_bytes()) {
            line.extend([name, "=", &word(value), " "]);
        }
    }
    line.push_str("hg");
    for arg in &invocation.args {
        line.push(' ');
        line.push_str(&word(arg));
    }
    line.push('\n');
    Some(line)
}

/// One word for bash, in printable text on one line whatever its bytes are.
fn word(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte);
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && bytes.iter().all(plain) => text.to_owned(),
        Ok(text) if !text.contains(|c: char| c.is_control() || c == '\'') => format!("'{text}'"),
        _ => {
            let mut quoted = String::from("$'");
            for &byte in bytes {
                match byte {
                    b'\'' | b'\\' => quoted.extend(['\\', char::from(byte)]),
                    b' '..=b'~' => quoted.push(char::from(byte)),
                    _ => quoted.push_str(&format!("\\x{byte:02x}")),
                }
            }
            quoted + "'"
        }
    }
}
