//! Answering natively: the answer goes to the descriptors once it is certain, and an error while writing ends as it
//! does in legacy.

use crate::signals;
use crate::sink::Descriptors;
use amalgam_commands::Output;
use amalgam_routing::{Decision, Route};
use amalgam_types::{Reason, Stop, Unsupported};
use std::io;

/// The exit code of the native answer, which has been written.
pub(crate) fn answer(route: &Route) -> Result<i32, Unsupported> {
    signals::install();
    let (Decision::Native(prepared) | Decision::Abort(prepared, _)) = &route.decision else {
        return Err(Unsupported::new(Reason::CommandUnknown, "nothing is prepared"));
    };
    let legacy = route.legacy.as_ref().ok().map(|legacy| legacy.path.as_path());
    let mut sink = Descriptors::new(prepared, legacy);
    let mut out = Output::streaming(&mut sink);
    let code = match route.respond(&mut out) {
        Ok(code) => code,
        Err(Stop::Unsupported(unsupported)) => return Err(unsupported),
        Err(Stop::Abort(abort)) => {
            return Err(Unsupported::new(Reason::OutputUnsupported, String::from_utf8_lossy(&abort.message)));
        }
    };
    let written = out.finish();
    drop(out);
    let code = match written {
        Ok(()) => code,
        Err(error) => broken(&error, &mut sink),
    };
    sink.close();
    Ok(code)
}

/// Legacy's end where its output cannot be written: nobody is told that a reader has gone.
fn broken(error: &io::Error, sink: &mut Descriptors<'_>) -> i32 {
    if error.kind() != io::ErrorKind::BrokenPipe {
        let text = error.to_string();
        // The system's words, without Rust's number.
        let words = text.split(" (os error").next().unwrap_or_default();
        sink.complain(format!("abort: {words}\n").as_bytes());
    }
    255
}
