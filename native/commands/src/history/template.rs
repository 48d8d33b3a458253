//! From `-T`, `--style` and the settings to the templates that show changesets.

use crate::Prepared;
use crate::history::History;
use crate::history::copies::Copies;
use crate::history::keywords::Keywords;
use amalgam_config::{MapFile, read_map_file};
use amalgam_template::{Engine, Map, Value, unquoted};
use amalgam_types::{Outcome, Reason, Rev, Stop};
use std::path::PathBuf;

/// What shows changesets, as far as the command line and the settings decide it.
pub(crate) enum Spec {
    /// The default printer.
    Default,
    /// `-T json`.
    Json,
    /// One template.
    Literal(Vec<u8>),
    /// A template of `[templates]`.
    Named(Vec<u8>),
    /// A style of legacy's.
    Style(MapFile),
}

/// The styles that legacy brings along.
const STYLES: &[&str] = &["bisect", "changelog", "compact", "default", "phases", "show", "status", "xml"];

/// What else is in the folder of styles; legacy would open these as well.
const OTHER_STYLES: &[&str] = &[
    "",
    "atom",
    "coal",
    "gitweb",
    "json",
    "monoblue",
    "paper",
    "raw",
    "rss",
    "spartan",
    "static",
    ".",
    "..",
    "__init__.py",
];

fn unsupported(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::TemplateStyle, detail)
}

impl Spec {
    /// Finds out what is asked for, in legacy's order: template, style, setting, style setting.
    ///
    /// # Errors
    /// `TemplateStyle` for a formatter or a style that native does not have.
    pub(crate) fn find(prepared: &Prepared) -> Outcome<Spec> {
        let config = &prepared.config;
        let set = |section: &str, name: &str| config.get(section, name).filter(|value| !value.is_empty());
        if let Some(template) = prepared.parsed.value("template") {
            return Spec::by_flag(prepared, template);
        }
        if let Some(style) = prepared.parsed.value("style") {
            return Spec::style(prepared, style);
        }
        if let Some(template) = set("command-templates", "log") {
            return Ok(Spec::Literal(unquoted(template).to_vec()));
        }
        match set("ui", "style") {
            Some(style) => Spec::style(prepared, style),
            None => Ok(Spec::Default),
        }
    }

    fn by_flag(prepared: &Prepared, template: &[u8]) -> Outcome<Spec> {
        if template.contains(&b'{') {
            return Ok(Spec::Literal(template.to_vec()));
        }
        let name = String::from_utf8_lossy(template).into_owned();
        match name.as_str() {
            "json" => return Ok(Spec::Json),
            "cbor" | "pickle" | "debug" | "list" => return Err(unsupported(name)),
            _ => {}
        }
        if name.starts_with("json(") || name.starts_with("cbor(") {
            return Err(unsupported("a formatter with arguments"));
        }
        if STYLES.contains(&name.as_str()) {
            return Spec::style(prepared, template);
        }
        if OTHER_STYLES.contains(&name.as_str()) || name.starts_with("map-cmdline.") {
            return Err(unsupported(name));
        }
        if prepared.config.get("templates", template).is_some_and(|value| !value.is_empty()) {
            return Ok(Spec::Named(template.to_vec()));
        }
        if name.contains(['/', '\\']) {
            return Err(unsupported("a template that may be a file"));
        }
        Ok(Spec::Literal(template.to_vec()))
    }

    fn style(prepared: &Prepared, style: &[u8]) -> Outcome<Spec> {
        let name = std::str::from_utf8(style).ok().filter(|name| STYLES.contains(name));
        let name = name.ok_or_else(|| unsupported(String::from_utf8_lossy(style).into_owned()))?;
        let map = read_map_file(&styles_folder(prepared)?, &format!("map-cmdline.{name}"))?;
        Ok(Spec::Style(map))
    }
}

/// Legacy's templates lie beside its packaged configuration.
fn styles_folder(prepared: &Prepared) -> Outcome<PathBuf> {
    let packaged = prepared.facts.default_rc.first().and_then(|file| file.parent()?.parent());
    packaged.map(|folder| folder.join("templates")).ok_or_else(|| unsupported("legacy's styles are not found"))
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
            Spec::Default | Spec::Json => return Err(unsupported("not a template")),
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
        self.engine.render(&self.changeset, &map, Some(self.count), &mut rendered.text)?;
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

fn define_style(engine: &mut Engine<'_>, map: &MapFile) -> Outcome<()> {
    for (name, value) in &map.templates {
        if !matches!(value.as_slice(), [b'"', .., b'"'] | [b'\'', .., b'\'']) {
            return Err(unsupported("a style with templates in other files"));
        }
        engine.define(name, unquoted(value));
    }
    for (declaration, definition) in &map.aliases {
        engine.define_alias(declaration, definition)?;
    }
    Ok(())
}

/// The user's own templates and aliases.
pub(crate) fn define_user(engine: &mut Engine<'_>, config: &amalgam_config::Config) -> Outcome<()> {
    for (name, value) in config.items("templates") {
        engine.define(name, unquoted(value));
    }
    for (declaration, definition) in config.items("templatealias") {
        engine.define_alias(declaration, definition)?;
    }
    Ok(())
}
