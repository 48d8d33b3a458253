//! `portable()`: names that every operating system can have, case aside.

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&[u8]; 4] = [b"con", b"prn", b"aux", b"nul"];

/// Whether a path can exist on Windows.
pub(crate) fn is_portable(path: &[u8]) -> bool {
    if path.ends_with(b"\\") || memchr::memmem::find(path, b"\\/").is_some() {
        return false;
    }
    path.split(|&byte| byte == b'/' || byte == b'\\').filter(|part| !part.is_empty()).all(is_portable_name)
}

fn is_portable_name(name: &[u8]) -> bool {
    if name.iter().any(|&byte| byte <= 31 || b":*?\"<>|".contains(&byte)) {
        return false;
    }
    let base = name.split(|&byte| byte == b'.').next().unwrap_or_default().to_ascii_lowercase();
    let is_device = DEVICES.contains(&base.as_slice())
        || matches!(base.as_slice(), [b'c', b'o', b'm', b'1'..=b'9'] | [b'l', b'p', b't', b'1'..=b'9']);
    let bad_end = matches!(name.last(), Some(b'.' | b' ')) && name != b"." && name != b"..";
    !is_device && !bad_end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a/b.c", "../a", "xml.con", "a\\b", "com0", "com10/x", ".con", "a.b/..", "é ü"] {
            assert!(is_portable(good.as_bytes()), "{good}");
        }
        for bad in ["con", "A/Con.txt", "lpt9.x", "a:b", "a\nb", "a ", "a./b", "a\\", "a\\/b", "what?", "nul.tar.gz"] {
            assert!(!is_portable(bad.as_bytes()), "{bad}");
        }
    }
}
