//! Fuzzes dirstate-v2: the docket, then its data file.
#![no_main]

use amalgam_formats::dirstate::Tree;
use amalgam_formats::dirstate::v2::{DirstateV2, Docket};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&length, rest)) = bytes.split_first() else { return };
    let (docket, data) = rest.split_at(usize::from(length).min(rest.len()));
    let Ok(docket) = Docket::parse(docket) else { return };
    assert_eq!(Docket::parse(&docket.serialize()).map(|again| again.id), Ok(docket.id.clone()));
    let _ = docket.data_file();
    let Ok(dirstate) = DirstateV2::new(&docket, data) else { return };
    let mut folders = vec![(dirstate.root(), 0)];
    let mut visited = 0;
    while let Some((folder, depth)) = folders.pop() {
        let mut children = Vec::new();
        if dirstate.children(folder, &mut children).is_err() {
            return;
        }
        visited += children.len();
        if visited > 10_000 {
            return;
        }
        for child in children {
            let _ = child.name();
            folders.extend(child.dir.map(|dir| (dir, depth + 1)));
        }
        assert!(depth < 5_000, "a folder inside itself is not noticed");
    }
    let _ = dirstate.find(b"a/b/c");
});
