//! What a repository asks of whoever opens it: `.hg/requires`, with `share-safe` also `store/requires`.

use amalgam_config::Config;
use amalgam_types::{LegacyBuild, LegacyFacts, Outcome, Reason, Stop};
use std::collections::BTreeSet;

/// Requirements without which the layout is an older one, or another.
const NEEDED: [&str; 4] = ["revlogv1", "store", "fncache", "dotencode"];

/// The requirement of a narrow clone.
pub(crate) const NARROW: &str = "narrowhg-experimental";

/// Requirements that may also be there.
const KNOWN: [&str; 14] = [
    "generaldelta",
    "sparserevlog",
    "revlog-compression-zstd",
    "share-safe",
    "shared",
    "relshared",
    "dirstate-v2",
    "dirstate-tracked-key-v1",
    "persistent-nodemap",
    "bookmarksinstore",
    "delta-info-revlog",
    "internal-phase-2",
    "exp-sparse",
    NARROW,
];

/// The requirements of one repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    names: BTreeSet<Vec<u8>>,
}

impl Requirements {
    /// Adds the lines of one file.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.names.extend(amalgam_formats::names::requires(bytes).map(<[u8]>::to_vec));
    }

    /// Whether `name` is required.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name.as_bytes())
    }

    /// All of them, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.names.iter().map(Vec::as_slice)
    }

    /// Whether the store is somewhere else.
    pub(crate) fn is_share(&self) -> bool {
        self.has("shared") || self.has("relshared")
    }

    /// A stop unless every requirement is one that native reads.
    pub(crate) fn check(&self) -> Outcome<()> {
        let unknown = |name: &[u8]| !NEEDED.iter().chain(&KNOWN).any(|k| k.as_bytes() == name);
        if let Some(name) = self.iter().find(|name| unknown(name)) {
            return Err(stop(String::from_utf8_lossy(name).into_owned()));
        }
        match NEEDED.iter().find(|name| !self.has(name)) {
            Some(name) => Err(stop(format!("without {name}"))),
            None => Ok(()),
        }
    }

    /// A stop where this build of legacy refuses the repository or changes it while opening it.
    pub(crate) fn check_build(&self, facts: &LegacyFacts, config: &Config) -> Outcome<()> {
        for (requirement, key) in
            [("persistent-nodemap", "revlog.persistent-nodemap.slow-path"), ("dirstate-v2", "dirstate-v2.slow-path")]
        {
            if !self.has(requirement) {
                continue;
            }
            let own = config.get("storage", key).unwrap_or(b"default");
            let policy =
                if own == b"default" { config.get("storage", "all-slow-path").unwrap_or(b"abort") } else { own };
            match policy {
                b"allow" => {}
                b"abort" | b"warn" if facts.build == LegacyBuild::Rust => {}
                b"abort" | b"warn" => return Err(stop(format!("{requirement} without a fast implementation"))),
                _ => {
                    return Err(Stop::unsupported(
                        Reason::WarningExpected,
                        format!("storage.{key} has no known value"),
                    ));
                }
            }
        }
        for (name, value) in config.items("format") {
            if name.ends_with(b".automatic-upgrade-of-mismatching-repositories")
                && amalgam_config::parse_bool(value) != Some(false)
            {
                return Err(Stop::unsupported(Reason::WouldWrite, String::from_utf8_lossy(name).into_owned()));
            }
        }
        Ok(())
    }
}

fn stop(detail: String) -> Stop {
    Stop::unsupported(Reason::RequirementUnknown, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(extra: &str) -> Outcome<()> {
        let mut requirements = Requirements::default();
        requirements.add(format!("dotencode\r\nfncache\nrevlogv1\nstore\n{extra}").as_bytes());
        requirements.check()
    }

    #[test]
    fn known_and_unknown() {
        assert_eq!(check("generaldelta\nsparserevlog\n"), Ok(()));
        for bad in ["treemanifest\n", "\n", "fileindex-v1\n", "lfs"] {
            let Err(Stop::Unsupported(stop)) = check(bad) else { panic!("{bad:?} is not known") };
            assert_eq!((stop.reason, stop.detail.as_str()), (Reason::RequirementUnknown, bad.trim()));
        }
        assert!(Requirements::default().check().is_err());
    }
}
