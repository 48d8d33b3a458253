//! The map files of template styles: the syntax of a configuration file, in which what stands before the first
//! section belongs to `[templates]`, files are included by their name beside the map or among legacy's own, and a
//! value without quotes is the name of a file that holds the template.

use crate::layer::{Layer, Section};
use crate::parse::{Includes, parse};
use amalgam_types::{Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Map files include each other no deeper than this.
const DEEPEST: usize = 8;

/// The name under which a map says what it is built on.
const BASE: &[u8] = b"__base__";

/// A style's templates, without their quotes, and its aliases, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapFile {
    /// Names and texts of `[templates]`; a later one replaces an earlier one.
    pub templates: Vec<(Vec<u8>, Vec<u8>)>,
    /// Names and values of `[templatealias]`.
    pub aliases: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Where the files that a map speaks of are looked for.
#[derive(Debug, Clone, Copy)]
pub struct MapFolders<'a> {
    /// The map's own folder.
    pub own: Option<&'a Path>,
    /// The folder of legacy's styles.
    pub stock: &'a Path,
}

impl MapFolders<'_> {
    fn find(&self, name: &[u8]) -> Outcome<Option<PathBuf>> {
        // Legacy tidies paths up by their text before it opens them.
        if name.split(|&byte| byte == b'/').any(|part| part == b"..") {
            return Err(style("a map file that leads out of its folder"));
        }
        let name = OsStr::from_bytes(name);
        let places = self.own.into_iter().chain([self.stock]);
        Ok(places.map(|folder| folder.join(name)).find(|path| path.is_file()))
    }
}

struct Beside<'a> {
    folders: MapFolders<'a>,
    depth: usize,
}

impl Includes for Beside<'_> {
    fn include(&mut self, layer: &mut Layer, path: &[u8]) -> Outcome<()> {
        if self.depth >= DEEPEST {
            return Err(style("map files that include each other"));
        }
        // One that is not there is no error.
        match self.folders.find(path)? {
            Some(path) => read(layer, self.folders, &path, self.depth + 1),
            None => Ok(()),
        }
    }
}

fn style(detail: &str) -> Stop {
    Stop::unsupported(Reason::TemplateStyle, detail)
}

fn read(layer: &mut Layer, folders: MapFolders<'_>, path: &Path, depth: usize) -> Outcome<()> {
    let text = std::fs::read(path).map_err(|error| style(&error.to_string()))?;
    let name: Arc<[u8]> = Arc::from(path.as_os_str().as_bytes());
    parse(layer, &name, &text, &mut Beside { folders, depth })
}

/// Reads the map file `name` in its own folder.
///
/// # Errors
/// `TemplateStyle` for a file that is not there or that legacy refuses, `ConfigBroken` when it does not parse.
pub fn read_map_file(folders: MapFolders<'_>, name: impl AsRef<OsStr>) -> Outcome<MapFile> {
    let path = folders.own.unwrap_or(folders.stock).join(name.as_ref());
    read_map(folders, &path, 0)
}

fn read_map(folders: MapFolders<'_>, path: &Path, depth: usize) -> Outcome<MapFile> {
    if depth > DEEPEST {
        return Err(style("map files that are built on each other"));
    }
    let mut layer = Layer::default();
    read(&mut layer, folders, path, 0)?;
    let items = |section: &[u8]| -> Vec<(Vec<u8>, Vec<u8>)> {
        let items = layer.section(section).into_iter().flat_map(Section::iter);
        items.map(|(key, item)| (key.to_vec(), item.value.clone())).collect()
    };
    let (mut map, mut own) = (MapFile::default(), Vec::new());
    for (name, value) in [items(b""), items(b"templates")].concat() {
        match value.as_slice() {
            [quote @ (b'"' | b'\''), text @ .., end] if quote == end => own.push((name, text.to_vec())),
            [] | [b'"' | b'\'', ..] => return Err(style("a template without a value, or with half of its quotes")),
            base if name == BASE => {
                let path = base_path(folders, base)?;
                map = read_map(MapFolders { own: path.parent(), ..folders }, &path, depth + 1)?;
            }
            file => {
                let file = folders.find(file)?.ok_or_else(|| style("a template's file that is not there"))?;
                own.push((name, std::fs::read(file).map_err(|error| style(&error.to_string()))?));
            }
        }
    }
    map.templates.extend(own);
    map.aliases.extend(items(b"templatealias"));
    Ok(map)
}

/// The map that another one is built on: beside it, or a style of legacy's, or the map in the folder of one.
fn base_path(folders: MapFolders<'_>, base: &[u8]) -> Outcome<PathBuf> {
    if let Some(path) = folders.find(base)? {
        return Ok(path);
    }
    folders.find(&[base, b"/map"].concat())?.ok_or_else(|| style("a map built on one that is not there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        std::fs::write(folder.join(name), text).expect("written");
    }

    #[test]
    fn includes_bases_and_the_part_before_any_section() {
        let (own, stock) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let folders = MapFolders { own: Some(own.path()), stock: stock.path() };
        write(stock.path(), "base", "[templates]\na = 'one'\nb = 'two'\n");
        write(own.path(), "part", "from a file");
        write(own.path(), "map", "c = 'x'\n%include base\n%include nope\nd = part\n[templates]\na = 'mine'\n");
        write(own.path(), "built", "__base__ = map\nc = \"y\"\n");
        let named = |map: &MapFile, name: &[u8]| {
            let found = map.templates.iter().rev().find(|(known, _)| known == name);
            found.map(|(_, text)| String::from_utf8_lossy(text).into_owned())
        };
        let map = read_map_file(folders, "map").expect("read");
        let all: Vec<_> = [b"a", b"b", b"c", b"d"].map(|name| named(&map, name).unwrap_or_default()).into();
        assert_eq!(all, ["mine", "two", "x", "from a file"]);
        let built = read_map_file(folders, "built").expect("read");
        assert_eq!(named(&built, b"c").as_deref(), Some("y"));
        assert_eq!(named(&built, b"b").as_deref(), Some("two"));
        assert!(read_map_file(folders, "nope").is_err());
        write(own.path(), "half", "a = 'x\n");
        assert!(read_map_file(folders, "half").is_err());
    }
}
