//! Renders compiled templates.
//!
//! A name is first one of the template's own values (an element's, `index`), then a keyword, then the name of another
//! template, and otherwise nothing.

use crate::compile::{Node, error};
use crate::engine::{At, Engine, Found};
use crate::syntax::invalid;
use crate::text::string_escape;
use crate::value::{Date, DateForm, Item, List, Map, ShownBy, Value, Whole};
use amalgam_config::parse_bool;
use amalgam_types::{AbortKind, Outcome, Rev, Stop};
use std::rc::Rc;

/// The names around an expression: those of one level, and the levels outside of it.
pub(crate) struct Scope<'s> {
    pub(crate) map: &'s Map,
    pub(crate) index: Option<usize>,
    pub(crate) outer: Option<&'s Scope<'s>>,
    /// The named template that this level renders, if it is one.
    pub(crate) template: Option<&'s [u8]>,
    /// How many templates are being rendered within each other.
    pub(crate) depth: usize,
}

/// Legacy's word for arithmetic on anything else.
pub(crate) const NOT_NUMBERS: &str = "arithmetic only defined on integers";

/// Templates that refer to each other deeper than this are left to legacy.
const DEEPEST: usize = 40;

/// The level of the template `name`, with the names of `map`.
fn named<'s>(map: &'s Map, name: &'s [u8], scope: &'s Scope<'s>) -> Outcome<Scope<'s>> {
    Ok(Scope { map, index: None, outer: Some(scope), template: Some(name), depth: deeper(scope, name)? })
}

/// The depth of the template `name` that is rendered within `scope`. Legacy refuses one that is being rendered already,
/// even if that would come to an end.
fn deeper(scope: &Scope<'_>, name: &[u8]) -> Outcome<usize> {
    let mut level = Some(scope);
    while let Some(one) = level {
        if one.template == Some(name) {
            return Err(invalid("a template that refers to itself"));
        }
        level = one.outer;
    }
    match scope.depth >= DEEPEST {
        true => Err(invalid("templates within each other")),
        false => Ok(scope.depth + 1),
    }
}

impl Scope<'_> {
    /// The changeset that keywords speak of.
    pub(crate) fn changeset(&self) -> Option<Rev> {
        match self.map.changeset {
            None if !self.map.without_changeset => self.outer.and_then(Scope::changeset),
            own => own,
        }
    }

    /// Whether there is a repository to ask: that of the nearest changeset, or of the item.
    pub(crate) fn has_repository(&self) -> bool {
        self.map.changeset.is_some() || self.outer.map_or(!self.map.outside, Scope::has_repository)
    }

    /// Whether an element's own changeset stands before the one that is shown.
    pub(crate) fn is_nested(&self) -> bool {
        self.outer.is_some_and(|outer| self.map.changeset.is_some() || outer.is_nested())
    }

    /// A value that the template itself brought; a nearer changeset hides those of a farther one.
    fn own(&self, name: &[u8], engine: &Engine<'_>) -> Option<Value> {
        if name == b"index"
            && let Some(index) = self.index
        {
            return Some(Value::Int(index as i64));
        }
        if let Some((_, value)) = self.map.names.iter().find(|(known, _)| *known == name) {
            return Some(value.clone());
        }
        if let Some((_, value)) = self.map.more.iter().find(|(known, _)| **known == *name) {
            return Some(value.clone());
        }
        let outer = self.outer?;
        if self.map.changeset.is_some() && !self.map.by_node && engine.resources.is_of_changeset(name) {
            return None;
        }
        outer.own(name, engine)
    }
}

impl Engine<'_> {
    /// Appends what `node` shows.
    pub(crate) fn show(&self, node: &Node, scope: &Scope<'_>, out: &mut Vec<u8>) -> Outcome<()> {
        match node {
            Node::Text(text) => out.extend_from_slice(text),
            Node::Pieces(pieces) => {
                for piece in pieces {
                    self.show(piece, scope, out)?;
                }
            }
            Node::Symbol(name) => self.show_symbol(name, scope, out)?,
            node => self.show_value(&self.value(node, scope)?, scope, out)?,
        }
        Ok(())
    }

    fn show_symbol(&self, name: &[u8], scope: &Scope<'_>, out: &mut Vec<u8>) -> Outcome<()> {
        if scope.outer.is_none()
            && scope.map.names.is_empty()
            && name != b"index"
            && self.resources.show(name, scope.changeset(), out)?
        {
            return Ok(());
        }
        self.show_value(&self.symbol(name, scope)?, scope, out)
    }

    /// What a name stands for; empty text where it stands for nothing.
    pub(crate) fn symbol(&self, name: &[u8], scope: &Scope<'_>) -> Outcome<Value> {
        Ok(self.symbol_if_known(name, scope)?.unwrap_or_else(|| Value::text(b"")))
    }

    /// What a name stands for, if it stands for anything.
    pub(crate) fn symbol_if_known(&self, name: &[u8], scope: &Scope<'_>) -> Outcome<Option<Value>> {
        match scope.own(name, self) {
            None | Some(Value::None) => {}
            Some(Value::Later(name, argument)) => {
                return self.resources.call(name, &[Value::Bytes(argument)], scope.changeset()).map(Some);
            }
            known => return Ok(known),
        }
        let path = match name {
            b"path" | b"size" | b"status" => match scope.own(b"path", self) {
                Some(Value::Bytes(path)) => Some(path),
                _ => None,
            },
            _ => None,
        };
        let at = At {
            changeset: scope.changeset(),
            repository: scope.has_repository(),
            nested: scope.is_nested(),
            path: path.as_deref(),
        };
        match self.resources.keyword(name, &at)? {
            Found::Value(value) => return Ok(Some(value)),
            Found::Nothing => {}
        }
        match self.template(name)? {
            Some(template) => {
                let mut text = Vec::new();
                self.show_template((name, &template), scope, &mut text)?;
                Ok(Some(Value::text(text)))
            }
            None => Ok(None),
        }
    }

    /// Appends what a named template shows.
    pub(crate) fn show_template(
        &self,
        (name, template): (&[u8], &Node),
        scope: &Scope<'_>,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        self.show(template, &named(&Map::default(), name, scope)?, out)
    }

    /// Text of `node`.
    pub(crate) fn text(&self, node: &Node, scope: &Scope<'_>) -> Outcome<Vec<u8>> {
        let mut out = Vec::new();
        self.show(node, scope, &mut out)?;
        Ok(out)
    }

    /// Text of a value.
    pub(crate) fn text_of(&self, value: &Value, scope: &Scope<'_>) -> Outcome<Vec<u8>> {
        let mut out = Vec::new();
        self.show_value(value, scope, &mut out)?;
        Ok(out)
    }

    /// The value of `node`.
    pub(crate) fn value(&self, node: &Node, scope: &Scope<'_>) -> Outcome<Value> {
        Ok(match node {
            Node::Text(text) => Value::text(text),
            Node::Pieces(_) => Value::text(self.text(node, scope)?),
            Node::Integer(number) => Value::Int(*number),
            Node::Symbol(name) => self.symbol(name, scope)?,
            Node::Negate(inner) => {
                let number = self.whole_number(inner, "negation needs an integer argument", scope)?;
                Value::Int(number.checked_neg().ok_or_else(|| invalid("a number without an end"))?)
            }
            Node::Arithmetic(operator, a, b) => {
                let number = |node| self.whole_number(node, NOT_NUMBERS, scope);
                arithmetic(*operator, number(a)?, number(b)?).map(Value::Int)?
            }
            Node::Map(list, template) => {
                let value = self.value(list, scope)?;
                if let Some(stop) = mistaken(&value, "is not iterable of mappings", "is not iterable of mappings") {
                    return Err(hinted(stop, list, "map"));
                }
                self.mapped(&value, template, scope)?
            }
            Node::MapNamed(list, name) => {
                let template = self.template(name)?.ok_or_else(|| invalid("a map by an unknown template"))?;
                let nothing = Map::default();
                let deeper = named(&nothing, name, scope)?;
                self.mapped(&self.value(list, scope)?, &template, &deeper)?
            }
            Node::Filter(inner, name) => self.filtered(inner, name, scope)?,
            Node::Member(inner, name) => {
                let value = self.value(inner, scope)?;
                if let Some(stop) = mistaken(&value, "is not a dictionary", "is not a dictionary") {
                    return Err(hinted(stop, inner, "member"));
                }
                self.member(&value, name, scope)?
            }
            Node::Call(name, plain, named) => self.call(name, plain, named, scope)?,
        })
    }

    fn mapped(&self, list: &Value, template: &Node, scope: &Scope<'_>) -> Outcome<Value> {
        let single;
        let maps: &[Map] = match list {
            Value::List(list) | Value::Dict(list) if !matches!(list.whole, Whole::Unshown) => &list.maps,
            Value::Item(item) => std::slice::from_ref(&item.map),
            Value::Date(date) if date.form != DateForm::Raw => {
                single = date_map(*date);
                std::slice::from_ref(&single)
            }
            _ => return Err(invalid("a map of something that is not a list")),
        };
        let mut strings = Vec::with_capacity(maps.len());
        for (index, map) in maps.iter().enumerate() {
            let inner = Scope { map, index: Some(index), outer: Some(scope), template: None, depth: scope.depth };
            // Legacy renders an element when it is asked for, and perhaps never.
            let text = self.text(template, &inner).map_err(|stop| match stop {
                Stop::Abort(abort) if abort.kind == AbortKind::Parse => invalid("a mistake about an element"),
                stop => stop,
            })?;
            strings.push(Rc::from(text));
        }
        Ok(Value::Strings(Rc::new(strings)))
    }

    fn member(&self, value: &Value, name: &[u8], scope: &Scope<'_>) -> Outcome<Value> {
        match value {
            Value::Item(item) => {
                let inner =
                    Scope { map: &item.map, index: None, outer: Some(scope), template: None, depth: scope.depth };
                self.symbol(name, &inner)
            }
            Value::Date(date) if date.form != DateForm::Raw => {
                let map = date_map(*date);
                let inner = Scope { map: &map, index: None, outer: Some(scope), template: None, depth: scope.depth };
                self.symbol(name, &inner)
            }
            Value::Dict(dict) => Ok(entry(dict, name)),
            _ => Err(invalid("a member of something that has none")),
        }
    }

    /// Appends what a value shows.
    pub(crate) fn show_value(&self, value: &Value, scope: &Scope<'_>, out: &mut Vec<u8>) -> Outcome<()> {
        match value {
            Value::None | Value::Later(..) => {}
            Value::Bytes(text) => out.extend_from_slice(text),
            Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Value::YesNo(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
            Value::Bool(yes) => out.extend_from_slice(if *yes { b"True" } else { b"False" }),
            Value::Date(Date { seconds, offset, form }) => {
                let between = if *form == DateForm::Pair { " " } else { ".0" };
                out.extend_from_slice(format!("{seconds}{between}{offset}").as_bytes());
            }
            Value::Strings(strings) => strings.iter().for_each(|string| out.extend_from_slice(string)),
            Value::List(list) | Value::Dict(list) => self.show_list(list, scope, out)?,
            Value::Item(item) => self.show_item(item, scope, out)?,
        }
        Ok(())
    }

    fn show_item(&self, item: &Item, scope: &Scope<'_>, out: &mut Vec<u8>) -> Outcome<()> {
        match (&item.shown, item.template) {
            (Some(shown), _) => out.extend_from_slice(shown),
            (None, Some(ShownBy::Literal(template))) => {
                let inner =
                    Scope { map: &item.map, index: Some(0), outer: Some(scope), template: None, depth: scope.depth };
                self.show(&*self.literal(template)?, &inner, out)?;
            }
            (None, Some(ShownBy::Named(name))) => {
                let inner =
                    Scope { map: &item.map, index: None, outer: Some(scope), template: None, depth: scope.depth };
                if let Some(template) = self.template(name.as_bytes())? {
                    self.show_template((name.as_bytes(), &template), &inner, out)?;
                }
            }
            (None, None) => self.show_value(&item.value, scope, out)?,
        }
        Ok(())
    }

    fn show_list(&self, list: &List, scope: &Scope<'_>, out: &mut Vec<u8>) -> Outcome<()> {
        match &list.whole {
            Whole::Unshown => return Err(invalid("a dictionary of what only Python shows")),
            Whole::Joined | Whole::Queried => join(&list.shown, b" ", out),
            Whole::Text(text) => out.extend_from_slice(text),
            Whole::Template(template) => {
                let template = self.literal(template)?;
                for (index, map) in list.maps.iter().enumerate() {
                    let inner =
                        Scope { map, index: Some(index), outer: Some(scope), template: None, depth: scope.depth };
                    self.show(&template, &inner, out)?;
                }
            }
            Whole::OldStyle { name, plural, maps, separator } => {
                self.show_old_style(list, (name, plural, separator), maps.as_deref(), scope, out)?;
            }
        }
        Ok(())
    }

    fn show_old_style(
        &self,
        list: &List,
        (name, plural, separator): (&'static str, &str, &str),
        maps: Option<&[Map]>,
        scope: &Scope<'_>,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        let show_around = |name: String, out: &mut Vec<u8>| match self.template(name.as_bytes())? {
            Some(template) => self.show_template((name.as_bytes(), &template), scope, out),
            None => Ok(()),
        };
        if list.shown.is_empty() {
            return show_around(format!("no_{plural}"), out);
        }
        let Some(template) = self.template(name.as_bytes())? else {
            if maps.is_some() {
                return Err(invalid("a list without a template"));
            }
            join(&list.shown, separator.as_bytes(), out);
            return Ok(());
        };
        show_around(format!("start_{plural}"), out)?;
        let last = self.template(format!("last_{name}").as_bytes())?;
        for (at, shown) in list.shown.iter().enumerate() {
            let own;
            let map = match maps {
                Some(maps) => &maps[at],
                None => {
                    own = Map::one(name.as_bytes(), Value::Bytes(Rc::clone(shown)));
                    &own
                }
            };
            let is_last = at + 1 == list.shown.len();
            let template = last.as_ref().filter(|_| is_last).unwrap_or(&template);
            self.show(template, &named(map, name.as_bytes(), scope)?, out)?;
        }
        show_around(format!("end_{plural}"), out)
    }

    /// Whether `node` counts as true.
    pub(crate) fn truth(&self, node: &Node, scope: &Scope<'_>) -> Outcome<bool> {
        let value = match node {
            Node::Symbol(name) => match self.symbol_if_known(name, scope)? {
                None | Some(Value::None) => return Ok(parse_bool(name).unwrap_or(false)),
                Some(value) => value,
            },
            node => self.value(node, scope)?,
        };
        Ok(is_true(&value))
    }

    /// A whole number.
    pub(crate) fn integer(&self, node: &Node, scope: &Scope<'_>) -> Outcome<i64> {
        integer_of(&self.value(node, scope)?)
    }

    /// A whole number; `message` is legacy's word for what is none.
    pub(crate) fn whole_number(&self, node: &Node, message: &str, scope: &Scope<'_>) -> Outcome<i64> {
        let value = self.value(node, scope)?;
        match &value {
            // Whatever Python's `int()` reads has a digit.
            Value::Bytes(text) if !text.iter().any(u8::is_ascii_digit) => Err(error(message)),
            value => integer_of(value),
        }
    }

    /// Text, where an unknown name stands for itself.
    pub(crate) fn literal_text(&self, node: &Node, scope: &Scope<'_>) -> Outcome<Vec<u8>> {
        if let Node::Symbol(name) = node
            && self.symbol_if_known(name, scope)?.is_none()
        {
            return Ok(name.clone());
        }
        self.text(node, scope)
    }
}

/// Legacy's error about a number or a text where something else belongs, each with what it says of it.
pub(crate) fn mistaken(value: &Value, of_number: &str, of_text: &str) -> Option<Stop> {
    match value {
        Value::Int(number) => Some(error(format!("{number} {of_number}"))),
        // Python chooses its quotes by those that are in a text.
        Value::Bytes(text) if !text.iter().any(|byte| matches!(byte, b'\'' | b'"')) => {
            let quoted = [b"'", &string_escape(text)[..], b"' ", of_text.as_bytes()].concat();
            Some(error(quoted))
        }
        _ => None,
    }
}

/// The keyword that a value comes from, if it comes from one.
pub(crate) fn keyword_of(node: &Node) -> Option<&[u8]> {
    match node {
        Node::Symbol(name) => Some(name),
        Node::Filter(inner, _) => keyword_of(inner),
        _ => None,
    }
}

/// An error, with the keyword that it is about.
fn hinted(stop: Stop, node: &Node, operation: &str) -> Stop {
    match (stop, keyword_of(node)) {
        (Stop::Abort(abort), Some(name)) => {
            let behind = format!("' does not support {operation} operation");
            abort.hint([b"keyword '", name, behind.as_bytes()].concat()).into()
        }
        (stop, _) => stop,
    }
}

/// The value of a key.
pub(crate) fn entry(dict: &List, key: &[u8]) -> Value {
    let Some(at) = dict.keys.iter().position(|known| **known == *key) else { return Value::None };
    if let list @ (Value::List(_) | Value::Dict(_)) = &dict.values[at] {
        return list.clone();
    }
    Value::Item(Rc::new(Item {
        value: dict.values[at].clone(),
        map: dict.maps[at].clone(),
        shown: None,
        template: None,
    }))
}

pub(crate) fn date_map(date: Date) -> Map {
    let names = vec![(&b"unixtime"[..], Value::Int(date.seconds)), (&b"tzoffset"[..], Value::Int(date.offset))];
    Map { names, ..Map::default() }
}

pub(crate) fn is_true(value: &Value) -> bool {
    match value {
        Value::None | Value::Later(..) => false,
        Value::Bytes(text) => !text.is_empty(),
        Value::YesNo(yes) | Value::Bool(yes) => *yes,
        Value::Int(_) | Value::Date(_) => true,
        Value::List(list) | Value::Dict(list) => !list.values.is_empty(),
        Value::Strings(strings) => !strings.is_empty(),
        Value::Item(item) if item.template.is_some() => true,
        Value::Item(item) => match &item.shown {
            Some(shown) => !shown.is_empty(),
            None => is_true(&item.value),
        },
    }
}

/// Python's `int()` of a value.
pub(crate) fn integer_of(value: &Value) -> Outcome<i64> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::Bool(yes) => Ok(i64::from(*yes)),
        Value::Bytes(text) => {
            let text = std::str::from_utf8(text).unwrap_or_default();
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.len() < 18 && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten().ok_or_else(|| invalid("not an integer"))
        }
        Value::Item(item) if item.template.is_none() && item.shown.is_none() => integer_of(&item.value),
        _ => Err(invalid("not an integer")),
    }
}

pub(crate) fn arithmetic(operator: u8, a: i64, b: i64) -> Outcome<i64> {
    if b == 0 && matches!(operator, b'/' | b'%') {
        return Err(Stop::abort(AbortKind::Other, "division by zero is not defined"));
    }
    // Python rounds down, also below zero.
    let result = match operator {
        b'+' => a.checked_add(b),
        b'-' => a.checked_sub(b),
        b'*' => a.checked_mul(b),
        b'/' => a.checked_div_euclid(b).map(|q| if b < 0 && a.rem_euclid(b) != 0 { q - 1 } else { q }),
        b'%' => a.checked_rem_euclid(b).map(|r| if b < 0 && r != 0 { r + b } else { r }),
        _ => None,
    };
    result.ok_or_else(|| invalid("a number without an end"))
}

pub(crate) fn join(items: &[Rc<[u8]>], separator: &[u8], out: &mut Vec<u8>) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_rounds_down() {
        for (a, b, quotient, rest) in [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -3, -2, 0)] {
            assert_eq!(arithmetic(b'/', a, b), Ok(quotient), "{a} / {b}");
            assert_eq!(arithmetic(b'%', a, b), Ok(rest), "{a} % {b}");
        }
        assert!(arithmetic(b'/', 1, 0).is_err());
        assert!(arithmetic(b'*', i64::MAX, 2).is_err());
    }
}
