//! Locations as Mercurial takes them apart and writes them again: `scheme://user:password@host:port/path?query#branch`,
//! a local path, or `bundle:` and a path. Writing one again normalises its escapes and its slashes.
//!
//! Source: `hg help urls`, and the running program for what is escaped and which slash appears where.

use amalgam_types::{AbortKind, Outcome, Stop};

/// A location in its parts; parts of a real URL are unescaped, the query is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// What stands before the first colon.
    pub scheme: Option<Vec<u8>>,
    /// The user name.
    pub user: Option<Vec<u8>>,
    /// The password.
    pub password: Option<Vec<u8>>,
    /// The host.
    pub host: Option<Vec<u8>>,
    /// The port, as text.
    pub port: Option<Vec<u8>>,
    /// The path; without its leading slash where there is a host.
    pub path: Option<Vec<u8>>,
    /// The query.
    pub query: Option<Vec<u8>>,
    /// What follows `#`; for a repository, a branch.
    pub fragment: Option<Vec<u8>>,
    local: bool,
}

/// Characters that stay as they are, beside letters, digits and `_.-~`: in names, and in paths.
const SAFE_IN_NAME: &[u8] = b"!~*'()+";
const SAFE_IN_PATH: &[u8] = b"/!~*'()+:\\";

impl Url {
    /// Takes `location` apart.
    ///
    /// # Errors
    /// Legacy's error for a `file:` URL with a foreign host.
    pub fn parse(location: &[u8]) -> Outcome<Url> {
        let (rest, fragment) = match split_at(location, b'#') {
            Some((rest, fragment)) => (rest, Some(fragment.to_vec())),
            None => (location, None),
        };
        let local = |path: &[u8]| Url { path: Some(path.to_vec()), local: true, ..Url::default() };
        if has_drive_letter(rest) || rest.starts_with(b"\\\\") {
            return Ok(Url { fragment, ..local(rest) });
        }
        if let Some(path) = rest.strip_prefix(b"bundle:") {
            let path = path.strip_prefix(b"//").unwrap_or(path);
            return Ok(Url { fragment, scheme: Some(b"bundle".to_vec()), ..local(path) });
        }
        match split_at(rest, b':').filter(|(scheme, _)| is_scheme(scheme)) {
            Some((scheme, rest)) => {
                let mut url = Url { scheme: Some(scheme.to_vec()), fragment, ..Url::default() };
                url.read_rest(rest)?;
                Ok(url)
            }
            None => Ok(Url { fragment, ..local(rest) }),
        }
    }

    fn read_rest(&mut self, rest: &[u8]) -> Outcome<()> {
        let rest = match split_at(rest, b'?') {
            Some((rest, query)) => {
                self.query = Some(query.to_vec()).filter(|q| !q.is_empty());
                rest
            }
            None => rest,
        };
        let mut path = Some(rest.to_vec()).filter(|p| !p.is_empty());
        if let Some(authority) = rest.strip_prefix(b"//") {
            let (host, after) = match split_at(authority, b'/') {
                Some((host, after)) => (host, Some(after)),
                None => (authority, None),
            };
            path = after.map(|after| {
                let rooted = host.is_empty() && !after.is_empty() && !has_drive_letter(after);
                if rooted { [b"/", after].concat() } else { after.to_vec() }
            });
            self.read_authority(host);
        }
        let foreign = self.host.as_deref().is_some_and(|h| !matches!(h, b"localhost" | b"127.0.0.1" | b"[::1]"));
        if foreign && self.scheme.as_deref() == Some(b"file") {
            return Err(Stop::abort(AbortKind::Other, "file:// URLs can only refer to localhost"));
        }
        self.path = path;
        let parts =
            [&mut self.user, &mut self.password, &mut self.host, &mut self.port, &mut self.path, &mut self.fragment];
        for part in parts.into_iter().flatten() {
            *part = unquote(part);
        }
        Ok(())
    }

    fn read_authority(&mut self, authority: &[u8]) {
        let mut host = authority;
        if let Some(at) = host.iter().rposition(|&b| b == b'@') {
            let user = &host[..at];
            host = &host[at + 1..];
            match split_at(user, b':') {
                Some((user, password)) => {
                    self.user = Some(user.to_vec());
                    self.password = Some(password.to_vec());
                }
                None => self.user = Some(user.to_vec()),
            }
        }
        let bracketed = host.starts_with(b"[") && host.ends_with(b"]");
        if let Some(colon) = host.iter().rposition(|&b| b == b':').filter(|_| !bracketed) {
            self.port = Some(host[colon + 1..].to_vec());
            host = &host[..colon];
        }
        self.host = Some(host.to_vec()).filter(|h| !h.is_empty());
    }

    /// The location written again.
    pub fn to_bytes(&self) -> Vec<u8> {
        let path = self.path.as_deref().unwrap_or_default();
        let mut out = Vec::new();
        if self.local {
            if self.scheme.is_some() {
                out.extend_from_slice(b"bundle:");
            }
            out.extend_from_slice(path);
            if let Some(fragment) = self.fragment.as_deref().filter(|f| !f.is_empty()) {
                out.push(b'#');
                out.extend_from_slice(fragment);
            }
            return out;
        }
        let given = |part: &Option<Vec<u8>>| part.clone().filter(|p| !p.is_empty());
        let (user, password, host) = (given(&self.user), given(&self.password), given(&self.host));
        out.extend_from_slice(self.scheme.as_deref().unwrap_or_default());
        out.push(b':');
        if user.is_some() || password.is_some() || host.is_some() {
            out.extend_from_slice(b"//");
        } else if path.is_empty() || path.starts_with(b"/") || has_drive_letter(path) {
            out.extend_from_slice(if has_drive_letter(path) { b"///" } else { b"//" });
        }
        let named = user.is_some() || password.is_some();
        if let Some(user) = user {
            quote(&user, SAFE_IN_NAME, &mut out);
        }
        if let Some(password) = password {
            out.push(b':');
            quote(&password, SAFE_IN_NAME, &mut out);
        }
        if named {
            out.push(b'@');
        }
        if let Some(host) = &host {
            if host.starts_with(b"[") && host.ends_with(b"]") {
                out.extend_from_slice(host);
            } else {
                quote(host, b"/", &mut out);
            }
        }
        if let Some(port) = given(&self.port) {
            out.push(b':');
            quote(&port, b"/", &mut out);
        }
        if host.is_some() {
            out.push(b'/');
        }
        quote(path, SAFE_IN_PATH, &mut out);
        if let Some(query) = given(&self.query) {
            out.push(b'?');
            out.extend_from_slice(&query);
        }
        if let Some(fragment) = &self.fragment {
            out.push(b'#');
            quote(fragment, SAFE_IN_PATH, &mut out);
        }
        out
    }
}

/// `location` written again with its password hidden.
///
/// # Errors
/// As [`Url::parse`].
pub fn hide_password(location: &[u8]) -> Outcome<Vec<u8>> {
    let mut url = Url::parse(location)?;
    if url.password.as_ref().is_some_and(|password| !password.is_empty()) {
        url.password = Some(b"***".to_vec());
    }
    Ok(url.to_bytes())
}

fn split_at(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&b| b == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

fn is_scheme(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(b))
}

fn has_drive_letter(path: &[u8]) -> bool {
    matches!(path, [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn unquote(text: &[u8]) -> Vec<u8> {
    let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        if let (b'%', [high, low, behind @ ..]) = (first, after)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high << 4 | low);
            rest = behind;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}

fn quote(text: &[u8], safe: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_again() {
        for (location, again) in [
            ("http://u:p@host:80/c:/bob?fo:oo#ba:ar", "http://u:***@host:80/c:/bob?fo:oo#ba:ar"),
            ("http://host", "http://host/"),
            ("http://u@host", "http://u@host/"),
            ("http://[::1]:2200//home", "http://[::1]:2200//home"),
            ("bundle://../foo", "bundle:../foo"),
            ("path#", "path"),
            ("path#b", "path#b"),
            ("file:///c:/x", "file:///c:/x"),
            ("xy:%zz%41 ", "xy:%25zzA%20"),
            ("c:\\x", "c:\\x"),
        ] {
            let hidden = hide_password(location.as_bytes()).expect("parses");
            assert_eq!(String::from_utf8_lossy(&hidden), again, "{location}");
        }
        assert!(Url::parse(b"file://elsewhere/x").is_err());
    }
}
