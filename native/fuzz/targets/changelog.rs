//! Fuzzes the parser of changelog entries and of file revisions' metadata.
#![no_main]

use amalgam_formats::changelog::ChangelogEntry;
use amalgam_formats::filelog::FileText;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = FileText::split(bytes) {
        let _ = text.copied();
        assert!(text.content_offset() <= bytes.len());
    }
    let Ok(entry) = ChangelogEntry::parse(bytes.to_vec()) else { return };
    let _ = (entry.date(), entry.extra(), entry.branch(), entry.raw_time());
    let _ = (entry.manifest(), entry.user(), entry.description(), entry.files().count());
});
