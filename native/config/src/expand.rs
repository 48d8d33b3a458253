//! `~` and `$VARIABLE` in paths, as Python's `os.path.expanduser` and `os.path.expandvars` treat bytes.
//!
//! What needs the user database (`~name`, or `~` without `HOME`) is left to legacy.

use amalgam_types::{Environment, Outcome, Reason, Stop};

/// Variables first, then `~`: how Mercurial expands file names in configuration.
///
/// # Errors
/// `EnvironmentUnsupported` where the answer needs the user database or depends on Python's version.
pub fn expand_path(env: &Environment, path: &[u8]) -> Outcome<Vec<u8>> {
    expand_user(env, &expand_vars(env, path)?)
}

/// Replaces a leading `~` by the home folder.
///
/// # Errors
/// `EnvironmentUnsupported` for `~name`, and for `~` when `HOME` is not set.
pub fn expand_user(env: &Environment, path: &[u8]) -> Outcome<Vec<u8>> {
    let Some(rest) = path.strip_prefix(b"~") else { return Ok(path.to_vec()) };
    if !rest.is_empty() && !rest.starts_with(b"/") {
        return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "~user"));
    }
    let Some(home) = env.get("HOME") else {
        return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "HOME is not set"));
    };
    let end = home.iter().rposition(|&b| b != b'/').map_or(0, |last| last + 1);
    let mut out = home[..end].to_vec();
    out.extend_from_slice(rest);
    if out.is_empty() {
        out.push(b'/');
    }
    Ok(out)
}

/// Replaces `$NAME` and `${NAME}`; unknown names stay as they are, values are not expanded again.
///
/// # Errors
/// `EnvironmentUnsupported` for an unclosed `${` before another `$`: Python's releases differ there.
pub fn expand_vars(env: &Environment, path: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.iter().position(|&b| b == b'$') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (name, used) = match variable(rest) {
            Some(found) => found,
            None if rest.starts_with(b"${") && rest[1..].contains(&b'$') => {
                return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "unclosed ${"));
            }
            None => {
                out.push(b'$');
                rest = &rest[1..];
                continue;
            }
        };
        match env.vars.get(name) {
            Some(value) => out.extend_from_slice(value),
            None => out.extend_from_slice(&rest[..used]),
        }
        rest = &rest[used..];
    }
    out.extend_from_slice(rest);
    Ok(out)
}

/// The variable's name at the `$` that `text` starts with, and how many bytes the reference takes.
fn variable(text: &[u8]) -> Option<(&[u8], usize)> {
    let after = &text[1..];
    if let Some(braced) = after.strip_prefix(b"{") {
        let end = braced.iter().position(|&b| b == b'}')?;
        return Some((&braced[..end], end + 3));
    }
    let len = after.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    (len > 0).then(|| (&after[..len], len + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> Environment {
        let vars = [("HOME", "/home/u/"), ("A", "1"), ("B", "$A")];
        let vars = vars.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        Environment { vars, ..Environment::default() }
    }

    #[test]
    fn expands_once() {
        for (path, wanted) in [
            ("~", "/home/u"),
            ("~/x", "/home/u/x"),
            ("a~", "a~"),
            ("$A/${A}$B", "1/1$A"),
            ("$NO${NO}$", "$NO${NO}$"),
            ("${A", "${A"),
            ("$-", "$-"),
            ("${}", "${}"),
        ] {
            assert_eq!(expand_path(&env(), path.as_bytes()), Ok(wanted.as_bytes().to_vec()), "{path}");
        }
        assert!(expand_path(&env(), b"~someone/x").is_err());
        assert!(expand_path(&env(), b"${A$A").is_err());
        assert!(expand_path(&Environment::default(), b"~").is_err());
    }
}
