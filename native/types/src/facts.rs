//! What amalgam knows of the legacy installation: asked of legacy once, cached, and passed to every
//! layer as plain data. `routing` reads and checks the cache; nothing here does.

use std::path::PathBuf;

/// Which implementation of the hot modules legacy runs; answers differ between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LegacyBuild {
    /// C extension (`c`, `allow` without Rust).
    #[default]
    C,
    /// C plus the Rust extension (`rust+c`, `rust+c-allow`).
    Rust,
    /// Pure Python, cffi or anything not recognised: native leaves everything to legacy.
    Other,
}

/// Facts about one legacy installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LegacyFacts {
    /// For example `7.2.4`.
    pub version: String,
    /// Module build.
    pub build: LegacyBuild,
    /// Packaged `defaultrc/*.rc`, absolute, in reading order.
    pub default_rc: Vec<PathBuf>,
    /// System `hgrc` files and `hgrc.d` folders in reading order, as legacy names them.
    pub system_rc: Vec<PathBuf>,
    /// Every command word that legacy knows without extensions: the first of each row is the primary name.
    pub commands: Vec<Vec<String>>,
    /// Extensions shipped inside legacy (`hgext`), by name.
    pub bundled_extensions: Vec<String>,
    /// Standard output of `hg version` in English, without extensions.
    pub version_text: Vec<u8>,
    /// Whether Python's `re2` binding is installed (legacy would then match with it).
    pub re2: bool,
    /// Python's version, for example `3.11.7`.
    pub python_version: String,
    /// zlib's version string as Python reports it.
    pub zlib_version: String,
    /// A digest of what legacy's zlib makes of some samples (git binary patches depend on it).
    pub zlib_samples: String,
    /// Languages whose translations are installed with legacy, for example `de` or `pt_BR`.
    pub languages: Vec<String>,
    /// Default effects of colour labels: (label, effects separated by a space), from legacy's own table.
    pub color_styles: Vec<(String, String)>,
    /// What settings are where nothing sets them, by section, as legacy printed it: words `NAME=VALUE`.
    pub defaults: Vec<(String, Vec<u8>)>,
    /// Functions of revision queries that have a description, with a blank between them.
    pub revset_functions: Vec<u8>,
    /// Those without one: legacy's own.
    pub inner_revset_functions: Vec<u8>,
}

impl LegacyFacts {
    /// Whether the `mercurial.*` modules that native stands for are ones whose answers native reproduces.
    pub fn is_rust(&self) -> bool {
        self.build == LegacyBuild::Rust
    }
}
