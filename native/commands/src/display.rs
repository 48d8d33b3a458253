//! How a repository path is shown: from the root, or relative to the working directory.

use crate::Prepared;
use amalgam_config::parse_bool;
use amalgam_matching::relative_path;
use amalgam_types::{Outcome, Reason, Stop};
use std::borrow::Cow;

/// A settled way of showing paths for one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathDisplay {
    /// As they are in the repository.
    FromRoot,
    /// Relative to this folder (itself relative to the root, or absolute when it is outside).
    RelativeTo { root: Vec<u8>, cwd: Vec<u8> },
    /// Without this folder, which ends with a slash, in front.
    Below(Vec<u8>),
}

impl PathDisplay {
    /// Settles `ui.relative-paths`; `legacy_default` is what its value `legacy` means for this command.
    ///
    /// # Errors
    /// `ConfigUnsupported` for a value that is neither `legacy` nor a boolean.
    pub(crate) fn settle(prepared: &Prepared, legacy_default: bool) -> Outcome<PathDisplay> {
        let relative = match prepared.config.get("ui", "relative-paths") {
            None | Some(b"legacy") => legacy_default,
            Some(value) => {
                parse_bool(value).ok_or_else(|| Stop::unsupported(Reason::ConfigUnsupported, "ui.relative-paths"))?
            }
        };
        Self::relative_if(prepared, relative)
    }

    /// The display for a command that has decided by itself.
    ///
    /// # Errors
    /// When there is no repository.
    pub(crate) fn relative_if(prepared: &Prepared, relative: bool) -> Outcome<PathDisplay> {
        let cwd = prepared.cwd_in_repository()?;
        if !relative || cwd.is_empty() {
            return Ok(PathDisplay::FromRoot);
        }
        Ok(PathDisplay::RelativeTo { root: prepared.root_bytes()?.to_vec(), cwd: cwd.to_vec() })
    }

    /// `path` as it is shown.
    pub(crate) fn show<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        match self {
            PathDisplay::FromRoot => Cow::Borrowed(path),
            PathDisplay::RelativeTo { root, cwd } => relative_path(root, cwd, path),
            PathDisplay::Below(folder) => Cow::Borrowed(path.strip_prefix(folder.as_slice()).unwrap_or(path)),
        }
    }
}
