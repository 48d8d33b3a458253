//! From the word that was typed to the command that is meant, abbreviations included.
//!
//! Legacy accepts a prefix that fits one command only, over every name that it knows; so a prefix needs the
//! whole list of legacy's commands, and no extension or alias that could add to it.

use crate::{COMMANDS, CommandSpec};
use amalgam_types::LegacyFacts;

/// What a command word means.
#[derive(Debug, Clone, Copy)]
pub enum Lookup {
    /// A command that native answers.
    Native(&'static CommandSpec),
    /// A command, or possibly one, that only legacy answers.
    Legacy,
    /// A prefix of several commands, or one that cannot be settled here.
    Ambiguous,
}

/// Looks `word` up. With `exact_only` an abbreviation is never resolved.
pub fn lookup(word: &[u8], facts: &LegacyFacts, exact_only: bool) -> Lookup {
    if let Some(spec) = exact(word) {
        return Lookup::Native(spec);
    }
    if word.is_empty() {
        return Lookup::Legacy;
    }
    let known = |name: &str| name.as_bytes() == word || folded(name).as_bytes() == word;
    if facts.commands.iter().flatten().any(|name| known(name)) {
        return Lookup::Legacy;
    }
    if exact_only || facts.commands.is_empty() {
        return if could_abbreviate(word) { Lookup::Ambiguous } else { Lookup::Legacy };
    }
    let mut found: Option<&Vec<String>> = None;
    for names in &facts.commands {
        let fits = |name: &&String| name.as_bytes().starts_with(word) || folded(name).as_bytes().starts_with(word);
        let Some(name) = names.iter().find(fits) else { continue };
        // Debug commands take part only where nothing else fits, and native has none.
        if name.starts_with("debug") || names.first().is_some_and(|first| first.starts_with("debug")) {
            continue;
        }
        if found.is_some() {
            return Lookup::Ambiguous;
        }
        found = Some(names);
    }
    found.and_then(|names| exact(names.first()?.as_bytes())).map_or(Lookup::Legacy, Lookup::Native)
}

fn exact(word: &[u8]) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|spec| spec.names().any(|name| name.as_bytes() == word))
}

fn could_abbreviate(word: &[u8]) -> bool {
    COMMANDS.iter().any(|spec| spec.names().any(|name| name.as_bytes().starts_with(word)))
}

/// Legacy also knows each dashed name without its dashes.
fn folded(name: &str) -> String {
    name.replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> LegacyFacts {
        let rows = ["manifest", "merge", "summary sum", "root", "debugroot", "version", "verify", "admin::verify"];
        LegacyFacts {
            commands: rows.iter().map(|row| row.split(' ').map(str::to_owned).collect()).collect(),
            ..LegacyFacts::default()
        }
    }

    fn name(word: &str, exact_only: bool) -> &'static str {
        match lookup(word.as_bytes(), &facts(), exact_only) {
            Lookup::Native(spec) => spec.name,
            Lookup::Legacy => "legacy",
            Lookup::Ambiguous => "ambiguous",
        }
    }

    #[test]
    fn names_and_unique_prefixes() {
        assert_eq!(name("manifest", true), "manifest");
        assert_eq!(name("ma", false), "manifest");
        assert_eq!(name("ma", true), "ambiguous");
        assert_eq!(name("m", false), "ambiguous");
        assert_eq!(name("ver", false), "ambiguous");
        assert_eq!(name("vers", false), "version");
        assert_eq!(name("roo", false), "root");
        assert_eq!(name("sum", false), "summary");
        assert_eq!(name("mer", false), "legacy");
        assert_eq!(name("nonesuch", false), "legacy");
    }
}
