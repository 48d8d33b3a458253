//! What templates and forms for machines show of a changeset's change: its text, and how many lines went and came.

use super::changesets::{Change, FilesOf};
use super::options::{counting, for_machines, of_settings};
use crate::Prepared;
use crate::display::PathDisplay;
use crate::formatter::Formatter;
use crate::options::version_of;
use amalgam_diff::{DiffOptions, FileDiff, stat};
use amalgam_matching::Matcher;
use amalgam_template::{List, Map, Value, Whole};
use amalgam_types::{Outcome, Reason, Rev, Stop};
use std::rc::Rc;

/// The first release seen to give machines a file's counts as numbers: older ones give them the text people read.
const STATISTICS_SINCE: (u16, u16) = (6, 9);

fn diffs(prepared: &Prepared, rev: Rev, matcher: &Matcher<'_>, options: &DiffOptions) -> Outcome<Vec<FileDiff>> {
    Change::of(prepared, rev, matcher)?.diffs(options, &PathDisplay::FromRoot)
}

fn text_of(diffs: &[FileDiff]) -> Vec<u8> {
    diffs.iter().flat_map(|diff| [&diff.header, &diff.body]).flatten().copied().collect()
}

fn counted(diffs: &[FileDiff]) -> stat::Counter {
    let mut counter = stat::Counter::default();
    diffs.iter().for_each(|diff| counter.add(diff));
    counter
}

/// `{diff()}`: the change of the files that match.
///
/// # Errors
/// Whatever makes native uncertain.
pub(crate) fn diff_for_template(prepared: &Prepared, rev: Rev, matcher: &Matcher<'_>) -> Outcome<Vec<u8>> {
    Ok(text_of(&diffs(prepared, rev, matcher, &of_settings(prepared)?)?))
}

/// The change in the git format, whatever the configuration says of that.
///
/// # Errors
/// Whatever makes native uncertain.
pub(crate) fn git_patch(prepared: &Prepared, rev: Rev) -> Outcome<Vec<u8>> {
    let options = DiffOptions { git: true, ..of_settings(prepared)? };
    Ok(text_of(&diffs(prepared, rev, &Matcher::always(), &options)?))
}

/// `{diffstat}`: `FILES: +ADDED/-REMOVED`.
///
/// # Errors
/// Whatever makes native uncertain.
pub(crate) fn diffstat_for_template(prepared: &Prepared, rev: Rev) -> Outcome<Vec<u8>> {
    let counter = counted(&diffs(prepared, rev, &Matcher::always(), &counting(of_settings(prepared)?))?);
    let (added, removed) =
        counter.files().iter().fold((0, 0), |(added, removed), file| (added + file.added, removed + file.removed));
    Ok(format!("{}: +{added}/-{removed}", counter.files().len()).into_bytes())
}

/// The fields `diff` and `diffstat` of forms for machines, where flags or the form's template ask for them.
///
/// # Errors
/// Whatever makes native uncertain.
pub(crate) fn items(
    prepared: &Prepared,
    rev: Rev,
    files: &FilesOf<'_>,
    formatter: &Formatter<'_>,
) -> Outcome<Vec<(&'static [u8], Value)>> {
    let mut names = Vec::new();
    let options = || for_machines(prepared);
    if prepared.parsed.switch("stat") || formatter.wants("diffstat") {
        if version_of(&prepared.facts) < STATISTICS_SINCE {
            return Err(Stop::unsupported(Reason::TemplateKeyword, "diffstat for machines of an older legacy"));
        }
        let diffs = files.diffs(prepared, rev, &counting(options()?), &PathDisplay::FromRoot)?;
        names.push((&b"diffstat"[..], statistics(&counted(&diffs))));
    }
    if prepared.parsed.switch("patch") || formatter.wants("diff") {
        names.push((b"diff", Value::text(text_of(&files.diffs(prepared, rev, &options()?, &PathDisplay::FromRoot)?))));
    }
    Ok(names)
}

/// A list of dictionaries, which only Python shows as a whole.
fn statistics(counter: &stat::Counter) -> Value {
    let mut list = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Unshown };
    for file in counter.files() {
        let count = |lines: usize| Value::Int(lines as i64);
        let fields: [(&str, Value); 4] = [
            ("name", Value::text(&file.name)),
            ("additions", count(file.added)),
            ("removals", count(file.removed)),
            ("binary", Value::Bool(file.binary)),
        ];
        let (keys, values) = fields.into_iter().map(|(key, value)| (Rc::from(key.as_bytes()), value)).unzip();
        let dict = List { values, keys, shown: vec![], maps: vec![], whole: Whole::Unshown };
        list.values.push(Value::Dict(Rc::new(dict)));
        list.shown.push(Rc::from(&b""[..]));
        list.maps.push(Map::default());
    }
    Value::List(Rc::new(list))
}
