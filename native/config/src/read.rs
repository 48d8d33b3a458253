//! Opening configuration files: what is missing or unreadable, what could hang or be consumed, who owns it.

use crate::expand::expand_path;
use crate::layer::Layer;
use crate::parse::{Includes, parse};
use crate::paths::{dirname, join_path, normalize_path};
use amalgam_types::{Environment, Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More than any configuration; a larger file is left to legacy.
const LARGEST: u64 = 8 << 20;
/// Legacy's own limit is Python's stack; far below it the file is odd enough to leave it alone.
const DEEPEST: usize = 40;
const MOST_INCLUDES: usize = 1000;

/// The bytes of a file and its owner.
pub(crate) struct Contents {
    pub(crate) text: Vec<u8>,
    pub(crate) owner: u32,
}

/// What came of opening a file.
pub(crate) enum Opened {
    Contents(Contents),
    Missing,
    Failed,
}

/// Reads files for one level and remembers which it read.
pub(crate) struct Reader<'a> {
    env: &'a Environment,
    files: &'a mut Vec<PathBuf>,
    folders: Vec<Vec<u8>>,
    includes: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(env: &'a Environment, files: &'a mut Vec<PathBuf>) -> Self {
        Reader { env, files, folders: Vec::new(), includes: 0 }
    }

    /// Opens `path` as it was written; a relative one starts at the working directory.
    ///
    /// # Errors
    /// `ConfigBroken` for what is neither a file nor absent: reading it could wait, or take what legacy needs.
    pub(crate) fn open(&mut self, path: &[u8]) -> Outcome<Opened> {
        if path.contains(&0) {
            return Err(unusual(path));
        }
        let mut whole = PathBuf::from(OsStr::from_bytes(path));
        if let Some(cwd) = self.env.cwd.as_deref().filter(|_| whole.is_relative()) {
            whole = cwd.join(whole);
        }
        let found = match fs::metadata(&whole) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Opened::Missing),
            Err(_) => return Ok(Opened::Failed),
        };
        if found.is_dir() {
            return Ok(Opened::Failed);
        }
        if !found.is_file() && whole != Path::new("/dev/null") {
            return Err(unusual(path));
        }
        let Ok(file) = File::open(&whole) else { return Ok(Opened::Failed) };
        let opened = file.metadata().map_err(|_| unusual(path))?;
        let mut text = Vec::with_capacity(usize::try_from(opened.len().min(LARGEST)).unwrap_or_default() + 1);
        (&file).take(LARGEST + 1).read_to_end(&mut text).map_err(|_| unusual(path))?;
        if text.len() as u64 > LARGEST {
            return Err(unusual(path));
        }
        self.files.push(whole);
        Ok(Opened::Contents(Contents { text, owner: opened.uid() }))
    }

    /// Parses the text of the file `name` into `layer` as a new source.
    pub(crate) fn parse(&mut self, layer: &mut Layer, name: &[u8], text: &[u8]) -> Outcome<()> {
        layer.new_source();
        self.parse_body(layer, name, text)
    }

    fn parse_body(&mut self, layer: &mut Layer, name: &[u8], text: &[u8]) -> Outcome<()> {
        self.folders.push(dirname(name).to_vec());
        let result = parse(layer, &Arc::from(name), text, self);
        self.folders.pop();
        result
    }
}

impl Includes for Reader<'_> {
    fn include(&mut self, layer: &mut Layer, path: &[u8]) -> Outcome<()> {
        let folder = self.folders.last().map(Vec::as_slice).unwrap_or_default();
        let path = normalize_path(&join_path(folder, &expand_path(self.env, path)?));
        self.includes += 1;
        if self.includes > MOST_INCLUDES || self.folders.len() > DEEPEST {
            return Err(unusual(&path));
        }
        // Legacy counts the source before it looks for the file, and once more behind it.
        layer.new_source();
        match self.open(&path)? {
            Opened::Missing => Ok(()),
            Opened::Failed => Err(unusual(&path)),
            Opened::Contents(contents) => {
                self.parse_body(layer, &path, &contents.text)?;
                layer.new_source();
                Ok(())
            }
        }
    }
}

fn unusual(path: &[u8]) -> Stop {
    Stop::unsupported(Reason::ConfigBroken, String::from_utf8_lossy(path))
}
