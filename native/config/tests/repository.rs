//! Repository files: whose they are, what a share reads, which folder `[paths]` and file names are relative to.

mod oracle;

use amalgam_config::{Config, LegacyPaths, RepoConfigFiles};
use amalgam_types::{AbortKind, Environment, Reason, Stop};
use oracle::environment;
use std::fs;
use std::path::{Path, PathBuf};

struct Place {
    _folder: tempfile::TempDir,
    base: PathBuf,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = folder.path().canonicalize().expect("a real path");
        for (name, text) in files {
            let path = base.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Place { _folder: folder, base }
    }

    fn env(&self, extra: &[(&str, &str)]) -> Environment {
        let home = self.base.join("home");
        let mut vars = vec![("HOME", home.to_string_lossy().into_owned().into_bytes())];
        vars.push(("HGRCPATH", b"~/hgrc".to_vec()));
        vars.extend(extra.iter().map(|(k, v)| (*k, v.as_bytes().to_vec())));
        environment(&vars, &self.base)
    }

    fn files(&self) -> RepoConfigFiles {
        let root = self.base.join("repo");
        RepoConfigFiles {
            share_source_hgrc: Some(self.base.join("source/.hg/hgrc")),
            hgrc: root.join(".hg/hgrc"),
            hgrc_not_shared: Some(root.join(".hg/hgrc-not-shared")),
            root,
        }
    }

    fn load(&self, env: &Environment) -> Result<Config, Stop> {
        let mut config = Config::load_user(env, &LegacyPaths::default())?;
        config.add_repository(env, &self.files())?;
        Ok(config)
    }
}

fn reason(result: Result<Config, Stop>) -> Reason {
    match result {
        Err(Stop::Unsupported(why)) => why.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_strangers_file_is_left_to_legacy_unless_all_are_trusted() {
    let place = Place::new(&[("repo/.hg/hgrc", "[a]\nb = c\n")]);
    let stranger = Environment { euid: u32::MAX - 7, ..place.env(&[]) };
    assert_eq!(reason(place.load(&stranger)), Reason::ConfigUntrusted);
    fs::create_dir_all(place.base.join("home")).expect("a folder");
    fs::write(place.base.join("home/hgrc"), "[trusted]\ngroups = x, *\n").expect("a file");
    assert_eq!(place.load(&stranger).expect("trusted").get("a", "b"), Some(&b"c"[..]));
}

#[test]
fn skipping_the_repository_still_opens_it() {
    let place = Place::new(&[("repo/.hg/hgrc", "[a]\nb = c\n")]);
    let config = place.load(&place.env(&[("HGRCSKIPREPO", "")])).expect("loads");
    assert_eq!(config.get("a", "b"), None);
    let root = place.base.join("repo");
    assert_eq!(config.get("bundle", "mainreporoot"), root.to_str().map(str::as_bytes));
}

#[test]
fn a_share_reads_its_source_first() {
    let place = Place::new(&[
        ("source/.hg/hgrc", "[a]\nb = source\nc = source\n[paths]\nup = ../x\n"),
        ("repo/.hg/requires", "share-safe\nshared\n"),
        ("repo/.hg/hgrc", "[a]\nb = own\n"),
        ("repo/.hg/hgrc-not-shared", "[a]\nd = alone\n"),
    ]);
    let config = place.load(&place.env(&[])).expect("loads");
    let got: Vec<_> = ["b", "c", "d"].iter().filter_map(|name| config.get("a", name)).collect();
    assert_eq!(got, [&b"own"[..], b"source", b"alone"]);
    assert_eq!(config.path_root("up").expect("known"), place.base.join("repo").to_str().expect("UTF-8").as_bytes());
    assert_eq!(config.files_read().len(), 3);
}

#[test]
fn a_relative_share_with_settings_in_its_source_is_left_to_legacy() {
    let place = Place::new(&[("source/.hg/hgrc", "[a]\nb = c\n"), ("repo/.hg/requires", "relshared\nshare-safe\n")]);
    assert_eq!(reason(place.load(&place.env(&[]))), Reason::RepositoryShare);
}

#[test]
fn paths_start_where_they_were_written() {
    let place = Place::new(&[
        ("home/hgrc", "[paths]\nhome = h\n[ui]\nignore = ~/i\nignore.two = sub/i\n"),
        ("repo/.hg/hgrc", "[paths]\nrepo = r\n"),
    ]);
    let env = place.env(&[]);
    let mut config = Config::load_user(&env, &LegacyPaths::default()).expect("loads");
    config.add_command_line(&[b"paths.line = x".to_vec()]).expect("fits");
    config.add_repository(&env, &place.files()).expect("loads");
    for (name, folder) in [("home", "home"), ("repo", "repo"), ("line", "")] {
        let wanted = if folder.is_empty() { place.base.clone() } else { place.base.join(folder) };
        assert_eq!(Path::new(std::str::from_utf8(config.path_root(name).expect("known")).expect("UTF-8")), wanted);
    }
    let path = |name| config.get_path(&env, "ui", name).expect("expands").expect("set");
    assert_eq!(path("ignore"), place.base.join("home/i").to_str().expect("UTF-8").as_bytes());
    assert_eq!(path("ignore.two"), place.base.join("home/sub/i").to_str().expect("UTF-8").as_bytes());
}

#[test]
fn wrong_values_are_named_as_legacy_names_them() {
    let place = Place::new(&[("repo/.hg/hgrc", "[ui]\nquiet = maybe\n")]);
    let Err(Stop::Abort(abort)) = place.load(&place.env(&[])) else { panic!("not refused") };
    assert_eq!((abort.kind, abort.message), (AbortKind::Config, b"ui.quiet is not a boolean ('maybe')".to_vec()));
    let mut config = Config::default();
    for (value, message) in
        [("s.n=x", "s.n is not a valid integer ('x')"), ("s.n=1 tb", "s.n is not a byte quantity ('1 tb')")]
    {
        config.add_command_line(&[value.into()]).expect("fits");
        let result = if value.contains("tb") { config.get_bytes("s", "n") } else { config.get_int("s", "n") };
        assert_eq!(result, Err(Stop::abort(AbortKind::Config, message)));
    }
}

#[test]
fn odd_files_are_left_alone() {
    let deep = "%include hgrc\n";
    let place = Place::new(&[("repo/.hg/hgrc", deep), ("home/hgrc", "")]);
    assert_eq!(reason(place.load(&place.env(&[]))), Reason::ConfigBroken);
    let fifo = place.base.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    let env = place.env(&[("HGRCPATH", fifo.to_str().expect("UTF-8"))]);
    assert_eq!(reason(Config::load_user(&env, &LegacyPaths::default())), Reason::ConfigBroken);
    // A folder where a file should be, or a file that nobody may read, is as good as none.
    fs::remove_file(place.base.join("repo/.hg/hgrc")).expect("removed");
    fs::create_dir(place.base.join("repo/.hg/hgrc")).expect("a folder");
    assert!(place.load(&place.env(&[])).is_ok());
}

#[test]
fn a_repository_has_no_say_in_exit_codes() {
    let place = Place::new(&[("repo/.hg/hgrc", "[ui]\ndetailed-exit-code = yes\n")]);
    assert_eq!(place.load(&place.env(&[])).expect("loads").detailed_exit_code(), Ok(false));
    let mut config = Config::default();
    config.set("ui", "detailed-exit-code", "1", "--config").expect("fits");
    config.add_repository(&place.env(&[]), &place.files()).expect("loads");
    assert_eq!(config.detailed_exit_code(), Ok(true));
}

#[test]
fn one_flag_sets_all_three() {
    let mut config = Config::default();
    config.add_verbosity_flags(false, true, true).expect("fits");
    let all: Vec<_> = config.items("ui").map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    assert_eq!(all, [("verbose", "False"), ("debug", "True"), ("quiet", "True")].map(|(n, v)| (n.into(), v.into())));
    let verbosity = config.verbosity();
    assert_eq!((verbosity.quiet, verbosity.verbose, verbosity.debug), (false, true, true));
}

#[test]
fn legacy_agrees_on_includes_that_fail() {
    // The same files through the reference: a folder included is an error, a missing file is not.
    let place = Place::new(&[("one", "%include nothing\n[a]\nb=c\n"), ("two", "%include .\n"), ("home/x", "")]);
    for (name, fine) in [("one", true), ("two", false)] {
        let path = place.base.join(name);
        let env = place.env(&[("HGRCPATH", path.to_str().expect("UTF-8"))]);
        assert_eq!(Config::load_user(&env, &LegacyPaths::default()).is_ok(), fine, "{name}");
        assert_eq!(oracle::ask(&[b"parse", path.to_str().expect("UTF-8").as_bytes()]).is_ok(), fine, "{name}");
    }
}
