//! Global flags after the full parse: whether they agree with what the early scan saw, and the settings that they are.

use crate::early::Early;
use amalgam_commands::Parsed;
use amalgam_config::Config;
use amalgam_types::{Outcome, Reason, Stop};
use std::borrow::Cow;

const VERBOSITY: [&str; 3] = ["verbose", "debug", "quiet"];

/// Checks that the options which legacy needs early were seen early: it refuses abbreviated ones.
///
/// # Errors
/// `UsageError` with the option.
pub(crate) fn check_early(early: &Early, parsed: &Parsed) -> Outcome<()> {
    let differs = |name: &str| Err(Stop::unsupported(Reason::UsageError, format!("--{name} may not be abbreviated")));
    if parsed.list("config") != early.config {
        return differs("config");
    }
    if parsed.value("cwd") != early.cwd.as_deref() {
        return differs("cwd");
    }
    if parsed.value("repository") != early.repository.as_deref() {
        return differs("repository");
    }
    // Legacy lets an early switch stand that only an abbreviation took back.
    let seen_late = VERBOSITY.iter().any(|name| parsed.switch(name));
    if !seen_late && VERBOSITY.iter().any(|name| early.switch(name)) {
        return differs("verbose");
    }
    Ok(())
}

/// What legacy has set when it loads extensions: the configuration, and the flags that its early scan sees.
///
/// # Errors
/// As [`Config::set`].
pub(crate) fn when_loading<'c>(early: &Early, config: &'c Config) -> Outcome<Cow<'c, Config>> {
    let mut config = Cow::Borrowed(config);
    if VERBOSITY.iter().any(|name| early.switch(name)) {
        set_verbosity(early, config.to_mut())?;
    }
    Ok(config)
}

/// One flag that the early scan sees sets all three.
fn set_verbosity(early: &Early, config: &mut Config) -> Outcome<()> {
    config.add_verbosity_flags(early.switch("verbose"), early.switch("debug"), early.switch("quiet"))
}

/// Sets what the flags stand for; whether there was anything to set.
///
/// # Errors
/// As [`Config::set`].
pub(crate) fn apply(early: &Early, parsed: &Parsed, config: &mut Config) -> Outcome<bool> {
    let mut changed = false;
    if VERBOSITY.iter().any(|name| early.switch(name)) {
        set_verbosity(early, config)?;
        changed = true;
    }
    // One that only the full parse sees sets what differs.
    if VERBOSITY.iter().any(|name| parsed.switch(name)) {
        for name in VERBOSITY.into_iter().filter(|name| parsed.switch(name) != early.switch(name)) {
            let value = if parsed.switch(name) { "True" } else { "False" };
            config.set("ui", name, value, &format!("--{name}"))?;
            changed = true;
        }
    }
    if parsed.switch("noninteractive") {
        config.set("ui", "interactive", "off", "-y")?;
        changed = true;
    }
    if let Some(color) = parsed.value("color") {
        config.set("ui", "color", color, "--color")?;
        changed = true;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::words;
    use amalgam_commands::{COMMANDS, parse, split};
    use amalgam_types::LegacyFacts;

    fn parsed(line: &str) -> (Early, Parsed) {
        let (args, facts) = (words(line), LegacyFacts::default());
        let spec = COMMANDS.iter().find(|spec| spec.name == "root").expect("root");
        let parsed = parse(spec, &split(&args, &facts).expect("split"), &facts).expect("parsed");
        (crate::early::scan(&args, false), parsed)
    }

    #[test]
    fn early_options_may_not_be_abbreviated_or_joined() {
        for line in ["--cw x root", "-qR x root", "root --repos x", "-v root --no-verb"] {
            let (early, parsed) = parsed(line);
            assert!(check_early(&early, &parsed).is_err(), "{line}");
        }
        for line in ["--cwd x root", "root --config a.b=c -Rx", "root --repo x", "root --verb", "-v root --no-verbose"]
        {
            let (early, parsed) = parsed(line);
            assert_eq!(check_early(&early, &parsed), Ok(()), "{line}");
        }
    }

    #[test]
    fn one_verbosity_flag_sets_all_three() {
        let mut config = Config::default();
        config.set("ui", "quiet", "yes", "hgrc").expect("set");
        let (early, root) = parsed("root");
        assert_eq!(apply(&early, &root, &mut config), Ok(false));
        let (early, verbose) = parsed("root -v --color=never");
        assert_eq!(apply(&early, &verbose, &mut config), Ok(true));
        assert_eq!(config.get("ui", "verbose"), Some(b"True".as_slice()));
        assert_eq!(config.get("ui", "quiet"), Some(b"False".as_slice()));
        assert_eq!(config.get("ui", "color"), Some(b"never".as_slice()));
        assert_eq!(config.source("ui", "verbose").as_deref(), Some("--verbose"));
    }
}
