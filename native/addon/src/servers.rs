//! Legacy's command servers, for people: how an invocation would get to legacy, which servers run, and ending them.

use crate::request::{Request, text};
use amalgam_routing::transport::servers::{folder, list, stop_all};
use amalgam_routing::transport::{Transport, choose};
use amalgam_routing::{Steps, decide};
use napi_derive::napi;
use std::time::Duration;

/// How long a server may take to end that has nothing to do.
const PATIENCE: Duration = Duration::from_secs(5);

/// How legacy would be reached.
#[napi(object)]
pub struct Way {
    /// `warm` or `exec`.
    pub transport: String,
    /// Why it is exec.
    pub detail: Option<String>,
}

/// How legacy would be reached if it had to answer this invocation.
#[napi]
pub fn transport(request: Request) -> Way {
    let invocation = request.invocation();
    let route = decide(&invocation, &mut Steps::silent());
    match choose(&invocation, &route) {
        Transport::Warm(plan) => Way { transport: "warm".to_owned(), detail: Some(plan.why) },
        Transport::Exec(why, _) => Way { transport: "exec".to_owned(), detail: Some(why) },
    }
}

/// One running server.
#[napi(object)]
pub struct Server {
    /// Its process.
    pub pid: i32,
    /// The Python `hg`.
    pub legacy: String,
    /// Its version.
    pub version: String,
    /// Seconds since it was last used, to the minute.
    pub idle_seconds: f64,
    /// What it alone holds in memory, in KiB.
    pub memory_kib: Option<f64>,
    /// The folder of its socket.
    pub folder: String,
}

/// The user's servers.
#[napi]
pub fn servers(request: Request) -> Vec<Server> {
    let Ok(folder) = folder(&request.invocation().env) else { return Vec::new() };
    let server = |server: amalgam_routing::transport::servers::Server| Server {
        pid: server.process,
        idle_seconds: server.used.elapsed().unwrap_or_default().as_secs_f64().round(),
        memory_kib: server.memory.map(|kib| kib as f64),
        folder: text(&server.folder),
        legacy: server.legacy,
        version: server.version,
    };
    list(&folder).into_iter().map(server).collect()
}

/// What came of ending them.
#[napi(object)]
#[derive(Default)]
pub struct Stopped {
    /// How many there were.
    pub servers: u32,
    /// How many still have a command to finish.
    pub left: u32,
}

/// Ends the user's servers.
#[napi]
pub fn stop_servers(request: Request) -> Stopped {
    let Ok(folder) = folder(&request.invocation().env) else { return Stopped::default() };
    let (servers, left) = stop_all(&folder, PATIENCE);
    let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Stopped { servers: count(servers), left: count(left) }
}
