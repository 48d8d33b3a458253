//! What `-T` makes of a command's listing: the same items in a form for machines, by a template or by a style. A
//! command that was given no `-T` prints its own lines.
//!
//! ```text
//! let form = Form::find(prepared, "tags", out)?;     where legacy makes its formatter
//! if form.is_plain() { return ... }                  the command's own lines
//! let history = form.history(prepared)?;             templates may speak of changesets
//! form.show(history.as_ref(), out, |formatter, out| {
//!     formatter.item(Map { names: vec![(b"tag", Value::text(tag))], changeset: Some(rev), ..Map::default() }, out)
//! })
//! ```

mod resources;
mod spec;

use crate::history::{History, Keywords};
use crate::{Output, Prepared};
use amalgam_template::{Engine, Map, Resources, cbor, json, python};
use amalgam_types::{Abort, Outcome, Reason, Stop};
use resources::Bare;
use std::cell::Cell;
use std::collections::HashSet;

pub(crate) use spec::{Machine, Spec, define_style, define_user};

/// The form that a command's listing was asked for in.
pub(crate) struct Form<'p> {
    prepared: &'p Prepared,
    topic: &'static str,
    spec: Spec,
}

impl<'p> Form<'p> {
    /// Finds out what was asked for. `topic` is legacy's name for the listing: a style's template goes by it.
    ///
    /// # Errors
    /// The abort of `-T list`; `TemplateStyle` for what native does not have.
    pub(crate) fn find(prepared: &'p Prepared, topic: &'static str, out: &mut Output<'_>) -> Outcome<Self> {
        let spec = Spec::of_flag(prepared, out)?;
        if matches!(spec, Spec::Machine(Machine::Pickle)) {
            return Err(Stop::unsupported(Reason::TemplateStyle, "pickle"));
        }
        Ok(Form::of(prepared, topic, spec))
    }

    /// The form `spec`.
    pub(crate) fn of(prepared: &'p Prepared, topic: &'static str, spec: Spec) -> Self {
        Form { prepared, topic, spec }
    }

    /// Whether the command prints its own lines.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.spec, Spec::Plain)
    }

    /// The history that templates may speak of; none where they cannot.
    ///
    /// # Errors
    /// What opening the changelog meets.
    pub(crate) fn history(&self, prepared: &'p Prepared) -> Outcome<Option<History<'p>>> {
        match self.spec {
            Spec::Plain | Spec::Machine(_) => Ok(None),
            _ => History::new(prepared).map(Some),
        }
    }

    /// Shows what `list` hands over. Without a `history`, templates only see the items' own fields.
    ///
    /// # Errors
    /// What keeps a template from being rendered, and whatever `list` ends with.
    pub(crate) fn show<T>(
        &self,
        history: Option<&History<'_>>,
        out: &mut Output<'_>,
        list: impl FnOnce(&Formatter<'_>, &mut Output<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let (bare, keywords);
        let formatter = match &self.spec {
            Spec::Plain => return Err(Stop::unsupported(Reason::TemplateStyle, "no formatter")),
            Spec::Machine(machine) => {
                match machine {
                    Machine::Json => out.write(b"["),
                    Machine::Cbor => out.write(cbor::BEGIN_ARRAY),
                    _ => out.write(format!("{} = [\n", self.topic).as_bytes()),
                }
                Formatter(Kind::Machine { machine: *machine, first: Cell::new(true) })
            }
            spec => {
                let resources: &dyn Resources = match history {
                    Some(history) => {
                        keywords = Keywords::new(history, out.styles().cloned())?;
                        &keywords
                    }
                    None => {
                        bare = Bare::new(self.prepared, out.styles().cloned())?;
                        &bare
                    }
                };
                let templates = Templates::new(spec, self.topic, self.prepared, resources)?;
                templates.around(0, out)?;
                Formatter(Kind::Templates(Box::new(templates)))
            }
        };
        let result = list(&formatter, out);
        if let Some(mistake) = formatter.mistake() {
            // Where no item was the first to show it, legacy may have told something else before, or nothing.
            return match result {
                Err(Stop::Abort(abort)) if abort == *mistake => Err(Stop::Abort(abort)),
                _ => Err(Stop::unsupported(Reason::TemplateInvalid, "a mistake in a template without items")),
            };
        }
        let result = result?;
        formatter.end(out)?;
        Ok(result)
    }
}

/// Shows items one after another.
pub(crate) struct Formatter<'r>(Kind<'r>);

enum Kind<'r> {
    Machine { machine: Machine, first: Cell<bool> },
    Templates(Box<Templates<'r>>),
}

impl Formatter<'_> {
    /// Whether every field is shown, and not a template.
    pub(crate) fn is_for_machines(&self) -> bool {
        matches!(self.0, Kind::Machine { .. })
    }

    /// Whether a template uses the field `name`. Forms for machines show what a command gives unasked, and no more.
    pub(crate) fn wants(&self, name: &str) -> bool {
        match &self.0 {
            Kind::Templates(templates) => templates.symbols.contains(name.as_bytes()),
            _ => false,
        }
    }

    /// Whether nothing says which fields are used.
    pub(crate) fn wants_nothing_special(&self) -> bool {
        match &self.0 {
            Kind::Templates(templates) => templates.symbols.is_empty(),
            _ => true,
        }
    }

    /// Writes one item.
    ///
    /// # Errors
    /// What keeps the template from being rendered, or a value from being shown.
    pub(crate) fn item(&self, item: Map, out: &mut Output<'_>) -> Outcome<()> {
        match &self.0 {
            Kind::Machine { machine, first } => write_machine(*machine, first.take(), &item, out),
            Kind::Templates(templates) => {
                if let Some(mistake) = &templates.mistake {
                    return Err(match out.is_blank() {
                        true => Stop::Abort(mistake.clone()),
                        false => Stop::unsupported(Reason::TemplateInvalid, "a mistake in a template behind output"),
                    });
                }
                let count = templates.count.get();
                if count > 0 {
                    templates.around(SEPARATOR, out)?;
                }
                let mut text = Vec::new();
                templates.engine.render(&templates.name, &item, Some(count), &mut text)?;
                if templates.ascii && !text.is_ascii() {
                    // How wide it is, and what its letters are, is the encoding's to say.
                    return Err(Stop::unsupported(Reason::EncodingUnsupported, "a template beyond ASCII"));
                }
                templates.count.set(count + 1);
                out.write(&text);
                Ok(())
            }
        }
    }

    /// What is wrong with the template.
    fn mistake(&self) -> Option<&Abort> {
        match &self.0 {
            Kind::Templates(templates) => templates.mistake.as_ref(),
            Kind::Machine { .. } => None,
        }
    }

    fn end(self, out: &mut Output<'_>) -> Outcome<()> {
        match self.0 {
            Kind::Machine { machine: Machine::Json, .. } => out.write(b"\n]\n"),
            Kind::Machine { machine: Machine::Cbor, .. } => out.write(cbor::BREAK),
            Kind::Machine { .. } => out.write(b"]\n"),
            Kind::Templates(templates) => templates.around(DOC_FOOTER, out)?,
        }
        Ok(())
    }
}

fn write_machine(machine: Machine, first: bool, item: &Map, out: &mut Output<'_>) -> Outcome<()> {
    let mut text = Vec::new();
    let mut fields: Vec<_> = item.names.iter().map(|(name, value)| (*name, value)).collect();
    fields.extend(item.more.iter().map(|(name, value)| (name.as_ref(), value)));
    fields.sort_by_key(|(name, _)| *name);
    match machine {
        Machine::Json => {
            text.extend_from_slice(if first { b"\n {\n" } else { b",\n {\n" });
            for (at, (name, value)) in fields.into_iter().enumerate() {
                text.extend_from_slice(if at > 0 { b",\n  \"" } else { b"  \"" });
                text.extend_from_slice(name);
                text.extend_from_slice(b"\": ");
                json::value(value, false, &mut text)?;
            }
            text.extend_from_slice(b"\n }");
        }
        Machine::Cbor => cbor::map(fields.into_iter(), &mut text)?,
        Machine::Debug | Machine::Pickle => {
            text.extend_from_slice(b"    ");
            python::map(fields, 1, &mut text)?;
            text.extend_from_slice(b",\n");
        }
    }
    out.write(&text);
    Ok(())
}

/// Templates for the items and what stands around them.
struct Templates<'r> {
    engine: Engine<'r>,
    name: Vec<u8>,
    parts: [Option<Vec<u8>>; PARTS.len()],
    symbols: HashSet<Vec<u8>>,
    count: Cell<usize>,
    /// What is wrong with the template: told when an item is to be shown.
    mistake: Option<Abort>,
    /// Whether text beyond ASCII is legacy's to show.
    ascii: bool,
}

const PARTS: [&str; 3] = ["docheader", "separator", "docfooter"];
const SEPARATOR: usize = 1;
const DOC_FOOTER: usize = 2;

impl<'r> Templates<'r> {
    fn new(spec: &Spec, topic: &str, prepared: &Prepared, resources: &'r dyn Resources) -> Outcome<Self> {
        let mut engine = Engine::new(resources);
        let mut part_names = PARTS.map(|part| part.as_bytes().to_vec());
        let name = match spec {
            Spec::Style(map) => {
                define_style(&mut engine, map)?;
                topic.as_bytes().to_vec()
            }
            Spec::Literal(template) => {
                define_user(&mut engine, &prepared.config)?;
                engine.define(b"", template);
                part_names = Default::default();
                Vec::new()
            }
            Spec::Fields(machine, fields) => {
                define_user(&mut engine, &prepared.config)?;
                define_fields(&mut engine, *machine, fields);
                FIELDS.to_vec()
            }
            Spec::Named(name) => {
                define_user(&mut engine, &prepared.config)?;
                name.clone()
            }
            Spec::Plain | Spec::Machine(_) => return Err(Stop::unsupported(Reason::TemplateStyle, "not a template")),
        };
        if !engine.has(&name) {
            return Err(Stop::unsupported(Reason::TemplateStyle, format!("a style without {topic}")));
        }
        if matches!(spec, Spec::Named(_) | Spec::Fields(..)) {
            part_names = PARTS.map(|part| [name.as_slice(), b":", part.as_bytes()].concat());
        }
        let parts = part_names.map(|part| Some(part).filter(|part| !part.is_empty() && engine.has(part)));
        let (symbols, mistake) = match engine.symbols(&name) {
            Err(Stop::Abort(abort)) => (HashSet::new(), Some(abort)),
            symbols => (symbols?, None),
        };
        let (count, ascii) = (Cell::new(0), prepared.env.is_ascii());
        Ok(Templates { engine, name, parts, symbols, count, mistake, ascii })
    }

    fn around(&self, part: usize, out: &mut Output<'_>) -> Outcome<()> {
        if let Some(name) = &self.parts[part] {
            let mut text = Vec::new();
            self.engine.render(name, &Map::outside(Vec::new()), None, &mut text)?;
            out.write(&text);
        }
        Ok(())
    }
}

/// The name under which `json(FIELDS)` and `cbor(FIELDS)` stand among the templates.
const FIELDS: &[u8] = b"json";

fn define_fields(engine: &mut Engine<'_>, machine: Machine, fields: &[u8]) {
    let (filter, around): (_, [&[u8]; 3]) = match machine {
        Machine::Cbor => ("cbor", [cbor::BEGIN_ARRAY, b"", cbor::BREAK]),
        _ => ("json", [b"[\n ", b",\n ", b"\n]\n"]),
    };
    engine.define(FIELDS, &[b"{dict(", fields, b")|", filter.as_bytes(), b"}"].concat());
    for (part, text) in PARTS.iter().zip(around) {
        if !text.is_empty() {
            engine.define(&[FIELDS, b":", part.as_bytes()].concat(), text);
        }
    }
}
