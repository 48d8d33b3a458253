//! What a command server would answer differently, or can't answer at all. One rule each; the texts are for traces
//! and `doctor`.
//!
//! A server's worker is another process than the one that was started: it has no controlling terminal, none of the
//! descriptors above the standard ones, another stack below the command, and Python's own `print` is lost on it.

use super::context::Context;
use amalgam_config::{Config, parse_bool};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Commands that serve, ask for the process itself, or print with Python.
const COMMANDS: &[&str] = &["serve", "view"];
/// Commands that may talk to another machine, through a program that asks for a password on the terminal.
const REMOTE: &[&str] = &[
    "bundle",
    "clone",
    "email",
    "fetch",
    "histedit",
    "identify",
    "import",
    "incoming",
    "init",
    "outgoing",
    "pull",
    "push",
    "summary",
    "transplant",
];
/// Commands that may do so without a word of it in the command line or in `[paths]`.
const ASKING: &[&str] = &["clone", "convert", "email"];
/// Options that show or change the process around the command, and all their abbreviations.
const OPTIONS: &[&str] = &["config-file", "debug", "debugger", "pager", "profile", "time", "traceback"];
/// Bundled extensions that log the server's own start, keep threads or connections, or ask on the terminal.
const EXTENSIONS: &[&str] = &[
    "blackbox",
    "fsmonitor",
    "git",
    "gpg",
    "infinitepush",
    "largefiles",
    "lfs",
    "logtoprocess",
    "phabricator",
    "remotefilelog",
    "sqlitestore",
    "zeroconf",
];
/// What loads an extension from within a repository.
const REQUIREMENTS: &[&[u8]] = &[b"lfs", b"largefiles", b"git", b"remotefilelog", b"sqlite"];
/// Settings that are booleans and must be off.
const OFF: &[(&str, &str)] = &[
    ("profiling", "enabled"),
    ("ui", "debug"),
    ("ui", "logblockedtimes"),
    ("ui", "nontty"),
    ("ui", "timestamp-output"),
    ("ui", "traceback"),
];
/// Sections that only a server reads, or that trace the process; the settings named in them are harmless.
const SECTIONS: &[(&str, &[&str])] = &[
    ("chgserver", &["idletimeout"]),
    ("cmdserver", &[]),
    ("devel", &["all-warnings", "default-date"]),
    ("profiling", &["enabled"]),
];
/// Characters of a pager's command line for which a shell is started.
const SHELL_CHARACTERS: &[u8] = b"|&;<>()$`\\\"' \t\n*?[#~=%";
/// As much as goes to the server in one piece.
const MAX_ARGUMENTS: usize = 48 * 1024;
const MAX_ENVIRONMENT: usize = 512 * 1024;

/// Checks everything.
///
/// # Errors
/// Why it has to be exec.
pub(super) fn check(context: &Context<'_>) -> Result<(), String> {
    arguments(context)?;
    environment(context)?;
    configuration(&context.config)?;
    extensions(context)?;
    command(context)?;
    pager(context)
}

fn arguments(context: &Context<'_>) -> Result<(), String> {
    let args = context.args;
    if args.iter().map(|arg| arg.len() + 1).sum::<usize>() > MAX_ARGUMENTS {
        return Err("the command line is long".to_owned());
    }
    // A list with one empty word cannot be told from an empty list.
    if args.len() == 1 && args[0].is_empty() {
        return Err("the command line is an empty word".to_owned());
    }
    if let Some(arg) = args.iter().find(|arg| names_descriptor(arg)) {
        return Err(format!("{} is another file for another process", String::from_utf8_lossy(arg)));
    }
    args.iter().try_for_each(|arg| match shows_process(arg) {
        Some(option) => Err(format!("--{option}")),
        None => Ok(()),
    })
}

/// The option of [`OPTIONS`] that `arg` is or abbreviates.
fn shows_process(arg: &[u8]) -> Option<&'static str> {
    let name = arg.strip_prefix(b"--")?.split(|&b| b == b'=').next().filter(|name| !name.is_empty())?;
    let name = name.strip_prefix(b"no-").unwrap_or(name);
    if name == b"config" {
        return None;
    }
    OPTIONS.iter().copied().find(|option| option.as_bytes().starts_with(name))
}

fn names_descriptor(text: &[u8]) -> bool {
    [b"/dev/".as_slice(), b"/proc/"].iter().any(|part| memchr::memmem::find(text, part).is_some())
        && text != b"/dev/null"
        && !text.ends_with(b"=/dev/null")
}

fn environment(context: &Context<'_>) -> Result<(), String> {
    let env = context.env;
    for name in ["CHGHG", "CHGORIG_LC_CTYPE", "CHG_CLEAR_LC_CTYPE", "HGCATAPULTSERVERPIPE", "LD_AUDIT", "LD_PRELOAD"] {
        if env.get(name).is_some() {
            return Err(format!("{name} is set"));
        }
    }
    if env.vars.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>() > MAX_ENVIRONMENT {
        return Err("the environment is large".to_owned());
    }
    let descriptor = |value: &[u8]| [b"/dev/fd/".as_slice(), b"/proc/self/"].iter().any(|part| value.starts_with(part));
    match env.vars.iter().find(|(_, value)| descriptor(value)) {
        Some((name, _)) => Err(format!("{} names a descriptor", String::from_utf8_lossy(name))),
        None => Ok(()),
    }
}

fn configuration(config: &Config) -> Result<(), String> {
    for (section, name) in OFF {
        if config.get(section, name).is_some_and(|value| parse_bool(value) != Some(false)) {
            return Err(format!("{section}.{name}"));
        }
    }
    for (section, harmless) in SECTIONS {
        let known = |name: &[u8]| harmless.iter().any(|known| known.as_bytes() == name);
        if let Some((name, _)) = config.items(section).find(|(name, _)| !known(name)) {
            return Err(format!("{section}.{}", String::from_utf8_lossy(name)));
        }
    }
    if config.get("ui", "message-output").is_some_and(|value| value == b"channel") {
        return Err("ui.message-output".to_owned());
    }
    // What is written in Python may print with Python.
    for section in ["hooks", "merge-tools"] {
        if let Some((name, _)) = config.items(section).find(|(_, value)| value.starts_with(b"python:")) {
            return Err(format!("{section}.{} is Python", String::from_utf8_lossy(name)));
        }
    }
    Ok(())
}

fn extensions(context: &Context<'_>) -> Result<(), String> {
    for name in &context.extensions {
        let bundled = context.facts.bundled_extensions.iter().any(|known| known == name);
        if !bundled || EXTENSIONS.contains(&name.as_str()) {
            return Err(format!("the extension {name}"));
        }
    }
    let Some(root) = &context.root else { return Ok(()) };
    let requires =
        [".hg/requires", ".hg/store/requires"].map(|file| std::fs::read(root.join(file)).unwrap_or_default());
    let needs = |name: &[u8]| requires.iter().any(|text| memchr::memmem::find(text, name).is_some());
    match REQUIREMENTS.iter().find(|name| needs(name)) {
        Some(name) => Err(format!("the requirement {}", String::from_utf8_lossy(name))),
        None => Ok(()),
    }
}

fn command(context: &Context<'_>) -> Result<(), String> {
    let commands = context.commands();
    let debug = |name: &[u8]| name.starts_with(b"debug") || name.starts_with(b"admin::");
    if let Some(name) = commands.iter().find(|name| is_in(name, COMMANDS) || debug(name)) {
        return Err(format!("the command {}", String::from_utf8_lossy(name)));
    }
    if let Some(word) = &context.word {
        // An alias or a default may turn the word into any of these.
        let aliases = context.config.items("alias").filter(|(name, _)| name.starts_with(word));
        let defaults = context.config.items("defaults").filter(|(name, _)| commands.contains(name));
        for (name, value) in aliases.chain(defaults) {
            let words: Vec<&[u8]> = value.split(|b| b.is_ascii_whitespace() || b"'\"".contains(b)).collect();
            let odd = |word: &&&[u8]| is_in(word, COMMANDS) || debug(word) || shows_process(word).is_some();
            if let Some(odd) = words.iter().find(odd) {
                let of = |bytes| String::from_utf8_lossy(bytes).into_owned();
                return Err(format!("{} in the alias or default {}", of(odd), of(name)));
            }
        }
    }
    remote(context, &commands)
}

/// With a controlling terminal, a program that asks for a password asks there; a worker has none.
fn remote(context: &Context<'_>, commands: &[&[u8]]) -> Result<(), String> {
    let url = |text: &[u8]| memchr::memmem::find(text, b"://").is_some() && !text.starts_with(b"file://");
    let remote = commands.iter().any(|name| is_in(name, REMOTE));
    let named = context.args.iter().any(|arg| url(arg));
    let configured = remote && context.config.items("paths").any(|(_, value)| url(value));
    let hidden = commands.iter().any(|name| is_in(name, ASKING))
        || remote && context.extensions.iter().any(|name| name == "schemes");
    let nested = context.root.as_deref().is_some_and(has_subrepositories);
    if (named || configured || hidden || nested) && std::fs::File::open("/dev/tty").is_ok() {
        return Err("another machine may ask for a password on the terminal".to_owned());
    }
    Ok(())
}

fn has_subrepositories(root: &Path) -> bool {
    [".hgsub", ".hgsubstate"].iter().any(|name| root.join(name).symlink_metadata().is_ok())
}

/// A server does not notice that a pager is missing, or that it is `cat` and does nothing.
fn pager(context: &Context<'_>) -> Result<(), String> {
    let formatted = context.terminal.is_formatted(&context.config).unwrap_or(true);
    let command = context.config.get("pager", "pager").unwrap_or(b"less");
    if !formatted || command.is_empty() || command.iter().any(|b| SHELL_CHARACTERS.contains(b)) {
        return Ok(());
    }
    let command_path = Path::new(std::ffi::OsStr::from_bytes(command));
    let found = if command.contains(&b'/') {
        command_path.is_file()
    } else {
        let folders = context.env.get("PATH").unwrap_or_default().split(|&b| b == b':');
        folders.map(|folder| Path::new(std::ffi::OsStr::from_bytes(folder))).any(|f| f.join(command_path).is_file())
    };
    if command == b"cat" || !found {
        return Err(format!("the pager {}", String::from_utf8_lossy(command)));
    }
    Ok(())
}

fn is_in(name: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| known.as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_their_abbreviations() {
        for arg in
            ["--debug", "--deb", "--no-debug", "--trace", "--prof", "--time", "--pager=no", "--config-f=x", "--t"]
        {
            assert!(shows_process(arg.as_bytes()).is_some(), "{arg}");
        }
        for arg in ["--config", "--config=x.y=z", "--verbose", "--", "-d", "debug", "--date", "--delete", "--template"]
        {
            assert_eq!(shows_process(arg.as_bytes()), None, "{arg}");
        }
    }

    #[test]
    fn descriptors_are_not_passed_by_name() {
        for arg in ["/dev/fd/63", "/dev/stdin", "--logfile=/dev/fd/0", "../../proc/self/fd/0"] {
            assert!(names_descriptor(arg.as_bytes()), "{arg}");
        }
        for arg in ["/dev/null", "--logfile=/dev/null", "a/device", "dev/x"] {
            assert!(!names_descriptor(arg.as_bytes()), "{arg}");
        }
    }

    #[test]
    fn settings_that_only_a_server_or_a_tracer_reads() {
        let with = |section: &str, name: &str, value: &str| {
            let mut config = Config::default();
            config.set(section, name, value, "--config").expect("set");
            configuration(&config).is_ok()
        };
        for (section, name, value) in [
            ("ui", "debug", "yes"),
            ("ui", "traceback", "yes"),
            ("devel", "debug.extensions", "1"),
            ("cmdserver", "log", "-"),
            ("chgserver", "skiphash", "1"),
            ("profiling", "type", "ls"),
            ("hooks", "commit", "python:x.py:y"),
            ("merge-tools", "mine.executable", "python:x.py"),
        ] {
            assert!(!with(section, name, value), "{section}.{name}");
        }
        for (section, name, value) in [
            ("ui", "debug", "no"),
            ("devel", "default-date", "0 0"),
            ("devel", "all-warnings", "1"),
            ("chgserver", "idletimeout", "9"),
            ("hooks", "commit", "echo python:"),
        ] {
            assert!(with(section, name, value), "{section}.{name}");
        }
    }
}
