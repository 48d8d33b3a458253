//! Fuzzes the persistent nodemap: its docket, then look-ups in the tree.
#![no_main]

use amalgam_formats::nodemap::{Docket, Nodemap};
use amalgam_types::{Node, NodePrefix};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&length, rest)) = bytes.split_first() else { return };
    let (docket, data) = rest.split_at(usize::from(length).min(rest.len()));
    let Some(docket) = Docket::parse(docket) else { return };
    let Some(map) = Nodemap::new(&docket, Box::new(data.to_vec())) else { return };
    let _ = map.tip_rev();
    for byte in [0, 1, 0x10, 0x7f, 0xff] {
        let node = Node([byte; 20]);
        let _ = map.candidate(&node);
        for length in [1, 2, 40] {
            let prefix = NodePrefix::from_hex(&node.hex()[..length]).expect("digits");
            if let Ok(found) = map.candidates(&prefix, 20) {
                assert!(found.len() <= 20);
            }
        }
    }
});
