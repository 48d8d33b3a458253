//! The process's surroundings as a value, so that no library reads the environment, the home folder or
//! the user id by itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What one invocation was started with.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Every variable, as bytes.
    pub vars: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The working directory as the kernel names it; `None` when it cannot be read.
    pub cwd: Option<PathBuf>,
    /// Effective user id, for Mercurial's trust rules.
    pub euid: u32,
}

/// Encodings, by names that Python knows, in which text that is ASCII is the same bytes.
const ASCII_AT_FIRST: &[&str] = &[
    "ascii",
    "us-ascii",
    "latin-1",
    "latin1",
    "iso-8859-1",
    "iso8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "cp1250",
    "cp1251",
    "cp1252",
    "windows-1252",
    "koi8-r",
];

impl Environment {
    /// The value of `name`; an empty value is still a value.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.vars.get(name.as_bytes()).map(Vec::as_slice)
    }

    /// The value of `name` when it is set and not empty.
    pub fn non_empty(&self, name: &str) -> Option<&[u8]> {
        self.get(name).filter(|v| !v.is_empty())
    }

    /// Whether `HGENCODING` says ASCII, or an encoding of one byte per character that begins with it: text that needs
    /// more is then converted, which is legacy's to do.
    pub fn is_ascii(&self) -> bool {
        let Some(value) = self.get("HGENCODING") else { return false };
        ASCII_AT_FIRST.iter().any(|name| value.eq_ignore_ascii_case(name.as_bytes()))
    }
}
