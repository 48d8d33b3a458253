//! The settings that come with Mercurial: a hundred and more lines for merge tools, which hardly any command reads.
//!
//! A file that certainly holds nothing but items of `[merge-tools]` is parsed when someone asks for that section, or
//! when a later file touches it; so most invocations only pay for reading it.

use crate::layer::{Layer, Section};
use crate::parse::{Includes, parse};
use crate::text::{lines, strip};
use amalgam_types::{Outcome, Reason, Stop};
use std::sync::{Arc, OnceLock};

/// The one section that packaged files are known to set.
pub(crate) const SECTION: &[u8] = b"merge-tools";

/// Text of a packaged file, not parsed yet.
#[derive(Debug)]
pub(crate) struct Deferred {
    name: Arc<[u8]>,
    text: Vec<u8>,
    level: i64,
    parsed: OnceLock<Arc<Section>>,
}

impl Deferred {
    /// `text` of the file that legacy calls `name`; gives it back where it could hold anything but plain items of
    /// `[merge-tools]`.
    pub(crate) fn new(name: &[u8], text: Vec<u8>) -> Result<Self, Vec<u8>> {
        if only_plain_items(&text) {
            Ok(Deferred { name: name.into(), text, level: 0, parsed: OnceLock::new() })
        } else {
            Err(text)
        }
    }

    /// The same with the level of its items.
    pub(crate) fn at_level(self, level: i64) -> Self {
        Deferred { level, ..self }
    }

    /// The section, parsed at the first call.
    pub(crate) fn section(&self) -> &Arc<Section> {
        self.parsed.get_or_init(|| {
            let mut layer = Layer::at_level(self.level);
            // Lines of any kind that could fail were refused above.
            match parse(&mut layer, &self.name, &self.text, &mut NoIncludes) {
                Ok(()) => layer.take_section(SECTION),
                Err(_) => Arc::default(),
            }
        })
    }
}

fn only_plain_items(text: &[u8]) -> bool {
    let mut header = false;
    let plain = lines(text).all(|line| match line.first() {
        Some(b'#' | b';') => true,
        Some(b'[') => {
            header = strip(line) == b"[merge-tools]";
            header
        }
        Some(first) if first.is_ascii_alphabetic() => header && line.contains(&b'='),
        _ => strip(line).is_empty(),
    });
    plain && header
}

struct NoIncludes;

impl Includes for NoIncludes {
    fn include(&mut self, _: &mut Layer, path: &[u8]) -> Outcome<()> {
        Err(Stop::unsupported(Reason::ConfigBroken, String::from_utf8_lossy(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_items_of_the_one_section_wait() {
        let waits = |text: &str| Deferred::new(b"n", text.as_bytes().to_vec()).is_ok();
        assert!(waits("# c\n\n[merge-tools]\na.b=c\nd = e\n"));
        for text in
            ["", "a=b\n[merge-tools]\n", "[merge-tools]\n[ui]\n", "[merge-tools]\n%include x\n", "[merge-tools]\na\n"]
        {
            assert!(!waits(text), "{text:?}");
        }
    }
}
