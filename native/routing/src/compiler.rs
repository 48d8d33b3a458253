//! The program that compiles policies, as it noted itself when it last did: the launcher starts it behind a command when
//! a policy has changed, so that nobody has to.

use crate::environment::Layout;
use crate::facts::{escape, unescape};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

const HEADER: &[u8] = b"amalgam-compiler 1";
/// A program and its arguments are no longer than this.
const MAX_SIZE: u64 = 1 << 14;
/// It is started no more often than this.
const PAUSE: Duration = Duration::from_secs(10);

/// The text of the note about `argv`.
pub fn note(argv: &[Vec<u8>]) -> Vec<u8> {
    let mut text = HEADER.to_vec();
    for word in argv {
        text.push(b'\n');
        escape(word, &mut text);
    }
    text.push(b'\n');
    text
}

/// Where the note is.
pub fn note_path(layout: &Layout) -> Option<PathBuf> {
    layout.home.as_ref().map(|home| home.join("compiler"))
}

/// The program and its arguments, if they are known and it has not been started just now; from now on it has.
pub fn due(layout: &Layout) -> Option<Vec<OsString>> {
    let argv = read(layout)?;
    let mark = layout.cache.as_ref()?.join("compiling");
    let age = mark.metadata().and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
    if age.is_some_and(|age| age < PAUSE) {
        return None;
    }
    std::fs::create_dir_all(mark.parent()?).and_then(|()| std::fs::write(&mark, b"")).ok()?;
    Some(argv)
}

fn read(layout: &Layout) -> Option<Vec<OsString>> {
    let path = note_path(layout)?;
    if path.metadata().ok()?.len() > MAX_SIZE {
        return None;
    }
    let text = std::fs::read(path).ok()?;
    let mut lines = text.strip_suffix(b"\n")?.split(|&b| b == b'\n');
    if lines.next()? != HEADER {
        return None;
    }
    let argv: Vec<OsString> = lines.map(|line| unescape(line).map(OsString::from_vec)).collect::<Option<_>>()?;
    (!argv.is_empty()).then_some(argv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_started_once_and_then_again_only_later() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| Some(base.path().join(name));
        let layout = Layout { home: folder("home"), cache: folder("cache/a"), state: None };
        assert_eq!(due(&layout), None);
        std::fs::create_dir_all(base.path().join("home")).expect("a folder");
        std::fs::write(note_path(&layout).expect("a path"), note(&[b"/a b/node".to_vec(), b"x".to_vec()])).expect("w");
        assert_eq!(due(&layout), Some(vec!["/a b/node".into(), "x".into()]));
        assert_eq!(due(&layout), None);
        let mark = std::fs::File::options().write(true).open(base.path().join("cache/a/compiling")).expect("a mark");
        let earlier = std::time::SystemTime::now() - PAUSE - Duration::from_secs(1);
        mark.set_times(std::fs::FileTimes::new().set_modified(earlier)).expect("set");
        assert!(due(&layout).is_some());
        std::fs::write(note_path(&layout).expect("a path"), b"something else\n/bin/sh\n").expect("w");
        assert_eq!(due(&layout), None);
    }
}
