//! The journal's line for one invocation: who answered, or why not native, and how long it took.
//!
//! It is private by construction: a command is named only if native or legacy has it, a flag by its long name, a
//! detail only where it is a word that configuration or the repository's format gives. No path, no value, no argument.
//!
//! ```text
//! {"v":1,"at":1700000000123,"command":"status","flags":["rev"],"answer":"native","code":0,"us":812}
//! {"v":1,"at":1700000000456,"command":"commit","answer":"exec","reason":"command.unknown","us":301}
//! {"v":1,"at":1700000000789,"command":"status","compared":"same","kind":"verify","us":812,"legacyUs":181234}
//! ```
//! `at` is in milliseconds since 1970, `us` in microseconds from the launcher's entry to the end of a native answer,
//! or to the moment legacy takes over.

use crate::comparison::Kind;
use crate::{Decision, Route};
use amalgam_types::{Reason, Unsupported};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How an invocation ended.
#[derive(Debug, Clone, Copy)]
pub enum Ending<'a> {
    /// Native answered with this exit code.
    Native(i32),
    /// Legacy takes over for this reason, by this transport (`warm`, `exec`, or `abort` where a fallback is forbidden).
    Legacy(&'static str, &'a Unsupported),
}

/// What a comparison behind an invocation found.
#[derive(Debug, Clone, Copy)]
pub struct Compared {
    /// Why it was made.
    pub kind: Kind,
    /// `same`, `different`, `broken`, `raced` or `unknown`.
    pub outcome: &'static str,
    /// How long native took.
    pub native_took: Duration,
    /// How long legacy took.
    pub legacy_took: Duration,
}

/// The line, with its final newline.
pub fn line(route: &Route, ending: Ending<'_>, now: SystemTime, took: Duration) -> String {
    let mut line = head(route, now);
    match ending {
        Ending::Native(code) => line.push_str(&format!(",\"answer\":\"native\",\"code\":{code}")),
        Ending::Legacy(transport, unsupported) => {
            line.push_str(&format!(",\"answer\":\"{transport}\",\"reason\":\"{}\"", unsupported.reason.id()));
            if let Some(detail) = public_detail(unsupported) {
                line.push_str(&format!(",\"detail\":\"{detail}\""));
            }
        }
    }
    line.push_str(&format!(",\"us\":{}}}\n", took.as_micros()));
    line
}

/// The line of a comparison, with its final newline.
pub fn comparison_line(route: &Route, compared: &Compared, now: SystemTime) -> String {
    let Compared { kind, outcome, native_took, legacy_took } = compared;
    let (native, legacy) = (native_took.as_micros(), legacy_took.as_micros());
    let what = format!(",\"compared\":\"{outcome}\",\"kind\":\"{}\",\"us\":{native}", kind.word());
    head(route, now) + &what + &format!(",\"legacyUs\":{legacy}}}\n")
}

fn head(route: &Route, now: SystemTime) -> String {
    let at = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut line = format!("{{\"v\":1,\"at\":{at}");
    if let Some(command) = route.command.or_else(|| legacys_name(route)) {
        line.push_str(&format!(",\"command\":\"{command}\""));
    }
    if !route.flags.is_empty() {
        line.push_str(&format!(",\"flags\":[\"{}\"]", route.flags.join("\",\"")));
    }
    line
}

/// `text` as a JSON string.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// The primary name of a command that only legacy has.
fn legacys_name(route: &Route) -> Option<&str> {
    let Decision::Legacy(unsupported) = &route.decision else { return None };
    if unsupported.reason != Reason::CommandUnknown {
        return None;
    }
    let rows = &route.current_facts()?.commands;
    let name = rows.iter().find(|row| row.contains(&unsupported.detail))?.first()?;
    is_word(name).then_some(name)
}

/// The detail, where it is no more than the name of a flag, an extension or a requirement.
fn public_detail(unsupported: &Unsupported) -> Option<&str> {
    let named = [Reason::FlagUnsupported, Reason::FlagGlobal, Reason::ExtensionUnproven, Reason::RequirementUnknown];
    (named.contains(&unsupported.reason) && is_word(&unsupported.detail)).then_some(unsupported.detail.as_str())
}

/// A short name without blanks, quotes or folders.
fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_names_and_nothing_else() {
        let detail = |reason, text: &str| public_detail(&Unsupported::new(reason, text)).map(str::to_owned);
        assert_eq!(detail(Reason::FlagUnsupported, "--terse"), Some("--terse".to_owned()));
        assert_eq!(detail(Reason::ExtensionUnproven, "corp_hooks"), Some("corp_hooks".to_owned()));
        assert_eq!(detail(Reason::ExtensionUnproven, "x = /home/me/x.py"), None);
        assert_eq!(detail(Reason::RevisionUnknown, "secret"), None);
        assert_eq!(detail(Reason::FlagGlobal, ""), None);
    }
}
