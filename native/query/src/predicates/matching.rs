//! `matching(revision[, fields])`: changesets that agree with one of a set in all of some fields.

use super::Call;
use crate::set::Set;
use crate::strings::local;
use crate::tree::{arguments, error, text};
use amalgam_formats::changelog::ChangelogEntry;
use amalgam_repo::{BranchNames, Changelog, Visibility};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Phase,
    Parents,
    User,
    Date,
    Branch,
    Summary,
    Files,
    Description,
    /// Asked of what agrees in everything else.
    Diff,
}

pub(super) fn matching<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 1, 2, "matching takes 1 or 2 arguments")?;
    let evaluation = call.evaluation;
    let revs = evaluation.all_of(arguments[0])?;
    let fields = match arguments.get(1) {
        Some(words) => {
            let repository = evaluation.repository;
            let none = repository.filelog(b".hgsub")?.is_empty() && repository.filelog(b".hgsubstate")?.is_empty();
            parse(text(*words, "matching requires a string as its second argument")?, none)?
        }
        None => parse(b"metadata", false)?,
    };
    let reader = Reader {
        changelog: evaluation.changelog,
        visibility: evaluation.visibility,
        branches: evaluation.branch_names()?,
    };
    let by_diff = fields.last() == Some(&Field::Diff);
    let contents = if by_diff { Some(evaluation.contents("matching by diff")?) } else { None };
    let fields: Vec<Field> = fields.into_iter().filter(|field| *field != Field::Diff).collect();
    let mut targets = Vec::new();
    for rev in revs.any_order()? {
        let rev = rev?;
        let patch = contents.map(|contents| contents.git_patch(rev)).transpose()?;
        targets.push((reader.values(rev, &fields)?, patch));
    }
    Ok(evaluation.reading(call.subset, move |rev| {
        // Nothing is read where there is nothing to compare with.
        if targets.is_empty() {
            return Ok(false);
        }
        let values = reader.values(rev, &fields)?;
        let mut alike = targets.iter().filter(|(target, _)| *target == values).peekable();
        match contents {
            Some(contents) if alike.peek().is_some() => {
                let patch = Some(contents.git_patch(rev)?);
                Ok(alike.any(|(_, target)| *target == patch))
            }
            _ => Ok(alike.next().is_some()),
        }
    }))
}

fn parse(words: &[u8], no_subrepositories: bool) -> Outcome<Vec<Field>> {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let mut fields = Vec::new();
    let mut unknown: Vec<&[u8]> = Vec::new();
    for word in words.split(is_space).filter(|word| !word.is_empty()) {
        match word {
            b"metadata" => fields.extend([Field::User, Field::Description, Field::Date]),
            b"phase" => fields.push(Field::Phase),
            b"parents" => fields.push(Field::Parents),
            b"user" | b"author" => fields.push(Field::User),
            b"date" => fields.push(Field::Date),
            b"branch" => fields.push(Field::Branch),
            b"summary" => fields.push(Field::Summary),
            b"files" => fields.push(Field::Files),
            b"description" => fields.push(Field::Description),
            // Without subrepositories all changesets agree in them.
            b"substate" if no_subrepositories => {}
            // Who agrees in the change touches the same files, which a merge need not say.
            b"diff" => fields.extend([Field::Files, Field::Diff]),
            b"substate" => return Err(Stop::unsupported(Reason::RevsetPredicate, "matching by substate")),
            other if unknown.contains(&other) => {}
            other => unknown.push(other),
        }
    }
    match unknown.as_slice() {
        [] => {}
        [word] => return Err(error([b"unexpected field name passed to matching: ", *word].concat())),
        _ => return Err(Stop::unsupported(Reason::RevsetPredicate, "matching by several unknown fields")),
    }
    fields.sort_unstable();
    fields.dedup();
    if fields.contains(&Field::Description) {
        fields.retain(|field| *field != Field::Summary);
    }
    Ok(fields)
}

struct Reader<'a> {
    changelog: &'a Changelog,
    visibility: &'a Visibility,
    branches: Arc<BranchNames<'a>>,
}

impl Reader<'_> {
    /// Each field as bytes that are equal where legacy's values are.
    fn values(&self, rev: Rev, fields: &[Field]) -> Outcome<Vec<Vec<u8>>> {
        let entry = if rev == NULL_REV { ChangelogEntry::null() } else { self.changelog.entry(rev)? };
        fields.iter().map(|field| self.value(rev, &entry, *field)).collect()
    }

    fn value(&self, rev: Rev, entry: &ChangelogEntry, field: Field) -> Outcome<Vec<u8>> {
        Ok(match field {
            Field::Phase => self.visibility.phase(rev).name().as_bytes().to_vec(),
            Field::Parents => {
                let parents = if rev == NULL_REV { [NULL_REV; 2] } else { self.changelog.parents(rev)? };
                format!("{parents:?}").into_bytes()
            }
            Field::User => local(entry.user()).into_owned(),
            Field::Date => {
                let date = entry.date()?;
                // Both zeros are equal.
                format!("{} {}", date.seconds + 0.0, date.offset).into_bytes()
            }
            Field::Branch if rev == NULL_REV => b"default".to_vec(),
            Field::Branch => local(&self.branches.of(rev)?.0).into_owned(),
            Field::Summary => {
                let text = local(entry.description());
                if text.is_empty() {
                    return Err(Stop::unsupported(Reason::RevsetPredicate, "the summary of an empty description"));
                }
                text.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default().to_vec()
            }
            Field::Files => entry.files().collect::<Vec<_>>().join(&0),
            Field::Description => local(entry.description()).into_owned(),
            Field::Diff => return Err(Stop::unsupported(Reason::RevsetPredicate, "matching by diff")),
        })
    }
}
