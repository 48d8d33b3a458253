//! The lines that legacy's `blackbox` extension writes about a command into `.hg/blackbox.log`: whoever answers in its
//! place writes them as well. What that extension does beyond that (another file when this one is full, dates of one's
//! own, asking whether the working copy has changed) is left to it.

use crate::invocation::Prepared;
use amalgam_config::Config;
use amalgam_query::Clock;
use amalgam_types::{Environment, Outcome, Reason, Stop};
use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// What was typed, as the extension tells it.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// Everything after `argv[0]`.
    pub args: &'a [Vec<u8>],
    /// The aliases it went through, the first one first: name and definition.
    pub aliases: &'a [(Vec<u8>, Vec<u8>)],
    /// The process.
    pub pid: u32,
    /// The configuration without the repository's: by it the end is told.
    pub outside: &'a Config,
}

/// A command that is logged.
#[derive(Debug, Clone)]
pub struct Blackbox {
    path: PathBuf,
    clock: Clock,
    /// The time and zone that stand for any other, for tests.
    always: Option<(f64, i64)>,
    /// Who, where and in which process.
    head: Vec<u8>,
    with_source: bool,
    /// The command as it was typed.
    command: Vec<u8>,
    /// Lines about the beginning.
    begin: Vec<u8>,
    tells_end: bool,
    /// The permissions of the file where there is none yet: those of the store.
    permissions: u32,
}

/// What nobody but the extension itself asks for.
const QUIETLY_IGNORED: [&[u8]; 3] = [b"chgserver", b"cmdserver", b"extension"];
/// Settings that say how a line looks.
const FORM: [(&str, &str); 5] = [
    ("blackbox", "date-format"),
    ("blackbox", "debug.to-stderr"),
    ("blackbox", "dirty"),
    ("blackbox", "logsource"),
    ("devel", "default-date"),
];
/// `blackbox.maxsize` where it is not set.
const FULL: i64 = 1 << 20;

fn unsupported(detail: &str) -> Stop {
    Stop::unsupported(Reason::ExtensionUnproven, format!("blackbox: {detail}"))
}

impl Blackbox {
    /// What is to be written about a command; nothing outside a repository, and where the settings want nothing.
    ///
    /// # Errors
    /// `ExtensionUnproven` for what only the extension itself writes, and where it would begin another file.
    pub fn of(prepared: &Prepared, typed: Typed<'_>) -> Outcome<Option<Blackbox>> {
        let Some(repository) = &prepared.repository else { return Ok(None) };
        let config = &prepared.config;
        let list = |name: &str| config.get_list("blackbox", name);
        let track = list("track").unwrap_or_else(|| vec![b"*".to_vec()]);
        let ignore = list("ignore").unwrap_or_else(|| QUIETLY_IGNORED.iter().map(|&event| event.to_vec()).collect());
        let has = |events: &[Vec<u8>], event: &str| events.iter().any(|known| known == event.as_bytes());
        let tracks = |event: &str| has(&track, "*") && !has(&ignore, event) || has(&track, event);
        if ["command", "commandalias", "commandfinish", "extension"].iter().all(|event| !tracks(event)) {
            return Ok(None);
        }
        if tracks("extension") {
            return Err(unsupported("it tracks extensions"));
        }
        for name in ["dirty", "debug.to-stderr"] {
            if config.bool_or("blackbox", name, false)? {
                return Err(unsupported(name));
            }
        }
        let is_set = |section, name| config.get(section, name).is_some_and(|value| !value.is_empty());
        if is_set("blackbox", "date-format") {
            return Err(unsupported("dates in a form of their own"));
        }
        let clock = Clock::new(&prepared.env)?;
        let set = config.get("devel", "default-date").filter(|date| !date.is_empty());
        let always = set.map(|date| amalgam_query::parse_date(date, &clock)).transpose()?;
        let (first, second) = repository.working_parents()?;
        let mut revision = first.to_string();
        if !second.is_null() {
            revision.push('+');
            revision.push_str(&second.to_string());
        }
        let user = user(&prepared.env).ok_or_else(|| unsupported("a user without a name"))?;
        let mut head = user;
        head.extend_from_slice(format!(" @{revision} ({})", typed.pid).as_bytes());
        let mut blackbox = Blackbox {
            path: repository.root().join(".hg/blackbox.log"),
            clock,
            always,
            head,
            with_source: config.bool_or("blackbox", "logsource", false)?,
            command: join(typed.args),
            begin: Vec::new(),
            tells_end: tracks("commandfinish") && is_enabled(typed.outside),
            permissions: 0,
        };
        if tracks("command") {
            blackbox.begin = blackbox.line("command", blackbox.clock.now(), &[&blackbox.command])?;
        }
        if tracks("commandalias") {
            for (name, definition) in typed.aliases {
                let parts: [&[u8]; 5] = [b"alias '", name, b"' expands to '", definition, b"'"];
                let line = blackbox.line("commandalias", blackbox.clock.now(), &parts)?;
                blackbox.begin.extend_from_slice(&line);
            }
        }
        // Only who has the extension without the repository's own settings is told of the end, and as those say.
        let differs = |(section, name): &(&str, &str)| typed.outside.get(section, name) != config.get(section, name);
        if blackbox.tells_end && FORM.iter().any(differs) {
            return Err(unsupported("settings of the repository's own"));
        }
        let full = config.get_bytes("blackbox", "maxsize")?.unwrap_or(FULL);
        let size = match std::fs::symlink_metadata(&blackbox.path) {
            Ok(found) if is_plain(&found) => found.size(),
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Ok(_) | Err(_) => return Err(unsupported("its file is not one of its own")),
        };
        let store = std::fs::metadata(repository.store()).map_err(|_| unsupported("a store that cannot be seen"))?;
        blackbox.permissions = store.mode() & 0o666;
        let begins = i64::try_from(size).ok().and_then(|size| size.checked_add(blackbox.begin.len() as i64));
        if full > 0 && begins.is_none_or(|size| size >= full) {
            return Err(unsupported("its file is full"));
        }
        Ok(Some(blackbox))
    }

    /// Writes that the command has ended, and how. Where that cannot be written, the extension says nothing either.
    pub fn append(&self, code: i32, took: Duration) {
        let mut lines = self.begin.clone();
        if self.tells_end {
            let ended = format!(" exited {} after {:.2} seconds", code & 0xff, took.as_secs_f64());
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
            let Ok(line) = self.line("commandfinish", now, &[&self.command, ended.as_bytes()]) else { return };
            lines.extend_from_slice(&line);
        }
        let open = |new: bool| OpenOptions::new().append(true).create_new(new).open(&self.path);
        let file = match open(false) {
            Err(error) if error.kind() == ErrorKind::NotFound => open(true).inspect(|file| {
                drop(file.set_permissions(Permissions::from_mode(self.permissions)));
            }),
            opened => opened,
        };
        let file = file.ok().filter(|file: &File| file.metadata().is_ok_and(|found| is_plain(&found)));
        if let Some(mut file) = file {
            drop(file.write_all(&lines));
        }
    }

    fn line(&self, event: &str, at: f64, message: &[&[u8]]) -> Outcome<Vec<u8>> {
        let (at, offset) = match self.always {
            Some(always) => always,
            None => (at, self.clock.offset_at(at.floor() as i64)?),
        };
        let mut line = amalgam_template::dates::format(b"%Y-%m-%d %H:%M:%S", at, offset)?;
        line.extend_from_slice(format!(".{:03} ", ((at - at.floor()) * 1000.0) as u32).as_bytes());
        line.extend_from_slice(&self.head);
        if self.with_source {
            line.extend_from_slice(format!(" [{event}]").as_bytes());
        }
        line.extend_from_slice(b"> ");
        for part in message {
            line.extend_from_slice(part);
        }
        line.push(b'\n');
        Ok(line)
    }
}

fn is_enabled(config: &Config) -> bool {
    let named = ["blackbox", "hgext.blackbox"].iter().filter_map(|name| config.get("extensions", name));
    named.into_iter().any(|value| !value.starts_with(b"!"))
}

/// A file of its own: legacy replaces one that has several names.
fn is_plain(found: &Metadata) -> bool {
    found.is_file() && found.nlink() == 1
}

/// The user's name as Python finds it.
fn user(env: &Environment) -> Option<Vec<u8>> {
    let named = ["LOGNAME", "USER", "LNAME", "USERNAME"].iter().find_map(|name| env.non_empty(name));
    if let Some(name) = named {
        return Some(name.to_vec());
    }
    let known = std::fs::read("/etc/passwd").ok()?;
    let uid = env.euid.to_string();
    known.split(|&byte| byte == b'\n').find_map(|line| {
        let mut fields = line.split(|&byte| byte == b':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.as_bytes()).then(|| name.to_vec())
    })
}

/// The words as a shell would read them back.
fn join(words: &[Vec<u8>]) -> Vec<u8> {
    let mut line = Vec::new();
    for word in words {
        if !line.is_empty() {
            line.push(b' ');
        }
        let is_safe = |byte: &u8| byte.is_ascii_alphanumeric() || b"._/+-".contains(byte);
        if !word.is_empty() && word.iter().all(is_safe) {
            line.extend_from_slice(word);
            continue;
        }
        line.push(b'\'');
        for &byte in word {
            if byte == b'\'' { line.extend_from_slice(b"'\\''") } else { line.push(byte) }
        }
        line.push(b'\'');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_legacy_does() {
        let words = |words: &[&str]| {
            let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            String::from_utf8_lossy(&join(&words)).into_owned()
        };
        assert_eq!(words(&["-R", "a/b.c", "log"]), "-R a/b.c log");
        assert_eq!(words(&["status", "", "it's", "a,b", "x@y"]), r"status '' 'it'\''s' 'a,b' 'x@y'");
    }

    #[test]
    fn the_first_variable_with_a_name_counts() {
        let env = |pairs: &[(&str, &str)]| Environment {
            vars: pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect(),
            ..Environment::default()
        };
        assert_eq!(user(&env(&[("USER", "u"), ("LOGNAME", "")])), Some(b"u".to_vec()));
        assert_eq!(user(&env(&[("USER", "u"), ("LOGNAME", "l")])), Some(b"l".to_vec()));
    }
}
