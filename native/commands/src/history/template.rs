//! From `-T`, `--style` and the settings to the templates that show changesets.

use crate::formatter::{Spec, define_style, define_user};
use crate::history::History;
use crate::history::copies::Copies;
use crate::history::keywords::Keywords;
use crate::{Output, Prepared};
use amalgam_template::{Engine, Map, Value, unquoted};
use amalgam_types::{Outcome, Reason, Rev, Stop};

fn unsupported(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::TemplateStyle, detail)
}

/// Finds out how changesets are shown, in legacy's order: template, style, setting, style setting.
///
/// # Errors
/// As [`Spec::named`].
pub(crate) fn find(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<Spec> {
    let config = &prepared.config;
    let set = |section: &str, name: &str| config.get(section, name).filter(|value| !value.is_empty());
    let given = |flag: &str| prepared.parsed.value(flag).filter(|value| !value.is_empty());
    if let Some(template) = given("template") {
        return Spec::named(prepared, template, out);
    }
    if let Some(style) = given("style") {
        return Spec::style(prepared, style);
    }
    if let Some(template) = set("command-templates", "log") {
        return Ok(Spec::Literal(unquoted(template).to_vec()));
    }
    match set("ui", "style") {
        Some(style) if style.iter().any(|byte| matches!(byte, b'~' | b'$')) => {
            Err(unsupported("a style whose path expands"))
        }
        Some(style) => Spec::style(prepared, style),
        None => Ok(Spec::Plain),
    }
}

/// Templates for the parts of a listing.
pub(crate) struct Templates<'k> {
    engine: Engine<'k>,
    keywords: &'k Keywords<'k, 'k>,
    changeset: Vec<u8>,
    parts: [Option<Vec<u8>>; PARTS.len()],
    count: usize,
    last_header: Option<Vec<u8>>,
    footer: Option<Vec<u8>>,
}

const PARTS: [&str; 5] = ["docheader", "header", "separator", "footer", "docfooter"];
const DOC_HEADER: usize = 0;
const HEADER: usize = 1;
const SEPARATOR: usize = 2;
const FOOTER: usize = 3;
const DOC_FOOTER: usize = 4;

/// One changeset, rendered: what comes before it where that is not the same as before the last one, and itself.
#[derive(Default)]
pub(crate) struct Rendered {
    pub(crate) header: Option<Vec<u8>>,
    pub(crate) text: Vec<u8>,
}

impl<'k> Templates<'k> {
    /// Makes the templates of `spec` ready.
    ///
    /// # Errors
    /// What keeps a template from being rendered.
    pub(crate) fn new(spec: &Spec, history: &History<'_>, keywords: &'k Keywords<'k, 'k>) -> Outcome<Self> {
        let mut engine = Engine::new(keywords);
        let config = &history.prepared.config;
        let mut parts: [Option<Vec<u8>>; PARTS.len()] = Default::default();
        let changeset = match spec {
            Spec::Style(map) => {
                define_style(&mut engine, map)?;
                let mut modes = vec![""];
                modes.extend(history.prepared.verbose()?.then_some("_verbose"));
                modes.extend(history.prepared.quiet()?.then_some("_quiet"));
                modes.extend(history.prepared.debug()?.then_some("_debug"));
                let find = |name: &str| {
                    let names = modes.iter().rev().map(|mode| format!("{name}{mode}").into_bytes());
                    names.into_iter().find(|name| engine.has(name))
                };
                for (part, name) in parts.iter_mut().zip(PARTS) {
                    *part = find(name);
                }
                find("changeset").ok_or_else(|| unsupported("a style without changesets"))?
            }
            Spec::Literal(template) => {
                define_user(&mut engine, config)?;
                engine.define(b"", template);
                Vec::new()
            }
            Spec::Named(name) => {
                define_user(&mut engine, config)?;
                for (part, suffix) in parts.iter_mut().zip(PARTS) {
                    let name = [name.as_slice(), b":", suffix.as_bytes()].concat();
                    *part = Some(name).filter(|name| engine.has(name));
                }
                name.clone()
            }
            Spec::Plain | Spec::Machine(_) | Spec::Fields(..) => return Err(unsupported("not a template")),
        };
        Ok(Templates { engine, keywords, changeset, parts, count: 0, last_header: None, footer: None })
    }

    fn part(&self, part: usize, map: &Map) -> Outcome<Option<Vec<u8>>> {
        let Some(name) = &self.parts[part] else { return Ok(None) };
        let mut text = Vec::new();
        self.engine.render(name, map, None, &mut text)?;
        Ok(Some(text))
    }

    /// What comes before everything.
    pub(crate) fn start(&self) -> Outcome<Option<Vec<u8>>> {
        self.part(DOC_HEADER, &Map::default())
    }

    /// Renders one changeset.
    pub(crate) fn show(&mut self, rev: Rev, copies: Option<&Copies>, graph_width: Option<usize>) -> Outcome<Rendered> {
        *self.keywords.copies.borrow_mut() = copies.cloned();
        let mut map = Map::of(rev);
        if let Some(width) = graph_width {
            map.names.push((b"graphwidth", Value::Int(width as i64)));
        }
        let mut rendered = Rendered::default();
        if self.count > 0
            && let Some(separator) = self.part(SEPARATOR, &Map::default())?
        {
            rendered.text = separator;
        }
        if let Some(header) = self.part(HEADER, &map)?
            && self.last_header.as_ref() != Some(&header)
        {
            self.last_header = Some(header.clone());
            rendered.header = Some(header);
        }
        let is_first_thing = rendered.text.is_empty() && rendered.header.is_none();
        let shown = self.engine.render(&self.changeset, &map, Some(self.count), &mut rendered.text);
        match shown {
            Err(Stop::Abort(_)) if !is_first_thing => return Err(unsupported("a mistake behind a header")),
            shown => shown?,
        }
        self.count += 1;
        if self.footer.as_ref().is_none_or(Vec::is_empty) {
            self.footer = self.part(FOOTER, &map)?;
        }
        Ok(rendered)
    }

    /// What comes behind everything.
    pub(crate) fn end(&mut self) -> Outcome<Vec<u8>> {
        let mut text = self.footer.take().unwrap_or_default();
        text.extend(self.part(DOC_FOOTER, &Map::default())?.unwrap_or_default());
        Ok(text)
    }
}
