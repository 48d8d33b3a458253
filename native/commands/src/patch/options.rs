//! The settings of a diff, from flags and configuration. A flag that was given wins in either direction.

use crate::Prepared;
use crate::options::version_of;
use amalgam_diff::binary::SAMPLES_DIGEST;
use amalgam_diff::{DiffOptions, GitBinary};
use amalgam_types::{Outcome, Reason, Stop};

/// The first release whose lines of functions were compared with these.
const FUNCTIONS_SINCE: (u16, u16) = (7, 2);

/// Reads them.
///
/// # Errors
/// `ConfigUnsupported` for settings that native does not implement, and whatever is wrong with a value.
pub(crate) fn settle(prepared: &Prepared) -> Outcome<DiffOptions> {
    with(prepared, true)
}

/// Reads them without the flags, as templates do.
///
/// # Errors
/// As [`settle`].
pub(crate) fn of_settings(prepared: &Prepared) -> Outcome<DiffOptions> {
    with(prepared, false)
}

/// Reads those that legacy lets into its forms for machines: nothing about white space, binary files and prefixes.
///
/// # Errors
/// As [`settle`].
pub(crate) fn for_machines(prepared: &Prepared) -> Outcome<DiffOptions> {
    let all = settle(prepared)?;
    Ok(DiffOptions {
        context: all.context,
        git: all.git,
        git_binary: all.git_binary,
        show_function: all.show_function,
        no_dates: all.no_dates,
        ..DiffOptions::default()
    })
}

fn with(prepared: &Prepared, flags: bool) -> Outcome<DiffOptions> {
    let (parsed, config) = (&prepared.parsed, &prepared.config);
    refuse(prepared)?;
    let is_plain = amalgam_config::plain(&prepared.env, None);
    let given = |flag: &str| flags && parsed.given().any(|name| name == flag);
    let setting = |flag: &str, key: &str| -> Outcome<bool> {
        if given(flag) { Ok(parsed.switch(flag)) } else { config.bool_or("diff", key, false) }
    };
    // These break programs that read diffs, so configuration alone does not turn them on there.
    let shaping = |flag: &str, key: &str| -> Outcome<bool> {
        if is_plain && !given(flag) { Ok(false) } else { setting(flag, key) }
    };
    let no_binary = if given("binary") { !parsed.switch("binary") } else { shaping("nobinary", "nobinary")? };
    Ok(DiffOptions {
        context: context(prepared, flags)?,
        git: setting("git", "git")?,
        text: flags && parsed.switch("text"),
        show_function: show_function(prepared, setting("show-function", "showfunc")?)?,
        no_dates: setting("nodates", "nodates")?,
        no_binary,
        git_binary: if prepared.facts.zlib_samples == SAMPLES_DIGEST { GitBinary::Encoded } else { GitBinary::Refused },
        no_prefix: shaping("noprefix", "noprefix")?,
        ignore_space: setting("ignore-all-space", "ignorews")?,
        ignore_space_change: setting("ignore-space-change", "ignorewsamount")?,
        ignore_blank_lines: setting("ignore-blank-lines", "ignoreblanklines")?,
        ignore_space_at_eol: setting("ignore-space-at-eol", "ignorewseol")?,
        word_diff: shaping("word-diff", "word-diff")?,
    })
}

/// The same settings for a diff of which only lines are counted.
pub(crate) fn counting(options: DiffOptions) -> DiffOptions {
    DiffOptions { context: 0, no_prefix: false, git_binary: GitBinary::Marked, ..options }
}

fn refuse(prepared: &Prepared) -> Outcome<()> {
    let unsupported = |name: &str| Err(Stop::unsupported(Reason::ConfigUnsupported, name));
    for name in ["xdiff", "extendedheader.similarity", "extendedheader.index"] {
        if prepared.config.get("experimental", name).is_some() {
            return unsupported(name);
        }
    }
    if prepared.config.get("diff", "merge").is_some() {
        return unsupported("diff.merge");
    }
    Ok(())
}

/// Older releases take a line that begins with a digit, and none with `_` or `$`, for that of a function.
fn show_function(prepared: &Prepared, wanted: bool) -> Outcome<bool> {
    if wanted && version_of(&prepared.facts) < FUNCTIONS_SINCE {
        return Err(Stop::unsupported(Reason::FlagUnsupported, "functions as an older legacy sees them"));
    }
    Ok(wanted)
}

fn context(prepared: &Prepared, flags: bool) -> Outcome<usize> {
    let flag = prepared.parsed.value("unified").filter(|value| flags && !value.is_empty());
    let Some(text) = flag.or_else(|| prepared.config.get("diff", "unified")) else { return Ok(3) };
    let number = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = number.and_then(|text| text.parse::<u32>().ok());
    number.map(|lines| lines as usize).ok_or_else(|| Stop::unsupported(Reason::UsageError, "lines of context"))
}
