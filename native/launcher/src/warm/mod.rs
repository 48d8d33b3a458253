//! The warm fallback: a running command server of legacy's answers, on this process's own descriptors, while this
//! process stays in the terminal's foreground in its place.
//!
//! Until the command is sent, whatever goes wrong ends in an exec and nobody notices. From then on it never does: a
//! command is not run twice.

mod child;
mod connect;
mod environment;
mod guard;
mod process;
mod session;
mod signals;
mod start;

use amalgam_commandserver::Connection;
use amalgam_routing::Invocation;
use amalgam_routing::transport::Plan;

/// The exit code of the command, which has run; `begins` hears of its beginning.
///
/// # Errors
/// Why it has to be exec; nothing has begun.
pub(crate) fn answer(plan: &Plan, invocation: &Invocation, begins: impl FnOnce()) -> Result<i32, String> {
    let status = process::Status::read().ok_or("the state of the process cannot be read")?;
    status.check()?;
    let environment = environment::Lazy::new(environment::Raw::read);
    let server = connect::Server::prepare(plan, &invocation.env, &status)?;
    let (mut connection, guard) = server.connect(plan, invocation, &environment, &status)?;
    let [input, output, error] = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    connection.attach([input, output, error]).map_err(|error| error.to_string())?;
    connect::without_limit(&connection)?;
    let signals = signals::Signals::hold().map_err(|error| error.to_string())?;
    begins();
    Ok(run(connection, signals, guard, invocation))
}

/// From here on the command may run.
fn run(
    mut connection: Connection,
    signals: signals::Signals,
    guard: Option<guard::Guard>,
    invocation: &Invocation,
) -> i32 {
    let begun = connection.run(&invocation.args);
    session::Session::new(connection, signals, guard).follow(begun)
}
