//! `answer`: the whole native answer, or the reason for legacy.

use crate::request::Request;
use amalgam_commands::{Output, Stream};
use amalgam_routing::{Steps, decide};
use amalgam_types::Stop;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use std::time::Instant;

/// One piece of output.
#[napi(object)]
pub struct Segment {
    /// `stdout` or `stderr`.
    pub stream: String,
    /// The bytes.
    pub data: Buffer,
}

/// An answer or a reason, by `kind`.
#[napi(object)]
#[derive(Default)]
pub struct Answer {
    /// `answer` or `unsupported`.
    pub kind: String,
    /// The output in program order.
    pub segments: Option<Vec<Segment>>,
    /// The exit code.
    pub exit_code: Option<i32>,
    /// The pager that legacy would start for it.
    pub pager: Option<String>,
    /// The reason's identifier.
    pub reason: Option<String>,
    /// The particular.
    pub detail: Option<String>,
}

/// Answers natively, or says why legacy has to.
#[napi]
pub fn answer(request: Request) -> Answer {
    let started = Instant::now();
    let route = decide(&request.invocation(), &mut Steps::silent());
    let mut out = Output::buffered();
    match route.respond(&mut out) {
        Ok(code) => {
            let pager = out.pager().map(|pager| String::from_utf8_lossy(&pager.command).into_owned());
            // What belongs in a pager is left to legacy, which writes its own lines.
            if let (Some(blackbox), None) = (&route.blackbox, &pager) {
                blackbox.append(code, started.elapsed());
            }
            let segments = out.into_segments().into_iter().map(|(stream, data)| Segment {
                stream: match stream {
                    Stream::Stdout => "stdout".to_owned(),
                    Stream::Stderr => "stderr".to_owned(),
                },
                data: data.into(),
            });
            Answer {
                kind: "answer".to_owned(),
                segments: Some(segments.collect()),
                exit_code: Some(code),
                pager,
                ..Answer::default()
            }
        }
        Err(Stop::Unsupported(unsupported)) => unsupported_because(unsupported.reason.id(), unsupported.detail),
        Err(Stop::Abort(abort)) => {
            unsupported_because("output.unsupported", String::from_utf8_lossy(&abort.message).into_owned())
        }
    }
}

fn unsupported_because(reason: &str, detail: String) -> Answer {
    Answer {
        kind: "unsupported".to_owned(),
        reason: Some(reason.to_owned()),
        detail: Some(detail),
        ..Answer::default()
    }
}
