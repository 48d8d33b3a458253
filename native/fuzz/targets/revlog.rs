//! Fuzzes the revlog reader: a length, the index, and the data behind it.
#![no_main]

use amalgam_formats::Source;
use amalgam_formats::revlog::Revlog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[high, low], rest)) = bytes.split_first_chunk::<2>() else { return };
    let at = usize::from(u16::from_be_bytes([high, low])).min(rest.len());
    let (index, data) = rest.split_at(at);
    let data = data.to_vec();
    let open = move || Ok(Box::new(data.clone()) as Box<dyn Source>);
    let Ok(revlog) = Revlog::new("fuzzed", Box::new(index.to_vec()), Box::new(open)) else { return };
    for rev in (0..revlog.len()).take(64) {
        let _ = revlog.entry(rev);
        let _ = revlog.text(rev);
        let _ = revlog.node(rev).and_then(|node| revlog.rev_of(&node));
    }
});
