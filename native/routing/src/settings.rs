//! Settings under which legacy does more, or other things, around every command: hooks, `[defaults]`, profiling,
//! developer switches. What changes a single command is checked where that command is.

use amalgam_config::Config;
use amalgam_types::{Outcome, Reason, Stop};

/// Booleans that native leaves to legacy when they are on.
const REFUSED_WHEN_ON: &[(&str, &str)] =
    &[("profiling", "enabled"), ("ui", "traceback"), ("ui", "nontty"), ("ui", "logblockedtimes")];

/// Developer settings that change nothing here: a fixed date for what has none, which is read where it matters, and
/// warnings about mistakes in code, of which the commands that native knows have none.
const HARMLESS_DEVEL: &[&[u8]] = &[b"all-warnings", b"default-date"];

/// Section, name, and which numbers are accepted.
type Number = (&'static str, &'static str, fn(u64) -> bool);

/// Numbers that legacy reads when it opens a repository, and what it accepts without a word.
const STORAGE: &[Number] = &[
    ("experimental", "maxdeltachainspan", |_| true),
    ("experimental", "mmapindexthreshold", |_| true),
    ("experimental", "sparse-read.density-threshold", |_| true),
    ("experimental", "sparse-read.min-gap-size", |_| true),
    ("format", "chunkcachesize", u64::is_power_of_two),
    ("format", "manifestcachesize", |_| true),
    ("format", "maxchainlen", |_| true),
    ("storage", "revlog.mmap.index:size-threshold", |_| true),
    ("storage", "revlog.zlib.level", |level| level <= 9),
    ("storage", "revlog.zstd.level", |level| level <= 22),
];

/// Checks settings that concern every command.
///
/// # Errors
/// `ConfigUnsupported` with the setting.
pub(crate) fn check_common(config: &Config) -> Outcome<()> {
    let refuse = |name: String| Err(Stop::unsupported(Reason::ConfigUnsupported, name));
    for (section, name) in REFUSED_WHEN_ON {
        // Legacy words the error for a value that is not a boolean at a moment of its own.
        if !matches!(config.get_bool(section, name), Ok(None | Some(false))) {
            return refuse(format!("{section}.{name}"));
        }
    }
    if let Some((name, _)) = config.items("devel").find(|(name, _)| !HARMLESS_DEVEL.contains(name)) {
        return refuse(format!("devel.{}", String::from_utf8_lossy(name)));
    }
    for (section, name, accept) in STORAGE {
        let Some(value) = config.get(section, name) else { continue };
        let number = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        if !number.and_then(|text| text.parse().ok()).is_some_and(*accept) {
            return refuse(format!("{section}.{name}"));
        }
    }
    // The others of that section are switches, or name a way.
    let mut switches = config.items("storage").filter(|(name, _)| {
        let name = std::str::from_utf8(name).unwrap_or_default();
        !name.ends_with("slow-path") && STORAGE.iter().all(|&(section, other, _)| (section, other) != ("storage", name))
    });
    let odd = switches.find(|(name, _)| {
        let name = std::str::from_utf8(name).unwrap_or_default();
        config.get_bool("storage", name).is_err()
    });
    if let Some((name, _)) = odd {
        return refuse(format!("storage.{}", String::from_utf8_lossy(name)));
    }
    match config.get("ui", "fallbackencoding") {
        Some(value) if !value.is_empty() && !value.eq_ignore_ascii_case(b"iso-8859-1") => {
            refuse("ui.fallbackencoding".to_owned())
        }
        _ => Ok(()),
    }
}

/// Checks what is set for the command under the name by which it was called.
///
/// # Errors
/// `HookSet` or `DefaultsSet`.
pub(crate) fn check_command(config: &Config, name: &[u8]) -> Outcome<()> {
    if config.get("defaults", name).is_some_and(|value| !value.is_empty()) {
        return Err(Stop::unsupported(Reason::DefaultsSet, format!("defaults.{}", String::from_utf8_lossy(name))));
    }
    for (key, value) in config.items("hooks") {
        if value.is_empty() || key.contains(&b':') || key.starts_with(b"priority.") || key.starts_with(b"tonative.") {
            continue;
        }
        let event = key.split(|&b| b == b'.').next().unwrap_or_default();
        let about =
            [b"pre-".as_slice(), b"post-", b"fail-"].iter().any(|prefix| event.strip_prefix(*prefix) == Some(name));
        if about {
            return Err(Stop::unsupported(Reason::HookSet, format!("hooks.{}", String::from_utf8_lossy(key))));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(section: &str, name: &str, value: &str) -> Config {
        let mut config = Config::default();
        config.set(section, name, value, "--config").expect("set");
        config
    }

    fn reason(outcome: Outcome<()>) -> &'static str {
        match outcome {
            Ok(()) => "-",
            Err(Stop::Unsupported(stop)) => stop.reason.id(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn hooks_count_by_the_name_before_the_first_dot() {
        let of = |key: &str, value: &str| reason(check_command(&config("hooks", key, value), b"status"));
        assert_eq!(of("pre-status", "true"), "config.hook");
        assert_eq!(of("post-status.foo", "true"), "config.hook");
        assert_eq!(of("fail-status", "true"), "config.hook");
        assert_eq!(of("pre-status", ""), "-");
        assert_eq!(of("pre-stat", "true"), "-");
        assert_eq!(of("priority.pre-status", "1"), "-");
        assert_eq!(of("pre-status:run-with-plain", "1"), "-");
        assert_eq!(of("status", "true"), "-");
    }

    #[test]
    fn defaults_count_for_their_command() {
        let of = |key: &str, value: &str| reason(check_command(&config("defaults", key, value), b"status"));
        assert_eq!(of("status", "-v"), "config.defaults");
        assert_eq!(of("status", ""), "-");
        assert_eq!(of("log", "-v"), "-");
    }

    #[test]
    fn settings_around_every_command() {
        let of = |section: &str, name: &str, value: &str| reason(check_common(&config(section, name, value)));
        assert_eq!(of("profiling", "enabled", "yes"), "config.unsupported");
        assert_eq!(of("profiling", "enabled", "no"), "-");
        assert_eq!(of("ui", "nontty", "true"), "config.unsupported");
        assert_eq!(of("devel", "debug.extensions", "1"), "config.unsupported");
        assert_eq!(of("devel", "all-warnings", "1"), "-");
        assert_eq!(of("devel", "default-date", "0 0"), "-");
        assert_eq!(of("ui", "fallbackencoding", "euc-jp"), "config.unsupported");
        assert_eq!(of("ui", "fallbackencoding", "ISO-8859-1"), "-");
    }
}
