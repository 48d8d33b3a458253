//! Fuzzes the small files of `.hg`: phases, markers, names, caches, merge state.
#![no_main]

use amalgam_formats::merge_state::MergeState;
use amalgam_formats::rev_branch_cache::RevBranchCache;
use amalgam_formats::tags::{TagCache, cached_file_node};
use amalgam_formats::{branch_cache, names, obsstore, phaseroots, store_path, tags};
use amalgam_types::Node;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    match which % 10 {
        0 => drop(phaseroots::parse(bytes)),
        1 => drop(obsstore::parse(bytes)),
        2 => drop((names::bookmarks(bytes), names::current_bookmark(bytes))),
        3 => drop(tags::parse(bytes).map(|mut map| map.merge(map.clone()))),
        4 => drop(branch_cache::parse(bytes)),
        5 => drop(TagCache::parse(bytes).map(|cache| (tags::parse(cache.lines), tags::are_sound(cache.lines), tags::names_of(cache.lines, &cache.tip_node).is_some()))),
        6 => drop((cached_file_node(bytes, 0, &Node([1; 20])), cached_file_node(bytes, 7, &Node([0; 20])))),
        7 => {
            let cache = RevBranchCache::new(&bytes[..bytes.len() / 2], bytes[bytes.len() / 2..].to_vec());
            let _ = (cache.get(0, &Node([1; 20])), cache.get(3, &Node([0; 20])));
        }
        8 => drop(MergeState::parse(Some(bytes), Some(bytes))),
        _ => {
            let encoded = store_path::index_path(bytes);
            assert!(encoded.len() <= 512 + bytes.len() * 3);
            let _ = (store_path::data_path(bytes), names::requires(bytes).count());
        }
    }
});
