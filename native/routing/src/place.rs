//! The folder and the repository that an invocation is about: `--cwd`, `-R`, or the nearest `.hg` above.
//!
//! `-R` also takes names from `[paths]`, bundle files, URLs and `~`; native only answers where it is plainly a folder
//! that holds `.hg`.

use crate::early::Early;
use crate::environment::path;
use amalgam_config::{Config, remote_paths};
use amalgam_repo::{find_root, repo_config_files};
use amalgam_types::{Environment, Outcome, Reason, Stop};
use std::path::{Path, PathBuf};

/// The release whose options of `[paths]` are checked: the one that knows most.
const NEWEST: &str = "7.2";

/// Where the invocation takes place.
#[derive(Debug)]
pub(crate) struct Place {
    /// The working directory, as the kernel names it.
    pub(crate) cwd: PathBuf,
    /// The repository's root, if there is a repository.
    pub(crate) root: Option<PathBuf>,
}

/// The working directory after `--cwd`.
///
/// # Errors
/// `PathUnsupported` where it cannot be entered: legacy words the error.
pub(crate) fn working_folder(env: &Environment, early: &Early) -> Outcome<PathBuf> {
    let unsupported = |detail: &str| Stop::unsupported(Reason::PathUnsupported, detail);
    let start = env.cwd.as_ref().ok_or_else(|| unsupported("the working directory cannot be read"))?;
    let Some(wanted) = &early.cwd else { return Ok(start.clone()) };
    let folder = std::fs::canonicalize(start.join(path(wanted))).map_err(|_| unsupported("--cwd"))?;
    // Being allowed to look inside is what entering takes.
    match std::fs::metadata(folder.join(".")) {
        Ok(meta) if meta.is_dir() => Ok(folder),
        _ => Err(unsupported("--cwd")),
    }
}

/// Finds the repository. `base` is the configuration before any repository's.
///
/// # Errors
/// `RepositoryPath` for a `-R` that is not plainly a folder with a repository; whatever its configuration says.
pub(crate) fn find(env: &Environment, early: &Early, cwd: PathBuf, base: &Config) -> Outcome<Place> {
    let around = find_root(&cwd);
    let Some(named) = &early.repository else { return Ok(Place { cwd, root: around }) };
    let refuse = |why: &str| Stop::unsupported(Reason::RepositoryPath, why);
    if named.starts_with(b"~") || named.iter().any(|b| b":$#%".contains(b)) {
        return Err(refuse("-R is not a plain path"));
    }
    // Names are looked up in the configuration of the repository around the working directory.
    let mut config = base.clone();
    if let Some(around) = &around {
        config.add_repository(env, &repo_config_files(around)?)?;
    }
    if config.get("paths", named).is_some() {
        return Err(refuse("-R is a name in [paths]"));
    }
    // Legacy reads all names to know that this is none: one that it refuses or warns about ends the command there.
    remote_paths(&config, env, NEWEST)?;
    let root = std::fs::canonicalize(cwd.join(path(named))).map_err(|_| refuse("-R does not exist"))?;
    if !is_repository(&root) {
        return Err(refuse("-R is not a repository"));
    }
    Ok(Place { cwd, root: Some(root) })
}

fn is_repository(root: &Path) -> bool {
    root.join(".hg").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{env, words};

    fn found(base: &Path, line: &str, config: &Config) -> Result<Option<PathBuf>, String> {
        let env = Environment { cwd: Some(base.to_path_buf()), ..env(&[]) };
        let early = crate::early::scan(&words(line), false);
        let place = working_folder(&env, &early).and_then(|cwd| find(&env, &early, cwd, config));
        match place {
            Ok(place) => Ok(place.root),
            Err(Stop::Unsupported(stop)) => Err(stop.to_string()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_repository_around_or_the_one_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("real");
        for path in ["one/.hg", "one/sub/deep", "two/.hg", "empty"] {
            std::fs::create_dir_all(base.join(path)).expect("folder");
        }
        for root in ["one", "two"] {
            std::fs::write(base.join(root).join(".hg/requires"), b"dotencode\nfncache\nrevlogv1\nstore\n")
                .expect("write");
        }
        std::fs::write(base.join("file.hg"), b"HG10UN").expect("write");
        std::os::unix::fs::symlink(base.join("two"), base.join("link")).expect("link");
        let plain = Config::default();
        let ok = |name: &str| Ok(Some(base.join(name)));
        assert_eq!(found(&base, "root", &plain), Ok(None));
        assert_eq!(found(&base.join("one/sub/deep"), "root", &plain), ok("one"));
        assert_eq!(found(&base, "root --cwd one/sub", &plain), ok("one"));
        assert_eq!(found(&base, "root -R two", &plain), ok("two"));
        assert_eq!(found(&base, "root -R link/", &plain), ok("two"));
        assert_eq!(found(&base.join("one/sub"), "root -R ..", &plain), ok("one"));
        assert_eq!(found(&base, "root --cwd one -R ../two", &plain), ok("two"));

        let refused = |line: &str, config: &Config| found(&base, line, config).expect_err(line);
        for line in ["-R empty", "-R file.hg", "-R ~/x", "-R file:two", "-R http://x/", "-R $X", "-R one/sub", "-R no"]
        {
            assert!(refused(line, &plain).starts_with("repository.path"), "{line}");
        }
        assert!(refused("--cwd nope", &plain).starts_with("path.unsupported"));
        assert!(refused("--cwd file.hg", &plain).starts_with("path.unsupported"));
        let mut named = Config::default();
        named.set("paths", "two", "/elsewhere", "--config").expect("set");
        assert!(refused("-R two", &named).contains("[paths]"));
    }
}
