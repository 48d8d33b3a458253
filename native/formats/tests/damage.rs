//! Readers on damaged files: real ones with bytes flipped, cut out, repeated or lost at the end. Nothing may
//! panic, hang or ask for absurd amounts of memory; what a reader returns is not judged here.
//!
//! `AMALGAM_FUZZ_CASES` sets how many damaged files each test tries.

use amalgam_formats::changelog::ChangelogEntry;
use amalgam_formats::filelog::FileText;
use amalgam_formats::manifest::Manifest;
use amalgam_formats::merge_state::MergeState;
use amalgam_formats::nodemap::{Docket, Nodemap};
use amalgam_formats::rev_branch_cache::RevBranchCache;
use amalgam_formats::revlog::Revlog;
use amalgam_formats::sparse::{SparseRules, temporary};
use amalgam_formats::tags::{TagCache, cached_file_node};
use amalgam_formats::{Source, branch_cache, names, obsstore, phaseroots, tags};
use amalgam_testkit::{Sandbox, Server};
use amalgam_types::{Node, NodePrefix};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What is done to a file; places are fractions of its length.
#[derive(Debug, Clone)]
enum Damage {
    Flip(u16, u8),
    Set(u16, u8),
    Cut(u16),
    Remove(u16, u8),
    Repeat(u16, u8),
    Number(u16, u32),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let place = any::<u16>();
    let number = prop_oneof![Just(u32::MAX), Just(i32::MAX as u32), Just(0), Just(1 << 31), any::<u32>()];
    let one = prop_oneof![
        (place, 0u8..8).prop_map(|(p, bit)| Damage::Flip(p, 1 << bit)),
        (place, any::<u8>()).prop_map(|(p, b)| Damage::Set(p, b)),
        place.prop_map(Damage::Cut),
        (place, any::<u8>()).prop_map(|(p, n)| Damage::Remove(p, n)),
        (place, any::<u8>()).prop_map(|(p, n)| Damage::Repeat(p, n)),
        (place, number).prop_map(|(p, n)| Damage::Number(p, n)),
    ];
    proptest::collection::vec(one, 1..4)
}

fn apply(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for damage in damages {
        // Half of the places lie in the first 256 bytes, where headers are.
        let at = |place: u16| {
            let span = if place.is_multiple_of(2) { out.len() } else { out.len().min(256) };
            usize::from(place) * span / 65536
        };
        match *damage {
            Damage::Cut(place) => out.truncate(at(place)),
            Damage::Flip(place, mask) => {
                let at = at(place);
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= mask;
                }
            }
            Damage::Set(place, value) => {
                let at = at(place);
                if let Some(byte) = out.get_mut(at) {
                    *byte = value;
                }
            }
            Damage::Remove(place, len) => {
                let (at, len) = (at(place), usize::from(len));
                let end = (at + len).min(out.len());
                out.drain(at..end);
            }
            Damage::Repeat(place, len) => {
                let (at, len) = (at(place), usize::from(len));
                let piece = out[at..(at + len).min(out.len())].to_vec();
                out.splice(at..at, piece);
            }
            Damage::Number(place, number) => {
                let at = at(place) & !3;
                if let Some(four) = out.get_mut(at..at + 4) {
                    four.copy_from_slice(&number.to_be_bytes());
                }
            }
        }
    }
    out
}

/// Real files by a short name.
fn seeds() -> &'static BTreeMap<&'static str, Vec<u8>> {
    static SEEDS: OnceLock<BTreeMap<&'static str, Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let slow = "storage.all-slow-path=allow";
        let sandbox = Sandbox::init_with(&["format.use-persistent-nodemap=yes", slow]);
        let mut hg = Server::start(&sandbox, sandbox.root(), &[slow, "experimental.evolution=all"]);
        for i in 0..30 {
            sandbox.write(format!("f{}", i % 5), format!("{i}\n").repeat(i + 1));
            sandbox.write("grows", format!("{i} line\n").repeat(10 * i + 1));
            hg.ok(&["commit", "-q", "-A", "-m", &format!("change {i}")]);
        }
        hg.ok(&["rename", "-q", "f0", "renamed"]);
        hg.ok(&["commit", "-q", "-m", "rename"]);
        hg.ok(&["tag", "-q", "one"]);
        hg.ok(&["branch", "-q", "other"]);
        hg.ok(&["commit", "-q", "-m", "branch"]);
        hg.ok(&["commit", "-q", "--amend", "-m", "amended"]);
        hg.ok(&["bookmark", "-q", "mark"]);
        hg.ok(&["tags"]);
        hg.ok(&["branches"]);
        let nodemap = std::fs::read_dir(sandbox.path(".hg/store")).expect("a store");
        let nodemap = nodemap.flatten().find(|e| e.path().extension().is_some_and(|x| x == "nd")).expect("a nodemap");
        BTreeMap::from([
            ("split index", sandbox.read(".hg/store/00changelog.i")),
            ("split data", sandbox.read(".hg/store/00changelog.d")),
            ("inline", sandbox.read(".hg/store/00manifest.i")),
            ("inline file", sandbox.read(".hg/store/data/grows.i")),
            ("renamed file", sandbox.read(".hg/store/data/renamed.i")),
            ("changeset", hg.ok(&["debugdata", "-c", "31"])),
            ("manifest", hg.ok(&["debugdata", "-m", "31"])),
            ("docket", sandbox.read(".hg/store/00changelog.n")),
            ("nodemap", std::fs::read(nodemap.path()).expect("a nodemap")),
            ("sparse", b"%include p\n[include]\n*.c\npath:dir\n[exclude]\nre:x$\n".to_vec()),
            ("phaseroots", sandbox.read(".hg/store/phaseroots")),
            ("obsstore", sandbox.read(".hg/store/obsstore")),
            ("bookmarks", sandbox.read(".hg/bookmarks")),
            ("hgtags", sandbox.read(".hgtags")),
            ("branch cache", sandbox.read(".hg/cache/branch2-served")),
            ("tag cache", sandbox.read(".hg/cache/tags2-visible")),
            ("file nodes", sandbox.read(".hg/cache/hgtagsfnodes1")),
            ("branch names", sandbox.read(".hg/cache/rbc-names-v2")),
            ("branch revs", sandbox.read(".hg/cache/rbc-revs-v2")),
        ])
    })
}

fn run(names: &[&'static str], check: impl Fn(&str, Vec<u8>)) {
    let cases = std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(400);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    for name in names {
        let seed = &seeds()[name];
        check(name, seed.clone());
        let result = runner.run(&damage(), |damages| {
            check(name, apply(seed, &damages));
            Ok(())
        });
        result.unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

fn read_all(index: Vec<u8>, data: Vec<u8>) {
    let open = move || Ok(Box::new(data.clone()) as Box<dyn Source>);
    let Ok(revlog) = Revlog::new("damaged", Box::new(index), Box::new(open)) else { return };
    for rev in (0..revlog.len()).take(200) {
        let node = revlog.node(rev);
        if let Ok(text) = revlog.text(rev) {
            let _ = FileText::split(&text).map(|t| t.copied());
            let _ = ChangelogEntry::parse(text);
        }
        let _ = node.and_then(|n| revlog.rev_of(&n));
    }
}

#[test]
fn revlogs() {
    run(&["inline", "inline file", "renamed file"], |_, bytes| read_all(bytes, Vec::new()));
    run(&["split index"], |_, bytes| read_all(bytes, seeds()["split data"].clone()));
    run(&["split data"], |_, bytes| read_all(seeds()["split index"].clone(), bytes));
}

#[test]
fn texts() {
    run(&["changeset"], |_, bytes| {
        if let Ok(entry) = ChangelogEntry::parse(bytes) {
            let _ = (entry.date(), entry.branch(), entry.files().count(), entry.description(), entry.user());
        }
    });
    run(&["manifest"], |_, bytes| {
        if let Ok(manifest) = Manifest::new(bytes) {
            let _ = manifest.iter().filter_map(Result::ok).filter(|e| e.node().is_ok()).count();
            let _ = (manifest.get(b"grows"), manifest.has_dir(b"f"), manifest.iter_from(b"g").count());
        }
    });
}

#[test]
fn nodemaps() {
    let lookups = |docket: &Docket, data: Vec<u8>| {
        let Some(map) = Nodemap::new(docket, Box::new(data)) else { return };
        for byte in 0..=255 {
            let _ = map.candidate(&Node([byte; 20]));
            let _ = map.candidates(&NodePrefix::from_hex(format!("{byte:02x}").as_bytes()).expect("digits"), 50);
        }
    };
    let docket = Docket::parse(&seeds()["docket"]).expect("a real docket");
    run(&["nodemap"], |_, bytes| lookups(&docket, bytes));
    run(&["docket"], |_, bytes| {
        if let Some(docket) = Docket::parse(&bytes) {
            lookups(&docket, seeds()["nodemap"].clone());
        }
    });
}

#[test]
fn small_files() {
    run(&["sparse"], |_, bytes| {
        drop((amalgam_formats::narrowspec::Narrowspec::parse(&bytes), SparseRules::parse(&bytes), temporary(&bytes)))
    });
    run(&["phaseroots"], |_, bytes| drop(phaseroots::parse(&bytes)));
    run(&["obsstore"], |_, bytes| drop(obsstore::parse(&bytes)));
    run(&["bookmarks"], |_, bytes| drop((names::bookmarks(&bytes), names::current_bookmark(&bytes))));
    run(&["hgtags"], |_, bytes| drop(tags::parse(&bytes).map(|mut t| t.merge(t.clone()))));
    run(&["branch cache"], |_, bytes| drop(branch_cache::parse(&bytes)));
    run(&["tag cache"], |_, bytes| {
        if let Some(cache) = TagCache::parse(&bytes) {
            drop(tags::parse(cache.lines));
            std::hint::black_box(tags::are_sound(cache.lines));
        }
    });
    run(&["file nodes"], |_, bytes| {
        for rev in -1..40 {
            let _ = cached_file_node(&bytes, rev, &Node([1; 20]));
        }
    });
    run(&["branch names", "branch revs"], |name, bytes| {
        let cache = match name {
            "branch names" => RevBranchCache::new(&bytes, seeds()["branch revs"].clone()),
            _ => RevBranchCache::new(&seeds()["branch names"], bytes),
        };
        for rev in -1..40 {
            let _ = cache.get(rev, &Node([1; 20]));
        }
    });
    run(&["obsstore", "branch revs"], |_, bytes| drop(MergeState::parse(Some(&bytes), Some(&bytes))));
}
