//! What is kept of a mismatch: a folder with a few words on it and, where the policy allows it, the line (as shell text
//! that `amalgam parity run --recorded` replays) and both answers.

use super::program::{Answer, Ended};
use crate::record;
use amalgam_routing::comparison::Comparison;
use amalgam_routing::journal::quoted;
use amalgam_routing::table::Keep;
use amalgam_routing::{Invocation, breaker};
use amalgam_types::hex;
use sha1::{Digest, Sha1};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Beyond so many mismatches there is nothing to learn from one more.
const MOST: usize = 200;

/// What was found.
pub(super) struct Found<'a> {
    pub(super) what: &'a str,
    /// Of Mercurial.
    pub(super) version: &'a str,
    pub(super) native: &'a Answer,
    pub(super) legacy: &'a Answer,
    /// A fingerprint of the repository's files.
    pub(super) repository: u64,
}

/// Writes the evidence; the folder appears under its name when it is complete.
pub(super) fn write(comparison: &Comparison, invocation: &Invocation, found: &Found<'_>) -> io::Result<()> {
    let all = comparison.state.join("evidence");
    DirBuilder::new().recursive(true).mode(0o700).create(&all)?;
    if fs::read_dir(&all)?.count() >= MOST {
        return Ok(());
    }
    let name = format!("{}-{}", breaker::now(), std::process::id());
    let partial = all.join(format!(".{name}"));
    DirBuilder::new().mode(0o700).create(&partial)?;
    let written = fill(&partial, comparison, invocation, found).and_then(|()| fs::rename(&partial, all.join(name)));
    if written.is_err() {
        drop(fs::remove_dir_all(&partial));
    }
    written
}

fn fill(folder: &Path, comparison: &Comparison, invocation: &Invocation, found: &Found<'_>) -> io::Result<()> {
    let Found { what, version, native, legacy, repository } = found;
    let text = format!(
        "{{\n  \"v\": 1,\n  \"at\": {},\n  \"cell\": {},\n  \"kind\": \"{}\",\n  \"what\": {},\n  \"amalgam\": \"{}\",\n  \"mercurial\": {},\n  \"repository\": \"{repository:016x}\",\n  \"native\": {},\n  \"legacy\": {},\n  \"firstDifference\": {}\n}}\n",
        breaker::now(),
        quoted(&comparison.cell),
        comparison.kind.word(),
        quoted(what),
        env!("CARGO_PKG_VERSION"),
        quoted(version),
        side(native),
        side(legacy),
        first_difference(native, legacy),
    );
    put(&folder.join("evidence.json"), text.as_bytes())?;
    if comparison.compare.keep != Keep::Shape
        && let Some(line) = record::line(invocation)
    {
        put(&folder.join("line.sh"), line.as_bytes())?;
    }
    if comparison.compare.keep == Keep::Full {
        for (name, answer) in [("native", native), ("legacy", legacy)] {
            put(&folder.join(format!("{name}.stdout")), &answer.stdout)?;
            put(&folder.join(format!("{name}.stderr")), &answer.stderr)?;
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

/// Sizes and digests of one answer.
fn side(answer: &Answer) -> String {
    let ended = match &answer.ended {
        Ended::Exit(code) => format!("\"code\": {code}"),
        Ended::Signal(signal) => format!("\"signal\": {signal}"),
        other => format!("\"ended\": {}", quoted(&format!("{other:?}").to_lowercase())),
    };
    let stream =
        |bytes: &[u8]| format!("{{ \"bytes\": {}, \"sha1\": \"{}\" }}", bytes.len(), hex(&Sha1::digest(bytes)));
    format!(
        "{{ {ended}, \"us\": {}, \"stdout\": {}, \"stderr\": {} }}",
        answer.took.as_micros(),
        stream(&answer.stdout),
        stream(&answer.stderr)
    )
}

/// Where the streams part, by line and byte; `null` where they do not.
fn first_difference(native: &Answer, legacy: &Answer) -> String {
    for (name, one, other) in [("stdout", &native.stdout, &legacy.stdout), ("stderr", &native.stderr, &legacy.stderr)] {
        if one != other {
            let at = one.iter().zip(other.iter()).take_while(|(a, b)| a == b).count();
            let line = one[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
            return format!("{{ \"stream\": \"{name}\", \"line\": {line}, \"byte\": {at} }}");
        }
    }
    "null".to_owned()
}
