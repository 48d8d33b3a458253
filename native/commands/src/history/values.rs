//! The values of keywords that are more than a text or a number.

use crate::Prepared;
use crate::history::changesets::phase_name;
use crate::history::{Changeset, History};
use amalgam_config::remote_paths;
use amalgam_template::{DateForm, Item, List, Map, ShownBy, Value, Whole, string_escaped};
use amalgam_types::{NULL_REV, Outcome, Reason, Stop, short_hex};
use std::rc::Rc;

/// Names, by old-style templates.
pub(super) fn names<'n>(all: impl Iterator<Item = &'n [u8]>, name: &'static str, plural: &'static str) -> Value {
    Value::texts(all, &[name.as_bytes()], Whole::OldStyle { name, plural, separator: " ", maps: None })
}

/// Paths, each also known as `file` and `path`.
pub(super) fn files(all: &[Vec<u8>], name: &'static str, plural: &'static str) -> Value {
    Value::texts(
        all.iter().map(Vec::as_slice),
        &[b"file", b"path"],
        Whole::OldStyle { name, plural, separator: " ", maps: None },
    )
}

pub(super) fn bookmarks(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    bookmark_list(changeset.history, changeset.bookmarks()?)
}

/// Bookmarks, each also with the active one.
pub(super) fn bookmark_list(history: &History<'_>, all: &[Vec<u8>]) -> Outcome<Value> {
    let active = history.active_bookmark()?.map_or(Value::None, Value::text);
    let shown: Vec<Rc<[u8]>> = all.iter().map(|name| Rc::from(name.as_slice())).collect();
    let map = |name: &Rc<[u8]>| Map {
        names: vec![
            (b"bookmark", Value::Bytes(Rc::clone(name))),
            (b"active", active.clone()),
            (b"current", active.clone()),
        ],
        ..Map::default()
    };
    let maps = shown.iter().map(map).collect();
    let values = shown.iter().cloned().map(Value::Bytes).collect();
    let whole = Whole::OldStyle { name: "bookmark", plural: "bookmarks", separator: " ", maps: None };
    Ok(Value::List(Rc::new(List { values, keys: Vec::new(), shown, maps, whole })))
}

pub(super) fn children(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    if changeset.rev == NULL_REV {
        return Err(Stop::unsupported(Reason::TemplateKeyword, "children of the null revision"));
    }
    let history = changeset.history;
    let visibility = history.visibility()?;
    let mut found: Vec<Vec<u8>> = Vec::new();
    history.changelog.expect_scan();
    for rev in changeset.rev + 1..history.changelog.len() {
        if !visibility.is_hidden(rev) && history.changelog.parents(rev)?.contains(&changeset.rev) {
            // Short under `--debug`, too.
            found.push(format!("{rev}:{}", short_hex(&history.changelog.node(rev)?)).into_bytes());
        }
    }
    let whole = Whole::OldStyle { name: "children", plural: "childrens", separator: " ", maps: None };
    Ok(Value::texts(found.iter().map(Vec::as_slice), &[b"child"], whole))
}

/// Whole seconds, as legacy's templates have them.
pub(super) fn date(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    let date = changeset.date()?;
    Ok(Value::date(date.seconds, date.offset, DateForm::Dotted))
}

/// A key and its value.
type Pair = (Rc<[u8]>, Rc<[u8]>);

/// Key and value pairs, by old-style templates.
fn dictionary(
    pairs: Vec<Pair>,
    show: impl Fn(&[u8], &[u8]) -> Vec<u8>,
    names: &[&'static [u8]],
    value_name: &'static [u8],
    old_style: (&'static str, &'static str),
) -> Value {
    let mut dict = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Joined };
    for (key, value) in pairs {
        dict.shown.push(Rc::from(show(&key, &value)));
        let mut map = Map::default();
        map.names.extend(names.iter().map(|name| (*name, Value::Bytes(Rc::clone(&key)))));
        map.names.push((value_name, Value::Bytes(Rc::clone(&value))));
        dict.maps.push(map);
        dict.keys.push(key);
        dict.values.push(Value::Bytes(value));
    }
    let (name, plural) = old_style;
    dict.whole = Whole::OldStyle { name, plural, separator: " ", maps: Some(dict.maps.clone()) };
    Value::Dict(Rc::new(dict))
}

/// The environment, of which nothing is shown unless it is asked for.
pub(super) fn no_variables() -> Value {
    dictionary(Vec::new(), |_, _| Vec::new(), &[b"key"], b"value", ("envvar", "envvars"))
}

/// The names of a changeset by kind.
pub(super) fn namespaces(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    if changeset.history.repository.has_other_names() {
        return Err(Stop::unsupported(Reason::ExtensionUnproven, "kinds of names that an extension adds"));
    }
    const KINDS: [(&str, &[u8]); 3] = [("bookmarks", b"bookmark"), ("tags", b"tag"), ("branches", b"branch")];
    let branch = changeset.branch()?.0;
    let bookmarks = changeset.bookmarks()?.iter().map(Vec::as_slice).collect();
    let mut dict = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Joined };
    for ((kind, singular), names) in KINDS.into_iter().zip([bookmarks, changeset.tags()?, vec![branch.as_slice()]]) {
        let whole = Whole::OldStyle { name: "name", plural: "names", separator: " ", maps: None };
        let names = Value::texts(names, &[b"name", singular], whole);
        dict.maps.push(Map::named(vec![
            (b"namespace", Value::text(kind)),
            (b"names", names.clone()),
            (b"builtin", Value::Bool(true)),
            (b"colorname", Value::text(singular)),
        ]));
        dict.keys.push(Rc::from(kind.as_bytes()));
        dict.shown.push(Rc::from(kind.as_bytes()));
        dict.values.push(names);
    }
    dict.whole = Whole::OldStyle { name: "namespace", plural: "namespaces", separator: " ", maps: None };
    Ok(Value::Dict(Rc::new(dict)))
}

/// The locations of other repositories by name.
pub(super) fn peer_urls(prepared: &Prepared) -> Outcome<Value> {
    let paths = remote_paths(&prepared.config, &prepared.env, &prepared.facts.version)?;
    let mut dict = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Joined };
    for (name, all) in &paths {
        let Some(last) = all.last() else { continue };
        let mut map = Map::one(b"name", Value::text(name));
        if let [only] = all.as_slice() {
            map.names.push((b"url", Value::text(&only.location)));
            map.names.extend(only.options.iter().map(|(option, value)| (option.as_bytes(), Value::text(value))));
        }
        map.names.push((b"urls", Value::Later("urls", Rc::from(name.as_slice()))));
        dict.maps.push(map);
        dict.keys.push(Rc::from(name.as_slice()));
        dict.shown.push(Rc::from([name, &b"="[..], &last.location].concat()));
        dict.values.push(Value::text(&last.location));
    }
    Ok(Value::Dict(Rc::new(dict)))
}

pub(super) fn extras(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    let pairs = changeset.extra()?.into_iter().map(|(key, value)| (Rc::from(key), Rc::from(value))).collect();
    let show = |key: &[u8], value: &[u8]| [key, b"=", &string_escaped(value)].concat();
    Ok(dictionary(pairs, show, &[b"key"], b"value", ("extra", "extras")))
}

pub(super) fn copies(all: &[(Vec<u8>, Vec<u8>)]) -> Value {
    let pairs = all.iter().map(|(to, from)| (Rc::from(to.as_slice()), Rc::from(from.as_slice()))).collect();
    let show = |to: &[u8], from: &[u8]| [to, b" (", from, b")"].concat();
    dictionary(pairs, show, &[b"name", b"path"], b"source", ("file_copy", "file_copies"))
}

pub(super) fn manifest(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    let (rev, node) = changeset.manifest()?;
    let names = vec![
        (&b"rev"[..], Value::Int(i64::from(rev))),
        (&b"node"[..], Value::text(node.hex())),
        (&b"originalnode"[..], Value::text(changeset.node.hex())),
    ];
    let map = Map { names, without_changeset: true, ..Map::default() };
    Ok(Value::Item(Rc::new(Item { value: Value::None, map, shown: None, template: Some(ShownBy::Named("manifest")) })))
}

pub(super) fn parents(changeset: &Changeset<'_, '_>) -> Outcome<Value> {
    let mut list = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Joined };
    let mut old_style = Vec::new();
    for rev in changeset.meaningful_parents()? {
        let parent = changeset.history.changeset(rev)?;
        list.values.push(Value::Int(i64::from(rev)));
        list.shown.push(Rc::from(parent.id().as_bytes()));
        list.maps.push(Map::of(rev));
        let names = vec![
            (&b"rev"[..], Value::Int(i64::from(rev))),
            (&b"node"[..], Value::text(parent.node.hex())),
            (&b"phase"[..], Value::text(phase_name(parent.phase()?))),
        ];
        old_style.push(Map { names, ..Map::default() });
    }
    list.whole = Whole::OldStyle { name: "parent", plural: "parents", separator: " ", maps: Some(old_style) };
    Ok(Value::List(Rc::new(list)))
}
