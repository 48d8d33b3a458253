//! Whether Mercurial's own modules are still the ones that a server has loaded. The facts notice files that are replaced;
//! a module that is edited in place changes no folder, and a process that is started anew would read it.

use amalgam_types::LegacyFacts;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// Packages inside packages: Mercurial has two levels. A link to a folder above itself has no end.
const MAX_DEPTH: usize = 6;
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

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
    let sum = packages.iter().fold(0, |sum: u64, package| {
        let of_package = rustix::fs::open(package, FOLDER, Mode::empty()).map(|opened| of_folder(&opened, 0));
        // What cannot be read has no modules for the server either.
        sum.wrapping_mul(31).wrapping_add(of_package.unwrap_or(0))
    });
    format!("{sum:016x}")
}

/// A sum, because a folder's entries have no order. The names are asked for inside the opened folder: this is done by each
/// command, and five hundred whole paths cost more than what they lead to.
fn of_folder(folder: &OwnedFd, depth: usize) -> u64 {
    let mut sum: u64 = 0;
    let mut space = [MaybeUninit::uninit(); 16 << 10];
    let mut entries = RawDir::new(folder, &mut space);
    while let Some(Ok(entry)) = entries.next() {
        let name = entry.file_name();
        let bytes = name.to_bytes();
        if bytes.ends_with(b".py") || bytes.ends_with(b".so") {
            if let Ok(stat) = rustix::fs::statat(folder, name, AtFlags::empty()) {
                let mut hash = DefaultHasher::new();
                (bytes, stat.st_ino, stat.st_size, stat.st_mtime, stat.st_mtime_nsec).hash(&mut hash);
                sum = sum.wrapping_add(hash.finish());
            }
        } else if depth < MAX_DEPTH
            && !bytes.contains(&b'.')
            && matches!(entry.file_type(), FileType::Directory | FileType::Symlink | FileType::Unknown)
            && !OTHER.iter().any(|other| bytes == other.as_bytes())
            && let Ok(inner) = rustix::fs::openat(folder, name, FOLDER, Mode::empty())
        {
            sum = sum.wrapping_add(of_folder(&inner, depth + 1));
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
