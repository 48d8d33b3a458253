//! The syntax of a configuration file, one line at a time:
//!
//! ```text
//! [section]
//! name = value
//!   continued value        joined by a newline
//! # or ; comment           also between continued lines; an empty line ends the value
//! %include path            relative to this file, `~` and `$VAR` expanded; a missing file is ignored
//! %unset name              also what earlier files set
//! ```
//!
//! Source: `hg help config`, and how the running program reads each kind of line. Kinds are tried in this order:
//! continuation, include, empty or comment, section, item, unset.

use crate::layer::{Layer, Source};
use crate::text::{is_space, lines, strip, strip_end, strip_start};
use amalgam_types::{Outcome, Reason, Stop};
use std::sync::Arc;

/// What follows `%include`.
pub(crate) trait Includes {
    /// Reads the file that `path` names into `layer`.
    fn include(&mut self, layer: &mut Layer, path: &[u8]) -> Outcome<()>;
}

/// Reads `text`, the contents of the file that legacy calls `name`, into `layer`.
///
/// # Errors
/// `ConfigBroken` for a line that legacy refuses.
pub(crate) fn parse(layer: &mut Layer, name: &Arc<[u8]>, text: &[u8], includes: &mut dyn Includes) -> Outcome<()> {
    let mut section: &[u8] = b"";
    let mut continued: Option<&[u8]> = None;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for (number, line) in lines(text).enumerate() {
        let source = || Source::line(name, number + 1);
        if let Some(item) = continued.take() {
            if is_comment(line) {
                continued = Some(item);
                continue;
            }
            if line.first().is_some_and(|&b| is_space(b)) && !strip(line).is_empty() {
                let mut value = layer.get(section, item).map(|i| i.value.clone()).unwrap_or_default();
                value.push(b'\n');
                value.extend_from_slice(strip(line));
                layer.set(section, item, value, source());
                continued = Some(item);
                continue;
            }
        }
        if let Some(path) = directive(line, b"%include") {
            includes.include(layer, path)?;
        } else if is_comment(line) || strip(line).is_empty() {
            // Nothing to do.
        } else if let Some(found) = section_name(line) {
            section = found;
            layer.open_section(section);
        } else if let Some((item, value)) = item(line) {
            layer.set(section, item, value.to_vec(), source());
            continued = Some(item);
        } else if let Some(rest) = directive(line, b"%unset") {
            let end = rest.iter().position(|&b| is_space(b)).unwrap_or(rest.len());
            layer.unset(section, &rest[..end]);
        } else {
            return Err(Stop::unsupported(Reason::ConfigBroken, source().to_string()));
        }
    }
    Ok(())
}

fn is_comment(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'#' | b';'))
}

/// What stands behind `word` and white space, if anything does.
fn directive<'a>(line: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(word)?;
    rest.first().filter(|b| is_space(**b))?;
    Some(strip(rest)).filter(|argument| !argument.is_empty())
}

/// From `[` to the last `]` before any other `[`.
fn section_name(line: &[u8]) -> Option<&[u8]> {
    let inside = line.strip_prefix(b"[")?;
    let region = inside.iter().position(|&b| b == b'[').map_or(inside, |end| &inside[..end]);
    let end = region.iter().rposition(|&b| b == b']').filter(|&end| end > 0)?;
    Some(&region[..end])
}

fn item(line: &[u8]) -> Option<(&[u8], &[u8])> {
    line.first().filter(|b| !is_space(**b) && **b != b'=')?;
    let equals = line.iter().position(|&b| b == b'=')?;
    Some((strip_end(&line[..equals]), strip_start(strip_end(&line[equals + 1..]))))
}
