//! What is known of the legacy installation: asked of legacy once, kept in the cache, and believed for as long as
//! every file that it depends on is unchanged.
//!
//! There is one file for each legacy executable and each set of environment variables that could make it another
//! installation (`PYTHON*`, `HGMODULEPOLICY`, ...).

mod file;
mod gather;
mod store;

pub(crate) use file::{escape, unescape};
pub use store::{FactsState, FactsStore};
