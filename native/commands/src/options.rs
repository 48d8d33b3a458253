//! Command-line options as legacy's two passes of getopt read them: the global options up to the command
//! word, then the command's and the global options together, options and arguments mixed.
//!
//! Source: `hg help` for each flag; Python's `getopt` documentation for prefixes, joined short flags and
//! `--no-` forms. What legacy would refuse is `Unsupported(UsageError)`: the message and the help that
//! follow it are legacy's to print.

use crate::spec::{CommandSpec, Flag, FlagKind, GLOBAL_FLAGS, NEVER_NEGATED};
use amalgam_types::{LegacyFacts, Outcome, Reason, Stop};

/// The value of one flag that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagValue {
    /// A switch, on or (with `--no-`) off.
    Switch(bool),
    /// The last value.
    Value(Vec<u8>),
    /// All values in order.
    List(Vec<Vec<u8>>),
}

/// A command line after parsing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    given: Vec<(&'static str, FlagValue)>,
    /// What is not an option, the command word left out.
    pub arguments: Vec<Vec<u8>>,
}

impl Parsed {
    /// Whether the switch `long` is on.
    pub fn switch(&self, long: &str) -> bool {
        matches!(self.find(long), Some(FlagValue::Switch(true)))
    }

    /// The value of `long`, when it was given and is not empty: legacy tells an empty value from none nowhere
    /// that native answers.
    pub fn value(&self, long: &str) -> Option<&[u8]> {
        match self.find(long) {
            Some(FlagValue::Value(value)) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The values of the repeatable flag `long`.
    pub fn list(&self, long: &str) -> &[Vec<u8>] {
        match self.find(long) {
            Some(FlagValue::List(values)) => values,
            _ => &[],
        }
    }

    /// The long names of the flags that were given, in the order of their first use.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        self.given.iter().map(|(long, _)| *long)
    }

    fn find(&self, long: &str) -> Option<&FlagValue> {
        self.given.iter().find(|(name, _)| *name == long).map(|(_, value)| value)
    }

    fn store(&mut self, flag: &Flag, negated: bool, value: Vec<u8>) {
        let slot = self.given.iter_mut().find(|(name, _)| *name == flag.long);
        match (flag.kind, slot) {
            (FlagKind::Switch, Some((_, slot))) => *slot = FlagValue::Switch(!negated),
            (FlagKind::Switch, None) => self.given.push((flag.long, FlagValue::Switch(!negated))),
            (FlagKind::Value, Some((_, slot))) => *slot = FlagValue::Value(value),
            (FlagKind::Value, None) => self.given.push((flag.long, FlagValue::Value(value))),
            (FlagKind::List, Some((_, FlagValue::List(values)))) => values.push(value),
            (FlagKind::List, _) => self.given.push((flag.long, FlagValue::List(vec![value]))),
        }
    }
}

/// The result of the first pass: what stands before the command word, the word, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The global options before the word.
    pub before: Parsed,
    /// The command word; `None` when there is none.
    pub word: Option<Vec<u8>>,
    /// Everything after the word.
    pub rest: Vec<Vec<u8>>,
}

/// First pass: reads global options until the first argument, which is the command word.
///
/// # Errors
/// `UsageError` for an option that is not a global one.
pub fn split(args: &[Vec<u8>], facts: &LegacyFacts) -> Outcome<Split> {
    let flags = Flags { sets: [GLOBAL_FLAGS, &[]], version: version_of(facts) };
    let mut before = Parsed::default();
    let mut at = 0;
    while at < args.len() && is_option(&args[at]) {
        if args[at] == b"--" {
            at += 1;
            break;
        }
        at = flags.read_option(args, at, &mut before)?;
    }
    let word = args.get(at).cloned();
    let rest = args.get(at + 1..).unwrap_or_default().to_vec();
    Ok(Split { before, word, rest })
}

/// Second pass: reads the command's own and the global options of `rest`, on top of what the first pass found.
///
/// # Errors
/// `UsageError` where legacy would refuse; `FlagUnsupported` or `FlagGlobal` for a flag that native leaves to legacy.
pub fn parse(spec: &'static CommandSpec, split: &Split, facts: &LegacyFacts) -> Outcome<Parsed> {
    let flags = Flags { sets: [spec.flags, GLOBAL_FLAGS], version: version_of(facts) };
    let mut parsed = split.before.clone();
    let args = &split.rest;
    let mut at = 0;
    while at < args.len() {
        if args[at] == b"--" {
            parsed.arguments.extend_from_slice(&args[at + 1..]);
            break;
        }
        if is_option(&args[at]) {
            at = flags.read_option(args, at, &mut parsed)?;
        } else {
            parsed.arguments.push(args[at].clone());
            at += 1;
        }
    }
    refuse_legacy_flags(spec.flags, &parsed, Reason::FlagUnsupported)?;
    refuse_legacy_flags(GLOBAL_FLAGS, &parsed, Reason::FlagGlobal)?;
    Ok(parsed)
}

/// Whether a long option is not written as the table has it: beside options that native does not know, an
/// abbreviation or a `--no-` form may mean another.
pub fn abbreviates(spec: &'static CommandSpec, split: &Split) -> bool {
    let long = |word: &'_ Vec<u8>| Some(word.strip_prefix(b"--")?.split(|&b| b == b'=').next()?.to_vec());
    let words = split.rest.iter().take_while(|word| word.as_slice() != b"--");
    words
        .filter_map(long)
        .any(|name| !spec.flags.iter().chain(GLOBAL_FLAGS).any(|flag| flag.long.as_bytes() == name.as_slice()))
}

fn refuse_legacy_flags(flags: &[Flag], parsed: &Parsed, reason: Reason) -> Outcome<()> {
    for flag in flags.iter().filter(|flag| !flag.native) {
        // `--no-debug` is as if it had not been given.
        if parsed.find(flag.long).is_some_and(|value| *value != FlagValue::Switch(false)) {
            return Err(Stop::unsupported(reason, format!("--{}", flag.long)));
        }
    }
    Ok(())
}

fn is_option(arg: &[u8]) -> bool {
    arg.len() > 1 && arg[0] == b'-'
}

/// `(major, minor)` of legacy; a version that cannot be read counts as the newest.
pub(crate) fn version_of(facts: &LegacyFacts) -> (u16, u16) {
    let mut parts = facts.version.split(['.', '+', 'r']).map(str::parse::<u16>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
        _ => (u16::MAX, 0),
    }
}

/// The flags in force, as one list; earlier sets are searched first.
struct Flags {
    sets: [&'static [Flag]; 2],
    version: (u16, u16),
}

impl Flags {
    fn all(&self) -> impl Iterator<Item = &'static Flag> {
        let version = self.version;
        self.sets.into_iter().flatten().filter(move |flag| flag.since <= version)
    }

    /// Reads the option at `args[at]` and returns where the next word is.
    fn read_option(&self, args: &[Vec<u8>], at: usize, into: &mut Parsed) -> Outcome<usize> {
        match args[at].strip_prefix(b"--") {
            Some(long) => self.read_long(long, args, at, into),
            None => self.read_shorts(args, at, into),
        }
    }

    fn read_long(&self, word: &[u8], args: &[Vec<u8>], at: usize, into: &mut Parsed) -> Outcome<usize> {
        let (name, joined) = match word.iter().position(|&b| b == b'=') {
            Some(eq) => (&word[..eq], Some(&word[eq + 1..])),
            None => (word, None),
        };
        let (flag, negated) = self.find_long(name)?;
        if flag.kind == FlagKind::Switch {
            if joined.is_some() {
                return Err(usage(&args[at]));
            }
            into.store(flag, negated, Vec::new());
            return Ok(at + 1);
        }
        match (joined, args.get(at + 1)) {
            (Some(value), _) => {
                into.store(flag, false, value.to_vec());
                Ok(at + 1)
            }
            (None, Some(value)) => {
                into.store(flag, false, value.clone());
                Ok(at + 2)
            }
            (None, None) => Err(usage(&args[at])),
        }
    }

    fn read_shorts(&self, args: &[Vec<u8>], at: usize, into: &mut Parsed) -> Outcome<usize> {
        let word = &args[at];
        for (i, &letter) in word[1..].iter().enumerate() {
            let flag = self
                .all()
                .find(|flag| flag.short != '\0' && flag.short == char::from(letter))
                .ok_or_else(|| usage(word))?;
            if flag.kind == FlagKind::Switch {
                into.store(flag, false, Vec::new());
                continue;
            }
            let tail = &word[i + 2..];
            if !tail.is_empty() {
                into.store(flag, false, tail.to_vec());
                return Ok(at + 1);
            }
            let value = args.get(at + 1).ok_or_else(|| usage(word))?;
            into.store(flag, false, value.clone());
            return Ok(at + 2);
        }
        Ok(at + 1)
    }

    /// The flag that `name` is, or is the only prefix of; and whether it is the `--no-` form.
    fn find_long(&self, name: &[u8]) -> Outcome<(&'static Flag, bool)> {
        let mut prefixed = None;
        let mut several = false;
        for (long, flag, negated) in self.spellings() {
            if long.as_bytes() == name {
                return Ok((flag, negated));
            }
            if long.as_bytes().starts_with(name) {
                several |= prefixed.is_some();
                prefixed = Some((flag, negated));
            }
        }
        prefixed.filter(|_| !several).ok_or_else(|| usage(name))
    }

    /// Every long spelling: the names and the `--no-` forms.
    fn spellings(&self) -> impl Iterator<Item = (String, &'static Flag, bool)> {
        self.all().flat_map(|flag| {
            let mut spellings = vec![(flag.long.to_owned(), flag, false)];
            if flag.kind == FlagKind::Switch && !NEVER_NEGATED.contains(&flag.long) {
                let opposite = match flag.long.strip_prefix("no-") {
                    Some(positive) => positive.to_owned(),
                    None => format!("no-{}", flag.long),
                };
                if self.all().all(|other| other.long != opposite) {
                    spellings.push((opposite, flag, true));
                }
            }
            spellings
        })
    }
}

fn usage(word: &[u8]) -> Stop {
    Stop::unsupported(Reason::UsageError, String::from_utf8_lossy(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::COMMANDS;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split_ascii_whitespace().map(|word| word.as_bytes().to_vec()).collect()
    }

    fn read(line: &str) -> Outcome<Parsed> {
        let facts = LegacyFacts { version: "7.2.4".to_owned(), ..LegacyFacts::default() };
        let split = split(&words(line), &facts)?;
        let word = split.word.clone().unwrap_or_default();
        let spec = COMMANDS.iter().find(|spec| spec.name.as_bytes() == word).expect("a native command");
        parse(spec, &split, &facts)
    }

    fn reason(line: &str) -> Option<Reason> {
        match read(line) {
            Err(Stop::Unsupported(unsupported)) => Some(unsupported.reason),
            _ => None,
        }
    }

    #[test]
    fn joined_shorts_prefixes_and_values() {
        let parsed = read("-q files -0vr5 --inc a --include=b x -- -y").expect("valid");
        assert!(parsed.switch("quiet") && parsed.switch("print0") && parsed.switch("verbose"));
        assert_eq!(parsed.value("rev"), Some(&b"5"[..]));
        assert_eq!(parsed.list("include"), [b"a".to_vec(), b"b".to_vec()]);
        assert_eq!(parsed.arguments, [b"x".to_vec(), b"-y".to_vec()]);
    }

    #[test]
    fn the_last_value_wins_and_no_undoes() {
        let parsed = read("--verbose files -r 1 --rev 2 --no-verbose").expect("valid");
        assert_eq!(parsed.value("rev"), Some(&b"2"[..]));
        assert!(!parsed.switch("verbose"));
    }

    #[test]
    fn what_legacy_refuses() {
        for line in [
            "files --nonesuch",
            "files --print0=x",
            "files --rev",
            "files -r",
            "files -Z",
            "files --e", // encoding, encodingmode, exclude
            "--print0 files",
            "files --no-noninteractive",
        ] {
            assert_eq!(reason(line), Some(Reason::UsageError), "{line}");
        }
    }

    #[test]
    fn what_is_not_written_out() {
        let abbreviates = |line: &str| {
            let spec = COMMANDS.iter().find(|spec| spec.name == "files").expect("native");
            abbreviates(spec, &split(&words(line), &LegacyFacts::default()).expect("valid"))
        };
        for line in ["files", "files -0 --rev 1 --include=x --quiet", "files -- --re"] {
            assert!(!abbreviates(line), "{line}");
        }
        for line in ["files --re 1", "files --no-print0", "files --incl=x", "files --qu"] {
            assert!(abbreviates(line), "{line}");
        }
    }

    #[test]
    fn flags_left_to_legacy() {
        assert_eq!(reason("files --traceback"), Some(Reason::FlagGlobal));
        assert_eq!(reason("files --no-debug"), None);
        assert_eq!(reason("resolve --mark"), Some(Reason::FlagUnsupported));
    }

    #[test]
    fn a_lone_dash_is_an_argument() {
        assert_eq!(read("files - -0").expect("valid").arguments, [b"-".to_vec()]);
    }
}
