//! Random patterns on random paths, compared with the installed Mercurial's own matchers: what matches, which folders
//! are visited, which names are explicit, and the aborts.

#![allow(clippy::print_stderr, reason = "figures for whoever runs the test by hand")]

mod common;

use amalgam_config::Config;
use amalgam_matching::{Engine, MatchContext, MatchOptions, Matcher, PatternKind, Visit};
use amalgam_testkit::Sandbox;
use amalgam_types::{AbortKind, Outcome, Stop};
use common::{Oracle, Random, bits, cases, pack};

#[derive(Debug, Default, Clone)]
struct Question {
    disk: bool,
    cwd: Vec<u8>,
    default: &'static str,
    patterns: Vec<Vec<u8>>,
    include: Vec<Vec<u8>>,
    exclude: Vec<Vec<u8>>,
}

fn native<'q>(sandbox: &'q Sandbox, question: &'q Question) -> Outcome<Matcher<'q>> {
    // A matcher may live as long as what it was made of.
    let env: &'static _ = Box::leak(Box::new(sandbox.environment()));
    let config: &'static Config = Box::leak(Box::default());
    let ctx = MatchContext {
        root: sandbox.root(),
        cwd: &question.cwd,
        cwd_abs: sandbox.root(),
        env,
        config,
        engine: Engine::PythonBytes,
        sets: None,
    };
    let options = MatchOptions {
        patterns: &question.patterns,
        include: &question.include,
        exclude: &question.exclude,
        default: PatternKind::from_name(question.default.as_bytes()).expect("a kind"),
    };
    if question.disk { Matcher::new(&ctx, &options) } else { Matcher::for_revision(&ctx, 0, &options) }
}

fn shown(visit: Visit<'_>) -> String {
    match visit {
        Visit::Nothing => "N".to_owned(),
        Visit::This => "T".to_owned(),
        Visit::Recursive => "R".to_owned(),
        Visit::Children(names) => {
            let mut hex: Vec<String> = names.iter().map(|n| pack([n]).split_off(1)).collect();
            hex.sort();
            format!("C{}", hex.join("."))
        }
    }
}

/// Compares one question; whether native answered.
fn compare(sandbox: &Sandbox, oracle: &mut Oracle, question: &Question, paths: &[Vec<u8>], dirs: &[Vec<u8>]) -> bool {
    let got = match native(sandbox, question) {
        Err(Stop::Unsupported(_)) => return false,
        Err(Stop::Abort(abort)) => {
            let hint = abort.hint.as_ref().map_or("-".to_owned(), |h| pack([h]));
            let kind = if abort.kind == AbortKind::Input { "InputError" } else { "Abort" };
            format!("abort {} {hint} {kind}", pack([&abort.message]))
        }
        Ok(m) => format!(
            "ok {} {} {} {}",
            bits([m.is_always(), m.is_exact(), m.prefix(), m.any_patterns()]),
            pack(m.explicit_files()),
            bits(paths.iter().map(|p| m.matches(p))),
            dirs.iter().map(|d| shown(m.visit_dir(d))).collect::<Vec<_>>().join(" ")
        ),
    };
    let audit = if question.disk { "disk" } else { "text" };
    let (pats, include, exclude) = (pack(&question.patterns), pack(&question.include), pack(&question.exclude));
    let (cwd, paths, dirs) = (pack([&question.cwd]), pack(paths), pack(dirs));
    let expected = oracle.ask(&["match", audit, &cwd, question.default, &pats, &include, &exclude, &paths, &dirs]);
    assert_eq!(got, expected, "{question:?}");
    true
}

fn pattern(random: &mut Random) -> Vec<u8> {
    let kinds = ["re", "relre", "glob", "relglob", "rootglob", "path", "filepath", "relpath", "rootfilesin", "", "x"];
    let kind = random.pick(&kinds);
    let text = match kind {
        "re" | "relre" => random.regex(),
        "glob" | "relglob" | "rootglob" => random.glob(),
        _ if random.below(4) == 0 => random.glob(),
        _ if random.below(6) == 0 => random.pick(&[b".".as_slice(), b"", b"..", b"../a", b"/x", b"a/../b"]).to_vec(),
        _ => random.path(),
    };
    if kind.is_empty() { text } else { [kind.as_bytes(), b":", &text].concat() }
}

fn some(random: &mut Random, most: usize) -> Vec<Vec<u8>> {
    (0..random.below(most + 1)).map(|_| pattern(random)).collect()
}

#[test]
fn random_patterns_match_as_legacy_does() {
    let sandbox = Sandbox::new();
    let mut oracle = Oracle::new(&sandbox);
    let mut random = Random::new(7);
    let total = cases(1500);
    let mut answered = 0;
    for _ in 0..total {
        let with_filters = random.below(3) == 0;
        let question = Question {
            disk: false,
            cwd: random.pick(&[b"".as_slice(), b"", b"a", b"foo/build"]).to_vec(),
            default: random.pick(&["relpath", "relpath", "relpath", "relglob", "glob", "re", "path"]),
            patterns: some(&mut random, 3),
            include: if with_filters { some(&mut random, 2) } else { Vec::new() },
            exclude: if with_filters { some(&mut random, 2) } else { Vec::new() },
        };
        let mut paths: Vec<Vec<u8>> = (0..30).map(|_| random.path()).collect();
        // Paths that resemble the patterns, so that matches happen.
        let near = question.patterns.iter().chain(&question.include).map(|p| {
            p.iter().copied().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.')).collect::<Vec<u8>>()
        });
        paths.extend(near.flat_map(|p| [[p.as_slice(), b"/x"].concat(), [b"a/", p.as_slice()].concat(), p]));
        let dirs: Vec<Vec<u8>> = std::iter::once(Vec::new()).chain((0..12).map(|_| random.path())).collect();
        answered += usize::from(compare(&sandbox, &mut oracle, &question, &paths, &dirs));
    }
    eprintln!("{answered} of {total} random matchers answered natively, all as legacy");
    assert!(answered * 2 > total, "only {answered} of {total} answered");
}

#[test]
fn aborts_and_audits_are_legacys() {
    let sandbox = Sandbox::new();
    sandbox.write("d/f", "");
    sandbox.write("a b/f", "");
    sandbox.symlink("d", "link");
    sandbox.symlink("d", "it's");
    std::fs::create_dir_all(sandbox.path("nested/.hg")).expect("a folder");
    std::fs::create_dir_all(sandbox.base().join("outside")).expect("a folder");
    std::os::unix::fs::symlink(sandbox.root(), sandbox.base().join("alias")).expect("a link");
    sandbox.write("list", "a\nglob:*.c\r\rd/f\n");
    sandbox.write("list0", "a\0d/f\0");
    sandbox.write("pats", "syntax: glob\n*.o\n# c\nre:x\\.y$\nrootglob:d/*\nsyntax: nope\n");
    sandbox.write("bad", "path:x\ninclude-me\ninclude:../x\nsubincludes\n");
    sandbox.write("empty", "");
    let mut oracle = Oracle::new(&sandbox);
    let base = sandbox.base().as_os_str().as_encoded_bytes().to_vec();
    let at_base = |rest: &str| [base.as_slice(), rest.as_bytes()].concat();
    let outside = at_base("/outside");
    let root = sandbox.root().as_os_str().as_encoded_bytes().to_vec();
    let mut answered = 0;
    let patterns: Vec<Vec<u8>> = [
        "d",
        "../x",
        "/nope",
        "/",
        ".hg/x",
        "d/.hg/x",
        "link/f",
        "it's/f",
        "nested/f",
        "nested",
        "link",
        "d/f/g",
        "",
        ".",
        "glob:link/*.c",
        "relpath:nested/x/y",
        "path:link/f",
        "listfile:list",
        "listfile0:list0",
        "listfile:nope",
        "listfile:d",
        "listfile:",
        "listfile:empty",
        "include:pats",
        "include:nope",
        "include:bad",
        "HG~1/x",
        "x:y",
        "a b/f",
        "re:",
        "set:all()",
        "subinclude:pats",
        "d/.HG./x",
        "..",
        "../repo/d",
        "filepath:d/f",
        "re:(",
        "rootglob:/x",
    ]
    .map(|p| p.as_bytes().to_vec())
    .into_iter()
    .chain([[root.as_slice(), b"/d"].concat(), root.clone(), at_base("/alias/d/f"), at_base("/alias"), outside.clone()])
    .collect();
    for cwd in [b"".to_vec(), b"d".to_vec(), outside.clone(), base.clone()] {
        for disk in [true, false] {
            for pattern in &patterns {
                for place in 0..3 {
                    let mut question = Question { disk, cwd: cwd.clone(), default: "relpath", ..Question::default() };
                    [&mut question.patterns, &mut question.include, &mut question.exclude][place].push(pattern.clone());
                    let paths =
                        [b"d/f".to_vec(), b"a.o".to_vec(), b"d".to_vec(), b"x.y".to_vec(), b"include-me".to_vec()];
                    let dirs = [b"".to_vec(), b"d".to_vec(), b"d/e".to_vec(), b"link".to_vec()];
                    answered += usize::from(compare(&sandbox, &mut oracle, &question, &paths, &dirs));
                }
            }
        }
    }
    let total = 4 * 2 * 3 * patterns.len();
    eprintln!("{answered} of {total} table cases answered natively, all as legacy");
    assert!(answered * 10 > total * 8, "only {answered} of {total} answered");
}
