//! Colour as legacy's ANSI mode writes it: whether a command is coloured at all, which effects a label has,
//! and the escape sequences around each line.
//!
//! Source: `hg help color` and what the running program prints. Other modes (terminfo, debug) are legacy's.

use crate::Terminal;
use amalgam_config::{Config, parse_bool, plain};
use amalgam_types::{Environment, LegacyFacts, Outcome, Reason, Stop};
use std::collections::HashMap;

/// What turns every effect off; also what each coloured line ends with.
const RESET: &[u8] = b"\x1b[0m";

/// The SGR number of each effect that `hg help color` names for the ANSI mode.
const EFFECTS: &[(&str, u8)] = &[
    ("none", 0),
    ("black", 30),
    ("red", 31),
    ("green", 32),
    ("yellow", 33),
    ("blue", 34),
    ("magenta", 35),
    ("cyan", 36),
    ("white", 37),
    ("bold", 1),
    ("italic", 3),
    ("underline", 4),
    ("inverse", 7),
    ("dim", 2),
    ("black_background", 40),
    ("red_background", 41),
    ("green_background", 42),
    ("yellow_background", 43),
    ("blue_background", 44),
    ("purple_background", 45),
    ("cyan_background", 46),
    ("white_background", 47),
];

/// The effects of labels, in force for one invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Styles {
    effects: HashMap<String, String>,
}

impl Styles {
    /// Decides as legacy does whether this invocation is coloured, and how.
    ///
    /// # Errors
    /// `TerminalUnsupported` for a mode or an effect that legacy would warn about or that native does not render.
    pub fn for_invocation(
        config: &Config,
        env: &Environment,
        terminal: &Terminal,
        facts: &LegacyFacts,
    ) -> Outcome<Option<Styles>> {
        if plain(env, Some("color")) {
            return Ok(None);
        }
        let wanted = config.get("ui", "color").unwrap_or(b"auto");
        if wanted == b"debug" {
            return Err(unsupported("ui.color=debug"));
        }
        // Any other true value means `auto`, except that the command line's own flag forces.
        let auto = wanted == b"auto";
        let truthy = auto || parse_bool(wanted) == Some(true);
        if !truthy {
            return Ok(None);
        }
        let forced = !auto && (wanted == b"always" || config.source("ui", "color").as_deref() == Some("--color"));
        let formatted = || -> Outcome<bool> { Ok(env.get("TERM") != Some(b"dumb") && terminal.is_formatted(config)?) };
        if !forced && !formatted()? {
            return Ok(None);
        }
        match config.get("color", "mode").unwrap_or(b"auto") {
            b"auto" | b"ansi" => {}
            _ => return Err(unsupported("color.mode")),
        }
        if facts.color_styles.is_empty() {
            return Err(unsupported("legacy's colour table is not known"));
        }
        Styles::new(config, facts).map(Some)
    }

    fn new(config: &Config, facts: &LegacyFacts) -> Outcome<Styles> {
        let mut effects: HashMap<String, String> = facts.color_styles.iter().cloned().collect();
        for (name, _) in config.items("color") {
            let Ok(name) = std::str::from_utf8(name) else { continue };
            if !name.contains('.') || name.starts_with("color.") || name.starts_with("terminfo.") {
                continue;
            }
            let given = config.get_list("color", name).unwrap_or_default();
            if given.is_empty() {
                continue;
            }
            let mut known = Vec::new();
            for effect in &given {
                match std::str::from_utf8(effect).ok().filter(|effect| code(effect).is_some()) {
                    Some(effect) => known.push(effect.to_owned()),
                    None => return Err(Stop::unsupported(Reason::WarningExpected, format!("color.{name}"))),
                }
            }
            effects.insert(name.to_owned(), known.join(" "));
        }
        Ok(Styles { effects })
    }

    /// `text` with the effects of every label in `labels`; `None` when there are none and it stays as it is.
    pub fn render(&self, text: &[u8], labels: &str) -> Option<Vec<u8>> {
        let mut start = Vec::new();
        for label in labels.split_ascii_whitespace() {
            // A label may also be the plain name of an effect.
            let style = self.effects.get(label).map(String::as_str).filter(|style| !style.is_empty());
            for effect in style.unwrap_or(label).split_ascii_whitespace() {
                if let Some(code) = code(effect) {
                    start.extend_from_slice(format!(";{code}").as_bytes());
                }
            }
        }
        if start.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(text.len() + 16);
        for (i, line) in text.split(|&b| b == b'\n').enumerate() {
            if i > 0 {
                out.push(b'\n');
            }
            // Text that resets the colour by itself is coloured again after the reset.
            for piece in split_on(line, RESET).filter(|piece| !piece.is_empty()) {
                out.extend_from_slice(b"\x1b[0");
                out.extend_from_slice(&start);
                out.push(b'm');
                out.extend_from_slice(piece);
                out.extend_from_slice(RESET);
            }
        }
        Some(out)
    }
}

fn code(effect: &str) -> Option<u8> {
    EFFECTS.iter().find(|(name, _)| *name == effect).map(|(_, code)| *code)
}

fn unsupported(detail: &str) -> Stop {
    Stop::unsupported(Reason::TerminalUnsupported, detail)
}

fn split_on<'a>(text: &'a [u8], separator: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match text.windows(separator.len()).position(|window| window == separator) {
            Some(at) => {
                rest = Some(&text[at + separator.len()..]);
                Some(&text[..at])
            }
            None => rest.take(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(pairs: &[(&str, &str)]) -> Styles {
        Styles { effects: pairs.iter().map(|(l, e)| ((*l).to_owned(), (*e).to_owned())).collect() }
    }

    #[test]
    fn lines_are_wrapped_one_by_one_and_newlines_stay_outside() {
        let styles = styles(&[("status.added", "green bold"), ("changeset.public", "")]);
        assert_eq!(
            styles.render(b"A \nb\n\n", "status.added").as_deref(),
            Some(&b"\x1b[0;32;1mA \x1b[0m\n\x1b[0;32;1mb\x1b[0m\n\n"[..])
        );
        assert_eq!(styles.render(b"x", "changeset.public log.unknown"), None);
        assert_eq!(styles.render(b"x", "red").as_deref(), Some(&b"\x1b[0;31mx\x1b[0m"[..]));
    }

    #[test]
    fn a_reset_inside_the_text_starts_the_colour_again() {
        let styles = styles(&[("l", "blue")]);
        assert_eq!(
            styles.render(b"a\x1b[0mb\x1b[0m", "l").as_deref(),
            Some(&b"\x1b[0;34ma\x1b[0m\x1b[0;34mb\x1b[0m"[..])
        );
    }
}
