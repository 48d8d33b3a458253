//! The words every other crate speaks: node ids, revision numbers, paths as bytes, the three ways a
//! command can end (an answer, an abort, `Unsupported`), and the environment that the edge passes in.
//!
//! Nothing here reads a file, the environment or the clock.

mod bytes;
mod environment;
mod facts;
mod node;
mod reason;
mod stop;

pub use bytes::{common_end, common_start};
pub use environment::Environment;
pub use facts::{LegacyBuild, LegacyFacts};
pub use node::{NULL_NODE, NULL_REV, Node, NodePrefix, Rev, WDIR_NODE, WDIR_REV, hex, short_hex};
pub use reason::Reason;
pub use stop::{Abort, AbortKind, Outcome, Stop, Unsupported};

/// The owner-execute bit of a file mode, the only permission that Mercurial tracks.
pub const EXEC_BIT: u32 = 0o100;
