//! This user's command servers: the private folder that holds their sockets, which there are, and ending them.
//!
//! Each server has a folder of its own, named by its key:
//!
//! | file | what |
//! |---|---|
//! | `s` | a link to the socket of the last one started |
//! | `s-HASH` | a socket; the server ends when it is gone or another's |
//! | `about` | process, its start, legacy and version |
//! | `starting` | held by the process that starts one |
//! | `failed` | why the last start failed |
//! | `modules` | the digest of legacy's modules when it started |
//!
//! The folder's own time is when it was last used.

use crate::environment::{HOME, path};
use amalgam_types::Environment;
use rustix::process::{Pid, Signal};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// More servers than this, and those that were not used for longest end.
pub const MAX_SERVERS: usize = 8;

/// The name of the link to the socket.
pub const SOCKET: &str = "s";
/// The name of the file with the digest of modules.
pub const MODULES: &str = "modules";
const ABOUT: &str = "about";

/// The folder that `env` names for servers. It may not be there yet.
///
/// # Errors
/// One clause, where there is none that could be private.
pub fn folder(env: &Environment) -> Result<PathBuf, String> {
    let own = |folder: &Path| check(folder, env.euid).is_ok();
    if let Some(home) = env.non_empty(HOME) {
        let home = path(home);
        return if home.is_absolute() { Ok(home.join("run")) } else { Err(format!("{HOME} is not absolute")) };
    }
    if let Some(runtime) =
        env.non_empty("XDG_RUNTIME_DIR").map(path).filter(|folder| folder.is_absolute() && own(folder))
    {
        return Ok(runtime.join("amalgam"));
    }
    let temporary = path(env.non_empty("TMPDIR").unwrap_or(b"/tmp"));
    if !temporary.is_absolute() {
        return Err("TMPDIR is not absolute".to_owned());
    }
    Ok(temporary.join(format!("amalgam-{}", env.euid)))
}

/// Makes `folder`, and checks that it is the user's alone.
///
/// # Errors
/// One clause.
pub fn prepare(folder: &Path, euid: u32) -> Result<(), String> {
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(format!("{}: {error}", folder.display())),
        _ => check(folder, euid),
    }
}

/// Checks that `folder` is one, and the user's alone.
///
/// # Errors
/// One clause.
pub fn check(folder: &Path, euid: u32) -> Result<(), String> {
    let refuse = |why: &str| Err(format!("{} {why}", folder.display()));
    // Not followed: a link may be anybody's.
    match std::fs::symlink_metadata(folder) {
        Err(error) => refuse(&error.to_string()),
        Ok(meta) if !meta.is_dir() => refuse("is not a folder"),
        Ok(meta) if meta.uid() != euid => refuse("belongs to somebody else"),
        Ok(meta) if meta.mode() & 0o077 != 0 => refuse("is open to others"),
        Ok(_) => Ok(()),
    }
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its folder.
    pub folder: PathBuf,
    /// Its process.
    pub process: i32,
    /// When that started, in the kernel's ticks: tells it from another process of the same number.
    start: u64,
    /// The legacy that it is of.
    pub legacy: String,
    /// Its version.
    pub version: String,
    /// When it was last used.
    pub used: SystemTime,
    /// What it alone holds in memory, in KiB.
    pub memory: Option<u64>,
}

impl Server {
    /// Writes down a server that has just started.
    ///
    /// # Errors
    /// Where the file cannot be written, or the process has gone.
    pub fn note(folder: &Path, process: u32, legacy: &Path, version: &str) -> io::Result<()> {
        let start = i32::try_from(process).ok().and_then(start_of).ok_or(io::ErrorKind::NotFound)?;
        let text = format!("{process} {start} {version} {}\n", legacy.display());
        std::fs::write(folder.join(ABOUT), text)
    }

    /// The server in `folder`, if it runs.
    fn read(folder: PathBuf, meta: &Metadata) -> Option<Server> {
        let text = std::fs::read_to_string(folder.join(ABOUT)).ok()?;
        let mut words = text.trim_end().splitn(4, ' ');
        let process = words.next()?.parse().ok().filter(|&process| process > 1)?;
        let start = words.next()?.parse().ok()?;
        let (version, legacy) = (words.next()?.to_owned(), words.next()?.to_owned());
        if start_of(process) != Some(start) {
            return None;
        }
        let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Some(Server { folder, process, start, legacy, version, used, memory: memory_of(process) })
    }

    /// Ends it once its commands have ended, which it does not wait long for when it has none.
    pub fn stop(&self) {
        unlink_sockets(&self.folder);
        drop(std::fs::remove_file(self.folder.join(ABOUT)));
        if start_of(self.process) == Some(self.start)
            && let Some(process) = Pid::from_raw(self.process)
        {
            // It may have gone meanwhile.
            let _gone = rustix::process::kill_process(process, Signal::TERM);
        }
    }

    /// Whether it still runs.
    pub fn runs(&self) -> bool {
        start_of(self.process) == Some(self.start)
    }
}

/// All that run in `folder`; the one used last comes first. Folders of servers that have gone are removed.
pub fn list(folder: &Path) -> Vec<Server> {
    let mut servers = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(meta) = entry.path().symlink_metadata() else { continue };
        if !meta.is_dir() {
            continue;
        }
        match Server::read(entry.path(), &meta) {
            Some(server) => servers.push(server),
            // A start takes seconds; whatever is older was left behind.
            None if age(&meta) > Duration::from_secs(300) => forget(&entry.path()),
            None => {}
        }
    }
    servers.sort_by_key(|server| std::cmp::Reverse(server.used));
    servers
}

/// Ends all in `folder`, waits up to `patience` for them, and returns how many there were and how many are left.
pub fn stop_all(folder: &Path, patience: Duration) -> (usize, usize) {
    let servers = list(folder);
    servers.iter().for_each(Server::stop);
    let deadline = SystemTime::now() + patience;
    let left = || servers.iter().filter(|server| server.runs()).count();
    while left() > 0 && SystemTime::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    servers.iter().filter(|server| !server.runs()).for_each(|server| forget(&server.folder));
    (servers.len(), left())
}

/// Makes room for one more.
pub fn limit(folder: &Path) {
    for server in list(folder).iter().skip(MAX_SERVERS - 1) {
        server.stop();
    }
}

/// Removes the sockets of one server.
pub fn unlink_sockets(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name == SOCKET || name.as_encoded_bytes().starts_with(b"s-") || name.as_encoded_bytes().starts_with(b"s.") {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Removes the folder of a server that has gone, and only what servers leave in it.
fn forget(folder: &Path) {
    unlink_sockets(folder);
    for name in [ABOUT, MODULES, "starting", "failed"] {
        drop(std::fs::remove_file(folder.join(name)));
    }
    drop(std::fs::remove_dir(folder));
}

fn age(meta: &Metadata) -> Duration {
    meta.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default()
}

/// When the process started; `None` where there is none of that number, or it has ended.
fn start_of(process: i32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let mut words = stat.rsplit_once(") ")?.1.split(' ');
    if matches!(words.next()?, "Z" | "X") {
        return None;
    }
    words.nth(18)?.parse().ok()
}

fn memory_of(process: i32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::env;
    use std::os::unix::fs::PermissionsExt;

    fn user() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    #[test]
    fn the_folder_is_private_or_not_used() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = base.path().join("run");
        prepare(&folder, user()).expect("made");
        prepare(&folder, user()).expect("there");
        assert!(prepare(&folder, user() + 1).expect_err("another's").contains("somebody else"));
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o750)).expect("mode");
        assert!(prepare(&folder, user()).expect_err("open").contains("open to others"));
        let link = base.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).expect("link");
        assert!(prepare(&link, user()).expect_err("a link").contains("not a folder"));
        std::fs::write(base.path().join("file"), "").expect("file");
        assert!(prepare(&base.path().join("file"), user()).is_err());
        assert!(prepare(&base.path().join("none/run"), user()).is_err());
    }

    #[test]
    fn where_it_is() {
        let base = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(base.path(), PermissionsExt::from_mode(0o700)).expect("mode");
        let runtime = base.path().display().to_string();
        let of = |vars: &[(&str, &str)]| folder(&amalgam_types::Environment { euid: user(), ..env(vars) });
        assert_eq!(of(&[("AMALGAM_HOME", "/h"), ("XDG_RUNTIME_DIR", &runtime)]), Ok("/h/run".into()));
        assert_eq!(of(&[("XDG_RUNTIME_DIR", &runtime)]), Ok(base.path().join("amalgam")));
        let fallback = PathBuf::from(format!("/tmp/amalgam-{}", user()));
        assert_eq!(of(&[("XDG_RUNTIME_DIR", "/usr")]), Ok(fallback.clone()));
        assert_eq!(of(&[]), Ok(fallback));
        assert!(of(&[("AMALGAM_HOME", "relative")]).is_err());
    }

    #[test]
    fn a_process_of_the_same_number_is_not_the_server() {
        let base = tempfile::tempdir().expect("a folder");
        let server = base.path().join("key");
        std::fs::create_dir(&server).expect("folder");
        let own = std::process::id();
        Server::note(&server, own, Path::new("/opt/my hg"), "7.2.4").expect("noted");
        let listed = list(base.path());
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].legacy.as_str(), listed[0].version.as_str()), ("/opt/my hg", "7.2.4"));
        assert!(listed[0].memory.is_some_and(|kib| kib > 100));
        for text in ["", "x", "1 2 3 4", &format!("{own} 1 7.2.4 /opt/hg"), &format!("{own}"), "-1 0 0 x"] {
            std::fs::write(server.join(ABOUT), text).expect("write");
            assert_eq!(list(base.path()), [], "{text}");
        }
    }

    #[test]
    fn only_what_servers_leave_is_removed() {
        let base = tempfile::tempdir().expect("a folder");
        let server = base.path().join("key");
        std::fs::create_dir(&server).expect("folder");
        for name in ["s", "s-0123", "s.77", "about", "modules", "mine"] {
            std::fs::write(server.join(name), "").expect("write");
        }
        forget(&server);
        let left: Vec<_> = std::fs::read_dir(&server).expect("there").flatten().map(|e| e.file_name()).collect();
        assert_eq!(left, ["mine"]);
    }
}
