//! The verdict: whether what a set of extensions changed can reach a command.

use super::findings::{Finding, Findings};
use super::reviewed::{self, BUNDLED, RELEASES, Reach, Reviewed, VERSIONED};
use crate::table::Affects;
use amalgam_commands::{CommandSpec, Part, Parts, RepositoryUse};
use amalgam_config::Config;
use amalgam_types::LegacyFacts;
use std::borrow::Cow;
use std::path::Path;

/// What the verdict depends on besides the findings.
pub(crate) struct Judge<'a> {
    pub(crate) findings: &'a Findings,
    pub(crate) facts: &'a LegacyFacts,
    pub(crate) config: &'a Config,
    /// The repository's `.hg`.
    pub(crate) dot_hg: Option<&'a Path>,
    /// What the policy says of code that nobody can look at.
    pub(crate) affects: &'a [Affects],
    /// The parts of legacy that the command line enters.
    pub(crate) parts: Parts,
}

/// What stands between native and a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Objection {
    /// A change that can reach it, in words.
    Change(String),
    /// Nothing but code that runs for each repository and that was not seen at work in this one: whose.
    Setup(String),
}

impl Judge<'_> {
    /// The first change that can reach `spec`.
    pub(crate) fn objection(&self, spec: &CommandSpec) -> Option<Objection> {
        let loaded = |one: &&Affects| self.findings.loaded.iter().any(|known| known.name == one.extension);
        if let Some(one) = self.affects.iter().filter(loaded).find(|one| says(one, spec)) {
            return Some(Objection::Change(format!("{}: affects {}, by the policy", one.extension, spec.name)));
        }
        let mut setup = None;
        for found in self.findings.each() {
            let Some(why) = self.reach(found, spec) else { continue };
            // By the name that people know, whichever of them was found.
            let named = if found.kind == "command" { Finding { what: spec.name, ..found } } else { found };
            let words = if why.is_empty() { describe(named) } else { format!("{}, {why}", describe(named)) };
            if !is_setup(found) || self.is_reviewed(found) {
                return Some(Objection::Change(words));
            }
            setup.get_or_insert(words);
        }
        setup.map(Objection::Setup)
    }

    /// Why a change can reach the command, as far as that was reviewed; nothing where it cannot.
    fn reach(&self, found: Finding<'_>, spec: &CommandSpec) -> Option<&'static str> {
        let is_name = |word: &str| spec.names().any(|name| name == word);
        // The policy says what it changes, which was looked at above.
        let is_told = || self.affects.iter().any(|one| one.extension == found.who);
        let sets_up = spec.repository != RepositoryUse::None && self.dot_hg.is_some();
        let could = match found.kind {
            _ if found.setup && (!sets_up || is_told() || self.is_reviewed_setup(found.who)) => false,
            "hook" => match found.how {
                _ if is_told() => false,
                "reposetup" => sets_up && (self.findings.root.is_none() || self.is_reviewed(found)),
                _ => true,
            },
            "command" => match found.how {
                "option" => is_name(found.what) && takes_over(spec, found.more),
                _ => is_name(found.what),
            },
            "setting-set" => match found.how {
                // Hooks go by the name that was typed, and so do aliases.
                "hooks" => {
                    let event = found.what.split('.').next().unwrap_or_default();
                    let about = ["pre-", "post-", "fail-"].iter().any(|prefix| event.starts_with(prefix));
                    about || spec.name == "config"
                }
                // What is no native name goes to legacy as it is typed.
                "alias" => is_name(found.what) || spec.name == "config",
                _ => true,
            },
            // New words mean nothing to native, which leaves what it does not know to legacy.
            "revset" => found.how != "added" && self.parts.has(Part::Revsets),
            "fileset" => found.how != "added" && self.parts.has(Part::Filesets),
            "keyword" | "filter" | "function" => found.how != "added" && self.parts.has(Part::Templates),
            "label" | "default" => found.how != "added",
            "change" => Part::of(found.what).is_none_or(|part| self.parts.has(part)),
            _ => true,
        };
        if !could {
            return None;
        }
        let mut is_reviewed = false;
        for entry in self.reviewed(found) {
            if self.holds(entry, spec) {
                return Some(entry.why);
            }
            is_reviewed = true;
        }
        (!is_reviewed).then_some("")
    }

    /// Whether what an extension does to a repository was reviewed as a whole.
    fn is_reviewed_setup(&self, who: &str) -> bool {
        self.findings.each_of("hook").any(|found| found.who == who && is_setup(found) && self.is_reviewed(found))
    }

    fn is_reviewed(&self, found: Finding<'_>) -> bool {
        self.reviewed(found).next().is_some()
    }

    /// The entries about a finding; none where it was not reviewed.
    fn reviewed(&self, found: Finding<'_>) -> impl Iterator<Item = &'static Reviewed> {
        let is_known = RELEASES.iter().any(|release| self.facts.version.starts_with(release));
        let what = match found.kind {
            "change" if found.how != "removed" => Some(Cow::Borrowed(found.what)),
            "command" if found.how == "wrapped" => Some(Cow::Borrowed(found.what)),
            "revset" if found.how == "changed" => Some(Cow::Borrowed(found.what)),
            "hook" => Some(Cow::Borrowed(found.how)),
            "setting-set" => Some(Cow::Owned(format!("{}.{}", found.how, found.what))),
            _ => None,
        };
        let reviewed = what.filter(|_| is_known).map(|what| {
            let of_nobody = self.findings.loaded.iter().filter(move |_| found.who == "?");
            let unowned = of_nobody.flat_map(|one| self.entries(&one.name)).filter(|entry| entry.unowned);
            let name = (found.kind == "change").then(|| reviewed::name(&what)).flatten();
            let own = self.entries(found.who).iter().chain(unowned);
            name.into_iter().chain(own.filter(move |entry| entry.fits(found.kind, &what)))
        });
        reviewed.into_iter().flatten()
    }

    /// What was reviewed of an extension, if it is the one that was.
    fn entries(&self, who: &str) -> &'static [Reviewed] {
        let Some(loaded) = self.findings.loaded.iter().find(|one| one.name == who) else { return &[] };
        if loaded.bundled {
            let at = BUNDLED.binary_search_by_key(&who, |(name, _)| name);
            return at.map_or(&[], |at| BUNDLED[at].1);
        }
        let reviewed = VERSIONED.iter().find(|(name, version, _)| *name == who && *version == loaded.version);
        reviewed.map_or(&[], |(_, _, entries)| *entries)
    }

    /// Whether a reviewed change reaches the command here.
    fn holds(&self, entry: &Reviewed, spec: &CommandSpec) -> bool {
        let reached = match entry.reach {
            Reach::Nothing => false,
            Reach::Only(commands) => commands.contains(&spec.name),
            Reach::AllBut(commands) => !commands.contains(&spec.name),
            Reach::Entering(part) => self.parts.has(part),
        };
        reached && (entry.only_with.is_empty() || entry.only_with.iter().any(|condition| self.is_there(condition)))
    }

    /// A file in `.hg`, or `[section]` with anything in it.
    fn is_there(&self, condition: &str) -> bool {
        match condition.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(section) => self.config.items(section).next().is_some(),
            // What cannot be looked at may be there.
            None => self.dot_hg.is_some_and(|dot_hg| !matches!(dot_hg.join(condition).try_exists(), Ok(false))),
        }
    }
}

/// Whether a finding is that code runs for each repository.
fn is_setup(found: Finding<'_>) -> bool {
    found.kind == "hook" && found.how == "reposetup"
}

/// Whether the policy says that an extension changes a command.
fn says(one: &Affects, spec: &CommandSpec) -> bool {
    one.commands.iter().any(|command| command == "*" || spec.names().any(|name| name == command))
}

/// Whether an option that an extension added stands in the way of one of the command's own.
fn takes_over(spec: &CommandSpec, [long, short]: [&str; 2]) -> bool {
    let own = spec.flags.iter().chain(amalgam_commands::GLOBAL_FLAGS);
    own.into_iter().any(|flag| flag.long == long || short.starts_with(flag.short) && !short.is_empty())
}

/// A finding for people: who, and what it does.
pub(crate) fn describe(found: Finding<'_>) -> String {
    let Finding { kind, who, how, what, .. } = found;
    let who = if who == "?" { "an extension" } else { who };
    match kind {
        "hook" => format!("{who}: {how}"),
        "tried" => format!("{who}: {}", how.replace("\\x20", " ")),
        "command" => format!("{who}: {what} {how}"),
        "setting-set" => format!("{who}: sets {how}.{what}"),
        "change" => format!("{who}: {what} {how}"),
        _ => format!("{who}: {kind} {what} {how}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extensions::findings::{compose, parse};
    use amalgam_commands::{COMMANDS, Parsed, Split};

    struct Case<'a> {
        printed: &'a str,
        version: &'a str,
        dot_hg: Option<&'a Path>,
        config: Config,
        affects: Vec<Affects>,
        parts: Parts,
    }

    impl<'a> Case<'a> {
        fn new(printed: &'a str) -> Case<'a> {
            Case {
                printed,
                version: "7.2.4",
                dot_hg: Some(Path::new("/nonexistent/.hg")),
                config: Config::default(),
                affects: Vec::new(),
                parts: Parts::ALL,
            }
        }

        fn objection(&self, command: &str) -> Option<String> {
            let facts = LegacyFacts { version: self.version.to_owned(), ..LegacyFacts::default() };
            let printed = format!("{}\nabsent /nonexistent\nend\n", self.printed);
            let env = crate::testing::env(&[]);
            let root = self.printed.contains("\nsetup").then_some(Path::new("/r"));
            let text = compose(Path::new("/hg"), root, &[], printed.as_bytes(), &self.config, &env).expect("complete");
            let findings = parse(&text).expect("readable");
            let spec = COMMANDS.iter().find(|spec| spec.name == command).expect("native");
            let judge = Judge {
                findings: &findings,
                facts: &facts,
                config: &self.config,
                dot_hg: self.dot_hg,
                affects: &self.affects,
                parts: self.parts,
            };
            judge.objection(spec).map(|objection| match objection {
                Objection::Change(words) => words,
                Objection::Setup(words) => format!("{words}?"),
            })
        }
    }

    fn objects(printed: &str, command: &str) -> bool {
        Case::new(printed).objection(command).is_some()
    }

    #[test]
    fn what_is_added_reaches_nothing_and_what_is_replaced_does() {
        let own = "loaded corp other ?\ncommand corp added deploy\nrevset corp added mine\nkeyword corp added ticket\n\
            default corp added corp.url\nlabel corp added corp.x red";
        assert!(!objects(own, "status") && !objects(own, "log"));
        assert!(objects("revset corp changed branch", "log"));
        assert!(objects("default corp changed ui.style", "log"));
        assert!(objects("command corp wrapped status", "status"));
        assert!(objects("command corp wrapped st", "status"));
        assert!(!objects("command corp wrapped status", "log"));
        assert!(objects("command corp added st", "status"));
        assert!(!objects("command corp wrapped push", "status"));
        assert!(objects("command corp removed status", "status"));
    }

    #[test]
    fn what_is_changed_in_a_part_that_the_line_does_not_enter_does_not_count() {
        let split = Split { before: Parsed::default(), word: None, rest: Vec::new() };
        let facts = LegacyFacts::default();
        let objects = |printed: &str, command: &str| {
            let spec = COMMANDS.iter().find(|spec| spec.name == command).expect("native");
            let parsed = amalgam_commands::parse(spec, &split, &facts).expect("parses");
            let parts = amalgam_commands::parts(spec, &parsed, &Config::default());
            Case { parts, ..Case::new(printed) }.objection(command).is_some()
        };
        let diff = "change corp changed mercurial.patch.diff";
        assert!(objects(diff, "diff") && objects(diff, "export") && !objects(diff, "status") && !objects(diff, "log"));
        assert!(objects("change corp changed mercurial.patch.diff.__code__", "status"));
        let keyword = "keyword corp changed author";
        assert!(objects(keyword, "log") && !objects(keyword, "status") && !objects(keyword, "diff"));
        let revset = "revset corp changed author";
        assert!(objects(revset, "log") && objects(revset, "heads") && !objects(revset, "identify"));
        assert!(!objects("fileset corp changed modified", "files"));
        assert!(objects("change corp changed mercurial.cmdutil.files", "files"));
    }

    #[test]
    fn options_matter_where_they_take_another_place() {
        assert!(!objects("command corp option status ticket K", "status"));
        assert!(objects("command corp option status ticket m", "status"));
        assert!(objects("command corp option status modified \\", "status"));
        assert!(!objects("command corp option push modified m", "status"));
    }

    #[test]
    fn what_is_not_certain_reaches_everything() {
        for found in ["tried ? output", "tried ? write", "hook corp uipopulate", "setting-set corp ui style"] {
            assert!(objects(found, "version"), "{found}");
        }
        assert!(!objects("setting-set corp alias odiff", "diff") && objects("setting-set corp alias odiff", "config"));
        assert!(objects("setting-set corp alias diff", "diff"));
        assert!(objects("hook corp reposetup", "root"));
        assert!(!objects("hook corp reposetup", "version"));
        assert!(objects("change corp changed mercurial.cmdutil.status", "root"));
        assert!(objects("change ? added mercurial.nonesuch.x", "root"));
    }

    #[test]
    fn the_policy_says_what_nobody_can_look_at_and_no_more() {
        let printed = "loaded corp other ?\nhook corp reposetup\ncommand corp wrapped files";
        let affects = |commands: &[&str]| {
            let commands = commands.iter().map(|&name| name.to_owned()).collect();
            Case { affects: vec![Affects { extension: "corp".to_owned(), commands }], ..Case::new(printed) }
        };
        assert!(Case::new(printed).objection("status").is_some());
        assert_eq!(affects(&["commit"]).objection("status"), None);
        assert_eq!(affects(&["status"]).objection("status"), Some("corp: affects status, by the policy".to_owned()));
        assert!(affects(&["*"]).objection("status").is_some());
        assert_eq!(affects(&[]).objection("files"), Some("corp: files wrapped".to_owned()));
        let other = Case { printed: "loaded other other ?\nhook other reposetup", ..affects(&["status"]) };
        assert_eq!(other.objection("status"), Some("other: reposetup?".to_owned()));
    }

    #[test]
    fn what_was_done_to_a_repository_counts_in_place_of_the_code_that_does_it() {
        let printed = "loaded corp other ?\nhook corp reposetup\nsetup";
        let with = |line: &str| Case::new(&format!("{printed}\n{line}")).objection("status");
        assert_eq!(
            Case::new("loaded corp other ?\nhook corp reposetup").objection("status"),
            Some("corp: reposetup?".into())
        );
        assert_eq!(Case::new(printed).objection("status"), None);
        assert_eq!(with("change corp changed mercurial.localrepo.localrepository.commit"), None);
        let status = "change corp changed mercurial.localrepo.localrepository.status";
        assert_eq!(with(status), Some("corp: mercurial.localrepo.localrepository.status changed".into()));
        assert_eq!(with("tried corp reads\\x20the\\x20history"), Some("corp: reads the history".into()));
        assert_eq!(with("setting-set corp hooks pretxncommit.corp"), None);
        let replaced = format!("{printed}\n{status}");
        let outside = Case { dot_hg: None, ..Case::new(&replaced) };
        assert_eq!(outside.objection("status"), None);
        // Beside one that was reviewed as a whole, only the other's counts.
        let mq = format!("loaded mq bundled ?\nhook mq reposetup\n{printed}\n{}", status.replace("corp", "mq"));
        assert_eq!(Case::new(&mq).objection("status"), None);
        assert!(Case::new(&format!("{mq}\n{status}")).objection("status").is_some());
        let affects = Affects { extension: "corp".to_owned(), commands: vec!["log".to_owned()] };
        let told = Case { affects: vec![affects], ..Case::new(&replaced) };
        assert_eq!(told.objection("status"), None);
    }

    #[test]
    fn reviewed_names_and_bundled_extensions() {
        assert!(!objects("change corp changed mercurial.exchange.push", "status"));
        assert!(objects("change corp removed mercurial.exchange.push", "status"));
        let rebase = "loaded rebase bundled ?\nchange rebase added mercurial.cmdutil.summaryhooks._hooks.";
        assert!(!objects(rebase, "summary"));
        assert!(objects(&rebase.replace("bundled", "other"), "summary"));
        assert!(objects("change ? added mercurial.cmdutil.summaryhooks._hooks.", "summary"));
        let sparse = "loaded sparse bundled ?\nchange sparse changed mercurial.sparse.enabled\n\
            change sparse changed mercurial.logcmdutil._initialrevs\ncommand sparse option log sparse \\";
        assert!(!objects(sparse, "status") && !objects(sparse, "log"));
        let old = Case { version: "6.9.5", ..Case::new(rebase) };
        assert!(old.objection("summary").is_some());
    }

    #[test]
    fn an_extension_from_elsewhere_counts_by_its_version() {
        let evolve = "loaded evolve other 12.0.0\nhook evolve reposetup\nrevset evolve changed successors";
        assert!(!objects(evolve, "log") && objects(evolve, "config"));
        assert!(objects(&evolve.replace("12.0.0", "12.0.1"), "log"));
        assert!(objects(&evolve.replace("loaded evolve", "loaded other"), "log"));
    }

    #[test]
    fn conditions_are_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let dot_hg = folder.path().join(".hg");
        std::fs::create_dir(&dot_hg).expect("folder");
        let mq = "loaded mq bundled ?\nhook mq reposetup\ncommand mq wrapped status";
        let case = Case { dot_hg: Some(&dot_hg), ..Case::new(mq) };
        assert_eq!(case.objection("status"), None);
        std::fs::write(dot_hg.join("patches"), "").expect("write");
        assert_eq!(case.objection("status"), Some("mq: reposetup, patches are tags".to_owned()));
        assert_eq!(case.objection("root"), None);
        let eol = Case { dot_hg: Some(&dot_hg), ..Case::new("loaded eol bundled ?\nhook eol reposetup") };
        assert!(eol.objection("config").is_some() && eol.objection("cat").is_none());
        std::fs::write(folder.path().join(".hgeol"), "").expect("write");
        assert!(eol.objection("root").is_some() && eol.objection("version").is_none());
        let mut keyword = Case::new("loaded keyword bundled ?\nhook keyword reposetup");
        assert!(keyword.objection("cat").is_none());
        keyword.config.set("keyword", "**.txt", "", "--config").expect("set");
        assert!(keyword.objection("cat").is_some() && keyword.objection("files").is_none());
    }
}
