//! What `-T` stands for: a form for machines, a template, the name of one, or a style.

use crate::{Output, Prepared};
use amalgam_config::{Config, MapFile, MapFolders, read_map_file};
use amalgam_template::{Engine, unquoted};
use amalgam_types::{AbortKind, Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a listing is shown by.
pub(crate) enum Spec {
    /// The command's own lines.
    Plain,
    /// Everything, in a form for machines.
    Machine(Machine),
    /// `json(FIELDS)` and `cbor(FIELDS)`.
    Fields(Machine, Vec<u8>),
    /// One template.
    Literal(Vec<u8>),
    /// A template of `[templates]`.
    Named(Vec<u8>),
    /// The templates of a style.
    Style(MapFile),
}

/// A form for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    Json,
    Cbor,
    Debug,
    Pickle,
}

/// What every map file's name begins with.
const MAP_PREFIX: &str = "map-cmdline.";

fn unsupported(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::TemplateStyle, detail)
}

impl Spec {
    /// What the flag `-T` asks for, or the settings that stand in for it.
    ///
    /// # Errors
    /// As [`Spec::named`].
    pub(crate) fn of_flag(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<Spec> {
        if let Some(template) = prepared.parsed.value("template").filter(|template| !template.is_empty()) {
            return Spec::named(prepared, template, out);
        }
        for (setting, machine) in [("formatdebug", Machine::Debug), ("formatjson", Machine::Json)] {
            if prepared.config.bool_or("ui", setting, false)? {
                return Ok(Spec::Machine(machine));
            }
        }
        Ok(Spec::Plain)
    }

    /// What `template` asks for.
    ///
    /// # Errors
    /// The abort behind `list`, `TemplateStyle` for what native does not read.
    pub(crate) fn named(prepared: &Prepared, template: &[u8], out: &mut Output<'_>) -> Outcome<Spec> {
        if template.contains(&b'{') {
            return Ok(Spec::Literal(template.to_vec()));
        }
        match template {
            b"json" => return Ok(Spec::Machine(Machine::Json)),
            b"cbor" => return Ok(Spec::Machine(Machine::Cbor)),
            b"debug" => return Ok(Spec::Machine(Machine::Debug)),
            b"pickle" => return Ok(Spec::Machine(Machine::Pickle)),
            _ => {}
        }
        for (name, machine) in [(&b"json("[..], Machine::Json), (b"cbor(", Machine::Cbor)] {
            if let Some(fields) = template.strip_prefix(name).and_then(|rest| rest.strip_suffix(b")")) {
                return Ok(Spec::Fields(machine, fields.to_vec()));
            }
        }
        if !template.contains(&b'/')
            && let Some((folder, name)) = stock_style(prepared, template)?
        {
            return Spec::map(prepared, &folder, &name);
        }
        if prepared.config.get("templates", template).is_some_and(|value| !value.is_empty()) {
            return Ok(Spec::Named(template.to_vec()));
        }
        if template == b"list" {
            out.write(b"available styles: ");
            out.write(&style_list(prepared)?);
            out.write(b"\n");
            return Err(Stop::abort(AbortKind::Other, "specify a template"));
        }
        let path = prepared.cwd.join(OsStr::from_bytes(template));
        if template.iter().any(|byte| matches!(byte, b'/' | b'\\')) && path.is_file() {
            let path = std::fs::canonicalize(&path).map_err(|error| unsupported(error.to_string()))?;
            let named_map = template.rsplit(|&byte| byte == b'/').next().is_some_and(|name| name.starts_with(b"map-"));
            if let (true, Some(folder), Some(name)) = (named_map, path.parent(), path.file_name()) {
                return Spec::map(prepared, folder, name);
            }
            return std::fs::read(&path).map(Spec::Literal).map_err(|error| unsupported(error.to_string()));
        }
        Ok(Spec::Literal(template.to_vec()))
    }

    /// The style that `--style` or `ui.style` names.
    ///
    /// # Errors
    /// `TemplateStyle` for one that is not there, or that native does not read.
    pub(crate) fn style(prepared: &Prepared, style: &[u8]) -> Outcome<Spec> {
        if !style.contains(&b'/')
            && let Some((folder, name)) = stock_style(prepared, style)?
        {
            return Spec::map(prepared, &folder, &name);
        }
        let path = prepared.cwd.join(OsStr::from_bytes(style));
        match (path.is_file(), path.parent(), path.file_name()) {
            (true, Some(folder), Some(name)) => Spec::map(prepared, folder, name),
            _ => Err(unsupported(String::from_utf8_lossy(style).into_owned())),
        }
    }

    fn map(prepared: &Prepared, folder: &Path, name: &OsStr) -> Outcome<Spec> {
        let folders = MapFolders { own: Some(folder), stock: &styles_folder(prepared)? };
        read_map_file(folders, name).map(Spec::Style)
    }
}

/// Where a style without a path is, if it is a file: the working directory comes before legacy's own.
fn stock_style(prepared: &Prepared, name: &[u8]) -> Outcome<Option<(PathBuf, std::ffi::OsString)>> {
    let stock = styles_folder(prepared)?;
    let plain = OsStr::from_bytes(name).to_owned();
    let mut prefixed = std::ffi::OsString::from(MAP_PREFIX);
    prefixed.push(&plain);
    for name in [prefixed, plain] {
        if prepared.cwd.join(&name).is_file() {
            // Legacy knows no folder for it then.
            return Err(unsupported("a style in the working directory"));
        }
        if !name.is_empty() && stock.join(&name).is_file() {
            return Ok(Some((stock, name)));
        }
    }
    Ok(None)
}

fn style_list(prepared: &Prepared) -> Outcome<Vec<u8>> {
    let folder = std::fs::read_dir(styles_folder(prepared)?).map_err(|error| unsupported(error.to_string()))?;
    let mut names = Vec::new();
    for entry in folder {
        let name = entry.map_err(|error| unsupported(error.to_string()))?.file_name();
        let parts: Vec<&[u8]> = name.as_bytes().split(|&byte| byte == b'.').collect();
        if parts[0] == b"map-cmdline" && !matches!(parts.last(), Some(&(b"orig" | b"rej"))) && parts.len() > 1 {
            names.push(parts[1].to_vec());
        }
    }
    names.sort();
    Ok(names.join(&b", "[..]))
}

/// Legacy's templates lie beside its packaged configuration.
fn styles_folder(prepared: &Prepared) -> Outcome<PathBuf> {
    let packaged = prepared.facts.default_rc.first().and_then(|file| file.parent()?.parent());
    packaged.map(|folder| folder.join("templates")).ok_or_else(|| unsupported("legacy's styles are not found"))
}

/// Defines the templates and aliases of a style.
///
/// # Errors
/// `TemplateInvalid` for an alias that does not parse.
pub(crate) fn define_style(engine: &mut Engine<'_>, map: &MapFile) -> Outcome<()> {
    for (name, text) in &map.templates {
        engine.define(name, text);
    }
    for (declaration, definition) in &map.aliases {
        engine.define_alias(declaration, definition)?;
    }
    Ok(())
}

/// Defines the user's own templates and aliases.
///
/// # Errors
/// `TemplateInvalid` for an alias that does not parse.
pub(crate) fn define_user(engine: &mut Engine<'_>, config: &Config) -> Outcome<()> {
    for (name, value) in config.items("templates") {
        engine.define(name, unquoted(value));
    }
    for (declaration, definition) in config.items("templatealias") {
        engine.define_alias(declaration, definition)?;
    }
    Ok(())
}
