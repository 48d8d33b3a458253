//! What `-T` sees of annotated files: an item per file, and in it one per line.

use super::COLUMNS;
use super::lines::{Annotated, Origin};
use crate::formatter::Formatter;
use crate::history::History;
use amalgam_diff::lines::Lines;
use amalgam_template::{DateForm, Map, Value};
use amalgam_types::{Outcome, Reason, Stop, WDIR_REV};

/// The fields of the columns, in their order.
const FIELDS: [&str; COLUMNS.len()] = ["user", "rev", "node", "date", "path", "lineno"];

/// The fields of a line: those of the columns that are shown, and what a template asks for.
///
/// # Errors
/// `TemplateKeyword` where a template asks for more of a file than its name.
pub(super) fn columns(shown: &[&str], formatter: &Formatter<'_>) -> Outcome<Vec<&'static str>> {
    let columns: Vec<&str> = COLUMNS
        .into_iter()
        .zip(FIELDS)
        .filter(|(column, field)| shown.contains(column) || formatter.wants(field))
        .map(|(_, field)| field)
        .collect();
    if !columns.contains(&"path") && (formatter.wants("size") || formatter.wants("status")) {
        return Err(Stop::unsupported(Reason::TemplateKeyword, "a line's file without its name"));
    }
    Ok(columns)
}

/// The item of one file.
///
/// # Errors
/// What reading its changesets meets.
pub(super) fn of_file(
    history: &History<'_>,
    path: &[u8],
    found: Option<(&[u8], &Annotated)>,
    columns: &[&'static str],
) -> Outcome<Map> {
    let mut names = vec![(&b"path"[..], Value::text(path))];
    if let Some((content, annotated)) = found {
        let text = Lines::of(content);
        let mut known = Vec::with_capacity(annotated.origins.len());
        for origin in &annotated.origins {
            known.push(of_origin(history, origin, columns)?);
        }
        let lines = annotated.lines.iter().enumerate().map(|(at, line)| {
            let mut map = known[line.origin].clone();
            if columns.contains(&"lineno") {
                map.names.push((b"lineno", Value::Int(line.number as i64)));
            }
            map.names.push((b"line", Value::text(text.get(at))));
            map
        });
        names.push((b"lines", Value::nested(lines.collect(), "{rev}: {line}")));
    }
    Ok(Map::outside(names))
}

/// What all lines of an origin have in common.
fn of_origin(history: &History<'_>, origin: &Origin, columns: &[&'static str]) -> Outcome<Map> {
    let mut names = Vec::new();
    for &column in columns {
        let value = match column {
            "user" => Value::text(origin.user(history)?),
            "rev" => Value::Int(i64::from(origin.rev)),
            "node" => Value::text(history.changeset(origin.rev)?.node.hex()),
            "date" => {
                let (seconds, offset) = origin.date(history)?;
                if seconds.fract() != 0.0 {
                    return Err(Stop::unsupported(Reason::DateUnsupported, "a fraction of a second"));
                }
                let form = if origin.rev == WDIR_REV { DateForm::Pair } else { DateForm::Raw };
                Value::date(seconds, offset, form)
            }
            "path" => Value::text(&origin.path),
            _ => continue,
        };
        names.push((column.as_bytes(), value));
    }
    Ok(Map { names, changeset: Some(origin.rev), ..Map::default() })
}
