//! `sort(set[, keys])`.

use super::Call;
use crate::evaluate::{Order, working_copy};
use crate::set::Set;
use crate::strings::local;
use crate::topo;
use crate::tree::{error, named, text};
use amalgam_formats::changelog::ChangelogEntry;
use amalgam_types::{NULL_NODE, NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::cmp::Ordering;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Rev,
    Branch,
    Description,
    User,
    Date,
    Node,
    Topo,
}

/// What one key compares.
#[derive(PartialEq, PartialOrd)]
enum Value {
    Number(f64),
    Text(Vec<u8>),
}

pub(super) fn sort<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let evaluation = call.evaluation;
    let [set, keys, first_branch, seed] =
        named(call.argument, "sort", ["set", "keys", "topo.firstbranch", "random.seed"])?;
    if set.is_none() {
        return Err(error("sort requires one or two arguments"));
    }
    let keys = match keys {
        Some(keys) => parse(text(Some(keys), "sort spec must be a string")?)?,
        None => vec![(Key::Rev, false)],
    };
    let by_topology = keys.iter().any(|(key, _)| *key == Key::Topo);
    if by_topology && keys.len() > 1 {
        return Err(error("topo sort order cannot be combined with other sort keys"));
    }
    if first_branch.is_some() && !by_topology {
        return Err(error("topo.firstbranch can only be used when using the topo sort key"));
    }
    if seed.is_some() {
        return Err(error("random.seed can only be used when using the random sort key"));
    }
    let revs = evaluation.set(call.subset, set, call.order)?;
    if keys.is_empty() || call.order != Order::Define {
        return Ok(revs);
    }
    match keys.as_slice() {
        [(Key::Rev, descending)] => {
            revs.sort(*descending);
            Ok(revs)
        }
        _ if evaluation.working_copy.get() && revs.contains(WDIR_REV)? => Err(working_copy()),
        [(Key::Topo, backwards)] => {
            let first = match first_branch {
                Some(tree) => evaluation.set(call.subset, Some(tree), Order::Define)?.to_vec()?,
                None => Vec::new(),
            };
            revs.sort(true);
            let sorted = Set::topological(topo::sort(&evaluation.dag, &revs.to_vec()?, &first)?);
            if *backwards {
                sorted.reverse()?;
            }
            Ok(sorted)
        }
        _ => by_values(call, &revs.to_vec()?, &keys),
    }
}

fn parse(keys: &[u8]) -> Outcome<Vec<(Key, bool)>> {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let mut out = Vec::new();
    for word in keys.split(is_space).filter(|word| !word.is_empty()) {
        let name = word.strip_prefix(b"-").unwrap_or(word);
        let key = match name {
            b"rev" => Key::Rev,
            b"branch" => Key::Branch,
            b"desc" => Key::Description,
            b"user" | b"author" => Key::User,
            b"date" => Key::Date,
            b"node" => Key::Node,
            b"topo" => Key::Topo,
            b"random" => return Err(Stop::unsupported(Reason::RevsetPredicate, "sort by random")),
            _ => return Err(error([b"unknown sort key ", amalgam_config::python_repr(word).as_slice()].concat())),
        };
        out.push((key, name.len() != word.len()));
    }
    Ok(out)
}

fn by_values<'a>(call: &Call<'_, '_, 'a>, revs: &[Rev], keys: &[(Key, bool)]) -> Outcome<Set<'a>> {
    let mut rows = Vec::with_capacity(revs.len());
    for &rev in revs {
        rows.push((rev, values(call, rev, keys)?));
    }
    rows.sort_by(|(_, a), (_, b)| {
        let mut all = a.iter().zip(b).zip(keys).map(|((a, b), (_, descending))| {
            let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
            if *descending { order.reverse() } else { order }
        });
        all.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    Ok(Set::list(rows.into_iter().map(|(rev, _)| rev).collect()))
}

fn values(call: &Call<'_, '_, '_>, rev: Rev, keys: &[(Key, bool)]) -> Outcome<Vec<Value>> {
    let changelog = call.evaluation.changelog;
    let reads = |key: Key| matches!(key, Key::Description | Key::User | Key::Date);
    let entry = match keys.iter().any(|(key, _)| reads(*key)) && rev != NULL_REV {
        true => changelog.entry(rev)?,
        false => ChangelogEntry::null(),
    };
    let mut out = Vec::with_capacity(keys.len());
    for (key, _) in keys {
        out.push(match key {
            Key::Rev | Key::Topo => Value::Number(f64::from(rev)),
            Key::Branch if rev == NULL_REV => Value::Text(b"default".to_vec()),
            Key::Branch => Value::Text(local(&call.evaluation.branch_names()?.of(rev)?.0).into_owned()),
            Key::Description => Value::Text(local(entry.description()).into_owned()),
            Key::User => Value::Text(local(entry.user()).into_owned()),
            Key::Date => Value::Number(entry.date()?.seconds),
            Key::Node if rev == NULL_REV => Value::Text(NULL_NODE.0.to_vec()),
            Key::Node => Value::Text(changelog.node(rev)?.0.to_vec()),
        });
    }
    Ok(out)
}
