//! One temporary folder with a private home, a configuration file and a repository folder.

use crate::legacy;
use amalgam_types::Environment;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A private home, an `hgrc` named by `HGRCPATH`, and the folder `repo` in which commands run.
/// Everything goes away when the value is dropped.
pub struct Sandbox {
    folder: tempfile::TempDir,
    root: PathBuf,
    env: Vec<(OsString, OsString)>,
}

const HGRC: &str = "[ui]\nusername = Test User <test@example.org>\ninteractive = no\nmerge = :local\n\
                    [devel]\ndefault-date = 0 0\n";

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// An empty `repo` folder; `init` makes it a repository.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("amalgam-test-").tempdir().expect("a temporary folder");
        let base = folder.path().canonicalize().expect("the temporary folder has a real path");
        let home = base.join("home");
        let root = base.join("repo");
        let tmp = base.join("tmp");
        for dir in [&home, &root, &tmp] {
            fs::create_dir(dir).expect("a folder in the sandbox");
        }
        fs::write(home.join("hgrc"), HGRC).expect("the sandbox's hgrc");
        let mut env: Vec<(OsString, OsString)> = [
            ("HOME", home.as_os_str()),
            ("HGRCPATH", home.join("hgrc").as_os_str()),
            ("XDG_CONFIG_HOME", home.join("xdg").as_os_str()),
            ("TMPDIR", tmp.as_os_str()),
            ("TZ", OsStr::new("UTC")),
            ("LC_ALL", OsStr::new("C.UTF-8")),
            ("LANG", OsStr::new("C.UTF-8")),
            ("LANGUAGE", OsStr::new("C")),
            ("TERM", OsStr::new("dumb")),
            ("HGENCODING", OsStr::new("utf-8")),
        ]
        .into_iter()
        .map(|(name, value)| (name.into(), value.to_owned()))
        .collect();
        env.push(("PATH".into(), std::env::var_os("PATH").unwrap_or_default()));
        Sandbox { folder, root, env }
    }

    /// A sandbox whose `repo` is a new repository.
    pub fn init() -> Self {
        let sandbox = Self::new();
        sandbox.hg_ok(["init"]);
        sandbox
    }

    /// A sandbox whose `repo` is a new repository, made with `--config` for each of `config`.
    pub fn init_with(config: &[&str]) -> Self {
        let sandbox = Self::new();
        let mut args = vec!["init"];
        for value in config {
            args.extend(["--config", value]);
        }
        sandbox.hg_ok(args);
        sandbox
    }

    /// The `repo` folder, where commands run.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder around `repo` and the home.
    pub fn base(&self) -> &Path {
        self.root.parent().unwrap_or(self.folder.path())
    }

    /// The private home.
    pub fn home(&self) -> PathBuf {
        self.base().join("home")
    }

    /// The whole environment that `hg` runs with.
    pub fn env(&self) -> &[(OsString, OsString)] {
        &self.env
    }

    /// Adds or replaces a variable.
    pub fn set_env(&mut self, name: &str, value: impl Into<OsString>) {
        self.env.retain(|(n, _)| n != name);
        self.env.push((name.into(), value.into()));
    }

    /// Removes a variable.
    pub fn unset_env(&mut self, name: &str) {
        self.env.retain(|(n, _)| n != name);
    }

    /// The same environment as a value for the libraries; the working directory is `repo`.
    pub fn environment(&self) -> Environment {
        Environment {
            vars: self.env.iter().map(|(n, v)| (n.clone().into_vec(), v.clone().into_vec())).collect(),
            cwd: Some(self.root.clone()),
            euid: fs::metadata(&self.root).map(|m| std::os::unix::fs::MetadataExt::uid(&m)).unwrap_or(0),
        }
    }

    /// Appends lines to the user's `hgrc`.
    pub fn append_hgrc(&self, text: &str) {
        let path = self.home().join("hgrc");
        let mut old = fs::read(&path).expect("the sandbox's hgrc");
        old.extend_from_slice(text.as_bytes());
        fs::write(path, old).expect("the sandbox's hgrc");
    }

    /// A prepared command in `repo` with exactly the sandbox's environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env_clear().envs(self.env.iter().map(|(n, v)| (n, v))).stdin(Stdio::null());
        command
    }

    /// Runs the installed `hg` in `repo`.
    pub fn hg<I, S>(&self, args: I) -> Output
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command(legacy()).args(args).output().expect("the installed hg runs")
    }

    /// Runs `hg` with arguments that are any bytes.
    pub fn hg_bytes(&self, args: &[&[u8]]) -> Output {
        self.hg(args.iter().map(|a| OsStr::from_bytes(a)))
    }

    /// Runs `hg` in another folder.
    pub fn hg_in<I, S>(&self, dir: &Path, args: I) -> Output
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command(legacy()).current_dir(dir).args(args).output().expect("the installed hg runs")
    }

    /// Runs `hg`, expects exit code 0, returns standard output.
    pub fn hg_ok<I, S>(&self, args: I) -> Vec<u8>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let args: Vec<OsString> = args.into_iter().map(|a| a.as_ref().to_owned()).collect();
        let out = self.hg(&args);
        assert!(
            out.status.success(),
            "hg {args:?} failed with {}\nstdout: {}\nstderr: {}",
            out.status,
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        out.stdout
    }

    /// Where a repository-relative path is on disk.
    pub fn path(&self, path: impl AsRef<[u8]>) -> PathBuf {
        self.root.join(OsStr::from_bytes(path.as_ref()))
    }

    /// Writes a file, making its folders.
    pub fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let full = self.path(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).expect("folders in the sandbox");
        }
        fs::write(full, content).expect("a file in the sandbox");
    }

    /// A file's content.
    pub fn read(&self, path: impl AsRef<[u8]>) -> Vec<u8> {
        let full = self.path(path);
        fs::read(&full).unwrap_or_else(|e| panic!("{}: {e}", full.display()))
    }

    /// Removes a file.
    pub fn remove(&self, path: impl AsRef<[u8]>) {
        fs::remove_file(self.path(path)).expect("the file to remove");
    }

    /// Sets permission bits.
    pub fn chmod(&self, path: impl AsRef<[u8]>, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).expect("permissions");
    }

    /// Makes a symbolic link.
    pub fn symlink(&self, target: &str, path: impl AsRef<[u8]>) {
        std::os::unix::fs::symlink(target, self.path(path)).expect("a symbolic link");
    }

    /// Writes `path`, then `hg commit -A -m MESSAGE`.
    pub fn commit(&self, path: &str, content: &str, message: &str) {
        self.write(path, content);
        self.hg_ok(["commit", "-q", "-A", "-m", message]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_a_repository_with_the_private_home() {
        let sandbox = Sandbox::init();
        sandbox.commit("a", "text\n", "first");
        assert_eq!(sandbox.hg_ok(["log", "-T", "{author}|{desc}|{date}"]), b"Test User <test@example.org>|first|0.00");
        assert_eq!(sandbox.environment().get("TZ"), Some(&b"UTC"[..]));
    }
}
