//! Repositories that the installed Mercurial builds, and what both sides say of them.
#![allow(dead_code, unreachable_pub)]

pub mod fixtures;
pub mod oracle;

use amalgam_config::{Config, LegacyPaths};
use amalgam_repo::Repository;
use amalgam_testkit::Sandbox;
use std::path::Path;

/// The settings that every fixture runs with.
pub const SETTINGS: [&str; 2] = ["storage.all-slow-path=allow", "ui.timeout=5"];

/// The configuration of the sandbox as native reads it, with further settings.
pub fn config(sandbox: &Sandbox, settings: &[&str]) -> Config {
    let env = sandbox.environment();
    let mut config = Config::load_user(&env, &LegacyPaths::default()).expect("the sandbox's configuration");
    let values: Vec<Vec<u8>> = SETTINGS.iter().chain(settings).map(|s| s.as_bytes().to_vec()).collect();
    config.add_command_line(&values).expect("settings");
    config
}

/// Opens a repository natively.
pub fn open(sandbox: &Sandbox, root: &Path) -> Repository {
    Repository::open(root, &sandbox.environment()).expect("a repository that native reads")
}
