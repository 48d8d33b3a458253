//! What a probe found, for people: per extension what it changes, and which of that reaches a native command here.

use super::findings::{Finding, Findings};

/// One enabled extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Its name; `?` collects what is nobody's for certain.
    pub name: String,
    /// Its own version, where it has one.
    pub version: Option<String>,
    /// Whether it came with this Mercurial.
    pub bundled: bool,
    /// What it changes, one clause each.
    pub changes: Vec<String>,
}

/// The kinds of change in the order in which they are told.
const CLAUSES: &[(&str, &str, &str)] = &[
    ("tried", "", "while it is loaded:"),
    ("hook", "", "runs code of its own at"),
    ("command", "wrapped", "wraps"),
    ("command", "changed", "changes the options of"),
    ("command", "removed", "removes"),
    ("command", "added", "adds commands"),
    ("command", "option", "adds options to"),
    ("change", "changed", "replaces"),
    ("change", "removed", "removes"),
    ("change", "added", "adds to Mercurial"),
    ("setting-set", "", "sets"),
    ("revset", "", "revset functions"),
    ("keyword", "", "template keywords"),
    ("filter", "", "template filters"),
    ("function", "", "template functions"),
    ("fileset", "", "file set functions"),
    ("label", "", "colours"),
    ("default", "", "declares settings"),
];

/// Each extension with what it changes.
pub(crate) fn extensions(findings: &Findings) -> Vec<Extension> {
    let mut all: Vec<Extension> = Vec::new();
    for one in &findings.loaded {
        let version = Some(one.version.clone()).filter(|version| version != "?");
        let changes = clauses(findings, &one.name);
        all.push(Extension { name: one.name.clone(), version, bundled: one.bundled, changes });
    }
    let changes = clauses(findings, "?");
    if !changes.is_empty() {
        all.push(Extension { name: "?".to_owned(), version: None, bundled: false, changes });
    }
    all
}

fn clauses(findings: &Findings, who: &str) -> Vec<String> {
    let of = |kind: &str, how: &str| -> Vec<String> {
        let fits = |one: &Finding<'_>| one.who == who && one.kind == kind && (how.is_empty() || one.how == how);
        let mut names: Vec<String> = Vec::new();
        for name in findings.each().filter(fits).map(name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let clause = |(kind, how, words): &(&str, &str, &str)| {
        let names = of(kind, how);
        (!names.is_empty()).then(|| format!("{words} {}", names.join(", ")))
    };
    CLAUSES.iter().filter_map(clause).collect()
}

fn name(found: Finding<'_>) -> String {
    match found.kind {
        "hook" | "tried" => found.how.replace("\\x20", " "),
        "setting-set" => format!("{}.{}", found.how, found.what),
        _ => found.what.trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extensions::findings::{compose, parse};
    use amalgam_config::Config;
    use std::path::Path;

    #[test]
    fn changes_are_told_by_extension_and_kind() {
        let printed = "loaded rebase bundled ?\nloaded corp other 1.2\nhook corp reposetup\ncommand rebase added rebase\n\
            command rebase wrapped pull\ncommand rebase option pull rebase \\\ncommand rebase option pull tool t\n\
            tried ? output\nabsent /nonexistent\nend\n";
        let env = crate::testing::env(&[]);
        let text =
            compose(Path::new("/hg"), None, &[], printed.as_bytes(), &Config::default(), &env).expect("complete");
        let all = extensions(&parse(&text).expect("readable"));
        let told: Vec<_> =
            all.iter().map(|one| (one.name.as_str(), one.version.as_deref(), one.changes.join("; "))).collect();
        assert_eq!(
            told,
            [
                ("rebase", None, "wraps pull; adds commands rebase; adds options to pull".to_owned()),
                ("corp", Some("1.2"), "runs code of its own at reposetup".to_owned()),
                ("?", None, "while it is loaded: output".to_owned()),
            ]
        );
    }
}
