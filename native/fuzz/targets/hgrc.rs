//! Fuzzes configuration: a file, and one value on the command line.
#![no_main]

use amalgam_config::{Config, LegacyPaths, parse_list, shlex_split};
use amalgam_types::Environment;
use libfuzzer_sys::fuzz_target;
use std::os::unix::ffi::OsStrExt;
use std::sync::LazyLock;

static FILE: LazyLock<tempfile::NamedTempFile> =
    LazyLock::new(|| tempfile::NamedTempFile::new().expect("a writable temporary folder"));

fuzz_target!(|bytes: &[u8]| {
    if bytes.windows(8).any(|window| window == b"%include") {
        // An include could name any file of the machine.
        return;
    }
    std::fs::write(FILE.path(), bytes).expect("writable");
    let mut env = Environment::default();
    env.vars.insert(b"HGRCPATH".to_vec(), FILE.path().as_os_str().as_bytes().to_vec());
    let _ = (parse_list(bytes), shlex_split(bytes));
    let Ok(mut config) = Config::load_user(&env, &LegacyPaths::default()) else { return };
    let _ = config.add_command_line(&[bytes.to_vec()]);
    let sections: Vec<Vec<u8>> = config.sections().iter().map(|section| section.to_vec()).collect();
    for section in &sections {
        for (name, value) in config.items(section) {
            assert!(config.get(section, name).is_some());
            let _ = (value.len(), config.get_bool(section, name), config.get_list(section, name));
        }
    }
});
