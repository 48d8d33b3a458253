//! Where configuration files are: entries of `HGRCPATH`, the system's and the user's places, a share's kind.

use crate::config::RepoConfigFiles;
use crate::expand::{expand_path, expand_user};
use crate::paths::join_path;
use crate::text::{lines, strip_end};
use amalgam_types::{Environment, Outcome, Reason, Stop};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Whether the share names its source by a relative path.
pub(crate) fn is_relative_share(files: &RepoConfigFiles) -> bool {
    let requires = files.hgrc.with_file_name("requires");
    let text = std::fs::read(requires).unwrap_or_default();
    lines(&text).any(|line| strip_end(line) == b"relshared")
}

/// One entry of `HGRCPATH`: a file, or the `*.rc` files of a folder.
pub(crate) fn expand_entry(env: &Environment, entry: &[u8]) -> Outcome<Vec<Vec<u8>>> {
    let path = expand_path(env, entry)?;
    let whole = PathBuf::from(OsStr::from_bytes(&path));
    let whole = env.cwd.as_deref().map_or(whole.clone(), |cwd| cwd.join(&whole));
    if !whole.is_dir() {
        return Ok(vec![path]);
    }
    let names = rc_files(&whole).ok_or_else(|| Stop::unsupported(Reason::ConfigBroken, whole.to_string_lossy()))?;
    Ok(names.iter().map(|name| join_path(&path, name)).collect())
}

pub(crate) fn system_files(candidates: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for path in candidates {
        let bytes = path.as_os_str().as_bytes();
        if path.file_name() == Some(OsStr::new("hgrc.d")) {
            out.extend(rc_files(path).unwrap_or_default().iter().map(|name| join_path(bytes, name)));
        } else {
            out.push(bytes.to_vec());
        }
    }
    out
}

pub(crate) fn user_files(env: &Environment) -> Outcome<[Vec<u8>; 2]> {
    let config = match env.get("XDG_CONFIG_HOME") {
        Some(folder) if folder.starts_with(b"/") => folder.to_vec(),
        _ => expand_user(env, b"~/.config")?,
    };
    Ok([expand_user(env, b"~/.hgrc")?, join_path(&join_path(&config, b"hg"), b"hgrc")])
}

/// The names that end in `.rc`, sorted; `None` where the folder cannot be read.
fn rc_files(folder: &Path) -> Option<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        names.push(OsString::into_vec(entry.ok()?.file_name()));
    }
    names.retain(|name| name.ends_with(b".rc"));
    names.sort();
    Some(names)
}
