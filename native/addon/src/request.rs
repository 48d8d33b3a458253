//! An invocation as JavaScript describes it.

use amalgam_commands::Terminal;
use amalgam_routing::Invocation;
use amalgam_routing::environment::{OnUnsupported, on_unsupported};
use amalgam_types::Environment;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// One invocation, complete.
#[napi(object)]
pub struct Request {
    /// What follows `hg`.
    pub args: Vec<Buffer>,
    /// The working directory.
    pub cwd: Buffer,
    /// Pairs of name and value.
    pub env: Vec<Vec<Buffer>>,
    /// Whether stdin is a terminal.
    pub stdin_tty: bool,
    /// Whether stdout is a terminal.
    pub stdout_tty: bool,
    /// Whether stderr is a terminal.
    pub stderr_tty: bool,
    /// The terminal's width.
    pub columns: Option<u32>,
    /// Whether what is not known yet is asked of legacy now, instead of being a reason for a fallback.
    pub ask_first: Option<bool>,
}

impl Request {
    pub(crate) fn invocation(&self) -> Invocation {
        let pairs = self.env.iter().filter_map(|pair| match pair.as_slice() {
            [name, value] => Some((name.to_vec(), value.to_vec())),
            _ => None,
        });
        let env = Environment {
            vars: pairs.collect(),
            cwd: Some(PathBuf::from(OsString::from_vec(self.cwd.to_vec()))),
            euid: rustix::process::geteuid().as_raw(),
        };
        Invocation {
            args: self.args.iter().map(|arg| arg.to_vec()).collect(),
            terminal: Terminal {
                stdin_tty: self.stdin_tty,
                stdout_tty: self.stdout_tty,
                stderr_tty: self.stderr_tty,
                columns: self.columns.and_then(|columns| u16::try_from(columns).ok()),
            },
            own: None,
            pid: std::process::id(),
            gather_first: self.ask_first == Some(true) || on_unsupported(&env) == OnUnsupported::Abort,
            refused: None,
            env,
        }
    }
}

pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
