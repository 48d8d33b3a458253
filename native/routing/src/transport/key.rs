//! What two invocations must have in common to be served by one server: everything that legacy reads once, when it
//! starts, and would not read again for the next command.

use super::context::Context;
use amalgam_types::hex;
use sha1::{Digest, Sha1};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Sections of the configuration that legacy reads while it loads extensions and aliases.
pub(super) const SECTIONS: &[&str] =
    &["alias", "diff-tools", "eol", "extdiff", "extensions", "fastannotate", "merge-tools", "schemes"];

/// Single settings of that kind; the last one is written into the configuration under many names.
const SETTINGS: &[(&str, &str)] = &[("commands", "show.aliasprefix"), ("ui", "tweakdefaults")];

/// Variables that are looked at once: by the dynamic linker, Python, its libraries or Mercurial.
const VARIABLES: &[&str] = &[
    "ALLUSERSPROFILE",
    "HOME",
    "LOGNAME",
    "PATH",
    "TEMP",
    "TERM",
    "TERMINFO",
    "TERMINFO_DIRS",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "VIRTUAL_ENV",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "__PYVENV_LAUNCHER__",
];
const PREFIXES: &[&str] = &[
    "GCONV_", "GLIBC_", "LANG", "LC_", "LD_", "LOCPATH", "MALLOC_", "NCURSES", "OPENSSL_", "PYTHON", "RAYON_", "RUST",
    "SSL_",
];
/// Of Mercurial's own, these belong to one command.
const OF_ONE_COMMAND: &[&str] = &["HGEDITOR", "HGMERGE", "HGUSER", "HGREVISION", "HGEDITFORM"];

/// The digest of all this. The edge adds the state of its process.
#[derive(Debug, Clone)]
pub struct Key(Sha1);

impl Key {
    /// Adds what the process itself is: limits, groups, namespaces.
    pub fn with_process(mut self, state: &[u8]) -> Key {
        self.add(state);
        self
    }

    /// The name of the server's folder: short, because the paths of sockets are.
    pub fn name(&self) -> String {
        hex(&self.0.clone().finalize()[..10])
    }

    /// Adds one part with its length, so that no two lists of parts look the same.
    fn add(&mut self, part: &[u8]) {
        self.0.update(part.len().to_le_bytes());
        self.0.update(part);
    }
}

/// The key of an invocation. `facts` is the text of the facts file, which has the stamps of all that was installed.
pub(super) fn of(context: &Context<'_>, legacy: &Path, facts: &[u8]) -> Key {
    let mut key = Key(Sha1::new());
    key.add(env!("CARGO_PKG_VERSION").as_bytes());
    key.add(legacy.as_os_str().as_bytes());
    key.add(facts);
    for (name, value) in &context.env.vars {
        if is_read_once(name) {
            key.add(name);
            key.add(value);
        }
    }
    let config = &context.config;
    let extensions = context.extensions.iter().map(String::as_str);
    for section in SECTIONS.iter().copied().chain(extensions) {
        key.add(section.as_bytes());
        for (name, value) in config.items(section) {
            key.add(name);
            key.add(value);
        }
    }
    for (section, name) in SETTINGS {
        key.add(config.get(section, name).unwrap_or_default());
    }
    key
}

fn is_read_once(name: &[u8]) -> bool {
    let starts = |prefix: &str| name.starts_with(prefix.as_bytes());
    if starts("HG") {
        return !starts("HG_") && !OF_ONE_COMMAND.iter().any(|other| other.as_bytes() == name);
    }
    VARIABLES.iter().any(|known| known.as_bytes() == name) || PREFIXES.iter().any(|prefix| starts(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_once_is_part_of_it() {
        for name in
            ["PATH", "HOME", "LC_ALL", "LANGUAGE", "PYTHONPATH", "HGRCPATH", "HGPLAIN", "HG", "LD_PRELOAD", "TZ"]
        {
            assert!(is_read_once(name.as_bytes()), "{name}");
        }
        for name in ["PWD", "_", "COLUMNS", "HG_NODE", "HGEDITOR", "EDITOR", "SSH_AUTH_SOCK", "AMALGAM_TRACE"] {
            assert!(!is_read_once(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let of = |parts: &[&[u8]]| {
            let mut key = Key(Sha1::new());
            parts.iter().for_each(|part| key.add(part));
            key.name()
        };
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b""]));
        assert_eq!(of(&[b"a", b"b"]).len(), 20);
    }

    #[test]
    fn the_lists_are_sorted() {
        assert!(SECTIONS.is_sorted() && VARIABLES.is_sorted() && PREFIXES.is_sorted());
    }
}
