//! Which enabled extensions leave which commands alone.
//!
//! The table below was made by running each bundled extension beside the commands; an extension that is not in it, that
//! is loaded from a path, or that this legacy does not bring along can change anything.

use amalgam_config::Config;
use amalgam_types::{LegacyFacts, Outcome, Reason, Stop};
use std::path::Path;

/// What an extension can change.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// No output of a core command.
    Nothing,
    /// These commands.
    Commands(&'static [&'static str]),
    /// Every command but these.
    AllBut(&'static [&'static str]),
    /// Every command but these, as soon as one of these files is in `.hg`.
    AllButWhere(&'static [&'static str], &'static [&'static str]),
    /// These commands, as soon as one of these files is in `.hg`.
    CommandsWhere(&'static [&'static str], &'static [&'static str]),
}

use Effect::{AllBut, AllButWhere, Commands, CommandsWhere, Nothing};

/// Old names that legacy accepts and does nothing with.
const IGNORED: &[&str] =
    &["bookmarks", "color", "hbisect", "hgcia", "inotify", "interhg", "parentrevspec", "progress", "shelve"];

/// By name. What is not here can change anything.
const EFFECTS: &[(&str, Effect)] = &[
    ("absorb", Nothing),
    ("acl", Nothing),
    ("amend", Nothing),
    ("automv", Nothing),
    ("beautifygraph", Commands(&["log", "heads", "parents", "tip"])),
    ("bookflow", Nothing),
    ("bugzilla", Nothing),
    ("censor", Nothing),
    ("children", Nothing),
    ("churn", Nothing),
    ("clonebundles", Nothing),
    ("closehead", Nothing),
    ("commitextras", Nothing),
    ("convert", Nothing),
    ("eol", AllBut(&["root", "files", "locate", "manifest", "paths", "version"])),
    ("extdiff", Nothing),
    ("factotum", Nothing),
    ("fastannotate", Commands(&["annotate"])),
    ("fastexport", Nothing),
    ("fetch", Nothing),
    ("fix", Nothing),
    ("githelp", Nothing),
    ("gpg", Nothing),
    ("graphlog", Nothing),
    ("hgk", Nothing),
    ("highlight", Nothing),
    ("histedit", CommandsWhere(&["status", "summary"], &["histedit-state"])),
    ("hooklib", Nothing),
    ("journal", Nothing),
    ("keyword", AllBut(&["root", "files", "locate", "manifest", "paths", "version"])),
    ("lfs", Commands(&["config"])),
    ("mq", AllButWhere(&["root", "version"], &["patches", "patches.queue", "patches.queues"])),
    ("narrow", Commands(&["config"])),
    ("notify", Nothing),
    ("patchbomb", Commands(&["export"])),
    ("purge", Nothing),
    ("rebase", CommandsWhere(&["status", "summary"], &["rebasestate"])),
    ("record", Nothing),
    ("releasenotes", Nothing),
    ("relink", Nothing),
    ("remotenames", AllBut(&["root", "version"])),
    ("schemes", Commands(&["paths"])),
    ("share", AllButWhere(&["root", "version"], &["shared"])),
    ("show", Commands(&["config"])),
    ("sparse", Commands(&["log"])),
    ("split", Nothing),
    ("strip", Nothing),
    ("transplant", CommandsWhere(&["status", "summary"], &["transplant/journal"])),
    ("uncommit", Nothing),
    ("zeroconf", Commands(&["config", "paths"])),
];

/// The enabled extensions, by short name, ignored ones left out.
///
/// # Errors
/// `ExtensionUnproven` for one that is loaded from a path.
pub(crate) fn enabled(config: &Config) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for (key, value) in config.items("extensions") {
        if key.contains(&b':') || value.starts_with(b"!") {
            continue;
        }
        let key = String::from_utf8_lossy(key);
        let name = key.strip_prefix("hgext.").or_else(|| key.strip_prefix("hgext/")).unwrap_or(&key);
        if IGNORED.contains(&name) {
            continue;
        }
        if !value.is_empty() {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, format!("{name}, loaded from a path")));
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// Checks that no extension of `names` changes `command`.
///
/// # Errors
/// `ExtensionUnproven`, with the first that can.
pub(crate) fn check(
    names: &[String],
    command: &str,
    config: &Config,
    facts: &LegacyFacts,
    dot_hg: Option<&Path>,
) -> Outcome<()> {
    for name in names {
        let bundled = facts.bundled_extensions.iter().any(|known| known == name);
        let effect = EFFECTS.iter().find(|(known, _)| known == name).map(|(_, effect)| *effect);
        let has = |files: &[&str]| dot_hg.is_some_and(|dot_hg| files.iter().any(|file| dot_hg.join(file).exists()));
        let changes = match effect {
            _ if !bundled => true,
            None => true,
            Some(Nothing) => name == "extdiff" && defines(config, command),
            Some(Commands(commands)) => commands.contains(&command),
            Some(AllBut(commands)) => !commands.contains(&command),
            Some(AllButWhere(commands, files)) => has(files) && !commands.contains(&command),
            Some(CommandsWhere(commands, files)) => has(files) && commands.contains(&command),
        };
        if changes {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, name.clone()));
        }
    }
    Ok(())
}

/// Whether `[extdiff]` makes a command of this name.
fn defines(config: &Config, command: &str) -> bool {
    config.items("extdiff").any(|(key, _)| {
        let name = key.strip_prefix(b"cmd.").unwrap_or(key);
        name.split(|&b| b == b'.').next() == Some(command.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(items: &[(&str, &str)]) -> Config {
        let mut config = Config::default();
        for (name, value) in items {
            let (section, key) = name.split_once('/').unwrap_or(("extensions", name));
            config.set(section, key, value, "--config").expect("set");
        }
        config
    }

    fn verdict(items: &[(&str, &str)], command: &str, dot_hg: Option<&Path>) -> Option<String> {
        let bundled = EFFECTS.iter().map(|(name, _)| (*name).to_owned()).chain(["blackbox".to_owned()]);
        let facts = LegacyFacts { bundled_extensions: bundled.collect(), ..LegacyFacts::default() };
        let config = config(items);
        let checked = enabled(&config).and_then(|names| check(&names, command, &config, &facts, dot_hg));
        match checked {
            Ok(()) => None,
            Err(Stop::Unsupported(stop)) => {
                assert_eq!(stop.reason, Reason::ExtensionUnproven);
                Some(stop.detail)
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn known_extensions_leave_commands_alone() {
        assert_eq!(verdict(&[("rebase", ""), ("hgext.purge", ""), ("hgext/strip", "")], "status", None), None);
        assert_eq!(verdict(&[("progress", "anything"), ("hgext.color", "")], "status", None), None);
        assert_eq!(verdict(&[("keyword", "")], "files", None), None);
        assert_eq!(verdict(&[("keyword", "")], "cat", None), Some("keyword".to_owned()));
        assert_eq!(verdict(&[("fastannotate", "")], "annotate", None), Some("fastannotate".to_owned()));
    }

    #[test]
    fn unknown_extensions_can_change_anything() {
        assert_eq!(verdict(&[("blackbox", "")], "root", None), Some("blackbox".to_owned()));
        assert_eq!(verdict(&[("nonesuch", "")], "root", None), Some("nonesuch".to_owned()));
        assert!(verdict(&[("rebase", "~/my/rebase.py")], "root", None).is_some());
        let none = LegacyFacts::default();
        assert!(check(&["rebase".to_owned()], "root", &config(&[]), &none, None).is_err());
    }

    #[test]
    fn disabled_extensions_and_suboptions_do_not_count() {
        assert_eq!(verdict(&[("blackbox", "!"), ("x", "!/path"), ("*:required", "yes")], "root", None), None);
        assert!(verdict(&[("blackbox", "!"), ("hgext.blackbox", "")], "root", None).is_some());
    }

    #[test]
    fn state_files_matter() {
        let folder = tempfile::tempdir().expect("a folder");
        let dot_hg = Some(folder.path());
        assert_eq!(verdict(&[("rebase", ""), ("mq", "")], "status", dot_hg), None);
        std::fs::write(folder.path().join("rebasestate"), b"").expect("write");
        assert_eq!(verdict(&[("rebase", "")], "status", dot_hg), Some("rebase".to_owned()));
        assert_eq!(verdict(&[("rebase", "")], "files", dot_hg), None);
        std::fs::create_dir(folder.path().join("patches")).expect("folder");
        assert_eq!(verdict(&[("mq", "")], "files", dot_hg), Some("mq".to_owned()));
        assert_eq!(verdict(&[("mq", "")], "root", dot_hg), None);
    }

    #[test]
    fn extdiff_may_define_a_command_over_ours() {
        assert_eq!(verdict(&[("extdiff", ""), ("extdiff/cmd.vdiff", "")], "status", None), None);
        assert!(verdict(&[("extdiff", ""), ("extdiff/cmd.status", "")], "status", None).is_some());
        assert!(verdict(&[("extdiff", ""), ("extdiff/status", "")], "status", None).is_some());
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(EFFECTS.is_sorted_by_key(|(name, _)| *name));
        assert!(IGNORED.is_sorted());
    }
}
