//! Which enabled extensions leave which commands alone.
//!
//! Nothing is guessed: a probe loads the extensions into legacy, behind a command that falls back, and compares every
//! object of Mercurial's before and after (`probe/`). The verdict is made of what it found (`verdict.rs`) and of what
//! was reviewed (`reviewed.rs`); without findings, legacy answers.

mod findings;
mod report;
mod reviewed;
mod store;
mod verdict;

pub(crate) use findings::Findings;
pub use report::Extension;
pub(crate) use report::extensions;
pub use store::Probe;
pub(crate) use store::State;
pub(crate) use verdict::{Judge, Objection};

use crate::facts::FactsStore;
use amalgam_config::Config;
use amalgam_types::{Environment, Outcome, Reason, Stop};

/// Old names that legacy accepts and does nothing with.
const IGNORED: &[&str] =
    &["bookmarks", "color", "hbisect", "hgcia", "inotify", "interhg", "parentrevspec", "progress", "shelve"];

/// An extension as `[extensions]` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Given {
    /// The name without its package.
    pub(crate) fn short(&self) -> &[u8] {
        let name = self.name.as_slice();
        name.strip_prefix(b"hgext.").or_else(|| name.strip_prefix(b"hgext/")).unwrap_or(name)
    }
}

/// The enabled extensions in the order in which legacy loads them, ignored ones left out.
fn given(config: &Config) -> Vec<Given> {
    let all = config.items("extensions").filter(|(name, value)| !name.contains(&b':') && !value.starts_with(b"!"));
    let all = all.map(|(name, value)| Given { name: name.to_owned(), value: value.to_owned() });
    all.filter(|one| !IGNORED.iter().any(|name| name.as_bytes() == one.short())).collect()
}

/// The names of the enabled extensions.
///
/// # Errors
/// `ExtensionUnproven` for one that is loaded from a path.
pub(crate) fn enabled(config: &Config) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for one in given(config) {
        let name = String::from_utf8_lossy(one.short()).into_owned();
        if !one.value.is_empty() {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, format!("{name}, loaded from a path")));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Whether the extension with this short name is enabled.
pub(crate) fn is_enabled(config: &Config, name: &str) -> bool {
    given(config).iter().any(|one| one.short() == name.as_bytes())
}

/// Whether any extension is enabled.
pub(crate) fn any(config: &Config) -> bool {
    !given(config).is_empty()
}

/// What there is to be looked at; nothing where no extension is enabled.
///
/// # Errors
/// `ExtensionUnproven` where what is loaded depends on the working directory, or legacy's facts cannot be kept.
pub(crate) fn probe(config: &Config, env: &Environment, facts: Option<&FactsStore>) -> Outcome<Option<Probe>> {
    let given = given(config);
    if given.is_empty() {
        return Ok(None);
    }
    let refuse = |one: &Given, why: &str| {
        let name = String::from_utf8_lossy(one.short()).into_owned();
        Err(Stop::unsupported(Reason::ExtensionUnproven, format!("{name}, {why}")))
    };
    for one in &given {
        let anchored = one.value.is_empty() || one.value.starts_with(b"/") || one.value.starts_with(b"~");
        if !anchored || one.value.contains(&b'$') {
            return refuse(one, "whose path depends on more than itself");
        }
    }
    match facts {
        Some(facts) => Ok(Some(Probe::new(facts, given, config, env))),
        None => refuse(&given[0], "and there is no Mercurial to ask"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(items: &[(&str, &str)]) -> Config {
        let mut config = Config::default();
        for (name, value) in items {
            config.set("extensions", *name, *value, "--config").expect("set");
        }
        config
    }

    fn names(items: &[(&str, &str)]) -> Vec<String> {
        given(&config(items)).iter().map(|one| String::from_utf8_lossy(one.short()).into_owned()).collect()
    }

    #[test]
    fn disabled_and_ignored_ones_and_suboptions_do_not_count() {
        assert_eq!(names(&[("rebase", ""), ("hgext.purge", ""), ("hgext/strip", "")]), ["rebase", "purge", "strip"]);
        assert_eq!(
            names(&[("progress", "anything"), ("hgext.color", ""), ("x", "!/path"), ("*:required", "1")]).len(),
            0
        );
        assert!(enabled(&config(&[("rebase", "~/my/rebase.py")])).is_err());
        assert!(!any(&config(&[("blackbox", "!")])));
    }

    #[test]
    fn a_path_must_stand_by_itself() {
        let env = crate::testing::env(&[]);
        for value in ["x.py", "./x.py", "$X/x.py"] {
            let asked = probe(&config(&[("x", value)]), &env, None);
            assert!(matches!(asked, Err(Stop::Unsupported(stop)) if stop.detail.contains("depends")), "{value}");
        }
        assert!(matches!(probe(&config(&[]), &env, None), Ok(None)));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(IGNORED.is_sorted());
    }
}
