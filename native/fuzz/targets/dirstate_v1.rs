//! Fuzzes dirstate-v1: the tree made of it, and look-ups in it.
#![no_main]

use amalgam_formats::dirstate::Tree;
use amalgam_formats::dirstate::v1::DirstateV1;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(dirstate) = DirstateV1::parse(bytes) else { return };
    let _ = (dirstate.parents(), dirstate.len());
    let mut folders = vec![dirstate.root()];
    // Every name takes bytes of the file, so the tree cannot be larger than it.
    let mut left = bytes.len() + 1;
    while let Some(folder) = folders.pop() {
        let mut children = Vec::new();
        if dirstate.children(folder, &mut children).is_err() {
            return;
        }
        for child in children {
            left = left.checked_sub(1).expect("more nodes than bytes");
            let _ = child.name();
            folders.extend(child.dir);
        }
    }
    let _ = dirstate.find(b"a/b/c");
});
