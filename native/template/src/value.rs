//! The values that keywords give and functions take.

use amalgam_types::Rev;
use std::rc::Rc;

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing: shown as empty text.
    None,
    /// Text.
    Bytes(Rc<[u8]>),
    /// A number.
    Int(i64),
    /// A truth value that is shown as `true` or `false`.
    YesNo(bool),
    /// A truth value that is shown as Python shows it.
    Bool(bool),
    /// A date.
    Date(Date),
    /// A list of things that can be shown one by one.
    List(Rc<List>),
    /// A dictionary.
    Dict(Rc<List>),
    /// One element of a list or dictionary.
    Item(Rc<Item>),
    /// What [`crate::Resources::call`] makes of a name and an argument, once it is asked for.
    Later(&'static str, Rc<[u8]>),
    /// The rendered elements of a list.
    Strings(Rc<Vec<Rc<[u8]>>>),
}

/// A date: seconds since 1970 and seconds west of UTC, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Seconds west of UTC.
    pub offset: i64,
    /// How it is shown.
    pub form: DateForm,
}

/// How a date is shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// As a commit's date: `SECONDS.0OFFSET`.
    Dotted,
    /// As two numbers.
    Pair,
    /// As legacy keeps it: dotted, with seconds that are no whole number to a program.
    Raw,
}

/// The names that an element of a list stands under while a template is rendered for it.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// Names and values.
    pub names: Vec<(&'static [u8], Value)>,
    /// Names that are only known at run time.
    pub more: Vec<(Rc<[u8]>, Value)>,
    /// The changeset that keywords speak of.
    pub changeset: Option<Rev>,
    /// Whether the changeset is only known by a `node` among the names: values of the levels outside that speak of a
    /// changeset then stay as they are.
    pub by_node: bool,
    /// Whether keywords that speak of a changeset stand for nothing here: there is a `node` that is none of a changeset.
    pub without_changeset: bool,
    /// Whether the item belongs to no repository, so that nothing can be asked of one.
    pub outside: bool,
}

impl Map {
    /// A map of one name.
    pub fn one(name: &'static [u8], value: Value) -> Map {
        Map { names: vec![(name, value)], ..Map::default() }
    }

    /// A map of names for an element that is not a changeset.
    pub fn named(names: Vec<(&'static [u8], Value)>) -> Map {
        Map { names, ..Map::default() }
    }

    /// A map of names for an item that belongs to no repository.
    pub fn outside(names: Vec<(&'static [u8], Value)>) -> Map {
        Map { names, outside: true, ..Map::default() }
    }

    /// A map that only changes the changeset.
    pub fn of(changeset: Rev) -> Map {
        Map { changeset: Some(changeset), ..Map::default() }
    }
}

/// What a list does where it is shown as a whole.
#[derive(Debug, Clone)]
pub enum Whole {
    /// Its elements with a space between them.
    Joined,
    /// The same, of changesets that a query gave: they cannot be turned round.
    Queried,
    /// The old-style list templates (`start_NAMES`, `NAME`, `last_NAME`, `end_NAMES`, `no_NAMES`) where there are any.
    OldStyle {
        /// The name of the template of one element.
        name: &'static str,
        /// The plural in the names of the templates around.
        plural: &'static str,
        /// What stands between elements without a template.
        separator: &'static str,
        /// What each element's template sees, where it is not its name alone.
        maps: Option<Vec<Map>>,
    },
    /// A text of its own.
    Text(Rc<[u8]>),
    /// As only Python shows it.
    Unshown,
    /// Each element by this template.
    Template(&'static str),
}

impl Whole {
    /// Whether a query gave the elements.
    pub(crate) fn is_queried(&self) -> bool {
        matches!(self, Whole::Queried | Whole::OldStyle { name: "revision", .. })
    }
}

/// A list or a dictionary.
#[derive(Debug, Clone)]
pub struct List {
    /// The elements; for a dictionary the values.
    pub values: Vec<Value>,
    /// The keys of a dictionary; empty for a list.
    pub keys: Vec<Rc<[u8]>>,
    /// How each element is shown on its own.
    pub shown: Vec<Rc<[u8]>>,
    /// What a template sees for each element.
    pub maps: Vec<Map>,
    /// How all of it is shown.
    pub whole: Whole,
}

/// One element, with what a template sees for it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The bare value; nothing for one that is only a map.
    pub value: Value,
    /// What a template or a member look-up sees.
    pub map: Map,
    /// The text it is shown as, where that is not the bare value's.
    pub shown: Option<Rc<[u8]>>,
    /// The template it is shown by.
    pub template: Option<ShownBy>,
}

/// How an element that is only a map is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownBy {
    /// By this template.
    Literal(&'static str),
    /// By the template of this name.
    Named(&'static str),
}

impl Value {
    /// A list as commands hand it to a template: each element under `name`, shown with `separator` between them.
    pub fn list(values: Vec<Value>, name: &'static [u8], separator: &[u8]) -> Value {
        let mut whole = Vec::new();
        let mut shown: Vec<Rc<[u8]>> = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            let text = match value {
                Value::Bytes(text) => Rc::clone(text),
                Value::Int(number) => Rc::from(number.to_string().as_bytes()),
                _ => Rc::from(&b""[..]),
            };
            if at > 0 {
                whole.extend_from_slice(separator);
            }
            whole.extend_from_slice(&text);
            shown.push(text);
        }
        let maps = values.iter().map(|value| Map::one(name, value.clone())).collect();
        Value::List(Rc::new(List { values, keys: Vec::new(), shown, maps, whole: Whole::Text(Rc::from(whole)) }))
    }

    /// The ids of changesets as commands hand them to a template.
    pub fn nodes(revs: &[(Rev, Vec<u8>)]) -> Value {
        let mut value = Value::list(revs.iter().map(|(_, node)| Value::text(node)).collect(), b"node", b" ");
        if let Value::List(list) = &mut value
            && let Some(list) = Rc::get_mut(list)
        {
            for (map, (rev, _)) in list.maps.iter_mut().zip(revs) {
                map.changeset = Some(*rev);
                map.by_node = true;
            }
        }
        value
    }

    /// A dictionary as commands hand it to a template, sorted by key.
    pub fn dict(
        pairs: impl IntoIterator<Item = (Rc<[u8]>, Rc<[u8]>)>,
        key: &'static [u8],
        value: &'static [u8],
    ) -> Value {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort();
        let mut dict = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Joined };
        for (name, text) in pairs {
            dict.shown.push(Rc::from([&name[..], b"=", &text[..]].concat()));
            dict.maps
                .push(Map::named(vec![(key, Value::Bytes(Rc::clone(&name))), (value, Value::Bytes(Rc::clone(&text)))]));
            dict.keys.push(name);
            dict.values.push(Value::Bytes(text));
        }
        Value::Dict(Rc::new(dict))
    }

    /// A list of nothing that cannot be shown without a template.
    pub fn unshown() -> Value {
        Value::List(Rc::new(List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Unshown }))
    }

    /// Items within an item, each shown by `template`.
    pub fn nested(items: Vec<Map>, template: &'static str) -> Value {
        let mut list =
            List { values: vec![], keys: vec![], shown: vec![], maps: items, whole: Whole::Template(template) };
        for map in &list.maps {
            let (keys, values) = map.names.iter().map(|(name, value)| (Rc::from(*name), value.clone())).unzip();
            let item = List { values, keys, shown: vec![], maps: vec![], whole: Whole::Joined };
            list.values.push(Value::Dict(Rc::new(item)));
            list.shown.push(Rc::from(&b""[..]));
        }
        Value::List(Rc::new(list))
    }

    /// A date, without the fraction of its seconds.
    pub fn date(seconds: f64, offset: i64, form: DateForm) -> Value {
        Value::Date(Date { seconds: seconds.trunc() as i64, offset, form })
    }

    /// Text.
    pub fn text(bytes: impl AsRef<[u8]>) -> Value {
        Value::Bytes(Rc::from(bytes.as_ref()))
    }

    /// A list of texts, each under `names` in a template.
    pub fn texts<'t>(all: impl IntoIterator<Item = &'t [u8]>, names: &[&'static [u8]], whole: Whole) -> Value {
        let shown: Vec<Rc<[u8]>> = all.into_iter().map(Rc::from).collect();
        let values: Vec<Value> = shown.iter().cloned().map(Value::Bytes).collect();
        let map =
            |value: &Value| Map { names: names.iter().map(|name| (*name, value.clone())).collect(), ..Map::default() };
        let maps = values.iter().map(map).collect();
        Value::List(Rc::new(List { values, keys: Vec::new(), shown, maps, whole }))
    }
}
