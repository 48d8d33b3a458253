//! Random ignore files, compared with the installed Mercurial: with its Python matcher on random paths, and with its
//! whole status, which in the Rust build is the Rust extension's, on files on disk.

#![allow(clippy::print_stderr, reason = "figures for whoever runs the test by hand")]

mod common;

use amalgam_config::Config;
use amalgam_matching::{Engine, IgnoreRules, MatchContext, MatchOptions, Matcher, PatternKind, Visit};
use amalgam_testkit::{Sandbox, legacy_build};
use amalgam_types::{Outcome, Reason, Stop};
use common::{Oracle, Random, bits, cases, pack};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;

fn engine() -> Engine {
    Engine::of_status(legacy_build())
}

fn load(sandbox: &Sandbox, engine: Engine) -> Outcome<IgnoreRules> {
    let (env, config) = (sandbox.environment(), Config::default());
    IgnoreRules::load(&context(sandbox, &env, &config, engine))
}

fn context<'a>(
    sandbox: &'a Sandbox,
    env: &'a amalgam_types::Environment,
    config: &'a Config,
    engine: Engine,
) -> MatchContext<'a> {
    MatchContext { root: sandbox.root(), cwd: b"", cwd_abs: sandbox.root(), env, config, engine, sets: None }
}

fn line(random: &mut Random) -> Vec<u8> {
    const HEADS: &[&[u8]] = &[
        b"",
        b"",
        b"",
        b"glob:",
        b"re:",
        b"regexp:",
        b"relglob:",
        b"relre:",
        b"rootglob:",
        b"path:",
        b"filepath:",
        b"set:",
        b"include",
        b"relpath:",
        b"syntax: glob\n",
        b"syntax: re\n",
        b"syntax:rootglob\n",
        b"syntax: regexp \n",
        b"syntax: include\n",
        b"syntax: path\n",
        b"^",
        b" ",
        b"(?i)",
        b"*.",
    ];
    const TAILS: &[&[u8]] =
        &[b"", b"", b"", b"", b" # c", b"\\#", b"#", b"\\\\#x", b"  ", b"\t", b"\r", b"\x0b", b"/", b"$"];
    let head = random.pick(HEADS).to_vec();
    let body = match random.below(5) {
        0 => random.regex(),
        1 | 2 => random.glob(),
        _ => random.path(),
    };
    [head.as_slice(), &body, random.pick(TAILS)].concat()
}

fn hgignore(random: &mut Random) -> Vec<u8> {
    let mut text = random.pick(&[b"syntax: glob\n".as_slice(), b"", b"# start\n"]).to_vec();
    for _ in 0..random.below(4) + 1 {
        text.extend(line(random));
        text.push(b'\n');
    }
    text
}

/// Ignore files whose rules end in something that must not follow.
fn leaving_out(random: &mut Random) -> Vec<u8> {
    const HEADS: &[&[u8]] = &[b"^", b"", b"^(?:.*/)?", b"(?i)^", b"(^|/)"];
    const TAILS: &[&[u8]] = &[b"", b"", b".*", b".*$", b"[^/]*", b"x"];
    let mut text = Vec::new();
    for _ in 0..random.below(2) + 1 {
        let mut refused = Vec::new();
        for _ in 0..random.below(3) + 1 {
            let name = random.path();
            let word: Vec<u8> = name.into_iter().filter(|b| b.is_ascii_alphanumeric() || b"/.".contains(b)).collect();
            let tail: &[u8] = random.pick(&[b"$".as_slice(), b"", b"", b"[ab]?", b"(/|$)"]);
            refused.push([&word[..word.len().min(4)], tail].concat());
        }
        let head = random.pick(HEADS).to_vec();
        let stem: Vec<u8> = random.path().into_iter().filter(u8::is_ascii_alphanumeric).take(2).collect();
        let slash: &[u8] = random.pick(&[b"/".as_slice(), b"", b"[^/]*"]);
        let list = refused.join(&b'|');
        text.extend([head.as_slice(), &stem, slash, b"(?!", &list, b")", random.pick(TAILS), b"\n"].concat());
    }
    text
}

#[test]
fn python_rules_match_as_legacy_does() {
    compare_rules(11, hgignore);
}

#[test]
fn rules_that_leave_something_out_match_as_legacy_does() {
    compare_rules(12, leaving_out);
}

fn compare_rules(seed: u64, mut make: impl FnMut(&mut Random) -> Vec<u8>) {
    let sandbox = Sandbox::new();
    let mut oracle = Oracle::new(&sandbox);
    let mut random = Random::new(seed);
    let total = cases(1200);
    let mut answered = 0;
    for _ in 0..total {
        let text = make(&mut random);
        sandbox.write(".hgignore", &text);
        let rules = match load(&sandbox, Engine::PythonBytes) {
            Ok(rules) => rules,
            Err(Stop::Unsupported(_)) => continue,
            Err(other) => panic!("{other:?}"),
        };
        answered += 1;
        let mut paths: Vec<Vec<u8>> = (0..40).map(|_| random.path()).collect();
        let near = text.split(|&b| b == b'\n').map(|l| {
            l.iter().copied().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.')).collect::<Vec<u8>>()
        });
        let near: Vec<Vec<u8>> = near.filter(|p| !p.is_empty() && !p.starts_with(b"/") && !p.ends_with(b"/")).collect();
        paths.extend(near.iter().flat_map(|p| [[b"a/", p.as_slice()].concat(), p.clone()]));
        let reply = oracle.ask(&["ignore", &pack(&paths)]);
        let shown = String::from_utf8_lossy(&text).into_owned();
        let words: Vec<&str> = reply.split(' ').collect();
        assert_eq!(words[0], "ok", "{shown:?}: {reply}");
        assert_eq!(words[2], bits(paths.iter().map(|p| rules.is_ignored(p))), "{shown:?} on {}", pack(&paths));
        for (path, expected) in paths.iter().zip(words[1].bytes()) {
            let parent = memrchr_slash(path).is_some_and(|at| rules.is_ignored(&path[..at]));
            if !parent && !rules.is_ignored(b"") {
                assert_eq!(rules.matches_path(path), expected == b'1', "{shown:?} on {path:?}");
            }
        }
    }
    eprintln!("{answered} of {total} random ignore files answered natively, all as legacy");
    assert!(answered * 3 > total, "only {answered} of {total} answered");
}

fn memrchr_slash(path: &[u8]) -> Option<usize> {
    path.iter().rposition(|&b| b == b'/')
}

/// Makes a tree of files without a tracked one; gives their paths.
fn tree(sandbox: &Sandbox, random: &mut Random) -> Vec<Vec<u8>> {
    let mut files = BTreeSet::new();
    while files.len() < 120 {
        let path = random.path();
        let full = sandbox.path(&path);
        let parent = full.parent().expect("a folder").to_owned();
        if std::fs::create_dir_all(parent).is_ok() && !full.is_dir() && std::fs::write(&full, "").is_ok() {
            files.insert(path);
        }
    }
    files.insert(b".hgignore".to_vec());
    files.into_iter().collect()
}

/// What a walk finds that goes only where the matcher sends it.
fn walk(sandbox: &Sandbox, matcher: &Matcher<'_>, dir: &[u8], found: &mut BTreeSet<Vec<u8>>) {
    let visit = matcher.visit_dir(dir);
    if visit == Visit::Nothing {
        return;
    }
    for entry in std::fs::read_dir(sandbox.path(dir)).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().as_bytes().to_vec();
        let path = if dir.is_empty() { name.clone() } else { [dir, b"/", &name].concat() };
        let skipped = matches!(&visit, Visit::Children(names) if !names.contains(name.as_slice()));
        if skipped || path == b".hg" {
            continue;
        }
        if entry.file_type().expect("a type").is_dir() {
            walk(sandbox, matcher, &path, found);
        } else if matcher.matches(&path) {
            found.insert(path);
        }
    }
}

#[test]
fn status_sorts_files_as_legacy_does() {
    let sandbox = Sandbox::init();
    let mut random = Random::new(13);
    let files = tree(&sandbox, &mut random);
    let mut oracle = Oracle::new(&sandbox);
    let total = cases(400);
    let mut answered = 0;
    for _ in 0..total {
        let text = hgignore(&mut random);
        sandbox.write(".hgignore", &text);
        let patterns = if random.below(2) == 0 { vec![prefixed(&mut random)] } else { Vec::new() };
        let include = if random.below(4) == 0 { vec![prefixed(&mut random)] } else { Vec::new() };
        let exclude = if random.below(4) == 0 { vec![prefixed(&mut random)] } else { Vec::new() };
        let (env, config) = (sandbox.environment(), Config::default());
        let ctx = context(&sandbox, &env, &config, engine());
        let default = PatternKind::Relpath;
        let options = MatchOptions { patterns: &patterns, include: &include, exclude: &exclude, default };
        let (Ok(rules), Ok(matcher)) = (IgnoreRules::load(&ctx), Matcher::for_status(&ctx, &options)) else { continue };
        answered += 1;
        let mut found = BTreeSet::new();
        // Python starts at the explicit names, the Rust extension always at the root.
        if matcher.explicit_files().is_empty() || engine() == Engine::RustExtension {
            walk(&sandbox, &matcher, b"", &mut found);
        }
        for explicit in matcher.explicit_files() {
            // An explicit name is looked at wherever it is; a folder is walked from there.
            if explicit.starts_with(b"/") {
                continue;
            }
            if sandbox.path(explicit).is_dir() {
                walk(&sandbox, &matcher, explicit, &mut found);
            } else if files.contains(explicit) && matcher.matches(explicit) {
                found.insert(explicit.clone());
            }
        }
        let shown = String::from_utf8_lossy(&text).into_owned();
        let question = format!("{shown:?} {patterns:?} {include:?} {exclude:?}");
        let (ignored, unknown): (Vec<_>, Vec<_>) = found.into_iter().partition(|p| rules.is_ignored(p));
        let expected = oracle.ask(&["status", &pack([b""]), &pack(&patterns), &pack(&include), &pack(&exclude)]);
        let mut words = expected.split(' ');
        assert_eq!(words.next(), Some("ok"), "{question}: {expected}");
        let lists: Vec<Vec<String>> = words.map(readable).collect();
        assert_eq!(readable(&pack(&unknown)), lists[0], "unknown {question}");
        assert_eq!(readable(&pack(&ignored)), lists[1], "ignored {question}");
    }
    eprintln!("{answered} of {total} random statuses answered natively, all as legacy");
    assert!(answered * 4 > total, "only {answered} of {total} answered");
}

fn prefixed(random: &mut Random) -> Vec<u8> {
    let kind =
        random.pick(&["re", "relre", "glob", "relglob", "rootglob", "path", "filepath", "relpath", "rootfilesin"]);
    let text = match kind {
        "re" | "relre" => random.regex(),
        "glob" | "relglob" | "rootglob" => random.glob(),
        _ => random.path(),
    };
    [kind.as_bytes(), b":", &text].concat()
}

fn readable(word: &str) -> Vec<String> {
    word.split(',')
        .skip(1)
        .map(|hex| {
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap_or_default();
            let bytes: Vec<u8> = (0..hex.len() / 2).map(|i| byte(2 * i)).collect();
            format!("{}", bytes.escape_ascii())
        })
        .collect()
}

/// Include files: what is read in what folder, for the legacy in front of us.
#[test]
fn included_files_hold_where_legacy_says() {
    let sandbox = Sandbox::init();
    for path in ["a/x", "a/y", "a/b/x", "a/b/y", "b/x", "x", "y", "sub.x", "inc/deep/x", "inc/deep/z"] {
        sandbox.write(path, "");
    }
    sandbox.write("a/one", "syntax: glob\nx\n");
    sandbox.write("a/two", "y$\n");
    sandbox.write("a/b/rooted", "rootglob:x\n^y$\n");
    sandbox.write("plain", "glob:*.x\nrootglob:b\n");
    sandbox.write("nests", "include:plain\nrootglob:y\n");
    sandbox.write("inc/outer", "subinclude:deep/inner\n");
    sandbox.write("inc/deep/inner", "rootglob:z\n");
    let mut oracle = Oracle::new(&sandbox);
    let mut answered = 0;
    let texts = [
        "subinclude:a/one\n",
        "subinclude:a/one\nsubinclude:a/two\n",
        "subinclude:a/two\nsubinclude:a/one\n",
        "subinclude:a/b/rooted\n",
        "include:plain\n",
        "include:nests\n",
        "include:a/two\nrootglob:a\n",
        "subinclude:plain\n",
        "subinclude:inc/outer\n",
        "subinclude:a/one\nsubinclude:a/b/rooted\n",
        "include:missing\n",
        "subinclude:missing\n",
        "include:a/one\nsyntax: nope\n",
        "subinclude:./a/one\n",
        "subinclude:a/../a/two\n",
        "^$\n",
        "include\n",
        "subincludes\n",
        "includes/.*\n",
        "include:.hgignore\n",
        "",
    ];
    for text in texts {
        sandbox.write(".hgignore", text);
        let rules = match load(&sandbox, engine()) {
            Ok(rules) => rules,
            Err(Stop::Unsupported(_)) => continue,
            Err(other) => panic!("{other:?}"),
        };
        answered += 1;
        let (env, config) = (sandbox.environment(), Config::default());
        let options = MatchOptions { patterns: &[], include: &[], exclude: &[], default: PatternKind::Relpath };
        let matcher = Matcher::for_status(&context(&sandbox, &env, &config, engine()), &options).expect("everything");
        let mut found = BTreeSet::new();
        walk(&sandbox, &matcher, b"", &mut found);
        let (ignored, unknown): (Vec<_>, Vec<_>) = found.into_iter().partition(|p| rules.is_ignored(p));
        let expected = oracle.ask(&["status", &pack([b""]), "-", "-", "-"]);
        let lists: Vec<Vec<String>> = expected.split(' ').skip(1).map(readable).collect();
        assert!(expected.starts_with("ok"), "{text:?}: {expected}");
        // Where Python's root is ignored its status still lists what it finds there as ignored.
        assert_eq!(
            (readable(&pack(&unknown)), readable(&pack(&ignored))),
            (lists[0].clone(), lists[1].clone()),
            "{text:?}"
        );
    }
    assert!(answered >= 14, "only {answered} of {} answered", texts.len());
}

#[test]
fn ignore_files_of_the_configuration_are_read_in_order() {
    let mut sandbox = Sandbox::init();
    sandbox.set_env("IGN", "mine");
    sandbox.write("mine", "rootglob:by-mine\n");
    sandbox.write("other", "rootglob:by-other\n");
    for name in ["by-mine", "by-other", "by-neither"] {
        sandbox.write(name, "");
    }
    let env = sandbox.environment();
    let mut config = Config::default();
    config.add_command_line(&[b"ui.ignore.b=$IGN".to_vec(), b"ui.ignore=other".to_vec()]).expect("two settings");
    let rules = IgnoreRules::load(&context(&sandbox, &env, &config, engine())).expect("plain rules");
    let got: Vec<bool> = ["by-mine", "by-other", "by-neither"].map(|p| rules.is_ignored(p.as_bytes())).to_vec();
    assert_eq!(got, [true, true, false]);
    let out = sandbox.hg_ok(["status", "-in", "--config", "ui.ignore.b=$IGN", "--config", "ui.ignore=other"]);
    assert_eq!(out, b"by-mine\nby-other\n");
    config.add_command_line(&[b"ui.ignore=nowhere".to_vec()]).expect("a setting");
    let missing = IgnoreRules::load(&context(&sandbox, &env, &config, engine()));
    assert!(matches!(missing, Err(Stop::Unsupported(u)) if u.reason == Reason::WarningExpected));
}

#[test]
fn unreadable_or_odd_files_are_left_to_legacy() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path(".hgignore")).expect("a folder");
    for engine in [Engine::PythonBytes, Engine::RustExtension] {
        assert!(load(&sandbox, engine).is_err());
    }
    std::fs::remove_dir(sandbox.path(".hgignore")).expect("empty");
    assert!(load(&sandbox, Engine::PythonBytes).expect("no rules").is_empty());
    sandbox.write(".hgignore", vec![b'('; 1 << 16]);
    assert!(load(&sandbox, Engine::PythonBytes).is_err());
    sandbox.write(".hgignore", [b"(?:".repeat(3000), b")".repeat(3000)].concat());
    for engine in [Engine::PythonBytes, Engine::RustExtension] {
        assert!(load(&sandbox, engine).is_err());
    }
}

/// The hash that the Rust extension writes into a dirstate-v2 (bytes 100 to 120 of `.hg/dirstate`).
#[test]
fn the_hash_is_the_one_in_the_dirstate() {
    let sandbox = match engine() {
        Engine::RustExtension => Sandbox::init_with(&["format.use-dirstate-v2=1"]),
        _ => Sandbox::init(),
    };
    sandbox.write("d/inner", "rootglob:x\n");
    sandbox.write("more", "*.bak$\n".replace('*', ".*"));
    sandbox.write("ui-ignore", "glob:*.ui\n");
    sandbox.commit("a", "", "first");
    let mut config = Config::default();
    config.add_command_line(&[b"ui.ignore=ui-ignore".to_vec()]).expect("a setting");
    let env = sandbox.environment();
    let mut seen = BTreeSet::new();
    for text in ["", "glob:*.o\n", "include:more\nsubinclude:d/inner\nglob:*.c\ninclude:d/inner\n"] {
        sandbox.write(".hgignore", text);
        let rules = IgnoreRules::load(&context(&sandbox, &env, &config, engine())).expect("plain rules");
        let hash = rules.pattern_hash();
        let again = IgnoreRules::load(&context(&sandbox, &env, &config, Engine::PythonBytes)).expect("plain rules");
        assert_eq!(hash, again.pattern_hash(), "{text:?}: both ways to read the files");
        assert!(seen.insert(hash), "{text:?} changes the hash");
        if engine() == Engine::RustExtension {
            sandbox.hg_ok(["status", "--config", "ui.ignore=ui-ignore"]);
            assert_eq!(sandbox.read(".hg/dirstate")[100..120], hash, "{text:?}");
        }
    }
}
