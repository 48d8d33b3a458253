//! Fuzzes the manifest reader: what the iterator finds, the binary search finds too.
#![no_main]

use amalgam_formats::manifest::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::new(bytes.to_vec()) else { return };
    let whole = manifest.iter().all(|entry| entry.is_ok());
    for entry in manifest.iter().take(50).flatten() {
        let found = manifest.get(entry.path);
        if whole {
            assert_eq!(found.map(|found| found.map(|found| found.path)), Ok(Some(entry.path)));
        }
        let _ = (entry.node(), manifest.has_dir(entry.path));
    }
});
