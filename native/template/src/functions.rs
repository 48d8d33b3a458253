//! Functions: `{name(arguments)}`.

use crate::compile::{Node, error};
use crate::dates;
use crate::engine::Engine;
use crate::fill::fill;
use crate::filters::{date_of, no_date, plain};
use crate::regex;
use crate::render::{NOT_NUMBERS, Scope, arithmetic, entry, is_true, join, mistaken};
use crate::syntax::invalid;
use crate::text;
use crate::value::{Date, DateForm, Item, List, Map, Value, Whole};
use crate::width::{char_columns, columns};
use amalgam_types::{Abort, AbortKind, Outcome, Reason, Stop};
use std::rc::Rc;

type Named = [(Vec<u8>, Node)];

impl Engine<'_> {
    pub(crate) fn call(&self, name: &[u8], plain: &[Node], named: &Named, scope: &Scope<'_>) -> Outcome<Value> {
        match (name, plain) {
            (b"if", [test, then, rest @ ..]) if rest.len() < 2 => {
                let chosen = if self.truth(test, scope)? { Some(then) } else { rest.first() };
                chosen.map_or(Ok(Value::None), |node| self.value(node, scope))
            }
            (b"ifeq", [a, b, then, rest @ ..]) if rest.len() < 2 => {
                let equal = self.text(a, scope)? == self.text(b, scope)?;
                let chosen = if equal { Some(then) } else { rest.first() };
                chosen.map_or(Ok(Value::None), |node| self.value(node, scope))
            }
            (b"ifcontains", [needle, haystack, then, rest @ ..]) if rest.len() < 2 => {
                // What is wrong with them may only mean that it is not there.
                let unsure = |stop| match stop {
                    Stop::Abort(abort) if abort.kind == AbortKind::Parse => invalid("a needle with a mistake"),
                    stop => stop,
                };
                let haystack = self.value(haystack, scope).map_err(unsure)?;
                let needle = self.value(needle, scope).map_err(unsure)?;
                let found = self.contains(&haystack, &needle, scope)?;
                let chosen = if found { Some(then) } else { rest.first() };
                chosen.map_or(Ok(Value::None), |node| self.value(node, scope))
            }
            (b"date", [date]) => self.date(date, None, scope),
            (b"date", [date, format]) => self.date(date, Some(format), scope),
            (b"localdate", [date, zone]) => self.local_date(date, zone, scope),
            (b"localdate", [date]) => {
                let date = self.date_argument(date, "localdate expects a date information", scope)?;
                match self.ask(name, &[], scope)? {
                    Value::Int(offset) => Ok(Value::Date(Date { offset, form: DateForm::Pair, ..date })),
                    _ => Err(invalid("a time zone")),
                }
            }
            (b"diff", patterns) if patterns.len() < 3 => {
                let mut arguments = [Value::text(b""), Value::text(b"")];
                for (argument, pattern) in arguments.iter_mut().zip(patterns) {
                    *argument = Value::text(text::strip(&self.text(pattern, scope)?));
                }
                self.ask(name, &arguments, scope)
            }
            (b"dict", _) => self.dict(plain, named, scope),
            (b"fill", [body, rest @ ..]) if rest.len() < 4 => self.fill(body, rest, scope),
            (b"filter", [list, rest @ ..]) if rest.len() < 2 => self.filter_list(list, rest.first(), scope),
            (b"formatnode", [node]) => {
                let id = self.text(node, scope)?;
                let shown = if self.resources.shows_whole_ids() { id.len() } else { id.len().min(12) };
                Ok(Value::text(&id[..shown]))
            }
            (b"get", [dict, key]) => {
                let (dict, key) = (self.value(dict, scope)?, self.value(key, scope)?);
                match (&dict, mistaken(&dict, "is not a dictionary", "is not a dictionary")) {
                    (Value::Dict(dict), _) => Ok(entry(dict, &self.key(key, scope)?)),
                    (_, Some(Stop::Abort(abort))) => Err(abort.hint("get() expects a dict as first argument").into()),
                    _ => Err(invalid("get() of something that is not a dictionary")),
                }
            }
            (b"indent", [body, prefix, rest @ ..]) if rest.len() < 2 => {
                let prefix = self.text(prefix, scope)?;
                let first = rest.first().map_or(Ok(prefix.clone()), |first| self.text(first, scope))?;
                Ok(Value::text(text::indented(&self.text(body, scope)?, &prefix, &first)))
            }
            (b"join", [list, rest @ ..]) if rest.len() < 2 => self.join(list, rest.first(), scope),
            (b"label", [label, body]) => {
                let body = self.text(body, scope)?;
                let label = self.literal_text(label, scope)?;
                Ok(Value::text(self.resources.paint(&body, &String::from_utf8_lossy(&label))))
            }
            (b"max" | b"min", [list]) => match self.value(list, scope)? {
                Value::Int(number) => {
                    let abort = Abort::parse(None, format!("{number} is not iterable"));
                    let name = if name == b"max" { "max" } else { "min" };
                    Err(abort.hint(format!("{name} first argument should be an iterable")).into())
                }
                value => extreme(&value, name == b"max"),
            },
            (b"mod", [a, b]) => {
                let number = |node| self.whole_number(node, NOT_NUMBERS, scope);
                arithmetic(b'%', number(a)?, number(b)?).map(Value::Int)
            }
            (b"pad", _) => self.pad(plain, named, scope),
            (b"relpath" | b"shortest" | b"files" | b"mailmap" | b"latesttag" | b"revset" | b"subsetparents", _)
                if !(scope.has_repository() && self.resources.has_repository()) =>
            {
                let name = String::from_utf8_lossy(name);
                Err(Stop::unsupported(Reason::TemplateFunction, format!("{name} without a repository")))
            }
            (b"relpath", [path]) => self.resources.relative_path(&self.text(path, scope)?).map(Value::text),
            (b"separate", [separator, parts @ ..]) if named.is_empty() => {
                let separator = self.text(separator, scope)?;
                let mut out = Vec::new();
                let mut first = true;
                for part in parts {
                    let part = self.text(part, scope)?;
                    if !part.is_empty() {
                        if !first {
                            out.extend_from_slice(&separator);
                        }
                        first = false;
                        out.extend_from_slice(&part);
                    }
                }
                Ok(Value::text(out))
            }
            (b"shortest", [node, rest @ ..]) if rest.len() < 2 => {
                let id = self.text(node, scope)?;
                let message = "shortest() expects an integer minlength";
                let least = rest.first().map_or(Ok(4), |least| self.whole_number(least, message, scope))?;
                self.resources.shortest(&id, usize::try_from(least).unwrap_or(0).max(1)).map(Value::text)
            }
            (b"startswith", [start, body]) => {
                let (start, body) = (self.text(start, scope)?, self.text(body, scope)?);
                Ok(Value::text(if body.starts_with(&start) { &body[..] } else { b"" }))
            }
            (b"strip", [body]) => Ok(Value::text(text::strip(&self.text(body, scope)?))),
            (b"strip", [body, set]) => {
                let (body, set) = (self.text(body, scope)?, self.text(set, scope)?);
                Ok(Value::text(text::strip_of(&body, |byte| set.contains(&byte))))
            }
            (b"config" | b"configbool" | b"configint", [section, item, rest @ ..]) if rest.len() < 2 => {
                let mut arguments =
                    vec![Value::text(self.literal_text(section, scope)?), Value::text(self.literal_text(item, scope)?)];
                arguments.extend(match (name, rest.first()) {
                    (_, None) => None,
                    (b"config", Some(default)) => Some(Value::text(self.text(default, scope)?)),
                    (b"configbool", Some(default)) => Some(Value::Bool(self.truth(default, scope)?)),
                    (_, Some(default)) => Some(Value::Int(self.integer(default, scope)?)),
                });
                self.ask(name, &arguments, scope)
            }
            (b"files" | b"mailmap", [text]) => {
                let text = Value::text(self.text(text, scope)?);
                self.ask(name, &[text], scope)
            }
            (b"latesttag", []) => self.ask(name, &[], scope),
            (b"latesttag", [pattern]) => {
                let pattern = Value::text(self.text(pattern, scope)?);
                self.ask(name, &[pattern], scope)
            }
            (b"revset", [query, rest @ ..]) => {
                let arguments = self.query(query, rest, scope)?;
                self.ask(name, &arguments, scope)
            }
            (b"subsetparents", _) if !named.is_empty() => Err(invalid("subsetparents() by names")),
            // Only what a query gave will do.
            (b"subsetparents", [rev, Node::Call(inner, queried, _)]) if inner == b"revset" => {
                let [query, rest @ ..] = queried.as_slice() else { return Err(invalid("revset() without a query")) };
                let mut arguments = vec![Value::Int(self.integer(rev, scope)?)];
                arguments.extend(self.query(query, rest, scope)?);
                self.ask(name, &arguments, scope)
            }
            (b"search", [pattern, body]) => regex::search(&self.text(pattern, scope)?, &self.text(body, scope)?),
            (b"sub", [pattern, by, body]) => {
                let (pattern, by) = (self.text(pattern, scope)?, self.text(by, scope)?);
                regex::substitute(&pattern, &by, &self.text(body, scope)?).map(Value::text)
            }
            (b"word", [number, body, rest @ ..]) if rest.len() < 2 => self.word(number, body, rest.first(), scope),
            _ => Err(miscounted(name, plain.len())
                .unwrap_or_else(|| invalid(format!("the arguments of {}", String::from_utf8_lossy(name))))),
        }
    }

    /// A query and what is filled in.
    fn query(&self, query: &Node, rest: &[Node], scope: &Scope<'_>) -> Outcome<Vec<Value>> {
        let mut arguments = vec![Value::text(self.text(query, scope)?)];
        for argument in rest {
            arguments.push(bare(&self.value(argument, scope)?).clone());
        }
        Ok(arguments)
    }

    fn ask(&self, name: &[u8], arguments: &[Value], scope: &Scope<'_>) -> Outcome<Value> {
        self.resources.call(std::str::from_utf8(name).unwrap_or_default(), arguments, scope.changeset())
    }

    /// The text of a dictionary's key, which cannot be a collection.
    fn key(&self, value: Value, scope: &Scope<'_>) -> Outcome<Vec<u8>> {
        match value {
            Value::List(_) | Value::Dict(_) => Err(invalid("a collection as a key")),
            value => self.text_of(&value, scope),
        }
    }

    fn contains(&self, haystack: &Value, needle: &Value, scope: &Scope<'_>) -> Outcome<bool> {
        Ok(match haystack {
            Value::Bytes(text) => {
                let needle = self.text_of(needle, scope)?;
                needle.is_empty() || text.windows(needle.len()).any(|window| window == needle)
            }
            Value::Strings(strings) => {
                let needle = self.text_of(needle, scope)?;
                strings.iter().any(|string| **string == *needle)
            }
            Value::Dict(dict) => {
                let needle = self.key(needle.clone(), scope)?;
                dict.keys.iter().any(|key| **key == *needle)
            }
            Value::List(list) => match list.values.first() {
                Some(Value::Int(_)) => {
                    let Ok(needle) = crate::render::integer_of(needle) else { return Ok(false) };
                    list.values.iter().any(|value| matches!(value, Value::Int(number) if *number == needle))
                }
                _ => match bare(needle) {
                    Value::Bytes(needle) => {
                        list.values.iter().any(|value| matches!(value, Value::Bytes(text) if *text == *needle))
                    }
                    Value::Int(_) | Value::None => false,
                    _ => return Err(invalid("a needle that is not text")),
                },
            },
            Value::None | Value::Later(..) | Value::Int(_) | Value::Date(_) | Value::YesNo(_) | Value::Bool(_) => false,
            Value::Item(item) if item.template.is_none() && item.shown.is_none() => {
                self.contains(&item.value, needle, scope)?
            }
            Value::Item(_) => return Err(invalid("a haystack that is a changeset")),
        })
    }

    /// A date; `message` is legacy's word for what is none.
    fn date_argument(&self, node: &Node, message: &str, scope: &Scope<'_>) -> Outcome<Date> {
        let value = self.value(node, scope)?;
        if no_date(&value).is_some() { Err(error(message)) } else { date_of(&value) }
    }

    fn date(&self, date: &Node, format: Option<&Node>, scope: &Scope<'_>) -> Outcome<Value> {
        let date = self.date_argument(date, "date expects a date information", scope)?;
        let format = format.map_or(Ok(dates::DEFAULT.to_vec()), |format| self.text(format, scope))?;
        dates::format(&format, date.seconds as f64, date.offset).map(Value::text)
    }

    fn local_date(&self, date: &Node, zone: &Node, scope: &Scope<'_>) -> Outcome<Value> {
        let date = self.date_argument(date, "localdate expects a date information", scope)?;
        let zone = self.value(zone, scope)?;
        let offset = match &zone {
            Value::Bytes(text) => dates::zone(text),
            Value::Int(number) => Some(*number),
            _ => None,
        };
        let offset = offset.ok_or_else(|| invalid("a time zone"))?;
        Ok(Value::Date(Date { offset, form: DateForm::Pair, ..date }))
    }

    fn dict(&self, plain_args: &[Node], named: &Named, scope: &Scope<'_>) -> Outcome<Value> {
        let mut pairs: Vec<(Rc<[u8]>, Value)> = Vec::new();
        for node in plain_args {
            let mut inner = node;
            while let Node::Filter(next, _) = inner {
                inner = next;
            }
            let Node::Symbol(name) = inner else { return Err(invalid("a key that is not clear")) };
            if pairs.iter().any(|(known, _)| **known == **name) || named.iter().any(|(known, _)| known == name) {
                return Err(invalid("a key given twice"));
            }
            pairs.push((Rc::from(name.as_slice()), bare(&self.value(node, scope)?).clone()));
        }
        for (name, node) in named {
            pairs.push((Rc::from(name.as_slice()), bare(&self.value(node, scope)?).clone()));
        }
        let mut dict = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Joined };
        for (key, value) in pairs {
            // A list that went through here is a bare one.
            let value = match value {
                Value::List(list) => Value::List(Rc::new(List { whole: Whole::Unshown, ..List::clone(&list) })),
                Value::Dict(list) => Value::Dict(Rc::new(List { whole: Whole::Unshown, ..List::clone(&list) })),
                value => value,
            };
            match plain(&value) {
                Ok(text) => dict.shown.push(Rc::from([&key[..], b"=", &text[..]].concat())),
                Err(_) => {
                    dict.whole = Whole::Unshown;
                    dict.shown.push(Rc::clone(&key));
                }
            }
            let names = vec![(&b"key"[..], Value::Bytes(Rc::clone(&key))), (&b"value"[..], value.clone())];
            dict.maps.push(Map { names, ..Map::default() });
            dict.keys.push(key);
            dict.values.push(value);
        }
        Ok(Value::Dict(Rc::new(dict)))
    }

    fn fill(&self, body: &Node, rest: &[Node], scope: &Scope<'_>) -> Outcome<Value> {
        let body = self.text(body, scope)?;
        let message = "fill expects an integer width";
        let width = rest.first().map_or(Ok(76), |width| self.whole_number(width, message, scope))?;
        let first = rest.get(1).map_or(Ok(Vec::new()), |node| self.text(node, scope))?;
        let hanging = rest.get(2).map_or(Ok(Vec::new()), |node| self.text(node, scope))?;
        fill(&body, width, &first, &hanging).map(Value::text)
    }

    fn filter_list(&self, list: &Node, test: Option<&Node>, scope: &Scope<'_>) -> Outcome<Value> {
        let value = self.value(list, scope)?;
        match (&value, test) {
            (Value::List(list) | Value::Dict(list), test) => {
                if list.whole_is_template() {
                    return Err(invalid("not filterable"));
                }
                let whole = match &list.whole {
                    Whole::Unshown => Whole::Unshown,
                    whole if whole.is_queried() => Whole::Queried,
                    _ => Whole::Joined,
                };
                let mut kept = List { whole, ..List::clone(list) };
                let mut keep = Vec::with_capacity(list.values.len());
                for (value, map) in list.values.iter().zip(&list.maps) {
                    keep.push(match test {
                        None => is_true(value),
                        Some(test) => {
                            let inner =
                                Scope { map, index: None, outer: Some(scope), template: None, depth: scope.depth };
                            self.truth(test, &inner)?
                        }
                    });
                }
                retain(&mut kept.values, &keep);
                retain(&mut kept.keys, &keep);
                retain(&mut kept.shown, &keep);
                retain(&mut kept.maps, &keep);
                if matches!(list.whole, Whole::OldStyle { .. }) {
                    // Changesets are then only known as such, and no longer by the list's own word.
                    kept.maps.iter_mut().filter(|map| map.changeset.is_some()).for_each(|map| map.names.clear());
                }
                let kept = Rc::new(kept);
                Ok(if matches!(value, Value::Dict(_)) { Value::Dict(kept) } else { Value::List(kept) })
            }
            (Value::Strings(strings), None) => {
                Ok(Value::Strings(Rc::new(strings.iter().filter(|text| !text.is_empty()).cloned().collect())))
            }
            (value, _) => {
                let mistaken = mistaken(value, "is not iterable", "is not filterable");
                Err(mistaken.unwrap_or_else(|| invalid("not filterable")))
            }
        }
    }

    fn join(&self, list: &Node, separator: Option<&Node>, scope: &Scope<'_>) -> Outcome<Value> {
        let value = self.value(list, scope)?;
        let separator = separator.map_or(Ok(b" ".to_vec()), |node| self.text(node, scope))?;
        let mut out = Vec::new();
        match bare(&value) {
            Value::List(list) | Value::Dict(list) if !list.whole_is_template() => {
                join(&list.shown, &separator, &mut out);
            }
            Value::Strings(strings) => join(strings, &separator, &mut out),
            Value::Bytes(text) => {
                for (at, byte) in text.iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(&separator);
                    }
                    out.push(*byte);
                }
            }
            Value::Int(number) => return Err(error(format!("{number} is not iterable"))),
            _ => return Err(invalid("join() of something that is not a list")),
        }
        Ok(Value::text(out))
    }

    fn pad(&self, plain: &[Node], named: &Named, scope: &Scope<'_>) -> Outcome<Value> {
        const NAMES: [&str; 5] = ["text", "width", "fillchar", "left", "truncate"];
        let known = named.iter().all(|(name, _)| {
            NAMES.iter().position(|known| known.as_bytes() == name).is_some_and(|at| at >= plain.len())
        });
        if !known || plain.len() > NAMES.len() {
            return Err(invalid("the arguments of pad"));
        }
        let argument = |at: usize| {
            let by_name = || named.iter().find(|(name, _)| name == NAMES[at].as_bytes()).map(|(_, node)| node);
            plain.get(at).or_else(by_name)
        };
        let (Some(body), Some(width)) = (argument(0), argument(1)) else {
            return Err(match argument(1) {
                None => error("pad() expects two to four arguments"),
                Some(_) => invalid("pad() without a text"),
            });
        };
        let width = self.whole_number(width, "pad() expects an integer width", scope)?;
        let body = self.text(body, scope)?;
        let filler = argument(2).map_or(Ok(b" ".to_vec()), |node| self.text(node, scope))?;
        if text::without_effects(&filler).len() != 1 {
            return Err(error("pad() expects a single fill character"));
        }
        let left = argument(3).map_or(Ok(false), |node| self.truth(node, scope))?;
        let truncate = argument(4).map_or(Ok(false), |node| self.truth(node, scope))?;
        let shown = text::without_effects(&body);
        let missing = width.saturating_sub(columns(&shown) as i64);
        if missing < 0 && truncate {
            return trimmed(&shown, width, left).map(Value::text);
        }
        let missing = usize::try_from(missing).unwrap_or(0);
        if missing > 1 << 20 {
            return Err(invalid("a very wide pad"));
        }
        let fill = filler.repeat(missing);
        Ok(Value::text(if left { [fill, body].concat() } else { [body, fill].concat() }))
    }

    fn word(&self, number: &Node, body: &Node, separator: Option<&Node>, scope: &Scope<'_>) -> Outcome<Value> {
        let number = self.whole_number(number, "word expects an integer index", scope)?;
        let body = self.text(body, scope)?;
        let words: Vec<&[u8]> = match separator {
            None => body.split(|&b| text::is_space(b)).filter(|word| !word.is_empty()).collect(),
            Some(separator) => {
                let separator = self.text(separator, scope)?;
                split(&body, &separator)?
            }
        };
        let at = if number < 0 { number + words.len() as i64 } else { number };
        let word = usize::try_from(at).ok().and_then(|at| words.get(at));
        Ok(Value::text(word.copied().unwrap_or_default()))
    }
}

/// How many arguments functions take, and what legacy says where there are fewer or more.
const COUNTS: &[(&str, usize, usize, &str)] = &[
    ("config", 2, 3, "config expects two or three arguments"),
    ("configbool", 2, 3, "config expects two or three arguments"),
    ("configint", 2, 3, "config expects two or three arguments"),
    ("date", 1, 2, "date expects one or two arguments"),
    ("diff", 0, 2, "diff expects zero, one, or two arguments"),
    ("files", 1, 1, "files expects one argument"),
    ("fill", 1, 4, "fill expects one to four arguments"),
    ("filter", 1, 2, "filter expects one or two arguments"),
    ("formatnode", 1, 1, "formatnode expects one argument"),
    ("get", 2, 2, "get() expects two arguments"),
    ("if", 2, 3, "if expects two or three arguments"),
    ("ifcontains", 3, 4, "ifcontains expects three or four arguments"),
    ("ifeq", 3, 4, "ifeq expects three or four arguments"),
    ("indent", 2, 3, "indent() expects two or three arguments"),
    ("join", 1, 2, "join expects one or two arguments"),
    ("label", 2, 2, "label expects two arguments"),
    ("latesttag", 0, 1, "latesttag expects at most one argument"),
    ("localdate", 1, 2, "localdate expects one or two arguments"),
    ("mailmap", 1, 1, "mailmap expects one argument"),
    ("max", 1, 1, "max expects one argument"),
    ("min", 1, 1, "min expects one argument"),
    ("mod", 2, 2, "mod expects two arguments"),
    ("relpath", 1, 1, "relpath expects one argument"),
    ("revset", 1, usize::MAX, "revset expects one or more arguments"),
    ("search", 2, 2, "search expects two arguments"),
    ("shortest", 1, 2, "shortest() expects one or two arguments"),
    ("startswith", 2, 2, "startswith expects two arguments"),
    ("strip", 1, 2, "strip expects one or two arguments"),
    ("sub", 3, 3, "sub expects three arguments"),
    ("subsetparents", 2, 2, "subsetparents expects two arguments"),
];

/// Legacy's error about `count` arguments for the function `name`.
fn miscounted(name: &[u8], count: usize) -> Option<Stop> {
    if name == b"word" && !(2..=3).contains(&count) {
        return Some(error(format!("word expects two or three arguments, got {count}")));
    }
    let (_, least, most, message) = COUNTS.iter().find(|(known, ..)| known.as_bytes() == name)?;
    (count < *least || count > *most).then(|| error(*message))
}

impl List {
    fn whole_is_template(&self) -> bool {
        matches!(self.whole, Whole::Template(_) | Whole::Unshown)
    }
}

/// What an element is without its map.
fn bare(value: &Value) -> &Value {
    match value {
        Value::Item(item) if item.template.is_none() && item.shown.is_none() => bare(&item.value),
        other => other,
    }
}

fn retain<T>(all: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    all.retain(|_| flags.next().copied().unwrap_or(true));
}

fn split<'t>(body: &'t [u8], separator: &[u8]) -> Outcome<Vec<&'t [u8]>> {
    if separator.is_empty() {
        return Err(invalid("word() with an empty separator"));
    }
    let mut words = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        words.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    words.push(rest);
    Ok(words)
}

/// As much of `text` as fits into `width` columns, from its start or (`left`) its end.
fn trimmed(text: &[u8], width: i64, left: bool) -> Outcome<Vec<u8>> {
    let text = std::str::from_utf8(text).map_err(|_| invalid("text that is not UTF-8"))?;
    let width = usize::try_from(width).unwrap_or(0);
    let mut used = 0;
    let mut fits = |c: &char| {
        used += char_columns(*c);
        used <= width
    };
    let kept: String = if left {
        let kept: Vec<char> = text.chars().rev().take_while(&mut fits).collect();
        kept.into_iter().rev().collect()
    } else {
        text.chars().take_while(&mut fits).collect()
    };
    Ok(kept.into_bytes())
}

fn extreme(value: &Value, largest: bool) -> Outcome<Value> {
    let (values, maps): (Vec<Value>, Option<&[Map]>) = match value {
        Value::List(list) if !list.whole_is_template() => (list.values.clone(), Some(&list.maps)),
        Value::Strings(strings) => (strings.iter().cloned().map(Value::Bytes).collect(), None),
        _ => return Err(invalid("the extreme of something that is not a list")),
    };
    let mut best: Option<usize> = None;
    for at in 0..values.len() {
        let better = match best {
            None => true,
            Some(best) => match (&values[at], &values[best]) {
                (Value::Int(a), Value::Int(b)) => {
                    if largest {
                        a > b
                    } else {
                        a < b
                    }
                }
                (Value::Bytes(a), Value::Bytes(b)) => {
                    if largest {
                        a > b
                    } else {
                        a < b
                    }
                }
                _ => return Err(invalid("the extreme of things that do not compare")),
            },
        };
        if better {
            best = Some(at);
        }
    }
    let best = best.ok_or_else(|| invalid("the extreme of nothing"))?;
    Ok(match maps {
        None => values[best].clone(),
        Some(maps) => Value::Item(Rc::new(Item {
            value: values[best].clone(),
            map: maps[best].clone(),
            shown: None,
            template: None,
        })),
    })
}
