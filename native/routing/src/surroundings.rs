//! What in the environment makes legacy's answer another: its encoding, its language, and the variables by which
//! Mercurial and Python themselves behave otherwise.

use amalgam_config::plain;
use amalgam_types::{Environment, LegacyBuild, LegacyFacts, Outcome, Reason, Stop};

/// Variables that change legacy, and the one value that changes nothing.
const CHANGES: &[(&str, &[u8])] = &[
    ("HG_PENDING", b""),
    ("HGPROF", b""),
    ("HGZSTDPOLICY", b""),
    ("HGDEMANDIMPORT", b""),
    ("HGCATAPULTSERVERPIPE", b""),
    ("HGENCODINGMODE", b"strict"),
    ("HGENCODINGAMBIGUOUS", b"narrow"),
    ("CHGINTERNALMARK", b""),
    ("STATPROF_DEST", b""),
];

/// Variables by which Python starts otherwise but answers the same, or whose effect is among the facts.
const HARMLESS_PYTHON: &[&[u8]] = &[
    b"PYTHONDONTWRITEBYTECODE",
    b"PYTHONFAULTHANDLER",
    b"PYTHONHASHSEED",
    b"PYTHONHOME",
    b"PYTHONNODEBUGRANGES",
    b"PYTHONNOUSERSITE",
    b"PYTHONOPTIMIZE",
    b"PYTHONPATH",
    b"PYTHONPLATLIBDIR",
    b"PYTHONPYCACHEPREFIX",
    b"PYTHONSAFEPATH",
    b"PYTHONSTARTUP",
    b"PYTHONUNBUFFERED",
    b"PYTHONUSERBASE",
    b"PYTHON_HISTORY",
];

/// Checks variables that belong to neither encoding nor language.
///
/// # Errors
/// `EnvironmentUnsupported` with the variable's name.
pub(crate) fn check_variables(env: &Environment, facts: &LegacyFacts) -> Outcome<()> {
    let refuse = |name: &str| Err(Stop::unsupported(Reason::EnvironmentUnsupported, name));
    for (name, neutral) in CHANGES {
        if env.non_empty(name).is_some_and(|value| value != *neutral) {
            return refuse(name);
        }
    }
    if facts.build == LegacyBuild::Rust && env.non_empty("RUST_LOG").is_some() {
        return refuse("RUST_LOG");
    }
    // Shows Python's deprecation warnings. Up to 3.11 there are none about Mercurial's own modules.
    if env.non_empty("HGEMITWARNINGS").is_some() && !has_no_deprecations(&facts.python_version) {
        return refuse("HGEMITWARNINGS");
    }
    for (name, value) in env.vars.range(b"PYTHON".to_vec()..b"PYTHOO".to_vec()) {
        // Python treats an empty variable as one that is not set; `PYTHON` alone is not its own.
        if !value.is_empty() && name != b"PYTHON" && !HARMLESS_PYTHON.contains(&name.as_slice()) {
            return refuse(&String::from_utf8_lossy(name));
        }
    }
    Ok(())
}

fn has_no_deprecations(python: &str) -> bool {
    let mut parts = python.split('.').map(str::parse::<u32>);
    matches!((parts.next(), parts.next()), (Some(Ok(3)), Some(Ok(minor))) if minor <= 11)
}

/// Checks that the local encoding is UTF-8, or one that begins with ASCII and is only asked for that; the repository's
/// own text is checked where it is read.
///
/// # Errors
/// `EncodingUnsupported` with the variable that says or may say otherwise.
pub(crate) fn check_encoding(env: &Environment, args: &[Vec<u8>]) -> Outcome<()> {
    let refuse = |name: &str, value: &[u8]| {
        let detail = format!("{name}={}", String::from_utf8_lossy(value));
        Err(Stop::unsupported(Reason::EncodingUnsupported, detail))
    };
    if let Some(name) = env.non_empty("HGENCODING") {
        if env.is_ascii() {
            return check_arguments(env, args);
        }
        return if is_utf8(name) { Ok(()) } else { refuse("HGENCODING", name) };
    }
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        let Some(locale) = env.non_empty(name) else { continue };
        // In the C locale, and where a locale is not installed, Python uses UTF-8.
        if locale == b"C" || locale == b"POSIX" {
            return Ok(());
        }
        let charset = locale.split(|&b| b == b'.').nth(1).and_then(|rest| rest.split(|&b| b == b'@').next());
        return if charset.is_some_and(is_utf8) { Ok(()) } else { refuse(name, locale) };
    }
    Ok(())
}

/// Checks that arguments are ASCII where the encoding is.
///
/// # Errors
/// `EncodingUnsupported`.
pub(crate) fn check_arguments(env: &Environment, args: &[Vec<u8>]) -> Outcome<()> {
    if env.is_ascii() && !args.iter().all(|arg| arg.is_ascii()) {
        return Err(Stop::unsupported(Reason::EncodingUnsupported, "an argument beyond ASCII"));
    }
    Ok(())
}

fn is_utf8(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"utf-8") || name.eq_ignore_ascii_case(b"utf8")
}

/// Checks that messages are in English. `facts` tells which translations are installed, if it is known.
///
/// # Errors
/// `LanguageUnsupported` with the variable.
pub(crate) fn check_language(env: &Environment, facts: Option<&LegacyFacts>) -> Outcome<()> {
    if plain(env, Some("i18n")) {
        return Ok(());
    }
    let variables = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"];
    let Some((name, value)) = variables.iter().find_map(|name| Some((name, env.non_empty(name)?))) else {
        return Ok(());
    };
    for locale in value.split(|&b| b == b':') {
        // The untranslated messages themselves: what follows is not looked at.
        if locale == b"C" {
            return Ok(());
        }
        let language = locale.split(|b| b"_.@".contains(b)).next().unwrap_or_default();
        if matches!(language, b"" | b"C" | b"POSIX" | b"en") {
            continue;
        }
        let same = |known: &String| known.split('_').next().is_some_and(|known| known.as_bytes() == language);
        if facts.is_none_or(|facts| facts.languages.iter().any(same)) {
            let detail = format!("{name}={}", String::from_utf8_lossy(value));
            return Err(Stop::unsupported(Reason::LanguageUnsupported, detail));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;

    fn facts() -> LegacyFacts {
        let languages = ["de", "pt_BR", "zh_CN"].map(str::to_owned).to_vec();
        LegacyFacts { languages, ..LegacyFacts::default() }
    }

    fn encoding(vars: &[(&str, &str)]) -> bool {
        check_encoding(&env(vars), &[b"a".to_vec()]).is_ok()
    }

    fn language(vars: &[(&str, &str)]) -> bool {
        check_language(&env(vars), Some(&facts())).is_ok()
    }

    fn variable(name: &str, value: &str) -> bool {
        check_variables(&env(&[(name, value)]), &facts()).is_ok()
    }

    #[test]
    fn utf8_is_certain_or_it_is_not() {
        assert!(encoding(&[]));
        for locale in ["C", "POSIX", "C.UTF-8", "de_DE.utf8", "xx_XX.UTF-8@euro"] {
            assert!(encoding(&[("LC_ALL", locale), ("LANG", "en_US")]), "{locale}");
        }
        for locale in ["en_US", "de_DE.ISO-8859-1", "ja_JP.eucJP", "de_DE@euro"] {
            assert!(!encoding(&[("LC_CTYPE", locale), ("LANG", "C.UTF-8")]), "{locale}");
        }
        assert!(encoding(&[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8"), ("LANG", "en_US")]));
        assert!(encoding(&[("HGENCODING", "utf-8"), ("LANG", "en_US")]));
        assert!(encoding(&[("HGENCODING", "latin-1")]));
        assert!(!encoding(&[("HGENCODING", "utf-16")]));
        assert!(encoding(&[("HGENCODING", "")]));
        assert!(encoding(&[("HGENCODING", "ascii")]));
        assert!(check_encoding(&env(&[("HGENCODING", "ascii")]), &["\u{e9}".into()]).is_err());
    }

    #[test]
    fn only_installed_languages_translate() {
        assert!(language(&[]));
        assert!(language(&[("LANG", "en_GB.UTF-8")]));
        assert!(!language(&[("LANG", "de_DE.UTF-8")]));
        assert!(language(&[("LANG", "nl_NL.UTF-8")]));
        assert!(!language(&[("LANGUAGE", "nl:pt"), ("LANG", "C")]));
        assert!(language(&[("LANGUAGE", "C:de")]));
        assert!(language(&[("LANGUAGE", ""), ("LC_ALL", "C.UTF-8"), ("LANG", "de_DE.UTF-8")]));
        assert!(language(&[("LANG", "de_DE.UTF-8"), ("HGPLAIN", "")]));
        assert!(!language(&[("LANG", "de_DE.UTF-8"), ("HGPLAINEXCEPT", "i18n")]));
        assert!(check_language(&env(&[("LANG", "nl_NL.UTF-8")]), None).is_err());
    }

    #[test]
    fn variables_that_change_legacy() {
        assert!(!variable("HG_PENDING", "/repo"));
        assert!(variable("HG_PENDING", ""));
        assert!(variable("HGENCODINGMODE", "strict"));
        assert!(!variable("HGENCODINGMODE", "replace"));
        assert!(variable("HGMODULEPOLICY", "c"));
        assert!(!variable("HGEMITWARNINGS", "1"));
        for (python, quiet) in [("3.9.2", true), ("3.11.7", true), ("3.12.0", false), ("3", false), ("2.7.18", false)] {
            let facts = LegacyFacts { python_version: python.to_owned(), ..facts() };
            assert_eq!(check_variables(&env(&[("HGEMITWARNINGS", "1")]), &facts).is_ok(), quiet, "{python}");
        }
        assert!(variable("PYTHONPATH", "/x"));
        assert!(!variable("PYTHONUTF8", "0"));
        assert!(!variable("PYTHONWARNINGS", "error"));
        assert!(variable("PYTHONWARNINGS", ""));
        assert!(variable("PYTHON", "/usr/bin/python3"));
        assert!(variable("RUST_LOG", "debug"));
        let rust = LegacyFacts { build: LegacyBuild::Rust, ..facts() };
        assert!(check_variables(&env(&[("RUST_LOG", "debug")]), &rust).is_err());
    }
}
