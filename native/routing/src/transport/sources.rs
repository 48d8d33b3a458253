//! Whether Mercurial's own modules are still the ones that a server has loaded. The facts notice files that are replaced;
//! a module that is edited in place changes no folder, and a process that is started anew would read it.

use amalgam_types::LegacyFacts;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Folders of a package that hold no modules.
const OTHER: &[&str] = &["__pycache__", "defaultrc", "helptext", "locale", "templates"];

/// The packages of an installation.
pub(super) fn packages(facts: &LegacyFacts) -> Vec<PathBuf> {
    // They lie side by side.
    let package = facts.default_rc.first().and_then(|file| file.parent()?.parent());
    package.into_iter().flat_map(|package| [package.to_path_buf(), package.with_file_name("hgext")]).collect()
}

/// A digest of names, times and sizes of all modules in `packages`.
pub fn digest(packages: &[PathBuf]) -> String {
    let sum = packages.iter().fold(0, |sum: u64, package| sum.wrapping_add(of_folder(package)));
    format!("{sum:016x}")
}

/// A sum, because a folder's entries have no order.
fn of_folder(folder: &Path) -> u64 {
    let mut sum: u64 = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_module = [".py", ".so"].iter().any(|end| name.as_bytes().ends_with(end.as_bytes()));
        let is_folder = !is_module && !name.as_bytes().contains(&b'.');
        if is_folder && !OTHER.iter().any(|other| name == *other) && path.is_dir() {
            sum = sum.wrapping_add(of_folder(&path));
        } else if is_module && let Ok(meta) = std::fs::metadata(&path) {
            let mut hash = DefaultHasher::new();
            (path.as_os_str().as_bytes(), meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()).hash(&mut hash);
            sum = sum.wrapping_add(hash.finish());
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_in_place_is_noticed() {
        let base = tempfile::tempdir().expect("a folder");
        let package = base.path().join("mercurial");
        for folder in ["utils", "templates", "__pycache__"] {
            std::fs::create_dir_all(package.join(folder)).expect("folders");
        }
        let facts = LegacyFacts { default_rc: vec![package.join("defaultrc/a.rc")], ..LegacyFacts::default() };
        let packages = packages(&facts);
        assert_eq!(packages, [package.clone(), base.path().join("hgext")]);
        let mut seen = vec![digest(&packages)];
        for (name, changes) in
            [("ui.py", true), ("utils/dates.py", true), ("utils/dates.py", true), ("templates/map.py", false)]
        {
            // Longer each time, so that it does not depend on the clock.
            let before = std::fs::read(package.join(name)).unwrap_or_default();
            std::fs::write(package.join(name), [before, b"more\n".to_vec()].concat()).expect("written");
            let now = digest(&packages);
            assert_eq!(!seen.contains(&now), changes, "{name}");
            seen.push(now);
        }
        assert_eq!(digest(&packages), digest(&packages));
        assert_eq!(digest(&[]), digest(&super::packages(&LegacyFacts::default())));
    }
}
