//! The map files of template styles: the syntax of a configuration file, in which what stands before the first
//! section belongs to `[templates]`, and files are included by their name beside the map.

use crate::layer::{Layer, Section};
use crate::parse::{Includes, parse};
use amalgam_types::{Outcome, Reason, Stop};
use std::path::Path;
use std::sync::Arc;

/// Map files include each other no deeper than this.
const DEEPEST: usize = 8;

/// A style's templates and aliases, as written, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapFile {
    /// Names and values of `[templates]`.
    pub templates: Vec<(Vec<u8>, Vec<u8>)>,
    /// Names and values of `[templatealias]`.
    pub aliases: Vec<(Vec<u8>, Vec<u8>)>,
}

struct Beside<'a> {
    folder: &'a Path,
    depth: usize,
}

impl Includes for Beside<'_> {
    fn include(&mut self, layer: &mut Layer, path: &[u8]) -> Outcome<()> {
        let name = std::str::from_utf8(path).ok().filter(|name| !name.contains('/') && self.depth < DEEPEST);
        let name = name.ok_or_else(|| style("a map file includes another folder's"))?;
        read(layer, self.folder, name, self.depth + 1)
    }
}

fn style(detail: &str) -> Stop {
    Stop::unsupported(Reason::TemplateStyle, detail)
}

fn read(layer: &mut Layer, folder: &Path, name: &str, depth: usize) -> Outcome<()> {
    let text = std::fs::read(folder.join(name)).map_err(|_| style(name))?;
    let name: Arc<[u8]> = Arc::from(name.as_bytes());
    parse(layer, &name, &text, &mut Beside { folder, depth })
}

/// Reads `folder/name`.
///
/// # Errors
/// `TemplateStyle` when it is not there, `ConfigBroken` when it does not parse.
pub fn read_map_file(folder: &Path, name: &str) -> Outcome<MapFile> {
    let mut layer = Layer::default();
    read(&mut layer, folder, name, 0)?;
    let items = |section: &[u8]| -> Vec<(Vec<u8>, Vec<u8>)> {
        let items = layer.section(section).into_iter().flat_map(Section::iter);
        items.map(|(key, item)| (key.to_vec(), item.value.clone())).collect()
    };
    Ok(MapFile { templates: [items(b""), items(b"templates")].concat(), aliases: items(b"templatealias") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_and_the_part_before_any_section() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("base"), "[templates]\na = 'one'\nb = 'two'\n").expect("written");
        std::fs::write(folder.path().join("map"), "c = 'x'\n%include base\n[templates]\na = 'mine'\n")
            .expect("written");
        let map = read_map_file(folder.path(), "map").expect("read");
        let named = |name: &[u8]| map.templates.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        assert_eq!(named(b"a"), Some(b"'mine'".to_vec()));
        assert_eq!(named(b"b"), Some(b"'two'".to_vec()));
        assert_eq!(named(b"c"), Some(b"'x'".to_vec()));
        assert!(read_map_file(folder.path(), "nope").is_err());
    }
}
