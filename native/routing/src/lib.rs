//! Who answers one invocation: native, or legacy and for which reason. Routing is decided here and nowhere else; the
//! launcher and the addon both call [`decide`].
//!
//! What it rests on: the route table compiled from the policy, the facts about the installed Mercurial, the
//! environment, the configuration with its aliases, hooks and extensions, and the repository.

mod aliases;
mod beside;
pub mod breaker;
pub mod canary;
pub mod cell;
pub mod comparison;
pub mod compiler;
mod decide;
mod doubt;
mod early;
pub mod environment;
mod extensions;
mod facts;
mod flags;
mod inquiry;
pub mod journal;
pub mod legacy;
mod narrow_clone;
pub mod narrowing;
mod place;
pub mod proven;
pub mod renewal;
mod route;
mod settings;
mod surroundings;
pub mod table;
#[cfg(test)]
mod testing;
pub mod transport;

pub use decide::{GATHER_LIMIT, decide};
pub use extensions::{Extension, Probe};
pub use facts::{FactsState, FactsStore};
pub use route::{Decision, Invocation, Route, Steps};
