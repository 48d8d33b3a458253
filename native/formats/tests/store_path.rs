//! Compares the store's path encoding with Mercurial's own, on edge cases and a large random sample.

use amalgam_formats::store_path;
use amalgam_testkit::legacy_python;
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads lines of hexadecimal paths, prints Mercurial's encoding of each.
const SCRIPT: &str = "
import sys, binascii
from mercurial import store
for line in sys.stdin.buffer:
    path = binascii.unhexlify(line.strip())
    sys.stdout.buffer.write(store._pathencode(path) + b'\\n')
";

fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

/// Paths made of the pieces that the encoding treats specially.
fn samples() -> Vec<Vec<u8>> {
    const PIECES: [&[u8]; 40] = [
        b"a",
        b"foo",
        b"B",
        b"_",
        b".",
        b"..",
        b" ",
        b"aux",
        b"con",
        b"prn",
        b"nul",
        b"com1",
        b"com0",
        b"lpt9",
        b"lpt",
        b"AUX",
        b".i",
        b".d",
        b".hg",
        b".i.hg",
        b"/",
        b"/",
        b"/",
        b"\\",
        b":",
        b"*",
        b"?",
        b"\"",
        b"<",
        b">",
        b"|",
        b"~",
        b"\x7e\x7f",
        b"\xc3\xa9",
        b"\xff",
        b"\x01",
        b"longer-name",
        b"UPPER CASE",
        b"x.txt",
        b"0",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d;
    let mut out: Vec<Vec<u8>> = vec![b"data/a.i".to_vec(), b"data/aux.i".to_vec(), b"data/.i".to_vec()];
    for round in 0..20_000 {
        let mut path = b"data/".to_vec();
        for _ in 0..=random(&mut state) % if round % 3 == 0 { 60 } else { 12 } {
            let piece = PIECES[random(&mut state) % PIECES.len()];
            // A tracked path has no empty part.
            if !(piece == b"/" && path.ends_with(b"/")) {
                path.extend_from_slice(piece);
            }
        }
        if path.ends_with(b"/") {
            path.push(b'z');
        }
        path.extend_from_slice(if round % 2 == 0 { b".i" } else { b".d" });
        out.push(path);
    }
    // Every byte at every place that matters, and every length around the limit.
    for byte in (1..=255u8).filter(|b| !matches!(b, b'/' | b'\n' | b'\r')) {
        for (before, after) in [("", "x"), ("x", "x"), ("x", ""), ("", "/y"), ("aux", "")] {
            out.push([b"data/", before.as_bytes(), &[byte], after.as_bytes(), b".i"].concat());
            out.push([b"data/".to_vec(), vec![byte; 60], b"/long/".repeat(9), b"end.i".to_vec()].concat());
        }
    }
    for length in 100..140 {
        for unit in ["x", "X", "ab/", "aaaaaaaaaaaa/", "d.. /", "name.ext."] {
            let name: String = unit.chars().cycle().take(length).collect();
            let name = name.trim_end_matches('/');
            out.push(format!("data/{name}.i").into_bytes());
        }
    }
    out
}

#[test]
fn encodes_as_mercurial_does() {
    let samples = samples();
    let mut python = Command::new(legacy_python())
        .args(["-c", SCRIPT])
        .env("HGRCPATH", "")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the installed Mercurial's Python runs");
    let input: String =
        samples.iter().map(|path| path.iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n").collect();
    let mut stdin = python.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let out = python.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads its input");
    assert!(out.status.success());
    let lines: Vec<&[u8]> = out.stdout.strip_suffix(b"\n").expect("lines").split(|&b| b == b'\n').collect();
    assert_eq!(lines.len(), samples.len());
    for (path, expected) in samples.iter().zip(lines) {
        let text = String::from_utf8_lossy(path);
        assert_eq!(String::from_utf8_lossy(&store_path::encode(path)), String::from_utf8_lossy(expected), "{text}");
    }
}
