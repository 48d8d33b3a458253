//! Both formats against `hg debugstate`, and against damage.

use super::v1::{self, DirstateV1};
use super::v2::{Changes, DirstateV2, Docket, patch};
use super::{Child, Damaged, Refreshed, State, Timestamp, Tree};
use amalgam_testkit::Sandbox;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

fn repository(version: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.append_hgrc("[storage]\ndirstate-v2.slow-path = allow\n");
    sandbox.hg_ok(["init", "--config", version]);
    sandbox
}

/// A working copy with a file in every state: clean, racy, executable, linked, added, removed, copied,
/// renamed, deleted, and merged in each way; names that sort around `/`, and not UTF-8.
fn working_copy(version: &str) -> Sandbox {
    let sandbox = repository(version);
    for path in ["a", "a-b", "a.d/x", "d/x", "d/y", "d/e/f/g", "d-e/x", "gone", "old", "both", "sp ace \u{e9}"] {
        sandbox.write(path, path);
    }
    sandbox.write(b"d/\xff\xe9", "bytes");
    sandbox.write("run", "#!/bin/sh\n");
    sandbox.chmod("run", 0o755);
    sandbox.symlink("a", "link");
    sandbox.hg_ok(["commit", "-qAm", "first"]);
    sandbox.write("theirs", "theirs");
    sandbox.write("both", "theirs");
    sandbox.hg_ok(["remove", "d/y"]);
    sandbox.hg_ok(["commit", "-qAm", "other"]);
    sandbox.hg_ok(["update", "-q", "0"]);
    sandbox.write("both", "ours");
    sandbox.hg_ok(["commit", "-qm", "ours"]);
    sandbox.hg(["merge", "-q", "1"]);
    sandbox.write("new", "new");
    sandbox.hg_ok(["add", "-q", "new"]);
    sandbox.hg_ok(["copy", "-q", "a", "copied/a"]);
    sandbox.hg_ok(["rename", "-q", "old", "renamed"]);
    sandbox.hg_ok(["remove", "-q", "gone"]);
    sandbox.remove("d/x");
    sandbox
}

fn line(child: &Child<'_, impl Copy>) -> (Vec<u8>, Vec<u8>) {
    let entry = child.entry.expect("an entry");
    let letter = match entry.state() {
        State::Normal => 'n',
        State::Added => 'a',
        State::Removed => 'r',
        State::Merged => 'm',
    };
    let mode = entry.mode_size.map_or(0, |(mode, _)| mode);
    let mode = if mode & 0o20000 != 0 { "lnk".into() } else { format!("{:3o}", mode & 0o777 & !0o022) };
    let time = if entry.v1_mtime() == -1 { "unset" } else { "set  " };
    let mut line = format!("{letter} {mode} {:>10} {time}               ", entry.v1_size()).into_bytes();
    line.extend_from_slice(child.path);
    line.push(b'\n');
    (child.path.to_vec(), line)
}

fn debugstate(tree: &impl Tree) -> Vec<u8> {
    let mut lines = Vec::new();
    tree.for_each_entry(&mut |child| lines.push(line(child))).expect("a sound dirstate");
    lines.sort();
    let mut out: Vec<u8> = lines.into_iter().flat_map(|(_, line)| line).collect();
    let mut copies = tree.copies().expect("a sound dirstate");
    copies.sort_unstable();
    for (to, from) in copies {
        out.extend_from_slice(&[b"copy: ", from, b" -> ", to, b"\n"].concat());
    }
    out
}

/// Legacy's own listing; its copies come in any order.
fn legacy(sandbox: &Sandbox) -> Vec<u8> {
    // The mask that the listing applies to modes.
    let out = sandbox
        .command("sh")
        .args(["-c", "umask 022; exec \"$0\" debugstate --no-dates"])
        .arg(amalgam_testkit::legacy())
        .output()
        .expect("hg debugstate runs");
    assert!(out.status.success());
    let at = out.stdout.windows(6).position(|w| w == b"\ncopy:").map_or(out.stdout.len(), |at| at + 1);
    let (entries, copies) = out.stdout.split_at(at);
    let mut copies: Vec<&[u8]> = copies.split_inclusive(|&b| b == b'\n').collect();
    copies.sort_by_key(|line| line.windows(4).position(|w| w == b" -> ").map(|at| line[at..].to_vec()));
    [entries, &copies.concat()].concat()
}

fn v2_files(sandbox: &Sandbox) -> (Docket, Vec<u8>) {
    let docket = Docket::parse(&sandbox.read(".hg/dirstate")).expect("a docket");
    let name = docket.data_file().expect("a data file");
    let data = sandbox.read([b".hg/", name.as_slice()].concat());
    (docket, data)
}

#[test]
fn v1_says_what_debugstate_says() {
    let sandbox = working_copy("format.use-dirstate-v2=no");
    let bytes = sandbox.read(".hg/dirstate");
    let tree = DirstateV1::parse(&bytes).expect("a sound dirstate");
    let (ours, theirs) = (debugstate(&tree), legacy(&sandbox));
    assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
    assert!(ours.windows(6).any(|w| w == b"\ncopy:"));
    assert_eq!(tree.parents().p1.hex().to_vec(), sandbox.hg_ok(["log", "-r", "p1()", "-T", "{node}"]));
    assert_eq!(tree.parents().p2.hex().to_vec(), sandbox.hg_ok(["log", "-r", "p2()", "-T", "{node}"]));
    finds(&tree);
}

#[test]
fn v2_says_what_debugstate_says() {
    let sandbox = working_copy("format.use-dirstate-v2=yes");
    let (docket, data) = v2_files(&sandbox);
    let tree = DirstateV2::new(&docket, &data).expect("a sound dirstate");
    assert_eq!(String::from_utf8_lossy(&debugstate(&tree)), String::from_utf8_lossy(&legacy(&sandbox)));
    assert_eq!(docket.serialize(), sandbox.read(".hg/dirstate"));
    finds(&tree);
}

fn finds(tree: &impl Tree) {
    let child = |path: &[u8]| tree.find(path).expect("a sound dirstate");
    assert!(child(b"d/e/f/g").is_some_and(|c| c.entry.is_some() && c.name() == b"g"));
    assert!(child(b"d/e").is_some_and(|c| c.entry.is_none() && c.dir.is_some()));
    assert!(child(b"d/\xff\xe9").is_some());
    for absent in [&b"d/e/f/h"[..], b"d/e/f/g/h", b"zzz", b"", b"d/", b"/d", b"a/"] {
        assert!(child(absent).is_none(), "{absent:?}");
    }
}

#[test]
fn legacy_reads_what_was_patched() {
    for v2 in [false, true] {
        let version = if v2 { "format.use-dirstate-v2=yes" } else { "format.use-dirstate-v2=no" };
        let sandbox = working_copy(version);
        let mtime = Timestamp { seconds: 1_000_000, nanoseconds: 5, ambiguous: false };
        let clean = |record, ambiguous| Refreshed {
            record,
            mode: 0o100_755,
            size: 77,
            mtime: Timestamp { ambiguous, ..mtime },
        };
        let records = |tree: &dyn Fn(&[u8]) -> u32| [clean(tree(b"a-b"), false), clean(tree(b"d-e/x"), true)];
        if v2 {
            let (docket, data) = v2_files(&sandbox);
            let tree = DirstateV2::new(&docket, &data).expect("a sound dirstate");
            let refreshed = records(&|path| tree.find(path).expect("sound").expect("present").record);
            let folder = tree.find(b"d/e").expect("sound").expect("present").record;
            let changes = Changes {
                refreshed: &refreshed,
                cached: &[(folder, mtime), (refreshed[0].record, mtime)],
                outdated: &[folder],
                ignore_hash: Some([7; 20]),
            };
            let (docket, data) = patch(&docket, &data, &changes, b"0123abcd").expect("a sound dirstate");
            let again = DirstateV2::new(&docket, &data).expect("a sound dirstate");
            assert_eq!(again.find(b"d/e").expect("sound").expect("present").dir_mtime, Some(mtime));
            assert_eq!(docket.ignore_hash(), [7; 20]);
            sandbox.write(".hg/dirstate.0123abcd", data);
            sandbox.write(".hg/dirstate", docket.serialize());
        } else {
            let bytes = sandbox.read(".hg/dirstate");
            let tree = DirstateV1::parse(&bytes).expect("a sound dirstate");
            let refreshed = records(&|path| tree.find(path).expect("sound").expect("present").record);
            sandbox.write(".hg/dirstate", v1::patch(&bytes, &refreshed).expect("a sound dirstate"));
        }
        let listing = String::from_utf8_lossy(&legacy(&sandbox)).into_owned();
        assert!(listing.contains("n 755         77 set                 a-b\n"), "{listing}");
        assert!(listing.contains("n 755         77 unset               d-e/x\n"), "{listing}");
    }
}

#[test]
fn a_removed_file_may_stand_where_a_folder_is() {
    for config in ["format.use-dirstate-v2=no", "format.use-dirstate-v2=yes"] {
        let sandbox = repository(config);
        sandbox.commit("x", "file", "first");
        sandbox.hg_ok(["remove", "x"]);
        sandbox.write("x/y", "below");
        sandbox.hg_ok(["add", "-q", "x/y"]);
        let found = if config.ends_with("no") {
            let bytes = sandbox.read(".hg/dirstate");
            top(&DirstateV1::parse(&bytes).expect("a sound dirstate"))
        } else {
            let (docket, data) = v2_files(&sandbox);
            top(&DirstateV2::new(&docket, &data).expect("a sound dirstate"))
        };
        assert_eq!(found, [(b"x".to_vec(), true, true)]);
    }
}

fn top(tree: &impl Tree) -> Vec<(Vec<u8>, bool, bool)> {
    let mut children = Vec::new();
    tree.children(tree.root(), &mut children).expect("a sound dirstate");
    children.iter().map(|c| (c.path.to_vec(), c.entry.is_some(), c.dir.is_some())).collect()
}

fn cases() -> u32 {
    std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

/// Changes, cuts or repeats some of the bytes.
fn spoil(bytes: &mut Vec<u8>, random: &mut TestRng) {
    for _ in 0..=random.next_u32() % 4 {
        if bytes.is_empty() {
            return;
        }
        let at = random.next_u32() as usize % bytes.len();
        match random.next_u32() % 6 {
            0 => bytes.truncate(at),
            1 => bytes[at] = random.next_u32() as u8,
            2 => bytes[at] = [0, 0xff, b'/', b'.', 0x7f, 0x80][random.next_u32() as usize % 6],
            3 => bytes[at] ^= 1 << (random.next_u32() % 8),
            4 => {
                let end = (at + 1 + random.next_u32() as usize % 64).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.extend_from_slice(&piece);
            }
            _ => drop(bytes.drain(at..(at + 1 + random.next_u32() as usize % 8).min(bytes.len()))),
        }
    }
}

fn use_everything(tree: &impl Tree) -> Result<(), Damaged> {
    let mut seen = 0;
    tree.for_each_entry(&mut |child| {
        seen += 1;
        assert!(!child.name().is_empty() && child.name() != b"..");
    })?;
    tree.copies()?;
    tree.find(b"d/e/f/g").map(drop)
}

#[test]
fn damage_is_an_error_at_worst() {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]);
    let (one, two) = (working_copy("format.use-dirstate-v2=no"), working_copy("format.use-dirstate-v2=yes"));
    let first = one.read(".hg/dirstate");
    let (docket, data) = v2_files(&two);
    let mut rejected = 0;
    for _ in 0..cases() {
        let mut bytes = first.clone();
        spoil(&mut bytes, &mut random);
        let read = DirstateV1::parse(&bytes).and_then(|tree| use_everything(&tree));
        rejected += u32::from(read.is_err());
        let record = random.next_u32() % (bytes.len() as u32 + 50);
        let file = Refreshed { record, mode: 0, size: 0, mtime: Timestamp::default() };
        let _ = v1::patch(&bytes, &[file]);

        let (mut header, mut bytes) = (docket.serialize(), data.clone());
        spoil(if random.next_u32() & 3 == 0 { &mut header } else { &mut bytes }, &mut random);
        let Ok(docket) = Docket::parse(&header) else { continue };
        let read = DirstateV2::new(&docket, &bytes).and_then(|tree| use_everything(&tree));
        rejected += u32::from(read.is_err());
        let changes = Changes { refreshed: &[file], cached: &[(record, file.mtime)], ..Changes::default() };
        let _ = patch(&docket, &bytes, &changes, b"x");
    }
    assert!(rejected > 0, "no damage was noticed");
}
