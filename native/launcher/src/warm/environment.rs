//! The environment as Python would have it: in the kernel's order, the first of two entries of one name, and with the
//! locale that Python puts there where there is none.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::ffi::CStr;
use std::os::raw::c_char;

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// Read when it is first asked for: while a server starts its worker there is time for it.
pub(super) type Lazy = LazyCell<Result<Raw, String>>;

/// `NAME=VALUE` entries.
pub(super) struct Raw(pub(super) Vec<Vec<u8>>);

impl Raw {
    /// Reads this process's environment.
    ///
    /// # Errors
    /// For an entry that Python could not set.
    pub(super) fn read() -> Result<Raw, String> {
        let mut entries = Vec::new();
        // SAFETY: the process has one thread; `environ` is null or ends with null, and its entries are C strings.
        unsafe {
            let mut at = environ;
            while !at.is_null() && !(*at).is_null() {
                entries.push(CStr::from_ptr(*at).to_bytes().to_vec());
                at = at.add(1);
            }
        }
        Raw::of(entries, coerced_locale())
    }

    fn of(entries: Vec<Vec<u8>>, locale: Option<&str>) -> Result<Raw, String> {
        let mut seen = HashSet::new();
        let mut kept = Vec::with_capacity(entries.len() + 1);
        for entry in entries {
            let Some(end) = entry.iter().position(|&b| b == b'=') else { continue };
            if end == 0 {
                return Err("a variable without a name".to_owned());
            }
            if seen.insert(entry[..end].to_vec()) {
                kept.push(entry);
            }
        }
        if let Some(locale) = locale {
            let entry = format!("LC_CTYPE={locale}").into_bytes();
            match kept.iter_mut().find(|entry| entry.starts_with(b"LC_CTYPE=")) {
                Some(old) => *old = entry,
                None => kept.push(entry),
            }
        }
        Ok(Raw(kept))
    }
}

/// The locale that Python sets where the environment asks for none, or for one that is not installed (PEP 538).
fn coerced_locale() -> Option<&'static str> {
    // SAFETY: the process has one thread; the strings are C strings, and the answers are read before the next call.
    unsafe {
        let unset = |name: &CStr| {
            let value = libc::getenv(name.as_ptr());
            value.is_null() || *value == 0
        };
        libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let current = libc::setlocale(libc::LC_CTYPE, std::ptr::null());
        let legacy = current.is_null() || CStr::from_ptr(current) == c"C";
        if !legacy || !unset(c"LC_ALL") {
            return None;
        }
        [c"C.UTF-8", c"C.utf8", c"UTF-8"]
            .into_iter()
            .find(|target| !libc::setlocale(libc::LC_CTYPE, target.as_ptr()).is_null())
            .and_then(|target| target.to_str().ok())
    }
}
