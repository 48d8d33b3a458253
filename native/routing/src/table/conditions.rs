//! What a route asks besides command and flags: who, where, with what around. Looked at only where a route asks.

use super::text::{number, words_of};
use crate::facts::{escape, unescape};
use amalgam_config::Config;
use amalgam_repo::Repository;
use amalgam_types::Environment;
use std::cell::OnceCell;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// One thing that has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A variable of the environment.
    Variable(String, Wanted),
    /// The user is one of these, by number; none is nobody.
    User(Vec<u32>),
    /// The repository is at or below a folder that one of these names, by its real path; `*` and `?` stand for
    /// characters of one name.
    Repository(Vec<Vec<u8>>),
    /// One of these extensions is enabled, by short name.
    Extension(Vec<String>),
    /// The repository has one of these requirements.
    Requirement(Vec<String>),
    /// The repository has at least and at most so many changesets.
    Changesets(u64, u64),
}

/// What a variable has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// There, and neither empty, `0`, `false` nor `no`.
    Set,
    /// The opposite.
    Unset,
    /// Exactly this.
    Value(Vec<u8>),
}

/// What conditions are held against.
pub struct Surroundings<'a> {
    env: &'a Environment,
    root: Option<&'a Path>,
    config: &'a Config,
    repository: OnceCell<Option<Repository>>,
}

impl<'a> Surroundings<'a> {
    /// Of an invocation with the repository's configuration in force.
    pub fn new(env: &'a Environment, root: Option<&'a Path>, config: &'a Config) -> Self {
        Surroundings { env, root, config, repository: OnceCell::new() }
    }

    /// The repository, if native can read it at all.
    fn repository(&self) -> Option<&Repository> {
        let open = || Repository::open(self.root?, self.env).ok();
        self.repository.get_or_init(open).as_ref()
    }
}

impl Condition {
    /// Whether it holds; what cannot be found out does not.
    pub fn holds(&self, around: &Surroundings<'_>) -> bool {
        match self {
            Condition::Variable(name, wanted) => wanted.is(around.env.get(name)),
            Condition::User(users) => users.contains(&around.env.euid),
            Condition::Repository(patterns) => around
                .root
                .and_then(|root| root.canonicalize().ok())
                .is_some_and(|root| patterns.iter().any(|pattern| covers(pattern, &root))),
            Condition::Extension(names) => names.iter().any(|name| crate::extensions::is_enabled(around.config, name)),
            Condition::Requirement(names) => around
                .repository()
                .is_some_and(|repository| names.iter().any(|name| repository.requirements().has(name))),
            Condition::Changesets(least, most) => around
                .repository()
                .and_then(|repository| u64::try_from(repository.changelog().ok()?.len()).ok())
                .is_some_and(|count| (*least..=*most).contains(&count)),
        }
    }

    /// As a line of the route table holds it.
    pub(super) fn write(&self, text: &mut Vec<u8>) -> Result<(), String> {
        let mut line: Vec<&[u8]> = vec![b"when"];
        let (least, most);
        let numbers: Vec<String>;
        match self {
            Condition::Variable(name, wanted) => {
                if !is_variable(name) {
                    return Err(format!("{name:?} cannot be the name of a variable"));
                }
                line.extend([b"variable", name.as_bytes()]);
                match wanted {
                    Wanted::Set => line.push(b"set"),
                    Wanted::Unset => line.push(b"unset"),
                    Wanted::Value(value) => line.extend([b"is", value.as_slice()]),
                }
            }
            Condition::User(users) => {
                numbers = users.iter().map(u32::to_string).collect();
                line.push(b"user");
                line.extend(numbers.iter().map(String::as_bytes));
            }
            Condition::Repository(patterns) => {
                if let Some(wrong) = patterns.iter().find(|pattern| !pattern.starts_with(b"/")) {
                    return Err(format!("{:?} is not an absolute path", String::from_utf8_lossy(wrong)));
                }
                line.push(b"repository");
                line.extend(patterns.iter().map(Vec::as_slice));
            }
            Condition::Extension(names) => {
                line.push(b"extension");
                line.extend(names.iter().map(String::as_bytes));
            }
            Condition::Requirement(names) => {
                line.push(b"requirement");
                line.extend(names.iter().map(String::as_bytes));
            }
            Condition::Changesets(from, to) => {
                (least, most) = (from.to_string(), to.to_string());
                line.extend([b"changesets", least.as_bytes(), most.as_bytes()]);
            }
        }
        for (at, word) in line.into_iter().enumerate() {
            if at > 0 {
                text.push(b' ');
            }
            escape(word, text);
        }
        text.push(b'\n');
        Ok(())
    }

    /// The condition of a line whose first word was `when`.
    pub(super) fn read(words: &[&[u8]]) -> Option<Condition> {
        Some(match words {
            [b"variable", name, b"set"] => Condition::Variable(words_of(&[name])?.pop()?, Wanted::Set),
            [b"variable", name, b"unset"] => Condition::Variable(words_of(&[name])?.pop()?, Wanted::Unset),
            [b"variable", name, b"is", value] => {
                Condition::Variable(words_of(&[name])?.pop()?, Wanted::Value(unescape(value)?))
            }
            [b"user", users @ ..] => Condition::User(users.iter().map(|user| number(user)).collect::<Option<_>>()?),
            [b"repository", patterns @ ..] => {
                Condition::Repository(patterns.iter().map(|pattern| unescape(pattern)).collect::<Option<_>>()?)
            }
            [b"extension", names @ ..] => Condition::Extension(words_of(names)?),
            [b"requirement", names @ ..] => Condition::Requirement(words_of(names)?),
            [b"changesets", least, most] => Condition::Changesets(number(least)?, number(most)?),
            _ => return None,
        })
    }

    /// For traces and `explain`.
    pub fn describe(&self) -> String {
        let list = |names: &[String]| names.join(" or ");
        match self {
            Condition::Variable(name, Wanted::Set) => format!("{name} is set"),
            Condition::Variable(name, Wanted::Unset) => format!("{name} is not set"),
            Condition::Variable(name, Wanted::Value(value)) => format!("{name}={}", String::from_utf8_lossy(value)),
            Condition::User(users) => {
                format!("user {}", list(&users.iter().map(u32::to_string).collect::<Vec<_>>()))
            }
            Condition::Repository(patterns) => {
                let names: Vec<String> =
                    patterns.iter().map(|pattern| String::from_utf8_lossy(pattern).into_owned()).collect();
                format!("repository in {}", list(&names))
            }
            Condition::Extension(names) => format!("extension {}", list(names)),
            Condition::Requirement(names) => format!("requirement {}", list(names)),
            Condition::Changesets(least, u64::MAX) => format!("{least} changesets or more"),
            Condition::Changesets(least, most) => format!("{least} to {most} changesets"),
        }
    }
}

impl Wanted {
    fn is(&self, value: Option<&[u8]>) -> bool {
        let is_set = || value.is_some_and(|value| !matches!(value, b"" | b"0" | b"false" | b"no"));
        match self {
            Wanted::Set => is_set(),
            Wanted::Unset => !is_set(),
            Wanted::Value(wanted) => value == Some(wanted),
        }
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether `root` is at or below a folder that `pattern` names.
fn covers(pattern: &[u8], root: &Path) -> bool {
    let names = |path: &[u8]| -> Vec<Vec<u8>> {
        path.split(|&b| b == b'/').filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()
    };
    let (wanted, given) = (names(pattern), names(root.as_os_str().as_bytes()));
    wanted.len() <= given.len() && wanted.iter().zip(&given).all(|(pattern, name)| matches(pattern, name))
}

/// `*` is any characters, `?` is one; in the time of both lengths multiplied at most.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut done) = (0, 0);
    // Where the last star was, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while done < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, done));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[done] => {
                at += 1;
                done += 1;
            }
            _ => {
                let Some((from, taken)) = star else { return false };
                star = Some((from, taken + 1));
                at = from + 1;
                done = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;

    fn holds(condition: &Condition, vars: &[(&str, &str)], root: Option<&Path>) -> bool {
        let (env, config) = (env(vars), Config::default());
        condition.holds(&Surroundings::new(&env, root, &config))
    }

    #[test]
    fn lines_are_read_back() {
        let all = [
            Condition::Variable("CI".to_owned(), Wanted::Set),
            Condition::Variable("CI".to_owned(), Wanted::Unset),
            Condition::Variable("TEAM".to_owned(), Wanted::Value(b"a b\\".to_vec())),
            Condition::Variable("TEAM".to_owned(), Wanted::Value(Vec::new())),
            Condition::User(vec![0, 1000]),
            Condition::User(Vec::new()),
            Condition::Repository(vec![b"/srv/my repo".to_vec(), b"/home/*/w".to_vec()]),
            Condition::Extension(vec!["evolve".to_owned()]),
            Condition::Requirement(vec!["dirstate-v2".to_owned(), "treemanifest".to_owned()]),
            Condition::Changesets(10, u64::MAX),
        ];
        for condition in all {
            let mut text = Vec::new();
            condition.write(&mut text).expect("written");
            let words: Vec<&[u8]> = text.trim_ascii_end().split(|&b| b == b' ').collect();
            // A value that is empty ends the line with a blank.
            let words = if text.ends_with(b" \n") { [&words[..], &[b""]].concat() } else { words };
            assert_eq!(words[0], b"when");
            assert_eq!(Condition::read(&words[1..]), Some(condition));
        }
        for wrong in [&[b"weather".as_slice(), b"x"][..], &[b"user", b"me"], &[b"changesets", b"1"], &[]] {
            assert_eq!(Condition::read(wrong), None);
        }
        assert!(Condition::Variable("A=B".to_owned(), Wanted::Set).write(&mut Vec::new()).is_err());
        assert!(Condition::Repository(vec![b"relative".to_vec()]).write(&mut Vec::new()).is_err());
    }

    #[test]
    fn variables_and_users() {
        let set = Condition::Variable("CI".to_owned(), Wanted::Set);
        for (value, expected) in [("1", true), ("true", true), ("0", false), ("false", false), ("", false)] {
            assert_eq!(holds(&set, &[("CI", value)], None), expected, "{value}");
        }
        assert!(holds(&Condition::Variable("CI".to_owned(), Wanted::Unset), &[], None));
        let empty = Condition::Variable("X".to_owned(), Wanted::Value(Vec::new()));
        assert!(holds(&empty, &[("X", "")], None) && !holds(&empty, &[], None));
        assert!(holds(&Condition::User(vec![5, 0]), &[], None) && !holds(&Condition::User(Vec::new()), &[], None));
    }

    #[test]
    fn folders_cover_what_is_below_them() {
        let root = Path::new("/srv/mono/work");
        for (pattern, expected) in [
            ("/srv/mono/work", true),
            ("/srv/mono/", true),
            ("/", true),
            ("/srv/*/work", true),
            ("/srv/m?no", true),
            ("/srv/mono/work/deeper", false),
            ("/srv/mon", false),
            ("/srv/*o/*k", true),
            ("/srv/*x", false),
        ] {
            assert_eq!(covers(pattern.as_bytes(), root), expected, "{pattern}");
        }
        assert!(matches(b"**", b"") && matches(b"a*b*c", b"axxbyc") && !matches(b"a*b", b"axxbyc"));
        let long = vec![b'a'; 2000];
        assert!(!matches(&[[b'*', b'a'].repeat(200), b"b".to_vec()].concat(), &long));
    }

    #[test]
    fn a_repository_that_is_none_has_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let some = Some(folder.path());
        let requirement = Condition::Requirement(vec!["store".to_owned()]);
        assert!(!holds(&requirement, &[], some) && !holds(&requirement, &[], None));
        std::fs::create_dir_all(folder.path().join(".hg/store")).expect("folders");
        std::fs::write(folder.path().join(".hg/requires"), b"dotencode\nfncache\ngeneraldelta\nrevlogv1\nstore\n")
            .expect("written");
        assert!(holds(&requirement, &[], some));
        assert!(holds(&Condition::Changesets(0, 0), &[], some));
        assert!(!holds(&Condition::Changesets(1, u64::MAX), &[], some));
        let here = folder.path().canonicalize().expect("a path").into_os_string().into_encoded_bytes();
        assert!(holds(&Condition::Repository(vec![here]), &[], some));
        assert!(!holds(&Condition::Repository(vec![b"/nowhere".to_vec()]), &[], some));
    }
}
