//! Which parts of legacy a command line stands for: what an extension changes in another part cannot reach its answer.
//!
//! Only parts that whole command lines never enter are told apart; whatever belongs to none of them stands behind every
//! command. What each command enters by itself is in the table ([`CommandSpec::stands_for`]); revisions, file sets and some
//! options lead further, and a template, or an option of which it is not known where it leads, leads everywhere.
//! `launcher/tests/stands.rs` has legacy run such lines and compares where they lead.

use crate::{CommandSpec, Parsed};
use amalgam_config::Config;
use std::fmt;

/// A part of legacy that not every command line enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Differences of files.
    Diff,
    /// File sets.
    Filesets,
    /// Graphs of changesets.
    Graph,
    /// Revision queries, and what they search.
    Revsets,
    /// Templates.
    Templates,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 5] = [Part::Diff, Part::Filesets, Part::Graph, Part::Revsets, Part::Templates];

    /// Its modules, below `mercurial`.
    pub const fn modules(self) -> &'static [&'static str] {
        match self {
            Part::Diff => &["patch"],
            Part::Filesets => &["fileset", "filesetlang"],
            Part::Graph => &["graphmod"],
            Part::Revsets => &["grep", "hbisect", "revset", "revset_predicates", "revsetlang"],
            Part::Templates => &["templatefilters", "templatefuncs", "templatekw", "templater"],
        }
    }

    /// The part to which a module or class attribute belongs: `mercurial.MODULE.NAME` or `mercurial.MODULE.CLASS.NAME`.
    /// What is inside of anything else may be reached from elsewhere too, and belongs to none.
    pub fn of(attribute: &str) -> Option<Part> {
        let (module, rest) = attribute.strip_prefix("mercurial.")?.split_once('.')?;
        let is_plain = |name: &str| !name.is_empty() && !name.starts_with("__") && !name.contains('[');
        if rest.split('.').count() > 2 || !rest.split('.').all(is_plain) {
            return None;
        }
        Part::ALL.into_iter().find(|part| part.modules().contains(&module))
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Diff => "differences",
            Part::Filesets => "file sets",
            Part::Graph => "graphs",
            Part::Revsets => "revision queries",
            Part::Templates => "templates",
        })
    }
}

/// Some parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts(u8);

impl Parts {
    /// Every part.
    pub const ALL: Parts = Parts(u8::MAX);

    /// Whether `part` is among them.
    pub const fn has(self, part: Part) -> bool {
        self.0 & part.bit() != 0
    }

    fn of(parts: &[Part]) -> Parts {
        let mut all = Parts(0);
        all.add(parts);
        all
    }

    fn add(&mut self, parts: &[Part]) {
        self.0 |= parts.iter().fold(0, |bits, part| bits | part.bit());
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = Part::ALL.iter().filter(|part| self.has(**part)).map(Part::to_string).collect();
        if names.is_empty() { f.write_str("none") } else { f.write_str(&names.join(", ")) }
    }
}

/// Options that lead nowhere a command does not go by itself.
const PLAIN: &[&str] = &[
    "active",
    "added",
    "all",
    "all-files",
    "binary",
    "bookmarks",
    "branch",
    "changeset",
    "clean",
    "closed",
    "color",
    "config",
    "copies",
    "cwd",
    "date",
    "deleted",
    "exclude",
    "file",
    "files-with-matches",
    "follow",
    "fullpath",
    "git",
    "hidden",
    "id",
    "ignore-all-space",
    "ignore-blank-lines",
    "ignore-case",
    "ignore-space-at-eol",
    "ignore-space-change",
    "ignored",
    "include",
    "keyword",
    "limit",
    "line-number",
    "list",
    "modified",
    "no-merges",
    "no-status",
    "nodates",
    "noninteractive",
    "noprefix",
    "num",
    "number",
    "only-merges",
    "pager",
    "print0",
    "prune",
    "quiet",
    "removed",
    "repository",
    "reverse",
    "root",
    "show-function",
    "subrepos",
    "tags",
    "text",
    "topo",
    "unified",
    "unknown",
    "untrusted",
    "user",
    "verbose",
];
/// Options that lead on, and where.
const LEADING: &[(&str, &[Part])] = &[
    ("change", REVISION),
    ("from", REVISION),
    // Its nodes are those of a template, if only of the default one.
    ("graph", &[Part::Graph, Part::Templates]),
    ("patch", &[Part::Diff]),
    ("rev", REVISION),
    ("skip", REVISION),
    ("stat", &[Part::Diff]),
    ("to", REVISION),
];
/// Where an expression for revisions or a file set leads: either can hold the other, and search differences.
const REVISION: &[Part] = &[Part::Diff, Part::Filesets, Part::Revsets];
/// Commands whose arguments are revisions.
const TAKE_REVISIONS: &[&str] = &["export", "heads", "manifest", "phase"];
/// Kinds of patterns that are looked at by themselves; file sets and lists of patterns, which may hold such, are not.
const PATTERNS: &[&str] = &["filepath", "glob", "path", "re", "relglob", "relpath", "relre", "rootfilesin", "rootglob"];

/// The parts that a command line enters.
pub fn parts(spec: &CommandSpec, parsed: &Parsed, config: &Config) -> Parts {
    let mut parts = Parts::of(spec.stands_for);
    for flag in parsed.given().filter(|flag| !PLAIN.contains(flag)) {
        match LEADING.iter().find(|(name, _)| *name == flag) {
            Some((_, leads)) => parts.add(leads),
            None => return Parts::ALL,
        }
    }
    // Another repository is opened from the start.
    let is_elsewhere = spec.name == "identify" && !parsed.arguments.is_empty();
    let has_templates = config.items("command-templates").next().is_some()
        || ["debug", "logtemplate", "style"].iter().any(|name| config.get("ui", name).is_some());
    if is_elsewhere || has_templates {
        return Parts::ALL;
    }
    let patterns = ["include", "exclude"].iter().flat_map(|flag| parsed.list(flag)).chain(&parsed.arguments);
    let names_revisions = TAKE_REVISIONS.contains(&spec.name) && !parsed.arguments.is_empty();
    if names_revisions || patterns.into_iter().any(|pattern| !is_pattern(pattern)) {
        parts.add(REVISION);
    }
    parts
}

/// Whether a word is a pattern of a kind that leads nowhere, or none at all.
fn is_pattern(word: &[u8]) -> bool {
    word.iter()
        .position(|&byte| byte == b':')
        .is_none_or(|end| PATTERNS.iter().any(|kind| kind.as_bytes() == &word[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{COMMANDS, parse, split};
    use amalgam_types::LegacyFacts;

    fn entered(line: &str, settings: &[(&str, &str)]) -> String {
        let args: Vec<Vec<u8>> = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let facts = LegacyFacts { version: "7.2.4".to_owned(), ..LegacyFacts::default() };
        let split = split(&args, &facts).expect("splits");
        let word = split.word.clone().expect("a word");
        let spec = COMMANDS.iter().find(|spec| spec.names().any(|name| name.as_bytes() == word)).expect("native");
        let mut config = Config::default();
        for (section, name) in settings {
            config.set(*section, *name, "x", "--config").expect("set");
        }
        parts(spec, &parse(spec, &split, &facts).expect("parses"), &config).to_string()
    }

    #[test]
    fn what_a_line_gives_decides() {
        let all = Parts::ALL.to_string();
        assert_eq!(entered("status -mard", &[]), "none");
        assert_eq!(entered("status -I glob:*.c path:a", &[]), "none");
        let revision = "differences, file sets, revision queries";
        assert_eq!(entered("status --rev 0", &[]), revision);
        assert_eq!(entered("status set:modified()", &[]), revision);
        assert_eq!(entered("status -X listfile:x", &[]), revision);
        assert_eq!(entered("export tip", &[]), revision);
        assert_eq!(entered("status -T json", &[]), all);
        assert_eq!(entered("status --debug", &[]), all);
        assert_eq!(entered("status", &[("command-templates", "oneline-summary")]), all);
        assert_eq!(entered("diff -U 0", &[]), "differences");
        assert_eq!(entered("identify -b", &[]), "none");
        assert_eq!(entered("identify elsewhere", &[]), all);
        assert_eq!(entered("log -l 3", &[]), "revision queries, templates");
        assert_eq!(entered("log -l 3 --stat", &[]), "differences, revision queries, templates");
        assert_eq!(entered("log -l 3 -G", &[]), "graphs, revision queries, templates");
        assert_eq!(entered("log -l 3 -G -T x", &[]), all);
        assert_eq!(entered("log -l 3", &[("ui", "logtemplate")]), all);
    }

    #[test]
    fn what_may_be_elsewhere_too_belongs_to_no_part() {
        assert_eq!(Part::of("mercurial.patch.diff"), Some(Part::Diff));
        assert_eq!(Part::of("mercurial.revset.matchany"), Some(Part::Revsets));
        assert_eq!(Part::of("mercurial.templater.templater.load"), Some(Part::Templates));
        for other in [
            "mercurial.patch.diff.__code__",
            "mercurial.templatekw.keywords[rev]",
            "mercurial.patch.a.b.c",
            "mercurial.patch.hooks.",
            "mercurial.patchy.diff",
            "mercurial.cmdutil.commit",
            "hgext.patch.diff",
            "patch",
        ] {
            assert_eq!(Part::of(other), None, "{other}");
        }
    }

    #[test]
    fn the_lists_are_of_options_and_commands_that_exist() {
        assert!(
            PATTERNS.is_sorted()
                && TAKE_REVISIONS.is_sorted()
                && PLAIN.is_sorted()
                && LEADING.is_sorted_by_key(|one| one.0)
        );
        let all = || COMMANDS.iter().flat_map(|spec| spec.flags).chain(crate::GLOBAL_FLAGS);
        for name in PLAIN.iter().chain(LEADING.iter().map(|(name, _)| name)) {
            assert!(all().any(|flag| flag.long == *name), "{name}");
        }
        for name in TAKE_REVISIONS {
            assert!(COMMANDS.iter().any(|spec| spec.name == *name), "{name}");
        }
    }
}
