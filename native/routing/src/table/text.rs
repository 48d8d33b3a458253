//! The text of a route table, written and read: its only reader and its only writer.

use super::{Affects, Compare, Condition, Journalling, Keep, Limits, Rule, Table, Transport, Way};
use crate::canary::BUCKETS;
use crate::facts::{escape, unescape};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const HEADER: &[u8] = b"amalgam-route-table 1";

/// What to compile.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The files that the rules come from.
    pub sources: Vec<PathBuf>,
    /// The table itself.
    pub table: Table,
}

/// The text of a route table; the sources are looked at now.
///
/// # Errors
/// One sentence: a source that is not there, or a command name that cannot be one.
pub fn compile(rules: &Rules) -> Result<Vec<u8>, String> {
    let mut text = HEADER.to_vec();
    text.push(b'\n');
    write_sources(&rules.sources, &mut text)?;
    if let Some(legacy) = &rules.table.legacy {
        text.extend_from_slice(b"legacy ");
        escape(legacy.as_os_str().as_bytes(), &mut text);
        text.push(b'\n');
    }
    text.extend_from_slice(format!("transport {}\n", rules.table.transport.word()).as_bytes());
    let Journalling { enabled, max_size } = rules.table.journal;
    text.extend_from_slice(format!("journal {}\n", if enabled { max_size.max(1) } else { 0 }).as_bytes());
    let Limits { mismatches, cooldown, clean } = rules.table.breaker;
    text.extend_from_slice(format!("breaker {mismatches} {cooldown} {clean}\n").as_bytes());
    let Compare { at_once, seconds, keep, in_ci, on_battery } = rules.table.compare;
    text.extend_from_slice(format!("compare {at_once} {seconds} {}", keep.word()).as_bytes());
    for (on, word) in [(in_ci, " ci"), (on_battery, " battery")] {
        if on {
            text.extend_from_slice(word.as_bytes());
        }
    }
    text.push(b'\n');
    for rule in &rules.table.rules {
        if let Some(name) = rule.commands.iter().find(|name| !is_command_name(name)) {
            return Err(format!("{name:?} cannot be a command name"));
        }
        if rule.commands.is_empty() {
            return Err("a route without a command".to_owned());
        }
        if let Some(flag) = rule.flags.iter().find(|flag| *flag == "*" || !is_command_name(flag)) {
            return Err(format!("{flag:?} cannot be the long name of a flag"));
        }
        text.extend_from_slice(format!("route {}", rule.way.word()).as_bytes());
        if rule.verify > 0 {
            text.extend_from_slice(format!("+{}", rule.verify).as_bytes());
        }
        text.extend_from_slice(format!(" {}", rule.commands.join(",")).as_bytes());
        if !rule.flags.is_empty() {
            text.extend_from_slice(format!(" {}", rule.flags.join(",")).as_bytes());
        }
        text.push(b'\n');
        for condition in &rule.conditions {
            condition.write(&mut text)?;
        }
    }
    for one in &rules.table.extensions {
        if let Some(name) = one.commands.iter().chain([&one.extension]).find(|name| !is_command_name(name)) {
            return Err(format!("{name:?} cannot be a command name or an extension's"));
        }
        text.extend_from_slice(format!("extension {}", one.extension).as_bytes());
        if !one.commands.is_empty() {
            text.extend_from_slice(format!(" {}", one.commands.join(",")).as_bytes());
        }
        text.push(b'\n');
    }
    text.extend_from_slice(b"end\n");
    Ok(text)
}

fn write_sources(sources: &[PathBuf], text: &mut Vec<u8>) -> Result<(), String> {
    for source in sources {
        let (mtime, size) = stamp(source).ok_or_else(|| format!("{} cannot be read", source.display()))?;
        text.extend_from_slice(format!("source {mtime} {size} ").as_bytes());
        escape(source.as_os_str().as_bytes(), text);
        text.push(b'\n');
    }
    Ok(())
}

/// The table in `old` for `sources` as they are now, though they say something else, or nothing that can be compiled:
/// what was last in order stays in force.
///
/// # Errors
/// One sentence: `old` is no table, or a source is not there.
pub fn restamp(old: &[u8], sources: &[PathBuf]) -> Result<Vec<u8>, String> {
    parse(old).ok_or("the route table that is in force is damaged")?;
    let mut text = Vec::with_capacity(old.len());
    for (at, line) in old.split_inclusive(|&b| b == b'\n').enumerate() {
        if !line.starts_with(b"source ") {
            text.extend_from_slice(line);
        }
        if at == 0 {
            write_sources(sources, &mut text)?;
        }
    }
    Ok(text)
}

fn is_command_name(name: &str) -> bool {
    name == "*" || !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:".contains(&b))
}

/// A file that a table was compiled from, as it was then.
pub(super) struct Source {
    pub(super) stamp: (i128, u64),
    pub(super) path: PathBuf,
}

/// How a file is told from a changed one.
pub(super) fn stamp(path: &Path) -> Option<(i128, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()), meta.size()))
}

/// Reads a whole table.
pub(super) fn parse(text: &[u8]) -> Option<(Table, Vec<Source>)> {
    let mut lines = text.strip_suffix(b"\nend\n")?.split(|&b| b == b'\n');
    if lines.next()? != HEADER {
        return None;
    }
    let (mut table, mut sources) = (Table::default(), Vec::new());
    for line in lines {
        let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
        match words.as_slice() {
            [b"source", mtime, size, path] => {
                let stamp = (number(mtime)?, number(size)?);
                sources.push(Source { stamp, path: unescape(path).map(OsString::from_vec)?.into() });
            }
            [b"legacy", path] => table.legacy = Some(unescape(path).map(OsString::from_vec)?.into()),
            [b"transport", word] => table.transport = Transport::from_word(std::str::from_utf8(word).ok()?)?,
            [b"journal", size] => {
                let max_size = number(size)?;
                let enabled = max_size > 0;
                table.journal = if enabled {
                    Journalling { enabled, max_size }
                } else {
                    Journalling { enabled, ..Journalling::default() }
                };
            }
            [b"breaker", mismatches, cooldown, clean] => {
                let (mismatches, clean) = (number(mismatches)?, number(clean)?);
                table.breaker = Limits { mismatches, cooldown: number(cooldown)?, clean };
            }
            [b"compare", at_once, seconds, keep, places @ ..] => {
                if places.iter().any(|place| !matches!(*place, b"ci" | b"battery")) {
                    return None;
                }
                let keep = Keep::from_word(std::str::from_utf8(keep).ok()?)?;
                let [in_ci, on_battery] = [&b"ci"[..], b"battery"].map(|place| places.contains(&place));
                table.compare =
                    Compare { at_once: number(at_once)?, seconds: number(seconds)?, keep, in_ci, on_battery };
            }
            [b"route", way, commands] => table.rules.push(rule(way, commands, None)?),
            [b"route", way, commands, flags] => table.rules.push(rule(way, commands, Some(flags))?),
            [b"when", words @ ..] => table.rules.last_mut()?.conditions.push(Condition::read(words)?),
            [b"extension", name] => table.extensions.push(affects(name, None)?),
            [b"extension", name, commands] => table.extensions.push(affects(name, Some(commands))?),
            _ => return None,
        }
    }
    Some((table, sources))
}

fn names(list: &[u8]) -> Option<Vec<String>> {
    let names: Vec<String> = std::str::from_utf8(list).ok()?.split(',').map(str::to_owned).collect();
    names.iter().all(|name| is_command_name(name)).then_some(names)
}

fn affects(name: &[u8], commands: Option<&[u8]>) -> Option<Affects> {
    let [extension] = <[String; 1]>::try_from(names(name)?).ok()?;
    Some(Affects { extension, commands: commands.map_or(Some(Vec::new()), names)? })
}

fn rule(way: &[u8], commands: &[u8], flags: Option<&[u8]>) -> Option<Rule> {
    let way = std::str::from_utf8(way).ok()?;
    let (way, verify) = match way.split_once('+') {
        Some((way, share)) => (way, share.parse().ok().filter(|&share| share <= BUCKETS)?),
        None => (way, 0),
    };
    let flags = flags.map_or(Some(Vec::new()), names)?;
    Some(Rule { commands: names(commands)?, flags, conditions: Vec::new(), way: Way::from_word(way)?, verify })
}

/// A word that is a number.
pub(super) fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Words that are text.
pub(super) fn words_of(words: &[&[u8]]) -> Option<Vec<String>> {
    words.iter().map(|word| String::from_utf8(unescape(word)?).ok()).collect()
}
