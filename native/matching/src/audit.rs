//! From what a user typed to a repository-relative path: Mercurial's `canonpath`, its audit of each path (no
//! `.hg`, no symbolic link or other repository on the way), and the errors that these print.

use crate::MatchContext;
use crate::paths::{dirname, relative_path};
use amalgam_config::{join_path, normalize_path, python_repr};
use amalgam_types::{Abort, AbortKind, Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Whether the audit looks at the disk: it does for the working directory, not for committed revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audit {
    Disk,
    Text,
}

/// The repository-relative form of `arg`, which is relative to the user's working directory. Fails with
/// Mercurial's own abort when it lies outside the repository or in a forbidden place.
pub fn canonical_path(ctx: &MatchContext<'_>, arg: &[u8]) -> Outcome<Vec<u8>> {
    let root = ctx.root.as_os_str().as_bytes();
    canonpath(root, &join_path(root, ctx.cwd), arg, Audit::Disk)
}

/// `canonpath` for an absolute `cwd`.
pub(crate) fn canonpath(root: &[u8], cwd: &[u8], name: &[u8], audit: Audit) -> Outcome<Vec<u8>> {
    if name.contains(&0) {
        return Err(Stop::unsupported(Reason::PathUnsupported, "NUL in a path"));
    }
    match locate(root, cwd, name) {
        Located::Root => return Ok(Vec::new()),
        Located::Inside(path) => {
            audit_path(root, &path, audit)?;
            return Ok(path);
        }
        Located::Outside => {}
    }
    let mut abort = Abort::new(AbortKind::Other, [name, b" not under root '", root, b"'"].concat());
    if cwd != root {
        match canonpath(root, root, name, audit) {
            Ok(_) => {
                let relative = relative_path(root, cwd, b"");
                let relative = relative.strip_suffix(b"/").unwrap_or(&relative);
                abort = abort.hint([b"consider using '--cwd ", relative, b"'"].concat());
            }
            Err(Stop::Abort(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Err(Stop::Abort(abort))
}

enum Located {
    Root,
    Inside(Vec<u8>),
    Outside,
}

fn locate(root: &[u8], cwd: &[u8], name: &[u8]) -> Located {
    let full = normalize_path(&join_path(&join_path(root, cwd), name));
    if full == root {
        return Located::Root;
    }
    if let Some(rest) = full.strip_prefix(root) {
        if root.ends_with(b"/") {
            return Located::Inside(rest.to_vec());
        }
        if let Some(rest) = rest.strip_prefix(b"/") {
            return Located::Inside(rest.to_vec());
        }
    }
    // Not below the root by name: perhaps through a symbolic link or another mount of the same folder.
    let identity = |p: &[u8]| std::fs::metadata(OsStr::from_bytes(p)).ok().map(|m| (m.dev(), m.ino()));
    let Some(wanted) = identity(root) else { return Located::Outside };
    let mut current = full.as_slice();
    loop {
        if identity(current) == Some(wanted) {
            let rest = full[current.len()..].strip_prefix(b"/").unwrap_or(&full[current.len()..]);
            return if rest.is_empty() { Located::Root } else { Located::Inside(rest.to_vec()) };
        }
        let parent = dirname(current);
        if parent == current {
            return Located::Outside;
        }
        current = parent;
    }
}

/// Mercurial's path audit of a normalised, repository-relative, non-empty path.
pub(crate) fn audit_path(root: &[u8], path: &[u8], audit: Audit) -> Outcome<()> {
    let illegal = || input(b"path contains illegal component: ", path);
    if path.ends_with(b"/") {
        return Err(input(b"path ends in directory separator: ", path));
    }
    let parts: Vec<&[u8]> = path.split(|&b| b == b'/').collect();
    let folded: Vec<Vec<u8>> = parts.iter().map(|p| fold(p)).collect();
    if matches!(folded[0].as_slice(), b".hg" | b".hg." | b"") || parts.contains(&b"..".as_slice()) {
        return Err(illegal());
    }
    for part in &parts {
        let Some(tilde) = part.iter().position(|&b| b == b'~') else { continue };
        let (first, digits) = (part[..tilde].to_ascii_uppercase(), &part[tilde + 1..]);
        let numbered = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if numbered && (first == b"HG" || first == b"HG8B6C") {
            return Err(illegal());
        }
    }
    for name in [b".hg".as_slice(), b".hg."] {
        if let Some(at) = folded.iter().skip(1).position(|p| p == name) {
            let base = python_repr(&parts[..=at].join(&b'/'));
            let message = [b"path '", path, b"' is inside nested repo ", &base].concat();
            return Err(Stop::abort(AbortKind::Input, message));
        }
    }
    if audit == Audit::Disk {
        for (at, _) in path.iter().enumerate().filter(|(_, b)| **b == b'/') {
            if !audit_folder(root, &path[..at], path)? {
                break;
            }
        }
    }
    Ok(())
}

/// Looks at one folder on the way to `path`; `false` when it does not exist.
fn audit_folder(root: &[u8], prefix: &[u8], path: &[u8]) -> Outcome<bool> {
    let full = join_path(root, prefix);
    let full = Path::new(OsStr::from_bytes(&full));
    let meta = match std::fs::symlink_metadata(full) {
        Ok(meta) => meta,
        Err(e) => {
            return match e.kind() {
                std::io::ErrorKind::NotFound => Ok(false),
                std::io::ErrorKind::NotADirectory | std::io::ErrorKind::InvalidInput => Ok(true),
                _ => Err(Stop::unsupported(Reason::PathUnsupported, "a folder on the way cannot be looked at")),
            };
        }
    };
    let shown = python_repr(prefix);
    if meta.is_symlink() {
        let message = [b"path ", python_repr(path).as_slice(), b" traverses symbolic link ", &shown].concat();
        return Err(Stop::abort(AbortKind::Other, message));
    }
    if meta.is_dir() && full.join(".hg").is_dir() {
        if may_have_subrepositories(Path::new(OsStr::from_bytes(root))) {
            return Err(Stop::unsupported(Reason::SubrepositoryPresent, "a path leads into a nested repository"));
        }
        let message = [b"path '", path, b"' is inside nested repo ", &shown].concat();
        return Err(Stop::abort(AbortKind::Other, message));
    }
    Ok(true)
}

/// Whether the file that names subrepositories is there, or tracked and gone.
fn may_have_subrepositories(root: &Path) -> bool {
    let names_it =
        |file: &Path| std::fs::read(file).is_ok_and(|bytes| memchr::memmem::find(&bytes, b".hgsub").is_some());
    let dirstates = std::fs::read_dir(root.join(".hg")).into_iter().flatten().flatten();
    root.join(".hgsub").symlink_metadata().is_ok()
        || dirstates
            .filter(|file| file.file_name().as_bytes().starts_with(b"dirstate"))
            .any(|file| names_it(&file.path()))
}

fn input(text: &[u8], path: &[u8]) -> Stop {
    Stop::abort(AbortKind::Input, [text, path].concat())
}

/// Lower case without the code points that HFS+ ignores.
fn fold(part: &[u8]) -> Vec<u8> {
    let lower = part.to_ascii_lowercase();
    if !lower.iter().any(|b| matches!(b, 0xe2 | 0xef)) {
        return lower;
    }
    let mut out = Vec::with_capacity(lower.len());
    let mut rest = lower.as_slice();
    while let Some((&first, tail)) = rest.split_first() {
        let ignored = matches!(
            rest,
            [0xe2, 0x80, 0x8c..=0x8f | 0xaa..=0xae, ..] | [0xe2, 0x81, 0xaa..=0xaf, ..] | [0xef, 0xbb, 0xbf, ..]
        );
        if ignored {
            rest = &rest[3..];
        } else {
            out.push(first);
            rest = tail;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(root: &str, cwd: &str, name: &str) -> Result<String, String> {
        match canonpath(root.as_bytes(), cwd.as_bytes(), name.as_bytes(), Audit::Text) {
            Ok(path) => Ok(String::from_utf8_lossy(&path).into_owned()),
            Err(Stop::Abort(a)) => Err(String::from_utf8_lossy(&a.message).into_owned()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_become_repository_relative() {
        assert_eq!(text("/nope/r", "/nope/r/d", "../f").as_deref(), Ok("f"));
        assert_eq!(text("/nope/r", "/nope/r", "/nope/r/d/").as_deref(), Ok("d"));
        assert_eq!(text("/nope/r", "/nope/r", ".").as_deref(), Ok(""));
        assert_eq!(text("/", "/", "nope").as_deref(), Ok("nope"));
    }

    #[test]
    fn forbidden_places_are_named() {
        let wrong = |name| text("/nope/r", "/nope/r", name).unwrap_err();
        assert_eq!(wrong("../x"), "../x not under root '/nope/r'");
        assert_eq!(wrong(".hg/store"), "path contains illegal component: .hg/store");
        assert_eq!(wrong(".h\u{200c}g"), "path contains illegal component: .h\u{200c}g");
        assert_eq!(wrong("hg~1/x"), "path contains illegal component: hg~1/x");
        assert_eq!(wrong("a/.Hg/x"), "path 'a/.Hg/x' is inside nested repo 'a'");
    }
}
