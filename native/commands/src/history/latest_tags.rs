//! `{latesttag}`: the nearest tagged ancestor of a changeset, and how far it is.

use crate::history::{Keywords, query};
use amalgam_query::StringPattern;
use amalgam_template::{List, Map, Value, Whole};
use amalgam_types::{NULL_REV, Node, Outcome, Rev};
use std::collections::HashMap;
use std::rc::Rc;

/// What is known so far, by pattern and changeset.
pub(super) type LatestTags = HashMap<Option<Vec<u8>>, HashMap<Rev, Latest>>;

/// The latest tags of one changeset.
#[derive(Debug, Clone)]
pub(super) struct Latest {
    /// When the tagged changeset was made.
    date: f64,
    /// The longest path to it.
    pub(super) distance: i64,
    /// Its tags, at least one.
    pub(super) names: Rc<Vec<Vec<u8>>>,
}

impl Keywords<'_, '_> {
    /// The latest tags of `rev` that `pattern` lets through.
    ///
    /// # Errors
    /// What reading tags and changesets meets.
    pub(super) fn latest_tags(&self, rev: Rev, pattern: Option<&[u8]>) -> Outcome<Latest> {
        let wanted = pattern.map(StringPattern::new).transpose()?;
        let is_wanted = |name: &[u8]| wanted.as_ref().is_none_or(|wanted| wanted.is(name));
        let mut all = self.latest.borrow_mut();
        let known = all.entry(pattern.map(<[u8]>::to_vec)).or_default();
        known.entry(NULL_REV).or_insert_with(|| {
            let names = Rc::new(vec![b"null".to_vec()]);
            Latest { date: 0.0, distance: 0, names }
        });
        let mut todo = vec![rev];
        while let Some(rev) = todo.pop() {
            if known.contains_key(&rev) {
                continue;
            }
            let changeset = self.history.changeset(rev)?;
            let names = self.global_tags()?.get(&changeset.node).map(Vec::as_slice).unwrap_or_default();
            let names: Vec<Vec<u8>> = names.iter().filter(|name| is_wanted(name)).cloned().collect();
            if !names.is_empty() {
                let date = changeset.date()?.seconds;
                known.insert(rev, Latest { date, distance: 0, names: Rc::new(names) });
                continue;
            }
            let parents = changeset.parents()?;
            if parents.iter().any(|parent| !known.contains_key(parent)) {
                todo.push(rev);
                todo.extend(parents);
                continue;
            }
            let mut latest = match parents.as_slice() {
                [first, second] => self.nearer(rev, &known[first], &known[second])?.clone(),
                parents => known[&parents[0]].clone(),
            };
            latest.distance += 1;
            known.insert(rev, latest);
        }
        Ok(known[&rev].clone())
    }

    /// Of the latest tags of a merge's parents those with fewer changes since; the first where nothing decides.
    fn nearer<'l>(&self, merge: Rev, first: &'l Latest, second: &'l Latest) -> Outcome<&'l Latest> {
        let second_wins = if first.names == second.names {
            (second.date, second.distance) > (first.date, first.distance)
        } else {
            let key = |latest: &Latest| -> Outcome<(i64, f64)> {
                Ok((-self.changes_since(merge, &latest.names[0])?, latest.date))
            };
            key(second)? > key(first)?
        };
        Ok(if second_wins { second } else { first })
    }

    /// How many ancestors of `rev` are not in `tag`.
    ///
    /// # Errors
    /// What looking the tag up meets.
    pub(super) fn changes_since(&self, rev: Rev, tag: &[u8]) -> Outcome<i64> {
        // As a number in a revset it would be the tip.
        if rev == NULL_REV {
            return Ok(0);
        }
        let expression = [format!("only({rev}, ").as_bytes(), &query::quoted(tag), b")"].concat();
        Ok(query::own(self.history, &expression)?.len() as i64)
    }

    /// The latest tags as templates see them.
    ///
    /// # Errors
    /// As [`Keywords::latest_tags`].
    pub(super) fn latest_tag_names(&self, rev: Rev, pattern: Option<&[u8]>) -> Outcome<Value> {
        let latest = self.latest_tags(rev, pattern)?;
        let shown: Vec<Rc<[u8]>> = latest.names.iter().map(|name| Rc::from(name.as_slice())).collect();
        let map = |name: &Rc<[u8]>| {
            Map::named(vec![
                (b"changes", Value::Later("changes", Rc::clone(name))),
                (b"distance", Value::Int(latest.distance)),
                (b"latesttag", Value::Bytes(Rc::clone(name))),
                (b"tag", Value::Bytes(Rc::clone(name))),
            ])
        };
        let maps = shown.iter().map(map).collect();
        let values = shown.iter().cloned().map(Value::Bytes).collect();
        let whole = Whole::OldStyle { name: "latesttag", plural: "latesttags", separator: ":", maps: None };
        Ok(Value::List(Rc::new(List { values, keys: Vec::new(), shown, maps, whole })))
    }

    /// The tags that are neither local nor made up, by changeset, sorted.
    fn global_tags(&self) -> Outcome<&HashMap<Node, Vec<Vec<u8>>>> {
        if let Some(known) = self.global_tags.get() {
            return Ok(known);
        }
        let mut by_node: HashMap<Node, Vec<Vec<u8>>> = HashMap::new();
        for tag in self.history.repository.tags(&self.history.prepared.config)?.iter() {
            if !tag.local && tag.name != b"tip" {
                by_node.entry(tag.node).or_default().push(tag.name.clone());
            }
        }
        by_node.values_mut().for_each(|names| names.sort_unstable());
        Ok(self.global_tags.get_or_init(|| by_node))
    }
}
