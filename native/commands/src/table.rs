//! The one table of native commands. Flags, help, completion, routing, the policy schema and migration-plan.md
//! derive from it; a new command is a file in `commands/` and a line here.

use crate::CommandSpec;
use crate::commands;

/// Every command that native answers, by name.
pub static COMMANDS: &[CommandSpec] = &[
    commands::annotate::SPEC,
    commands::bookmarks::SPEC,
    commands::branch::SPEC,
    commands::branches::SPEC,
    commands::cat::SPEC,
    commands::config::SPEC,
    commands::diff::SPEC,
    commands::export::SPEC,
    commands::files::SPEC,
    commands::grep::SPEC,
    commands::heads::SPEC,
    commands::identify::SPEC,
    commands::locate::SPEC,
    commands::log::SPEC,
    commands::manifest::SPEC,
    commands::parents::SPEC,
    commands::paths::SPEC,
    commands::phase::SPEC,
    commands::resolve::SPEC,
    commands::root::SPEC,
    commands::status::SPEC,
    commands::summary::SPEC,
    commands::tags::SPEC,
    commands::tip::SPEC,
    commands::version::SPEC,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_sorted() {
        let mut seen = HashSet::new();
        for spec in COMMANDS {
            for name in spec.names() {
                assert!(seen.insert(name), "{name} stands twice");
            }
        }
        assert!(COMMANDS.is_sorted_by_key(|spec| spec.name));
    }

    #[test]
    fn flags_do_not_shadow_each_other() {
        for spec in COMMANDS {
            let mut longs = HashSet::new();
            let mut shorts = HashSet::new();
            for flag in spec.flags.iter().chain(crate::GLOBAL_FLAGS) {
                assert!(longs.insert(flag.long), "{}: --{}", spec.name, flag.long);
                assert!(flag.short == '\0' || shorts.insert(flag.short), "{}: -{}", spec.name, flag.short);
            }
        }
    }
}
