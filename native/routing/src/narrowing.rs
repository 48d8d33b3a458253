//! A repository's own policy: a file in its root, which can send commands to Python and nothing else. Whoever can write
//! to a repository must not be able to widen what native answers there.
//!
//! The launcher reads the table that it compiles to, which is in the user's own cache. While there is a file and no
//! table that goes with it, legacy answers.

use crate::environment::Layout;
use crate::table::{self, Mode, Table, TableError, Way};
use amalgam_types::hex;
use sha1::{Digest, Sha1};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The file in the root.
pub const FILE: &str = ".amalgam.yaml";

/// The repository that a policy in or above `folder` would be of.
pub fn root(folder: &Path) -> Option<PathBuf> {
    amalgam_repo::find_root(folder)
}

/// Where the policy of the repository at `root` is compiled to.
pub fn table_path(layout: &Layout, root: &Path) -> Option<PathBuf> {
    let name = hex(&Sha1::digest(root.as_os_str().as_bytes())[..8]);
    Some(layout.cache.as_ref()?.join(format!("repository-{name}")))
}

/// What the repository at `root` narrows; nothing where it has no policy.
///
/// # Errors
/// There is one, and no table says what it means.
pub(crate) fn read(layout: &Layout, root: &Path) -> Result<Option<Table>, TableError> {
    let file = root.join(FILE);
    match file.symlink_metadata() {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(TableError::Unreadable),
    }
    let Some(path) = table_path(layout, root) else { return Err(TableError::Missing(file)) };
    let Some(table) = table::read(&path)? else { return Err(TableError::Missing(file)) };
    if table.rules.iter().any(|rule| rule.way != Way::Always(Mode::Python)) {
        return Err(TableError::Damaged);
    }
    Ok(Some(table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Rule, Rules, compile};

    fn write(at: &Path, file: &Path, mode: Mode) {
        let rule = Rule {
            commands: vec!["log".to_owned()],
            flags: Vec::new(),
            conditions: Vec::new(),
            way: Way::Always(mode),
            verify: 0,
        };
        let table = Table { rules: vec![rule], ..Table::default() };
        let text = compile(&Rules { sources: vec![file.to_path_buf()], table }).expect("compiled");
        std::fs::write(at, text).expect("written");
    }

    #[test]
    fn a_file_counts_once_it_is_compiled_and_only_narrows() {
        let base = tempfile::tempdir().expect("a folder");
        let root = base.path();
        let layout = Layout { cache: Some(root.to_path_buf()), ..Layout::default() };
        assert_eq!(read(&layout, root), Ok(None));
        let file = root.join(FILE);
        std::fs::write(&file, b"version: 1\n").expect("written");
        assert_eq!(read(&layout, root), Err(TableError::Missing(file.clone())));
        assert_eq!(read(&Layout::default(), root), Err(TableError::Missing(file.clone())));
        let at = table_path(&layout, root).expect("a path");
        write(&at, &file, Mode::Python);
        assert_eq!(read(&layout, root).map(|table| table.map(|table| table.rules.len())), Ok(Some(1)));
        write(&at, &file, Mode::Native);
        assert_eq!(read(&layout, root), Err(TableError::Damaged));
        write(&at, &file, Mode::Python);
        std::fs::write(&file, b"version: 1 \n").expect("written");
        assert_eq!(read(&layout, root), Err(TableError::Stale(file.clone())));
        std::fs::remove_file(&file).expect("removed");
        assert_eq!(read(&layout, root), Ok(None));
    }
}
