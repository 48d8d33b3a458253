//! `hg config`: the settings in force, all or those that are asked for.

use crate::defaults::{Default, default_of};
use crate::formatter::{Form, Formatter};
use crate::{CommandSpec, Flag, Output, PagerRequest, Prepared, RepositoryUse, pager};
use amalgam_config::Config;
use amalgam_template::{Map, Value};
use amalgam_types::{Environment, Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "config",
    aliases: &["showconfig", "debugconfig"],
    flags: &[
        // The repository's files are trusted wherever native reads them, so that both views are one.
        Flag::switch('u', "untrusted"),
        Flag::switch('\0', "exp-all-known").legacy(),
        Flag::switch('e', "edit").legacy(),
        Flag::switch('l', "local").legacy(),
        Flag::switch('\0', "source"),
        Flag::switch('\0', "shared").legacy(),
        Flag::switch('\0', "non-shared").legacy(),
        Flag::switch('g', "global").legacy(),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Optional,
    stands_for: &[],
    infers_repository: false,
    paged: true,
    summary: "show combined config settings from all hgrc files",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.config.source("ui", "tweakdefaults").as_deref() == Some("--config") {
        // Legacy then lists the tweaked settings in an order of its own.
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "ui.tweakdefaults on the command line"));
    }
    pager::start(prepared, out)?;
    let mut config = prepared.config.clone();
    if let Some(pager) = out.pager() {
        mark_paged(&mut config, pager, &prepared.env)?;
    }
    let form = Form::find(prepared, "config", out)?;
    if form.is_plain() {
        return list(prepared, &config, None, out);
    }
    form.show(None, out, |formatter, out| {
        if prepared.loads_extensions && shows_defaults(formatter) {
            return Err(Stop::unsupported(Reason::OutputUnsupported, "the default values of extensions' settings"));
        }
        list(prepared, &config, Some(formatter), out)
    })
}

fn shows_defaults(formatter: &Formatter<'_>) -> bool {
    formatter.is_for_machines() || formatter.wants("defaultvalue")
}

fn list(prepared: &Prepared, config: &Config, formatter: Option<&Formatter<'_>>, out: &mut Output<'_>) -> Outcome<i32> {
    let wanted = Wanted::new(&prepared.parsed.arguments);
    let show_source = prepared.parsed.switch("source");
    let mut matched = false;
    for section in config.sections() {
        for (name, value) in config.items(section) {
            let full = [section, b".", name].concat();
            if !wanted.includes(section, &full) {
                continue;
            }
            matched = true;
            if let Some(formatter) = formatter {
                let mut names = vec![
                    (&b"source"[..], Value::text(config.source_bytes(section, name).unwrap_or_default())),
                    (b"name", Value::text(&full)),
                    (b"value", Value::text(value)),
                ];
                if shows_defaults(formatter) {
                    names.extend(default_value(prepared, section, name, formatter)?);
                }
                formatter.item(Map::named(names), out)?;
                continue;
            }
            if show_source {
                out.write(&config.source_bytes(section, name).unwrap_or_default());
                out.write(b": ");
            }
            if !wanted.value_only {
                out.write(&full);
                out.write(b"=");
            }
            write_on_one_line(value, out);
            out.write(b"\n");
        }
    }
    Ok(i32::from(!matched))
}

/// The field for a setting's default, where it is shown.
fn default_value(
    prepared: &Prepared,
    section: &[u8],
    name: &[u8],
    formatter: &Formatter<'_>,
) -> Outcome<Option<(&'static [u8], Value)>> {
    let value = match default_of(&prepared.facts, section, name)? {
        Default::Unknown => Some(Value::None),
        Default::WorkedOut => None,
        Default::Is(value) => Some(value),
    };
    if !formatter.is_for_machines() && matches!(value, None | Some(Value::None | Value::Strings(_))) {
        return Err(Stop::unsupported(Reason::OutputUnsupported, "a default value that templates see otherwise"));
    }
    Ok(value.map(|value| (&b"defaultvalue"[..], value)))
}

/// What the arguments ask for: whole sections, or items by their full name.
struct Wanted<'a> {
    arguments: &'a [Vec<u8>],
    /// Exactly one item, and no section: its value is printed alone.
    value_only: bool,
}

impl<'a> Wanted<'a> {
    fn new(arguments: &'a [Vec<u8>]) -> Self {
        Wanted { arguments, value_only: arguments.len() == 1 && arguments[0].contains(&b'.') }
    }

    fn includes(&self, section: &[u8], full: &[u8]) -> bool {
        let asked = |argument: &Vec<u8>| {
            let name = if argument.contains(&b'.') { full } else { section };
            argument == name
        };
        self.arguments.is_empty() || self.arguments.iter().any(asked)
    }
}

fn write_on_one_line(value: &[u8], out: &mut Output<'_>) {
    for (at, line) in value.split(|&b| b == b'\n').enumerate() {
        if at > 0 {
            out.write(b"\\n");
        }
        out.write(line);
    }
}

/// Sets what legacy sets once a pager runs, since it is among what this command shows.
fn mark_paged(config: &mut Config, pager: &PagerRequest, env: &Environment) -> Outcome<()> {
    if !pager.shell && !is_runnable(&pager.command, env) {
        return Err(Stop::unsupported(Reason::TerminalUnsupported, "the pager may be missing"));
    }
    config.set("ui", "formatted", "True", "pager")?;
    config.set("ui", "interactive", "False", "pager")
}

fn is_runnable(command: &[u8], env: &Environment) -> bool {
    let runnable = |path: &Path| {
        std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    let name = OsStr::from_bytes(command);
    if command.contains(&b'/') {
        return runnable(Path::new(name));
    }
    let folders = env.get("PATH").unwrap_or_default().split(|&b| b == b':').filter(|folder| !folder.is_empty());
    folders.map(|folder| Path::new(OsStr::from_bytes(folder)).join(name)).any(|path| runnable(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(arguments: &[Vec<u8>], section: &str, full: &str) -> (bool, bool) {
        let wanted = Wanted::new(arguments);
        (wanted.includes(section.as_bytes(), full.as_bytes()), wanted.value_only)
    }

    #[test]
    fn arguments_name_sections_or_items() {
        let of = |arguments: &[&str]| arguments.iter().map(|a| a.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(wanted(&of(&[]), "ui", "ui.x"), (true, false));
        assert_eq!(wanted(&of(&["ui.x"]), "ui", "ui.x"), (true, true));
        assert_eq!(wanted(&of(&["ui.x", "ui.x"]), "ui", "ui.x"), (true, false));
        assert_eq!(wanted(&of(&["ui"]), "ui", "ui.x"), (true, false));
        assert_eq!(wanted(&of(&["u"]), "ui", "ui.x"), (false, false));
        assert_eq!(wanted(&of(&["a.b"]), "a.b", "a.b.c"), (false, true));
    }
}
