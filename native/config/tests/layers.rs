//! Whole configurations against the installed Mercurial: random files, environments and command lines.

mod oracle;

use amalgam_config::{Config, LegacyPaths, RepoConfigFiles};
use amalgam_types::{Environment, Reason, Stop};
use oracle::{ask, cases, environment};
use proptest::prelude::*;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// One line of a configuration file, biased towards what means something.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let section = proptest::sample::select(vec![
        "ui",
        "ui",
        "paths",
        "alias",
        "defaults",
        "commands",
        "command-templates",
        "diff",
        "s",
        "a]b",
        "trusted",
    ]);
    let name = proptest::sample::select(vec![
        "username",
        "user",
        "logtemplate",
        "log",
        "style",
        "slash",
        "a",
        "b",
        "git",
        "x y",
        "a:pushurl",
        "status.verbose",
        "statuscopies",
        "users",
        "gpyfm.gui",
    ]);
    let switch =
        proptest::sample::select(vec!["verbose", "quiet", "debug", "tweakdefaults", "timestamp-output", "traceback"]);
    let state = proptest::sample::select(vec!["1", "0", "true", "no", "yes", "on", "never", "OFF", "always", "maybe"]);
    let value = proptest::sample::select(vec![
        "1", "0", "true", "no", "yes", "on", "never", "", "x", "a, b", "\"q", "y # z", "=", "off", "always",
    ]);
    let space = proptest::sample::select(vec!["", "", " ", "\t", " \x0b", "\x0c "]);
    let target = proptest::sample::select(vec!["one", "sub/two", "./one", "missing", "$DIR/one", "~/two", "${NO}/x"]);
    let junk = proptest::collection::vec(proptest::sample::select(b"[]=#;% \ta\xc3\0".as_slice()), 0..6);
    prop_oneof![
        30 => section.prop_map(|s| format!("[{s}]").into_bytes()),
        20 => (switch, state).prop_map(|(n, v)| format!("{n} = {v}").into_bytes()),
        60 => (name.clone(), space.clone(), space.clone(), value.clone())
            .prop_map(|(n, a, b, v)| format!("{n}{a}={b}{v}{a}").into_bytes()),
        12 => (space.clone(), value).prop_map(|(s, v)| format!(" {s}{v}").into_bytes()),
        8 => target.prop_map(|t| format!("%include {t}").into_bytes()),
        15 => (name, space).prop_map(|(n, s)| format!("%unset {s}{n}").into_bytes()),
        8 => proptest::sample::select(vec!["# c", ";c", "", " ", "[s] x", "[t"]).prop_map(|t| t.as_bytes().to_vec()),
        1 => junk,
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let end = proptest::sample::select(vec!["\n", "\n", "\n", "\n", "\r\n", "\r", "\n\n"]);
    let bom = proptest::bool::weighted(0.1);
    (bom, proptest::collection::vec((line(), end), 0..9)).prop_map(|(bom, lines)| {
        let mut out = if bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        out.extend(lines.into_iter().flat_map(|(line, end)| [line, end.as_bytes().to_vec()].concat()));
        out
    })
}

#[derive(Debug, Clone)]
struct Case {
    home: Option<Vec<u8>>,
    xdg: Option<Vec<u8>>,
    included: [Vec<u8>; 2],
    repository: Option<(Vec<u8>, Option<Vec<u8>>)>,
    values: Vec<Vec<u8>>,
    plain: Option<&'static str>,
    except: Option<&'static str>,
    variables: Vec<(&'static str, &'static str)>,
    listed: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let value = proptest::sample::select(vec![
        "ui.verbose=1",
        "ui.quiet = yes",
        "ui.debug=false",
        "ui.tweakdefaults=1",
        "paths.a= x ",
        "a.b",
        ".b=c",
        "a.=c",
        "command-templates.log=x",
        "ui.user=me",
        "ui.verbose=maybe",
        "diff.git=0",
        "a b.c d=e=f",
        "merge-tools.gpyfm.gui=x",
        "\u{e9}'",
        "=",
    ]);
    let variable = proptest::sample::select(vec![
        ("EDITOR", "ed"),
        ("VISUAL", ""),
        ("PAGER", "less"),
        ("HGRCSKIPREPO", "1"),
        ("UNRELATED", "x"),
    ]);
    let plain = proptest::sample::select(vec![None, None, None, Some(""), Some("1"), Some("+strictflags")]);
    let except =
        proptest::sample::select(vec![None, None, None, Some("alias"), Some(" tweakdefaults,alias"), Some("")]);
    (
        (proptest::option::weighted(0.8, file()), proptest::option::of(file()), [file(), file()]),
        proptest::option::of((file(), proptest::option::of(file()))),
        proptest::collection::vec(value.prop_map(|v| v.as_bytes().to_vec()), 0..3),
        (plain, except, proptest::collection::vec(variable, 0..2), any::<bool>()),
    )
        .prop_map(|((home, xdg, included), repository, values, (plain, except, variables, listed))| Case {
            home,
            xdg,
            included,
            repository,
            values,
            plain,
            except,
            variables,
            listed,
        })
}

fn write(path: &Path, text: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn lay_out(case: &Case, base: &Path) -> Environment {
    let home = base.join("home");
    let repo = base.join("repo");
    fs::create_dir_all(&home).expect("a folder");
    if let Some(text) = &case.home {
        write(&home.join(".hgrc"), text);
    }
    if let Some(text) = &case.xdg {
        write(&home.join(".config/hg/hgrc"), text);
    }
    for folder in [home.clone(), home.join(".config/hg"), repo.join(".hg")] {
        write(&folder.join("one"), &case.included[0]);
        write(&folder.join("sub/two"), &case.included[1]);
        write(&folder.join("two"), &case.included[1]);
    }
    if let Some((shared, own)) = &case.repository {
        write(&repo.join(".hg/hgrc"), shared);
        if let Some(text) = own {
            write(&repo.join(".hg/hgrc-not-shared"), text);
        }
    }
    let mut vars = vec![("HOME", home.as_os_str().as_bytes().to_vec())];
    vars.push(("DIR", home.as_os_str().as_bytes().to_vec()));
    vars.extend(case.plain.map(|v| ("HGPLAIN", v.as_bytes().to_vec())));
    vars.extend(case.except.map(|v| ("HGPLAINEXCEPT", v.as_bytes().to_vec())));
    vars.extend(case.variables.iter().map(|(k, v)| (*k, v.as_bytes().to_vec())));
    if case.listed {
        vars.push(("HGRCPATH", b"$HOME/.hgrc::~/.config/hg/hgrc:/dev/null:~/none".to_vec()));
    }
    environment(&vars, Path::new("/"))
}

fn ours(case: &Case, env: &Environment, base: &Path) -> Result<Vec<Vec<u8>>, Stop> {
    let mut config = Config::load_user(env, &packaged())?;
    config.add_command_line(&case.values)?;
    if case.repository.is_some() {
        let dot_hg = base.join("repo/.hg");
        config.add_repository(
            env,
            &RepoConfigFiles {
                share_source_hgrc: None,
                hgrc: dot_hg.join("hgrc"),
                hgrc_not_shared: Some(dot_hg.join("hgrc-not-shared")),
                root: base.join("repo"),
            },
        )?;
    }
    let verbosity = config.verbosity();
    let flags = [verbosity.quiet, verbosity.verbose, verbosity.debug];
    let mut out = vec![flags.iter().map(|&flag| if flag { b'1' } else { b'0' }).collect()];
    for (section, name) in [("command-templates", "log"), ("ui", "username")] {
        out.push(config.get(section, name).unwrap_or_default().to_vec());
    }
    for section in config.sections() {
        for (name, value) in config.items(section) {
            let source = config.source_bytes(section, name).unwrap_or_default();
            out.extend([section.to_vec(), name.to_vec(), value.to_vec(), source]);
        }
    }
    Ok(out)
}

/// The installed Mercurial's packaged file, asked once.
fn packaged() -> LegacyPaths {
    static FOUND: std::sync::OnceLock<LegacyPaths> = std::sync::OnceLock::new();
    FOUND
        .get_or_init(|| {
            let script = "import mercurial.defaultrc as d, os\n\
                          f = os.path.dirname(d.__file__)\n\
                          print(*sorted(os.path.join(f, n) for n in os.listdir(f) if n.endswith('.rc')), sep='\\n')";
            let output = std::process::Command::new(amalgam_testkit::legacy_python())
                .args(["-c", script])
                .current_dir("/")
                .output()
                .expect("the installed Mercurial's Python starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).expect("UTF-8 paths");
            // The reference process is no `hg` script, so that only the machine's own folder counts as the system's.
            let system = ["/etc/mercurial/hgrc", "/etc/mercurial/hgrc.d"];
            LegacyPaths {
                default_rc: text.lines().map(Into::into).collect(),
                system_rc: system.iter().map(Into::into).collect(),
            }
        })
        .clone()
}

fn theirs(case: &Case, env: &Environment, base: &Path) -> Result<Vec<Vec<u8>>, Vec<u8>> {
    let count = env.vars.len().to_string();
    let mut question: Vec<&[u8]> = vec![b"load", count.as_bytes()];
    question.extend(env.vars.iter().flat_map(|(name, value)| [name.as_slice(), value]));
    question.extend(case.values.iter().map(Vec::as_slice));
    let root = base.join("repo");
    question.push(if case.repository.is_some() { root.as_os_str().as_bytes() } else { b"" });
    let mut fields = ask(&question)?;
    // Levels show in what the two settings with an older spelling resolve to.
    let items = fields.split_off(3);
    fields.extend(items.chunks(5).flat_map(|item| item[..4].to_vec()));
    Ok(fields)
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn whole_configurations(case in case()) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = folder.path().canonicalize().expect("a real path");
        let env = lay_out(&case, &base);
        let theirs = theirs(&case, &env, &base);
        match (ours(&case, &env, &base), theirs) {
            (Ok(ours), theirs) => prop_assert_eq!(Ok(ours), theirs),
            (Err(Stop::Abort(abort)), Err(message)) => prop_assert_eq!(abort.message, message),
            (Err(Stop::Unsupported(why)), Err(_)) => prop_assert_eq!(why.reason, Reason::ConfigBroken),
            (Err(stop), Ok(_)) => prop_assert!(false, "legacy accepts what ends in {:?}", stop),
        }
    }
}
