//! The options that legacy looks at before anything else: it needs the folder, the repository and `--config`
//! to find configuration, extensions and aliases, and only then parses the command line in full.
//!
//! The scan takes a global option only in a word of its own and only unabbreviated (`--cwd X`, `--cwd=X`, `-RX`,
//! `-R X`), anywhere before `--`; with `+strictflags` in `HGPLAIN` only before the first other word. The value of
//! one option is never read as another, so every global option takes part. Source: `hg help scripting`, and what
//! the running program accepts.

use amalgam_commands::{Flag, FlagKind, GLOBAL_FLAGS};

/// What the early scan found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Early {
    /// The last `--cwd`; an empty one counts as none.
    pub(crate) cwd: Option<Vec<u8>>,
    /// The last `-R`, `--repository` or `--repo`; an empty one counts as none.
    pub(crate) repository: Option<Vec<u8>>,
    /// Every `--config`, in order.
    pub(crate) config: Vec<Vec<u8>>,
    /// Other options that were seen, by long name, with the state of switches.
    pub(crate) others: Vec<(&'static str, bool)>,
}

impl Early {
    /// Whether the switch `long` is on after the scan.
    pub(crate) fn switch(&self, long: &str) -> bool {
        self.others.iter().rev().find(|(name, _)| *name == long).is_some_and(|(_, on)| *on)
    }
}

/// Scans `args`, everything after `argv[0]`.
pub(crate) fn scan(args: &[Vec<u8>], strict: bool) -> Early {
    let mut early = Early::default();
    let mut at = 0;
    while let Some(word) = args.get(at) {
        if word == b"--" {
            break;
        }
        let Some((flag, on, joined)) = option(word) else {
            if strict {
                break;
            }
            at += 1;
            continue;
        };
        let takes_value = flag.kind != FlagKind::Switch;
        let value = match (takes_value, joined) {
            (false, None) => None,
            // `--debugger=x` is not an option to the scan.
            (false, Some(_)) if strict => break,
            (false, Some(_)) => {
                at += 1;
                continue;
            }
            (true, Some(value)) => Some(value.to_vec()),
            (true, None) => {
                let Some(next) = args.get(at + 1) else { break };
                at += 1;
                Some(next.clone())
            }
        };
        early.store(flag, on, value);
        at += 1;
    }
    early
}

impl Early {
    fn store(&mut self, flag: &'static Flag, on: bool, value: Option<Vec<u8>>) {
        match (flag.long, value) {
            ("cwd", Some(value)) => self.cwd = Some(value).filter(|v| !v.is_empty()),
            ("repository", Some(value)) => self.repository = Some(value).filter(|v| !v.is_empty()),
            ("config", Some(value)) => self.config.push(value),
            (long, _) => self.others.push((long, on)),
        }
    }
}

/// The option that `word` is, whether it switches on, and the value joined to it.
fn option(word: &[u8]) -> Option<(&'static Flag, bool, Option<&[u8]>)> {
    if let Some(long) = word.strip_prefix(b"--") {
        let (name, joined) = match long.iter().position(|&b| b == b'=') {
            Some(eq) => (&long[..eq], Some(&long[eq + 1..])),
            None => (long, None),
        };
        let name = if name == b"repo" { b"repository" } else { name };
        if let Some(flag) = GLOBAL_FLAGS.iter().find(|flag| flag.long.as_bytes() == name) {
            return Some((flag, true, joined));
        }
        let positive = name.strip_prefix(b"no-")?;
        let flag = GLOBAL_FLAGS.iter().find(|flag| flag.long.as_bytes() == positive)?;
        let negatable = flag.kind == FlagKind::Switch && !matches!(flag.long, "noninteractive" | "help" | "version");
        return negatable.then_some((flag, false, joined));
    }
    let (&letter, tail) = word.strip_prefix(b"-")?.split_first()?;
    let flag = GLOBAL_FLAGS.iter().find(|flag| flag.short != '\0' && flag.short == char::from(letter))?;
    Some((flag, true, Some(tail).filter(|tail| !tail.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::words;

    fn found(line: &str, strict: bool) -> (String, String, Vec<String>) {
        let early = scan(&words(line), strict);
        let text = |v: Option<Vec<u8>>| v.map_or("-".to_owned(), |v| String::from_utf8_lossy(&v).into_owned());
        let config = early.config.iter().map(|v| String::from_utf8_lossy(v).into_owned()).collect();
        (text(early.cwd), text(early.repository), config)
    }

    fn pair(line: &str) -> (String, String) {
        let (cwd, repository, _) = found(line, false);
        (cwd, repository)
    }

    #[test]
    fn own_words_and_joined_values() {
        let of = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(pair("x --cwd foo -Rbar -q y"), of("foo", "bar"));
        assert_eq!(pair("x --cwd=foo y -R bar"), of("foo", "bar"));
        assert_eq!(pair("--repository a --repo b"), of("-", "b"));
        assert_eq!(pair("--repo=b x"), of("-", "b"));
        assert_eq!(pair("-R=b"), of("-", "=b"));
        assert_eq!(pair("--cwd="), of("-", "-"));
        assert_eq!(pair("--cwd a --cwd="), of("-", "-"));
    }

    #[test]
    fn not_abbreviated_not_clustered_not_after_the_end() {
        let none = ("-".to_owned(), "-".to_owned());
        assert_eq!(pair("--cw foo --reposi x -qR y"), none);
        assert_eq!(pair("status -- --cwd foo -Rx"), none);
        assert_eq!(pair("status --cwd"), none);
        assert_eq!(pair("-R"), none);
        assert_eq!(pair("- -: --"), none);
    }

    #[test]
    fn a_value_is_not_an_option() {
        assert_eq!(pair("--color --cwd foo").0, "-");
        assert_eq!(pair("--cwd -- -R x"), ("--".to_owned(), "x".to_owned()));
        assert_eq!(pair("--debugger=1 --cwd foo").0, "foo");
        assert_eq!(found("--config a.b=1 --config=c.d=2 x --config -R", false).2, ["a.b=1", "c.d=2", "-R"]);
    }

    #[test]
    fn strict_flags_stop_at_the_first_other_word() {
        assert_eq!(found("--cwd foo -q x -Rbar", true).0, "foo");
        assert_eq!(found("--cwd foo -q x -Rbar", true).1, "-");
        assert_eq!(found("-u --cwd foo", true).0, "-");
    }

    #[test]
    fn switches_remember_their_last_state() {
        let early = scan(&words("-v --no-verbose --debug -qx"), false);
        assert!(!early.switch("verbose") && early.switch("debug") && !early.switch("quiet"));
    }
}
