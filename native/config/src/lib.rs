//! Configuration as Mercurial layers it: packaged, system, environment, user, repository, command line.
//!
//! The caller passes the environment and the facts about the installation in; this crate reads configuration
//! files and nothing else. What legacy would word as a parse error or would not trust ends in `Unsupported`.
//!
//! Legacy's order, which callers keep: [`Config::load_user`], [`Config::add_command_line`],
//! [`Config::set`] for global flags, [`Config::add_repository`].

mod aliases;
mod config;
mod expand;
mod layer;
mod load;
mod map_file;
mod packaged;
mod parse;
mod paths;
mod places;
mod plain;
mod read;
mod remotes;
mod shlex;
mod text;
mod url;
mod value;

pub use config::{Config, LegacyPaths, RepoConfigFiles, Verbosity};
pub use expand::{expand_path, expand_user, expand_vars};
pub use layer::Source;
pub use map_file::{MapFile, MapFolders, read_map_file};
pub use paths::{join_path, normalize_path};
pub use plain::plain;
pub use remotes::{RemotePath, remote_paths};
pub use shlex::shlex_split;
pub use text::python_repr;
pub use url::{Url, hide_password};
pub use value::{Number, parse_bool, parse_byte_size, parse_int, parse_list};
