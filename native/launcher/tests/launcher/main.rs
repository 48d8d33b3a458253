//! The launcher as a process, and legacy beside it. One program of all tests: they link once, and share the facts.

mod beside;
mod blackbox;
mod common;
mod extensions;
mod facts;
mod fallback;
mod itself;
mod modes;
mod output;
mod repository_setup;
mod stands;
mod warm;
mod warm_faults;
mod warm_terminal;
