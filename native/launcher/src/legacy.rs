//! Becoming legacy: the same process, arguments, environment, folder, descriptors and signals.
//!
//! `argv[0]` is the path that is executed, as a shell that found it on `PATH` would have it; a script's interpreter
//! sees that path anyway.

use crate::inherited::State;
use crate::signals;
use amalgam_routing::Invocation;
use amalgam_routing::environment::FALLBACK;
use amalgam_routing::legacy::{Legacy, fallback_note};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;

/// Replaces this process by `legacy`; returns the error if that fails.
pub(crate) fn exec(legacy: &Legacy, invocation: &Invocation, state: &State) -> io::Error {
    let program = match CString::new(legacy.path.as_os_str().as_bytes()) {
        Ok(program) => program,
        Err(error) => return error.into(),
    };
    // Arguments came from C strings and have no NUL.
    let args: Vec<CString> = invocation.args.iter().filter_map(|arg| CString::new(arg.as_slice()).ok()).collect();
    let mut argv: Vec<*const libc::c_char> = Vec::with_capacity(args.len() + 2);
    argv.push(program.as_ptr());
    argv.extend(args.iter().map(|arg| arg.as_ptr()));
    argv.push(std::ptr::null());
    if let Some(note) = fallback_note(&invocation.env, invocation.pid, legacy) {
        // SAFETY: the process has one thread here.
        unsafe { std::env::set_var(FALLBACK, OsStr::new(&note)) };
    }
    signals::restore();
    state.restore();
    // SAFETY: `program` and every pointer of `argv` are C strings that live until the call, and `argv` ends with null.
    unsafe { libc::execv(program.as_ptr(), argv.as_ptr()) };
    io::Error::last_os_error()
}
