//! Every `AMALGAM_*` variable, and where amalgam keeps its files.
//!
//! | variable | meaning |
//! |---|---|
//! | `AMALGAM_LEGACY_HG` | path of the Python `hg`; otherwise the route table names it, or the first `hg` on `PATH` that is not amalgam |
//! | `AMALGAM_ON_UNSUPPORTED` | `fallback` (default); `abort`: `unsupported: REASON` on stderr and exit code 252 instead of a fallback |
//! | `AMALGAM_MODE` | `python` or `native`: overrides the route table for this invocation |
//! | `AMALGAM_TRANSPORT` | `exec` or `warm`: overrides the policy; with `warm` a command also waits for a server that has to be started |
//! | `AMALGAM_SERVER_IDLE` | for how many seconds a command server that has nothing to do stays; 900 |
//! | `AMALGAM_HOME` | one folder for policy, route table and caches; otherwise the XDG folders |
//! | `AMALGAM_TRACE` | `1`: the route and its timings on stderr |
//! | `AMALGAM_JOURNAL` | the journal's file, where it is not to be the usual one; see `journal.rs` for what a line holds |
//! | `AMALGAM_RECORD` | a file to which each line of a command that native knows is appended as shell text, for `amalgam parity run --recorded`; it holds what the user typed |
//! | `AMALGAM_UNPROVEN` | `answer`: native also answers for a version of legacy that is not proven; for the parity suite, which proves it |
//! | `AMALGAM_FALLBACK` | set by the launcher itself, only for a legacy that is a wrapper script, so that a wrapper that leads back to amalgam is noticed |
//! | `AMALGAM_GATHERING` | set by amalgam itself while it asks legacy for facts |
//! | `AMALGAM_COMPARING` | set by amalgam itself on the answers that it compares behind a command: none of them is compared again |
//!
//! | file | in `AMALGAM_HOME` | otherwise |
//! |---|---|---|
//! | policy | `policy.yaml` | `$XDG_CONFIG_HOME/amalgam/policy.yaml`, `~/.config/amalgam/policy.yaml` |
//! | route table | `route-table` | beside the policy |
//! | journal | `state/journal.jsonl` | `$XDG_STATE_HOME/amalgam/journal.jsonl`, `~/.local/state/amalgam/journal.jsonl`; only where that folder is |
//! | breaker | `state/breaker` | beside the journal; what it demotes |
//! | evidence of mismatches | `state/evidence/` | beside the journal |
//! | facts about legacy | `cache/facts-KEY` | `$XDG_CACHE_HOME/amalgam/facts-KEY`, `~/.cache/amalgam/facts-KEY` |
//! | what extensions change | `cache/extensions-KEY` | `$XDG_CACHE_HOME/amalgam/extensions-KEY`, `~/.cache/amalgam/extensions-KEY` |
//! | command servers | `run/KEY/` | `$XDG_RUNTIME_DIR/amalgam/KEY/`, `${TMPDIR:-/tmp}/amalgam-UID/KEY/` |

use amalgam_types::{Environment, Reason, Unsupported};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Path of the Python `hg`.
pub const LEGACY_HG: &str = "AMALGAM_LEGACY_HG";
/// What to do instead of a fallback.
pub const ON_UNSUPPORTED: &str = "AMALGAM_ON_UNSUPPORTED";
/// Overrides the route table.
pub const MODE: &str = "AMALGAM_MODE";
/// How legacy is reached.
pub const TRANSPORT: &str = "AMALGAM_TRANSPORT";
/// How long an idle command server stays.
pub const SERVER_IDLE: &str = "AMALGAM_SERVER_IDLE";
/// One folder for everything.
pub const HOME: &str = "AMALGAM_HOME";
/// Explain on stderr.
pub const TRACE: &str = "AMALGAM_TRACE";
/// The file of the journal.
pub const JOURNAL: &str = "AMALGAM_JOURNAL";
/// The lines typed, into this file, for the parity suite.
pub const RECORD: &str = "AMALGAM_RECORD";
/// Answer for an unproven legacy.
pub const UNPROVEN: &str = "AMALGAM_UNPROVEN";
/// Guard against wrapper scripts that lead back to amalgam.
pub const FALLBACK: &str = "AMALGAM_FALLBACK";
/// Set while facts are being gathered.
pub const GATHERING: &str = "AMALGAM_GATHERING";
/// Set on answers that are compared.
pub const COMPARING: &str = "AMALGAM_COMPARING";

/// What happens when native cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnsupported {
    /// Legacy answers.
    Fallback,
    /// The reason is printed and the exit code is 252.
    Abort,
}

/// The exit code of `AMALGAM_ON_UNSUPPORTED=abort`.
pub const UNSUPPORTED_EXIT_CODE: i32 = 252;

/// Reads `AMALGAM_ON_UNSUPPORTED`; anything but `abort` is a fallback.
pub fn on_unsupported(env: &Environment) -> OnUnsupported {
    match env.get(ON_UNSUPPORTED) {
        Some(b"abort") => OnUnsupported::Abort,
        _ => OnUnsupported::Fallback,
    }
}

/// A mode that the environment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeOverride {
    /// Legacy answers.
    Python,
    /// Native answers whatever the route table says, if it can.
    Native,
}

/// Reads `AMALGAM_MODE`.
///
/// # Errors
/// A value that is neither mode: legacy answers, since that is what cannot be wrong.
pub fn mode_override(env: &Environment) -> Result<Option<ModeOverride>, Unsupported> {
    match env.non_empty(MODE) {
        None => Ok(None),
        Some(b"python") => Ok(Some(ModeOverride::Python)),
        Some(b"native") => Ok(Some(ModeOverride::Native)),
        Some(other) => Err(Unsupported::new(
            Reason::EnvironmentUnsupported,
            format!("{MODE}={} is neither python nor native", String::from_utf8_lossy(other)),
        )),
    }
}

/// Whether `AMALGAM_TRACE` asks for a trace.
pub fn trace(env: &Environment) -> bool {
    env.non_empty(TRACE).is_some_and(|value| value != b"0")
}

/// For how many seconds an idle command server stays.
pub fn server_idle(env: &Environment) -> u32 {
    let named = env.non_empty(SERVER_IDLE).and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
    named.unwrap_or(900)
}

/// Whether native may answer for a legacy that nothing is proven about.
pub fn answers_unproven(env: &Environment) -> bool {
    env.get(UNPROVEN) == Some(b"answer")
}

/// Where amalgam's files are; a part is `None` where no variable says where it could be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The folder of policy and route table.
    pub home: Option<PathBuf>,
    /// The folder of caches.
    pub cache: Option<PathBuf>,
    /// The folder of what is recorded.
    pub state: Option<PathBuf>,
}

impl Layout {
    /// Where `env` puts the files.
    pub fn of(env: &Environment) -> Layout {
        if let Some(home) = env.non_empty(HOME) {
            let home = absolute(env, home);
            let below = |name: &str| home.as_deref().map(|home| home.join(name));
            return Layout { cache: below("cache"), state: below("state"), home };
        }
        let xdg = |name: &str, below: &str| {
            let base = match env.non_empty(name) {
                Some(folder) if folder.starts_with(b"/") => Some(path(folder).to_path_buf()),
                _ => env.non_empty("HOME").and_then(|home| absolute(env, home)).map(|home| home.join(below)),
            };
            base.map(|base| base.join("amalgam"))
        };
        Layout {
            home: xdg("XDG_CONFIG_HOME", ".config"),
            cache: xdg("XDG_CACHE_HOME", ".cache"),
            state: xdg("XDG_STATE_HOME", ".local/state"),
        }
    }

    /// The policy that people write.
    pub fn policy(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("policy.yaml"))
    }

    /// The journal, wherever `AMALGAM_JOURNAL` or the folder of what is recorded puts it.
    pub fn journal(&self, env: &Environment) -> Option<PathBuf> {
        match env.non_empty(JOURNAL) {
            Some(file) => absolute(env, file),
            None => self.state.as_ref().map(|state| state.join("journal.jsonl")),
        }
    }

    /// The route table compiled from it.
    pub fn route_table(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("route-table"))
    }
}

/// Bytes as a path.
pub(crate) fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn absolute(env: &Environment, bytes: &[u8]) -> Option<PathBuf> {
    let given = path(bytes);
    if given.is_absolute() { Some(given.to_path_buf()) } else { env.cwd.as_ref().map(|cwd| cwd.join(given)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;

    #[test]
    fn home_wins_over_xdg() {
        let all = [("AMALGAM_HOME", "/a"), ("XDG_CONFIG_HOME", "/c"), ("XDG_CACHE_HOME", "/k"), ("HOME", "/h")];
        let layout = Layout::of(&env(&all));
        assert_eq!(layout.policy(), Some("/a/policy.yaml".into()));
        assert_eq!(layout.cache, Some("/a/cache".into()));
        let layout = Layout::of(&env(&all[1..]));
        assert_eq!(layout.route_table(), Some("/c/amalgam/route-table".into()));
        assert_eq!(layout.cache, Some("/k/amalgam".into()));
        let layout = Layout::of(&env(&[("XDG_CONFIG_HOME", "relative"), ("HOME", "/h")]));
        assert_eq!(layout.home, Some("/h/.config/amalgam".into()));
        assert_eq!(layout.cache, Some("/h/.cache/amalgam".into()));
        assert_eq!(layout.state, Some("/h/.local/state/amalgam".into()));
        assert_eq!(Layout::of(&env(&[])), Layout::default());
        assert_eq!(Layout::of(&env(&[("AMALGAM_HOME", "rel")])).home, Some("/cwd/rel".into()));
    }

    #[test]
    fn a_mistyped_mode_is_legacys() {
        assert_eq!(mode_override(&env(&[])), Ok(None));
        assert_eq!(mode_override(&env(&[("AMALGAM_MODE", "native")])), Ok(Some(ModeOverride::Native)));
        assert!(mode_override(&env(&[("AMALGAM_MODE", "nativ")])).is_err());
    }
}
