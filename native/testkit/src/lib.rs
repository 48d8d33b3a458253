//! Hermetic repositories for tests: a temporary folder with its own home and configuration, in which the
//! installed Mercurial (the reference) builds repositories and answers questions about them.
//!
//! Only tests use this crate; unlike the libraries it panics with a clear message when something is missing.

mod legacy;
mod sandbox;
mod server;

pub use legacy::{legacy, legacy_build, legacy_facts, legacy_python, project_root};
pub use sandbox::Sandbox;
pub use server::{Answer, Server};
