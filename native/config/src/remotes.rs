//! `[paths]`: the names of other repositories, with their options and the `path://` references between them.
//!
//! Whatever makes legacy warn ends in `Unsupported`; references that lead nowhere are its errors.

use crate::url::Url;
use crate::value::{parse_bool, parse_list};
use crate::{Config, expand_user, expand_vars, join_path, normalize_path};
use amalgam_types::{AbortKind, Environment, Outcome, Reason, Stop};
use std::collections::BTreeMap;

/// One location that a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemotePath {
    /// The location, with variables expanded and made absolute, before any branch is split off.
    pub location: Vec<u8>,
    /// Options in force and how they are shown, sorted.
    pub options: Vec<(&'static str, Vec<u8>)>,
    /// The branch named behind `#`.
    branch: Option<Vec<u8>>,
    /// The parsed location without its branch.
    url: Url,
    own: Options,
    all: Options,
    /// Whether it is, or was before it was followed, a `path://` reference.
    is_reference: bool,
}

type Options = BTreeMap<Vec<u8>, Vec<u8>>;

/// All names in `[paths]`, sorted, with their locations: one, or several with `multi-urls`. `version` is legacy's:
/// what it does not know is neither checked nor shown.
///
/// # Errors
/// Legacy's errors for unusable references and URLs; `WarningExpected` for what it warns about.
pub fn remote_paths(config: &Config, env: &Environment, version: &str) -> Outcome<BTreeMap<Vec<u8>, Vec<RemotePath>>> {
    let known = known_options(version);
    let mut all = BTreeMap::new();
    for (name, value) in config.items("paths") {
        if name.contains(&b':') || value.is_empty() {
            continue;
        }
        let own = options_of(config, name);
        let several = own.get(b"multi-urls".as_slice()).is_some_and(|value| parse_bool(value) == Some(true));
        let locations = if several { parse_list(value) } else { vec![value.to_vec()] };
        let mut paths = Vec::with_capacity(locations.len());
        for location in locations {
            let location = absolute(config, env, name, &location)?;
            paths.push(RemotePath::new(location, own.clone(), config, known)?);
        }
        all.insert(name.to_vec(), paths);
    }
    // In order, so that a reference may meet a name that was already followed.
    let names: Vec<Vec<u8>> = all.keys().cloned().collect();
    for name in names {
        let paths = all.get(&name).cloned().unwrap_or_default();
        let mut followed = Vec::with_capacity(paths.len());
        for path in paths {
            follow(path, &all, known, &mut followed)?;
        }
        all.insert(name, followed);
    }
    Ok(all)
}

fn options_of(config: &Config, name: &[u8]) -> Options {
    config.suboptions("paths", name).into_iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

fn absolute(config: &Config, env: &Environment, name: &[u8], location: &[u8]) -> Outcome<Vec<u8>> {
    let location = expand_user(env, &expand_vars(env, location)?)?;
    if Url::parse(&location)?.scheme.is_some() || location.starts_with(b"/") {
        return Ok(location);
    }
    Ok(normalize_path(&join_path(config.path_root(name)?, &location)))
}

fn follow(
    path: RemotePath,
    all: &BTreeMap<Vec<u8>, Vec<RemotePath>>,
    known: Known,
    out: &mut Vec<RemotePath>,
) -> Outcome<()> {
    if path.url.scheme.as_deref() != Some(b"path") {
        out.push(path);
        return Ok(());
    }
    let Some(target) = path.url.host.clone().filter(|_| path.url.path.is_none()) else {
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "a path:// without a plain name"));
    };
    let refuse = |rest: &[u8]| {
        let message = [b"cannot use `", path.location.as_slice(), b"`, \"", &target, b"\" ", rest].concat();
        Err(Stop::abort(AbortKind::Other, message))
    };
    let Some(targets) = all.get(&target) else { return refuse(b"is not a known path") };
    for found in targets {
        if found.is_reference {
            return refuse(b"is also defined as a `path://`");
        }
        let mut location = found.location.clone();
        let mut branch = found.branch.clone();
        if let Some(own) = &path.branch {
            let base = location.iter().rposition(|&b| b == b'#').unwrap_or(location.len());
            location.truncate(base);
            location.push(b'#');
            location.extend_from_slice(own);
            branch = Some(own.clone());
        }
        let mut options = found.all.clone();
        options.extend(path.own.clone());
        out.push(RemotePath {
            location,
            branch,
            url: found.url.clone(),
            options: shown(&options, known)?,
            ..path.clone()
        });
    }
    Ok(())
}

impl RemotePath {
    fn new(location: Vec<u8>, own: Options, config: &Config, known: Known) -> Outcome<Self> {
        let mut url = Url::parse(&location)?;
        let branch = url.fragment.take_if(|fragment| !fragment.is_empty());
        let mut all = options_of(config, b"*");
        all.extend(own.clone());
        let is_reference = url.scheme.as_deref() == Some(b"path");
        Ok(RemotePath { options: shown(&all, known)?, location, branch, url, own, all, is_reference })
    }
}

/// The options that a release knows, sorted.
type Known = &'static [&'static str];

fn known_options(version: &str) -> Known {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).unwrap_or_default();
    if major < 7 {
        &["bookmarks.mode", "multi-urls", "pushrev", "pushurl"]
    } else {
        &["bookmarks.mode", "multi-urls", "pulled-delta-reuse-policy", "pushrev", "pushurl"]
    }
}

/// The known options among `all`, checked and written as they are shown.
fn shown(all: &Options, known: Known) -> Outcome<Vec<(&'static str, Vec<u8>)>> {
    let mut out = Vec::new();
    for key in known {
        let Some(value) = all.get(key.as_bytes()) else { continue };
        let warned = || Stop::unsupported(Reason::WarningExpected, format!("paths option {key}"));
        let text = match (*key, value.as_slice()) {
            ("bookmarks.mode" | "pulled-delta-reuse-policy", b"default") => continue,
            ("bookmarks.mode", b"mirror" | b"ignore") => value.clone(),
            ("pulled-delta-reuse-policy", b"try-base" | b"no-reuse" | b"forced") => value.clone(),
            ("multi-urls", value) => {
                let on = parse_bool(value).ok_or_else(warned)?;
                if on { b"yes".to_vec() } else { b"no".to_vec() }
            }
            ("pushrev", value) => value.to_vec(),
            ("pushurl", value) => {
                let url = Url::parse(value)?;
                if url.scheme.is_none() || url.fragment.as_ref().is_some_and(|fragment| !fragment.is_empty()) {
                    return Err(warned());
                }
                url.to_bytes()
            }
            _ => return Err(warned()),
        };
        out.push((*key, text));
    }
    Ok(out)
}
