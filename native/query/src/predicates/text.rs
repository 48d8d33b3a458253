//! Functions about what is written in changesets.

use super::Call;
use crate::dates::{Clock, Interval};
use crate::pattern::Pattern;
use crate::set::Set;
use crate::strings::{local, lower};
use crate::tree::{arguments, error, has_first, named, text};
use amalgam_formats::changelog::ChangelogEntry;
use amalgam_matching::TextRegex;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};

/// A filter over the changesets' own texts.
fn reading<'a>(
    call: &Call<'_, '_, 'a>,
    test: impl Fn(&ChangelogEntry) -> Outcome<bool> + Send + Sync + 'a,
) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    if evaluation.config().get("ui", "fallbackencoding").is_some() {
        return Err(Stop::unsupported(Reason::EncodingUnsupported, "ui.fallbackencoding"));
    }
    let changelog = evaluation.changelog;
    Ok(evaluation.reading(call.subset, move |rev: Rev| match rev {
        NULL_REV => test(&ChangelogEntry::null()),
        _ => test(&changelog.entry(rev)?),
    }))
}

/// `author(string)` and `user`.
pub(super) fn author<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let pattern = Pattern::folded(call.argument_text("author requires a string")?)?;
    reading(call, move |entry| Ok(pattern.occurs_in(&local(entry.user()))))
}

pub(super) fn desc<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let pattern = Pattern::folded(call.argument_text("desc requires a string")?)?;
    reading(call, move |entry| Ok(pattern.occurs_in(&local(entry.description()))))
}

pub(super) fn keyword<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let word = lower(call.argument_text("keyword requires a string")?).into_owned();
    reading(call, move |entry| {
        let found = |text: &[u8]| memchr::memmem::find(&lower(text), &word).is_some();
        Ok(found(&local(entry.user())) || found(&local(entry.description())) || entry.files().any(found))
    })
}

pub(super) fn grep<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let regex = TextRegex::new(call.argument_text("grep requires a string")?, false)?;
    reading(call, move |entry| {
        let found = |text: &[u8]| regex.is_match(text);
        Ok(found(&local(entry.user())) || found(&local(entry.description())) || entry.files().any(found))
    })
}

pub(super) fn date<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let spec = call.argument_text("date requires a string")?;
    let interval = Interval::parse(spec, &Clock::new(call.evaluation.matching.env)?)?;
    reading(call, move |entry| Ok(interval.contains(entry.date()?.seconds)))
}

pub(super) fn extra<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let [label, value] = named(call.argument, "extra", ["label", "value"])?;
    if label.is_none() && !has_first(call.argument, "label") {
        return Err(error("extra takes at least 1 argument"));
    }
    let label = text(label, "first argument to extra must be a string")?.to_vec();
    let value = match value {
        Some(value) => Some(Pattern::new(text(Some(value), "second argument to extra must be a string")?)?),
        None => None,
    };
    reading(call, move |entry| {
        let extra = entry.extra()?;
        let found = extra.iter().find(|(key, _)| *key == label).map(|(_, found)| found.as_slice());
        // Every changeset has a branch, written or not.
        let found = found.or_else(|| (label == b"branch").then_some(b"default".as_slice()));
        Ok(found.is_some_and(|found| value.as_ref().is_none_or(|value| value.is(found))))
    })
}

pub(super) fn converted<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 0, 1, "converted takes one or no arguments")?;
    let wanted = match arguments.first() {
        Some(argument) => Some(text(*argument, "converted requires a revision")?.to_vec()),
        None => None,
    };
    reading(call, move |entry| {
        let extra = entry.extra()?;
        let source = extra.iter().find(|(key, _)| key == b"convert_revision");
        Ok(source.is_some_and(|(_, source)| wanted.as_ref().is_none_or(|wanted| source.starts_with(wanted))))
    })
}
