//! From a plan to a server that has agreed to serve: its folder, its socket, whose it is, and whether it is the right
//! one for this command line. Nothing is printed and nothing begins here.

use super::environment;
use super::guard::Guard;
use super::process::Status;
use super::start;
use amalgam_commandserver::{Connecting, Connection, Surroundings, Validity};
use amalgam_routing::Invocation;
use amalgam_routing::transport::{Plan, recent, servers, sources};
use amalgam_types::Environment;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Paths of sockets have this much room, the end mark included.
const PATH_ROOM: usize = 108;
/// What a server appends to the link's path while it starts: a process, a hash and another process.
const LONGEST_SUFFIX: usize = "s.4194304-0123456789ab.4194304.tmp".len();
/// How long a server may take for each step before the command.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a start is waited for, where it is.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// A use is noted no more often than this.
const USE_INTERVAL: Duration = Duration::from_secs(60);
const REQUESTS: &[&str] = &["attachio", "chdir", "runcommand", "setenv", "setumask2", "validate"];

/// Where the server for this invocation is.
pub(super) struct Server {
    /// Its folder, which is made when a server is started.
    pub(super) folder: PathBuf,
    /// The folder of all servers.
    pub(super) all: PathBuf,
    name: String,
}

impl Server {
    /// The server's place. The folder of all servers is there then, and private.
    ///
    /// # Errors
    /// Why there can be none.
    pub(super) fn prepare(plan: &Plan, env: &Environment, status: &Status) -> Result<Server, String> {
        let state = status.shared().ok_or("the state of the process cannot be read")?;
        let name = plan.key.clone().with_process(&state).name();
        let folder = plan.folder.join(&name);
        if folder.as_os_str().len() + 1 + LONGEST_SUFFIX >= PATH_ROOM {
            return Err(format!("{} is too long for a socket", folder.display()));
        }
        servers::prepare(&plan.folder, env.euid)?;
        if folder.symlink_metadata().is_ok() {
            servers::check(&folder, env.euid)?;
        }
        Ok(Server { folder, all: plan.folder.clone(), name })
    }

    /// A connection to a server that takes the command, and what watches over it.
    ///
    /// # Errors
    /// Why there is none. One that is missing or outdated has been started then, unless that just failed, or it is the
    /// first time that a command wants it.
    pub(super) fn connect(
        &self,
        plan: &Plan,
        invocation: &Invocation,
        environment: &environment::Lazy,
        status: &Status,
    ) -> Result<(Connection, Option<Guard>), String> {
        let deadline = Instant::now() + START_PATIENCE;
        let mut started = false;
        loop {
            match self.try_connect(plan, invocation, environment, status) {
                Ok(connected) => {
                    self.note_use();
                    return Ok(connected);
                }
                Err(Missing::Unusable(why)) => return Err(why),
                Err(Missing::Absent(why)) => {
                    if let Some(failure) = start::recent_failure(&self.folder) {
                        return Err(failure);
                    }
                    if !plan.waits && !recent::was_asked_for(&self.all, &self.name) {
                        return Err(format!("{why}, and this is the first command that wants one"));
                    }
                    if !started || !start::is_starting(&self.folder) {
                        start::start(self, plan, invocation.env.euid, environment.as_ref()?)?;
                        started = true;
                    }
                    if !plan.waits || Instant::now() > deadline {
                        return Err(why);
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
    }

    fn try_connect(
        &self,
        plan: &Plan,
        invocation: &Invocation,
        environment: &environment::Lazy,
        status: &Status,
    ) -> Result<(Connection, Option<Guard>), Missing> {
        let unusable = |why: &dyn ToString| Missing::Unusable(why.to_string());
        // First: what belongs to a later server than the one that is connected to must not be taken for its own.
        let noted = std::fs::read_to_string(self.folder.join(servers::MODULES)).unwrap_or_default();
        let socket = UnixStream::connect(self.folder.join(servers::SOCKET)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Missing::Absent("there is no server yet".to_owned()),
            io::ErrorKind::ConnectionRefused => {
                // Left behind by one that was killed.
                if !start::is_starting(&self.folder) {
                    servers::unlink_sockets(&self.folder);
                }
                Missing::Absent("the server has gone".to_owned())
            }
            _ => Missing::Unusable(error.to_string()),
        })?;
        let peer = rustix::net::sockopt::socket_peercred(socket.as_fd()).map_err(|error| unusable(&error))?;
        if peer.uid != rustix::process::geteuid() {
            return Err(unusable(&"the server is somebody else's"));
        }
        let limit = Some(PATIENCE);
        socket.set_read_timeout(limit).and_then(|()| socket.set_write_timeout(limit)).map_err(|e| unusable(&e))?;
        let folder = invocation.env.cwd.as_ref().ok_or_else(|| unusable(&"no working directory"))?;
        let umask = status.umask().ok_or_else(|| unusable(&"the umask is not known"))?;
        let mut connecting = Connecting::new(socket);
        let environment = &environment.as_ref().map_err(|why| unusable(why))?.0;
        let surroundings = Surroundings { environment, folder: folder.as_os_str().as_bytes(), umask };
        connecting.ask(&surroundings, &invocation.args).map_err(|error| unusable(&error))?;
        // While the server starts its worker.
        let modules = sources::digest(&plan.packages);
        let mut connection = connecting.open().map_err(|error| unusable(&error))?;
        if !connection.hello().knows(REQUESTS) {
            return Err(unusable(&"the server does not know what is needed"));
        }
        // While that reads its configuration.
        let guard = Guard::watch(connection.hello().process, connection.socket().as_fd());
        let validity = connection.validity().map_err(|error| unusable(&error))?;
        if noted != modules {
            servers::unlink_sockets(&self.folder);
            return Err(Missing::Absent("Mercurial's modules have changed".to_owned()));
        }
        match validity {
            Validity::Current => Ok((connection, guard)),
            Validity::Unusable => Err(unusable(&"legacy words the error")),
            Validity::Outdated { unlink, redirect: None } => {
                self.unlink(unlink.as_deref());
                Err(Missing::Absent("the server is outdated".to_owned()))
            }
            Validity::Outdated { redirect: Some(_), .. } => {
                // The key holds all that a server compares, so another one would say the same.
                let why = "the server has another configuration than its key says";
                start::note_failure(&self.folder, why);
                servers::unlink_sockets(&self.folder);
                Err(unusable(&why))
            }
        }
    }

    /// Removes the socket that a server names, if it is one of this folder.
    fn unlink(&self, socket: Option<&Path>) {
        match socket {
            Some(socket) if socket.parent() == Some(&self.folder) => drop(std::fs::remove_file(socket)),
            _ => servers::unlink_sockets(&self.folder),
        }
    }

    /// The folder's time says when the server was last used.
    fn note_use(&self) {
        let now = SystemTime::now();
        let modified = self.folder.metadata().and_then(|meta| meta.modified());
        if modified.is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age > USE_INTERVAL)) {
            let times = std::fs::FileTimes::new().set_modified(now);
            // Only the choice of which server ends first depends on it.
            drop(std::fs::File::open(&self.folder).and_then(|folder| folder.set_times(times)));
        }
    }
}

/// Why there is no connection.
enum Missing {
    /// A server could be started.
    Absent(String),
    /// That would not help.
    Unusable(String),
}

/// Lifts the time limits: a command takes as long as it takes.
pub(super) fn without_limit(connection: &Connection) -> Result<(), String> {
    let socket = connection.socket();
    socket.set_read_timeout(None).and_then(|()| socket.set_write_timeout(None)).map_err(|error| error.to_string())
}
