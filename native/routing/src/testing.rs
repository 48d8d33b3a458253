//! Small builders that the unit tests of this crate share.

use amalgam_types::Environment;

/// An environment in the folder `/cwd` with `vars`.
pub(crate) fn env(vars: &[(&str, &str)]) -> Environment {
    let vars = vars.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
    Environment { vars, cwd: Some("/cwd".into()), euid: 0 }
}

/// A command line split at spaces.
pub(crate) fn words(line: &str) -> Vec<Vec<u8>> {
    line.split(' ').filter(|word| !word.is_empty()).map(|word| word.as_bytes().to_vec()).collect()
}
