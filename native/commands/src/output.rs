//! Where a command's answer goes: stdout and stderr bytes in program order, kept back until the engine is
//! certain, and from then on handed to the edge as they grow.
//!
//! Nothing here prints. The launcher and the addon each bring a [`Sink`]; without one everything stays in memory.

use crate::color::Styles;
use std::borrow::Cow;
use std::io;

/// Which of the two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// The pager that legacy would have started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerRequest {
    /// The command line from `pager.pager`, `$PAGER` or the default.
    pub command: Vec<u8>,
    /// Whether it goes through the shell; otherwise it is executed directly, and a missing program is only
    /// warned about.
    pub shell: bool,
    /// Variables to set for it where the environment has none.
    pub environment: &'static [(&'static str, &'static str)],
}

/// What the edge does with bytes that may leave.
pub trait Sink {
    /// Starts the pager for what is written from now on; called at most once.
    fn start_pager(&mut self, request: &PagerRequest);

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// Whatever the descriptor reports; the command is stopped then.
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()>;
}

/// How much may gather before it is handed on, once streaming.
const CHUNK: usize = 64 * 1024;

/// An ordered answer under construction.
#[derive(Default)]
pub struct Output<'s> {
    segments: Vec<(Stream, Vec<u8>)>,
    styles: Option<Styles>,
    /// With how many segments come before it: those do not go through it.
    pager: Option<(usize, PagerRequest)>,
    sink: Option<&'s mut dyn Sink>,
    certain: bool,
    error: Option<io::Error>,
}

impl<'s> Output<'s> {
    /// An answer that stays in memory.
    pub fn buffered() -> Self {
        Output::default()
    }

    /// An answer that goes to `sink` once it is certain.
    pub fn streaming(sink: &'s mut dyn Sink) -> Self {
        Output { sink: Some(sink), ..Output::default() }
    }

    /// Colours labelled text from now on.
    pub fn set_styles(&mut self, styles: Option<Styles>) {
        self.styles = styles;
    }

    /// Whether labels have an effect.
    pub fn is_colored(&self) -> bool {
        self.styles.is_some()
    }

    /// The effects of labels, where there are any.
    pub fn styles(&self) -> Option<&Styles> {
        self.styles.as_ref()
    }

    /// Asks for the pager for what is written from now on.
    pub fn request_pager(&mut self, request: PagerRequest) {
        self.pager = Some((self.segments.len(), request));
    }

    /// Declares that no `Unsupported` can follow: from here on bytes may leave.
    pub fn certain(&mut self) {
        self.certain = true;
    }

    /// Whether nothing was written, nor can have left.
    pub(crate) fn is_blank(&self) -> bool {
        !self.certain && self.segments.iter().all(|(_, bytes)| bytes.is_empty())
    }

    /// Unlabelled text to stdout.
    pub fn write(&mut self, bytes: &[u8]) {
        let buffer = self.buffer(Stream::Stdout);
        buffer.extend_from_slice(bytes);
        if buffer.len() >= CHUNK {
            self.hand_on();
        }
    }

    /// Text to stdout under one or more labels separated by spaces.
    pub fn write_labelled(&mut self, bytes: &[u8], label: &str) {
        match self.rendered(bytes, label) {
            Some(rendered) => self.write(&rendered),
            None => self.write(bytes),
        }
    }

    /// `text` as it would be written under `label`, for text that is put together before it is written.
    pub fn painted<'t>(&self, text: &'t [u8], label: &str) -> Cow<'t, [u8]> {
        self.rendered(text, label).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Text to stderr under `label` (`ui.warning`, `ui.error`, ...).
    pub fn write_error(&mut self, bytes: &[u8], label: &str) {
        match self.rendered(bytes, label) {
            Some(rendered) => self.buffer(Stream::Stderr).extend_from_slice(&rendered),
            None => self.buffer(Stream::Stderr).extend_from_slice(bytes),
        }
    }

    /// Appends stdout bytes that were rendered elsewhere, without copying them.
    pub fn write_owned(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.segments.push((Stream::Stdout, bytes));
            self.hand_on();
        }
    }

    /// Whether the sink refused bytes; a command with much left to say may stop then.
    pub fn is_broken(&self) -> bool {
        self.error.is_some()
    }

    /// Hands everything on and returns the first error that the sink met.
    ///
    /// # Errors
    /// The sink's first error.
    pub fn finish(&mut self) -> io::Result<()> {
        self.certain = true;
        self.hand_on();
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// The answer so far, for an edge without a sink; adjacent segments of one stream are one.
    pub fn into_segments(self) -> Vec<(Stream, Vec<u8>)> {
        self.segments
    }

    /// The pager that was asked for, for an edge without a sink.
    pub fn pager(&self) -> Option<&PagerRequest> {
        self.pager.as_ref().map(|(_, request)| request)
    }

    fn rendered(&self, bytes: &[u8], label: &str) -> Option<Vec<u8>> {
        self.styles.as_ref()?.render(bytes, label)
    }

    fn buffer(&mut self, stream: Stream) -> &mut Vec<u8> {
        let pager_starts = self.pager.as_ref().is_some_and(|(at, _)| *at == self.segments.len());
        if pager_starts || self.segments.last().is_none_or(|(last, _)| *last != stream) {
            self.segments.push((stream, Vec::new()));
        }
        let last = self.segments.len() - 1;
        &mut self.segments[last].1
    }

    fn hand_on(&mut self) {
        let (true, Some(sink)) = (self.certain, self.sink.as_deref_mut()) else { return };
        let pager = self.pager.take();
        let starts_at = |at| pager.as_ref().filter(|(place, _)| *place == at).map(|(_, request)| request);
        let count = self.segments.len();
        for (at, (stream, bytes)) in self.segments.drain(..).enumerate() {
            if let Some(request) = starts_at(at) {
                sink.start_pager(request);
            }
            if self.error.is_none()
                && let Err(error) = sink.write(stream, &bytes)
            {
                self.error = Some(error);
            }
        }
        if let Some(request) = starts_at(count) {
            sink.start_pager(request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(Vec<String>, bool);

    impl Sink for Log {
        fn start_pager(&mut self, request: &PagerRequest) {
            self.0.push(format!("pager {}", String::from_utf8_lossy(&request.command)));
        }
        fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
            self.0.push(format!("{stream:?} {}", String::from_utf8_lossy(bytes)));
            if self.1 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn nothing_leaves_before_certainty_and_order_is_kept() {
        let mut log = Log::default();
        let mut out = Output::streaming(&mut log);
        out.write(b"a");
        out.write_error(b"e", "ui.warning");
        out.request_pager(PagerRequest { command: b"less".to_vec(), shell: false, environment: &[] });
        out.write_error(b"f", "ui.warning");
        out.write(&[b'x'; CHUNK]);
        out.certain();
        out.write(b"c");
        assert!(out.finish().is_ok());
        drop(out);
        assert_eq!(log.0[..4], ["Stdout a", "Stderr e", "pager less", "Stderr f"]);
        assert_eq!(log.0.len(), 5);
    }

    #[test]
    fn a_refusing_sink_is_written_to_once() {
        let mut log = Log(Vec::new(), true);
        let mut out = Output::streaming(&mut log);
        out.write(b"a");
        out.write_error(b"e", "ui.warning");
        assert_eq!(out.finish().map_err(|e| e.kind()), Err(io::ErrorKind::BrokenPipe));
        drop(out);
        assert_eq!(log.0, ["Stdout a"]);
    }
}
