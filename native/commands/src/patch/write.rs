//! Diffs and diffstats as labelled text.

use crate::Prepared;
use amalgam_diff::label::Labeller;
use amalgam_diff::{DiffOptions, FileDiff, stat};
use amalgam_template::width::columns;
use amalgam_types::{Outcome, Reason, Stop};

/// Takes text under a label, which may be empty.
pub(crate) type Write<'w> = &'w mut dyn FnMut(&[u8], &str);

/// Writes diffs under their labels; where no labels count, `colored` is false and they go in one piece.
pub(crate) fn write_diffs(diffs: &[FileDiff], options: &DiffOptions, colored: bool, write: Write<'_>) {
    let parts = diffs.iter().flat_map(|diff| [&diff.header, &diff.body]);
    if !colored {
        return parts.for_each(|part| write(part, ""));
    }
    let mut labeller = Labeller::new(options.word_diff);
    for part in parts {
        labeller.label(part, &mut |piece, label| write(piece, label));
    }
}

/// The diffstat of diffs that were made without context and with prefixes.
///
/// # Errors
/// `EncodingUnsupported` where names are not as wide as they are in UTF-8.
pub(crate) fn stat_lines(prepared: &Prepared, diffs: &[FileDiff], width: usize) -> Outcome<Vec<stat::Line>> {
    let mut counter = stat::Counter::default();
    diffs.iter().for_each(|diff| counter.add(diff));
    if prepared.env.is_ascii() && !counter.files().iter().all(|file| file.name.is_ascii()) {
        return Err(Stop::unsupported(Reason::EncodingUnsupported, "the width of a name"));
    }
    Ok(stat::render(counter.files(), width, &columns))
}

/// Writes a diffstat.
pub(crate) fn write_stat(lines: &[stat::Line], write: Write<'_>) {
    for line in lines {
        for (piece, label) in line {
            if label.is_empty() || !piece.is_empty() {
                write(piece, label);
            }
        }
        write(b"\n", "");
    }
}

/// How wide a diffstat may be beside a graph of `graph_width` columns.
///
/// # Errors
/// `EnvironmentUnsupported` for a width that only Python reads.
pub(crate) fn stat_width(prepared: &Prepared, graph_width: usize) -> Outcome<usize> {
    if amalgam_config::plain(&prepared.env, None) {
        return Ok(80);
    }
    let width = match prepared.env.get("COLUMNS") {
        Some(given) => {
            let number = std::str::from_utf8(given).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let number = number.and_then(|text| text.parse().ok());
            number.ok_or_else(|| Stop::unsupported(Reason::EnvironmentUnsupported, "COLUMNS"))?
        }
        None => prepared.terminal.columns.map_or(80, usize::from),
    };
    Ok(width.saturating_sub(graph_width))
}
