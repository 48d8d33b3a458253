//! From the command word to a native command, through user aliases and abbreviations.
//!
//! An alias sees only those defined before it, so that `status = status -v` means the built-in one. Hooks and
//! `[defaults]` go by the name of the alias. What needs a shell, positional arguments or variables is legacy's.

use amalgam_commands::{CommandSpec, Lookup, lookup};
use amalgam_config::{Config, shlex_split};
use amalgam_types::{LegacyFacts, Outcome, Reason, Stop};

/// What the word stands for.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The command.
    pub(crate) spec: &'static CommandSpec,
    /// The name that hooks and `[defaults]` go by: the alias, or the command's own.
    pub(crate) name: Vec<u8>,
    /// The aliases that it went through, the first one first: name and definition.
    pub(crate) aliases: Vec<(Vec<u8>, Vec<u8>)>,
    /// What the alias puts before the arguments.
    pub(crate) arguments: Vec<Vec<u8>>,
}

/// The definitions in force and what is needed to understand a word.
pub(crate) struct Words<'a> {
    aliases: Vec<(&'a [u8], &'a [u8])>,
    /// Settings of aliases (`NAME:doc`, `NAME:help`) that are not ASCII, which legacy refuses to run an alias with.
    foreign: Vec<&'a [u8]>,
    facts: &'a LegacyFacts,
    /// Extensions may add names, so that no abbreviation can be resolved.
    extended: bool,
    /// `ui.strict`: no abbreviations at all, on the command line.
    strict: bool,
}

impl<'a> Words<'a> {
    pub(crate) fn new(config: &'a Config, facts: &'a LegacyFacts, extended: bool) -> Outcome<Words<'a>> {
        let aliases = config.items("alias").filter(|(name, _)| !name.contains(&b':')).collect();
        let described = config.items("alias").filter(|(name, _)| name.contains(&b':'));
        let foreign = described.filter(|(_, text)| !text.is_ascii()).map(|(name, _)| name).collect();
        Ok(Words { aliases, foreign, facts, extended, strict: config.bool_or("ui", "strict", false)? })
    }

    /// Resolves the word that was typed.
    ///
    /// # Errors
    /// The reason why only legacy can.
    pub(crate) fn resolve(&self, word: &[u8]) -> Outcome<Resolved> {
        self.resolve_before(word, self.aliases.len(), self.strict)
    }

    /// Resolves `word` with the first `known` aliases.
    fn resolve_before(&self, word: &[u8], known: usize, strict: bool) -> Outcome<Resolved> {
        let aliases = &self.aliases[..known];
        if let Some(at) = aliases.iter().position(|(name, _)| *name == word) {
            return self.expand(at);
        }
        if aliases.iter().any(|(name, _)| folded(name) == word) {
            return Err(Stop::unsupported(Reason::AliasComplex, text(word)));
        }
        let shadowed = aliases.iter().any(|(name, _)| name.starts_with(word) || folded(name).starts_with(word));
        match lookup(word, self.facts, self.extended || strict || shadowed) {
            Lookup::Native(spec) => {
                Ok(Resolved { spec, name: spec.name.as_bytes().to_vec(), aliases: Vec::new(), arguments: Vec::new() })
            }
            Lookup::Ambiguous => Err(Stop::unsupported(Reason::CommandAmbiguous, text(word))),
            Lookup::Legacy => Err(Stop::unsupported(Reason::CommandUnknown, text(word))),
        }
    }

    fn expand(&self, at: usize) -> Outcome<Resolved> {
        let (name, definition) = self.aliases[at];
        let complex = || Stop::unsupported(Reason::AliasComplex, text(name));
        let own = |setting: &&[u8]| setting.strip_prefix(name).is_some_and(|rest| rest.starts_with(b":"));
        if self.foreign.iter().any(own) {
            return Err(complex());
        }
        if definition.starts_with(b"!") {
            return Err(Stop::unsupported(Reason::AliasShell, text(name)));
        }
        let mut words = shlex_split(definition).ok_or_else(complex)?;
        let expands = |word: &Vec<u8>| word.contains(&b'$') || word.starts_with(b"~");
        if words.is_empty() || words.iter().any(expands) || words.iter().any(|word| is_early(word)) {
            return Err(complex());
        }
        let command = words.remove(0);
        // Each earlier alias has a lower index, so this ends.
        let inner = self.resolve_before(&command, at, false)?;
        let arguments = inner.arguments.into_iter().chain(words).collect();
        let mut aliases = vec![(name.to_vec(), definition.to_vec())];
        aliases.extend(inner.aliases);
        Ok(Resolved { spec: inner.spec, name: name.to_vec(), aliases, arguments })
    }
}

/// Options that legacy refuses in an alias.
fn is_early(word: &[u8]) -> bool {
    let long = [b"--cwd".as_slice(), b"--repository", b"--repo", b"--config", b"--config-file"];
    let name = word.split(|&b| b == b'=').next().unwrap_or_default();
    word.starts_with(b"-R") || long.contains(&name)
}

/// Legacy also knows each dashed name without its dashes.
fn folded(name: &[u8]) -> Vec<u8> {
    name.iter().copied().filter(|&b| b != b'-').collect()
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(aliases: &[(&str, &str)], word: &str, extended: bool) -> String {
        let mut config = Config::default();
        for (name, definition) in aliases {
            let (section, name) = name.split_once('.').unwrap_or(("alias", name));
            config.set(section, name, definition, "--config").expect("set");
        }
        let commands = ["root", "files", "version", "verify", "cat", "commit ci"];
        let facts = LegacyFacts {
            commands: commands.iter().map(|row| row.split(' ').map(str::to_owned).collect()).collect(),
            ..LegacyFacts::default()
        };
        let words = Words::new(&config, &facts, extended).expect("words");
        match words.resolve(word.as_bytes()) {
            Ok(found) => {
                let all = [found.name.as_slice(), found.spec.name.as_bytes()].into_iter();
                let all = all.chain(found.arguments.iter().map(Vec::as_slice));
                all.map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
            }
            Err(Stop::Unsupported(stop)) => stop.reason.id().to_owned(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_and_abbreviations() {
        assert_eq!(resolved(&[], "root", false), "root root");
        assert_eq!(resolved(&[], "fil", false), "files files");
        assert_eq!(resolved(&[], "fil", true), "command.ambiguous");
        assert_eq!(resolved(&[("ui.strict", "1")], "fil", false), "command.ambiguous");
        assert_eq!(resolved(&[("filter", "commit")], "fil", false), "command.ambiguous");
        assert_eq!(resolved(&[("filter", "commit")], "file", false), "files files");
        assert_eq!(resolved(&[("fil-ter", "commit")], "filt", false), "command.unknown");
        assert_eq!(resolved(&[], "ver", false), "command.ambiguous");
        assert_eq!(resolved(&[], "commit", false), "command.unknown");
    }

    #[test]
    fn aliases_expand_and_chain() {
        assert_eq!(resolved(&[("f", "files -0 'a b'")], "f", false), "f files -0 a b");
        assert_eq!(resolved(&[("f", "files -0"), ("g", "f -v")], "g", false), "g files -0 -v");
        assert_eq!(resolved(&[("g", "q -v"), ("q", "files -0")], "g", false), "command.unknown");
        assert_eq!(resolved(&[("files", "files -0")], "files", false), "files files -0");
        assert_eq!(resolved(&[("f", "fil")], "f", false), "f files");
        assert_eq!(resolved(&[("g:doc", "files")], "g", false), "command.unknown");
        let described = |text| resolved(&[("f", "files -0"), ("f:doc", text), ("ff:doc", "é")], "f", false);
        assert_eq!([described("e"), described("é")], ["f files -0", "alias.complex"]);
    }

    #[test]
    fn what_only_legacy_expands() {
        for (definition, reason) in [
            ("!ls", "alias.shell"),
            ("files $1", "alias.complex"),
            ("files ~/x", "alias.complex"),
            ("files 'x", "alias.complex"),
            ("", "alias.complex"),
            ("files --cwd x", "alias.complex"),
            ("files -Rx", "alias.complex"),
            ("files --config=a.b=c", "alias.complex"),
            ("nonesuch", "command.unknown"),
        ] {
            assert_eq!(resolved(&[("zz", definition)], "zz", false), reason, "{definition}");
        }
        assert_eq!(resolved(&[("z-z", "root")], "zz", false), "alias.complex");
    }
}
