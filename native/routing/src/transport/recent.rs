//! Which servers commands have looked for lately: the second one that wants a server starts it. A command that is the only
//! one of its kind, in a container or with a variable of its own, would start a server for nobody.

use std::path::Path;

/// The file, in the folder of all servers: names, the last one first.
const FILE: &str = "recent";
/// As many are remembered.
const MAX_NAMES: usize = 16;

/// Whether the server named `name` was asked for before; from now on it was.
pub fn was_asked_for(folder: &Path, name: &str) -> bool {
    let file = folder.join(FILE);
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    if text.lines().any(|line| line == name) {
        return true;
    }
    let names: Vec<&str> = std::iter::once(name).chain(text.lines().take(MAX_NAMES - 1)).collect();
    // Without the note a later command asks for the first time.
    drop(std::fs::write(file, names.join("\n")));
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_a_kind_is_known_and_old_ones_are_forgotten() {
        let base = tempfile::tempdir().expect("a folder");
        assert!(!was_asked_for(base.path(), "first"));
        assert!(was_asked_for(base.path(), "first") && !was_asked_for(base.path(), "fir"));
        for n in 0..MAX_NAMES {
            assert!(!was_asked_for(base.path(), &n.to_string()), "{n}");
        }
        assert!(was_asked_for(base.path(), "0") && !was_asked_for(base.path(), "first"));
        assert!(!was_asked_for(&base.path().join("none"), "0"));
    }
}
