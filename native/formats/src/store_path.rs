//! Where the store keeps the revlog of a tracked file: the `fncache` + `dotencode` path encoding.
//!
//! Made for case-folding file systems and Windows (`hg help internals.requirements`, `fncache` and
//! `dotencode`): a folder named like a revlog gets `.hg` appended; upper-case letters and `_` become `_x`;
//! bytes that some file system rejects become `~hh`; reserved names, a leading dot or space and a trailing
//! dot or space are broken up with `~hh`. If the result is longer than 120 bytes it is replaced by
//! `dh/` + shortened folders + start of the name + SHA-1 of the path + extension.

use sha1::{Digest, Sha1};

/// Longest encoded path that is used as it is.
const MAX_PATH: usize = 120;
/// How much of each folder's name a hashed path keeps.
const KEPT_OF_FOLDER: usize = 8;
/// How long all folders of a hashed path may be together.
const MAX_FOLDERS: usize = 8 * (KEPT_OF_FOLDER + 1) - 4;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The store-relative path of the index of tracked file `path`.
pub fn index_path(path: &[u8]) -> Vec<u8> {
    encode(&[b"data/", path, b".i"].concat())
}

/// The store-relative path of the data file of tracked file `path`.
pub fn data_path(path: &[u8]) -> Vec<u8> {
    encode(&[b"data/", path, b".d"].concat())
}

/// Encodes a store path that begins with `data/` or `meta/`.
pub fn encode(path: &[u8]) -> Vec<u8> {
    let path = mark_revlog_like_folders(path);
    let mut out = Vec::with_capacity(path.len() * 2);
    for (i, part) in path.split(|&b| b == b'/').enumerate() {
        if i > 0 {
            out.push(b'/');
        }
        let mut name = Vec::with_capacity(part.len() * 2);
        for &byte in part {
            match byte {
                b'A'..=b'Z' | b'_' => name.extend([b'_', byte.to_ascii_lowercase()]),
                _ => push_safe(&mut name, byte),
            }
        }
        break_up(&mut name);
        out.extend(name);
    }
    if out.len() > MAX_PATH { hashed(&path) } else { out }
}

/// A folder whose name ends in `.hg`, `.i` or `.d` gets `.hg` appended.
fn mark_revlog_like_folders(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len() + 8);
    for &byte in path {
        if byte == b'/' && [&b".hg"[..], b".i", b".d"].iter().any(|end| out.ends_with(end)) {
            out.extend(b".hg");
        }
        out.push(byte);
    }
    out
}

fn push_escaped(out: &mut Vec<u8>, byte: u8) {
    out.extend([b'~', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}

fn push_safe(out: &mut Vec<u8>, byte: u8) {
    match byte {
        0..=31 | 126..=255 | b'\\' | b':' | b'*' | b'?' | b'"' | b'<' | b'>' | b'|' => push_escaped(out, byte),
        _ => out.push(byte),
    }
}

/// Escapes one byte of a name that Windows reserves, and a dot or space at either end.
fn break_up(name: &mut Vec<u8>) {
    let escape = |name: &mut Vec<u8>, at: usize| {
        let mut escaped = Vec::with_capacity(3);
        push_escaped(&mut escaped, name[at]);
        name.splice(at..=at, escaped);
    };
    match name.first() {
        None => return,
        Some(b'.' | b' ') => escape(name, 0),
        Some(_) => {
            let stem = name.iter().position(|&b| b == b'.').map_or(&name[..], |dot| &name[..dot]);
            if matches!(
                stem,
                b"aux" | b"con" | b"prn" | b"nul" | [b'c', b'o', b'm', b'1'..=b'9'] | [b'l', b'p', b't', b'1'..=b'9']
            ) {
                escape(name, 2);
            }
        }
    }
    if let Some(b'.' | b' ') = name.last() {
        escape(name, name.len() - 1);
    }
}

/// The form for long paths; `path` has its folders marked already.
fn hashed(path: &[u8]) -> Vec<u8> {
    let digest = Sha1::digest(path);
    let parts: Vec<Vec<u8>> = path[5..]
        .split(|&b| b == b'/')
        .map(|part| {
            let mut name = Vec::with_capacity(part.len() + 8);
            for &byte in part {
                push_safe(&mut name, byte.to_ascii_lowercase());
            }
            break_up(&mut name);
            name
        })
        .collect();
    let (name, folders) = parts.split_last().map_or((&[][..], &[][..]), |(last, rest)| (last.as_slice(), rest));
    let mut kept: Vec<u8> = Vec::with_capacity(MAX_FOLDERS);
    for folder in folders {
        let mut short = folder[..folder.len().min(KEPT_OF_FOLDER)].to_vec();
        if let Some(last @ (b'.' | b' ')) = short.last_mut() {
            *last = b'_';
        }
        let separator = usize::from(!kept.is_empty());
        if separator == 1 && kept.len() + 1 + short.len() > MAX_FOLDERS {
            break;
        }
        if separator == 1 {
            kept.push(b'/');
        }
        kept.extend(short);
    }
    if !kept.is_empty() {
        kept.push(b'/');
    }
    let extension = extension(name);
    let fixed = 3 + kept.len() + 2 * digest.len() + extension.len();
    let filler = &name[..name.len().min(MAX_PATH.saturating_sub(fixed))];
    let mut out = Vec::with_capacity(MAX_PATH);
    out.extend(b"dh/");
    out.extend(kept);
    out.extend(filler);
    for byte in digest {
        out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
    out.extend(extension);
    out
}

/// From the last dot on, unless only dots come before it.
fn extension(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&b| b == b'.') {
        Some(dot) if name[..dot].iter().any(|&b| b != b'.') => &name[dot..],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enc(path: &str) -> String {
        String::from_utf8(encode(path.as_bytes())).expect("encoded paths are ASCII")
    }

    #[test]
    fn plain_and_upper_case() {
        assert_eq!(enc("data/foo/bar.i"), "data/foo/bar.i");
        assert_eq!(enc("data/Foo_Bar.i"), "data/_foo___bar.i");
        assert_eq!(enc("data/a.i/b.hg/c.d/x.i"), "data/a.i.hg/b.hg.hg/c.d.hg/x.i");
    }

    #[test]
    fn reserved_names_dots_and_spaces() {
        assert_eq!(enc("data/aux.c/con/com1/com0.i"), "data/au~78.c/co~6e/co~6d1/com0.i");
        assert_eq!(enc("data/.foo/ bar/end./x .i"), "data/~2efoo/~20bar/end~2e/x .i");
        assert_eq!(enc("data/a:b\u{7f}\u{e9}.i"), "data/a~3ab~7f~c3~a9.i");
    }

    #[test]
    fn long_paths_are_hashed() {
        let long = enc(&format!("data/{}/{}.i", "Folder name".repeat(3), "file".repeat(40)));
        assert_eq!(long.len(), 120);
        assert!(long.starts_with("dh/folder n/filefile"), "{long}");
        assert!(long.ends_with(".i"));
    }
}
