//! Compares what native reads with what the installed Mercurial prints, revision by revision.

use super::fixtures::Built;
use amalgam_repo::{Repository, Resolved};
use amalgam_testkit::Server;
use amalgam_types::{Node, Reason, Rev, Stop, WDIR_REV};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn node(hex: &[u8]) -> Node {
    Node::from_hex(hex).expect("an id")
}

const CHANGESET: &str = "{rev}\\0{node}\\0{p1.rev}\\0{p2.rev}\\0{manifest.node}\\0{phase}\\0{branch}\\0{author}\\0\
                         {date|hgdate}\\0{desc}\\0{files % '{file}\\n'}\\0{obsolete}\\0{bookmarks % '{bookmark}\\n'}\\0\
                         {tags % '{tag}\\n'}\\0{extras % '{key}={value}\\n'}\\0\\n";

/// Changesets, phases, names and visibility.
pub fn changesets(built: &Built, repo: &Repository, hg: &mut Server) {
    let config = built.config();
    let changelog = repo.changelog().expect("a history");
    let visibility = repo.visibility(&config).expect("visibility");
    let out = hg.ok(&["log", "--hidden", "-r", "all()", "-T", CHANGESET]);
    let records: Vec<Vec<&[u8]>> = split(&out, b"\0\n").map(|r| split(r, b"\0").collect()).collect();
    assert_eq!(changelog.len() as usize, records.len());
    for (rev, fields) in records.iter().enumerate() {
        let rev = rev as Rev;
        let entry = changelog.entry(rev).expect("a changeset");
        assert_eq!(text(fields[0]), rev.to_string());
        let id = changelog.node(rev).expect("an id");
        assert_eq!(id, node(fields[1]));
        assert_eq!(changelog.rev_of(&id), Ok(Some(rev)));
        let parents = changelog.parents(rev).expect("parents");
        assert_eq!([text(fields[2]), text(fields[3])], parents.map(|p| p.to_string()), "parents of {rev}");
        assert_eq!(entry.manifest(), node(fields[4]));
        assert_eq!(visibility.phase(rev).name(), text(fields[5]), "phase of {rev}");
        assert_eq!(text(&entry.branch().expect("a branch").0), text(fields[6]));
        assert_eq!(text(entry.user()), text(fields[7]));
        let date = entry.date().expect("a date");
        assert_eq!(format!("{} {}", date.seconds, date.offset), text(fields[8]));
        assert_eq!(text(entry.description()), text(fields[9]));
        let files: Vec<u8> = entry.files().flat_map(|f| [f, b"\n"].concat()).collect();
        assert_eq!(text(&files), text(fields[10]));
        assert_eq!(visibility.is_obsolete(rev), !fields[11].is_empty(), "obsolete {rev}");
        let bookmarks = repo.bookmarks(&config).expect("bookmarks").of(&id).join(&b'\n');
        assert_eq!(text(&bookmarks), text(fields[12].strip_suffix(b"\n").unwrap_or(b"")));
        let extra = entry.extra().expect("extra");
        let extra: Vec<u8> = extra.iter().flat_map(|(k, v)| [k.as_slice(), b"=", v, b"\n"].concat()).collect();
        let theirs = text(fields[14]).replace("branch=default\n", "");
        assert_eq!(text(&extra).replace("branch=default\n", ""), theirs);
    }
    let visible = hg.ok(&["log", "-r", "all()", "-T", "{rev}\n"]);
    let visible: BTreeSet<String> = text(&visible).lines().map(str::to_owned).collect();
    let ours = (0..changelog.len()).filter(|&r| !visibility.is_hidden(r)).map(|r| r.to_string()).collect();
    assert_eq!(visible, ours, "visible revisions");
    let answer = hg.run(&["heads", "--topo", "-T", "{rev}\n"]);
    let theirs: BTreeSet<Rev> = text(&answer.stdout).lines().map(|l| l.parse().expect("a number")).collect();
    let ours = changelog.heads(|rev| !visibility.is_hidden(rev)).expect("heads");
    assert_eq!(theirs.into_iter().collect::<Vec<_>>(), ours, "heads");
}

/// Tags, branches and heads of the visible history.
pub fn names(built: &Built, repo: &Repository, hg: &mut Server) {
    let config = built.config();
    let changelog = repo.changelog().expect("a history");
    let visibility = repo.visibility(&config).expect("visibility");
    let out = hg.ok(&["tags", "-T", "{tag}\\0{node}\\0{type}\\n"]);
    let theirs: BTreeSet<String> = text(&out).lines().map(str::to_owned).collect();
    let mut ours = BTreeSet::new();
    for tag in repo.tags(&config).expect("tags").iter() {
        let known = changelog.rev_of(&tag.node).expect("a lookup");
        if known.is_some_and(|rev| !visibility.is_hidden(rev)) {
            let kind = if tag.local { "local" } else { "" };
            ours.insert(format!("{}\0{}\0{kind}", text(&tag.name), tag.node));
        }
    }
    assert_eq!(theirs, ours);
    let out = hg.ok(&["branches", "--closed", "-T", "{branch}\\0{rev}\\0{closed}\\n"]);
    let theirs: BTreeSet<String> = text(&out).lines().map(str::to_owned).collect();
    let branches = repo.branches(&config).expect("branches");
    let ours: BTreeSet<String> = branches
        .iter()
        .map(|(name, heads)| {
            let closed = if heads.iter().all(|h| h.closed) { "True" } else { "False" };
            format!("{}\0{}\0{closed}", text(name), branches.tip(name).expect("a tip"))
        })
        .collect();
    assert_eq!(theirs, ours);
    for (name, heads) in branches.iter() {
        let answer = hg.run(&["heads", "--closed", "-T", "{rev}\n", &text(name)]);
        let mut theirs: Vec<Rev> = text(&answer.stdout).lines().map(|l| l.parse().expect("a number")).collect();
        theirs.sort_unstable();
        let ours: Vec<Rev> = heads.iter().map(|h| h.rev).collect();
        assert_eq!(theirs, ours, "heads of {}", text(name));
    }
    let mut branch = repo.working_branch().expect("a branch");
    branch.push(b'\n');
    assert_eq!(text(&hg.ok(&["branch"])), text(&branch));
    let active = hg.run(&["bookmarks", "-l", "."]);
    let ours = repo.bookmarks(&config).expect("bookmarks").active().is_some();
    assert_eq!(active.code == 0, ours, "{}", text(&active.stderr));
}

/// Manifests, file contents, sizes and copy sources of every revision.
pub fn files(repo: &Repository, hg: &mut Server) {
    let changelog = repo.changelog().expect("a history");
    let mut seen = BTreeSet::new();
    let mut paths = BTreeSet::new();
    for rev in 0..changelog.len() {
        let number = rev.to_string();
        let out = hg.ok(&["manifest", "--debug", "--hidden", "-r", &number]);
        let manifest = repo.manifest_of(rev).expect("a manifest");
        let theirs: Vec<&[u8]> = split(&out, b"\n").collect();
        let ours: Vec<_> = manifest.iter().map(|e| e.expect("a line")).collect();
        assert_eq!(theirs.len(), ours.len());
        for (line, entry) in theirs.iter().zip(&ours) {
            let flag = match line[45] {
                b'*' => b'x',
                b'@' => b'l',
                _ => 0,
            };
            assert_eq!((text(&line[47..]), flag, text(&line[..40])), (text(entry.path), entry.flags, text(entry.hex)));
            assert_eq!(manifest.get(entry.path), Ok(Some(*entry)));
            paths.insert(entry.path.to_vec());
            let id = entry.node().expect("an id");
            if seen.insert((entry.path.to_vec(), id)) {
                one_file(repo, hg, &number, entry.path, &id);
            }
        }
    }
    for path in paths {
        one_index(repo, hg, &path);
    }
}

fn one_file(repo: &Repository, hg: &mut Server, rev: &str, path: &[u8], id: &Node) {
    let pattern = [b"path:", path].concat();
    let args = ["cat", "--hidden", "-r", rev].map(OsStr::new);
    let content = hg.ok(&[&args[..], &[OsStr::from_bytes(&pattern)]].concat());
    assert!(repo.file_content(path, id) == Ok(content), "content of {} in {rev}", text(path));
    let args = ["files", "--hidden", "-T", "{size}", "-r", rev].map(OsStr::new);
    let size = hg.ok(&[&args[..], &[OsStr::from_bytes(&pattern)]].concat());
    assert_eq!(repo.file_size(path, id).map(|s| s.to_string()), Ok(text(&size)), "size of {}", text(path));
    let args = ["debugrename", "--hidden", "-r", rev].map(OsStr::new);
    let renamed = hg.ok(&[&args[..], &[OsStr::from_bytes(&pattern)]].concat());
    let ours = match repo.file_copied(path, id).expect("metadata") {
        Some(source) => {
            [path, b" renamed from ", &source.path, b":", source.node.to_string().as_bytes(), b"\n"].concat()
        }
        None => [path, b" not renamed\n"].concat(),
    };
    assert_eq!(text(&renamed), text(&ours));
}

fn one_index(repo: &Repository, hg: &mut Server, path: &[u8]) {
    let args = ["debugindex", "--debug", "-T", "{rev} {linkrev} {nodeid}\\n"].map(OsStr::new);
    let out = hg.ok(&[&args[..], &[OsStr::from_bytes(path)]].concat());
    let filelog = repo.filelog(path).expect("a filelog");
    let mut ours = String::new();
    for rev in 0..filelog.len() {
        let id = filelog.node(rev).expect("an id");
        ours += &format!("{rev} {} {id}\n", filelog.linkrev(rev).expect("a changeset"));
        assert_eq!(filelog.rev_of(&id), Ok(Some(rev)));
    }
    assert_eq!(text(&out), ours, "{}", text(path));
}

/// What `-r` takes: numbers, ids, prefixes, names and things that are none of these.
pub fn symbols(built: &Built, repo: &Repository, hg: &mut Server, more: &[&str]) {
    let config = built.config();
    let changelog = repo.changelog().expect("a history");
    let mut wanted: BTreeSet<String> = more.iter().map(|&s| s.to_owned()).collect();
    let count = changelog.len();
    wanted.extend(
        (-count - 2..=count + 1).filter(|n| n.abs() < 15 || (n.abs() - count).abs() < 3).map(|n| n.to_string()),
    );
    for rev in (0..count).take(15) {
        let hex = changelog.node(rev).expect("an id").to_string();
        wanted.extend([1, 2, 3, 6, 12, 39, 40].map(|len| hex[..len].to_owned()));
        wanted.extend([hex.to_uppercase(), format!("x{}", &hex[..8]), format!("{hex}0")]);
    }
    for symbol in [
        ".",
        "tip",
        "null",
        "0000",
        &"0".repeat(40),
        &"f".repeat(40),
        "f",
        "ff",
        "fff",
        "2147483647",
        "-0",
        "01",
        "x",
        "xf",
        "and",
        "nope",
        "no-pe",
        "nope.x/y",
        "@",
        "é",
        "1000000",
        "99999999999999999999",
        "wdir()",
        "all()",
        "0:1",
        "::",
        "'0'",
        " 0",
        "default",
        "stable",
    ] {
        wanted.insert(symbol.to_owned());
    }
    for (name, _) in repo.bookmarks(&config).expect("bookmarks").iter() {
        wanted.insert(text(name));
    }
    for tag in repo.tags(&config).expect("tags").iter() {
        wanted.insert(text(&tag.name));
    }
    for (name, _) in repo.branches(&config).expect("branches").iter() {
        wanted.insert(text(name));
    }
    for symbol in &wanted {
        let answer = hg.run(&["log", "-T", "{rev}", "-r", symbol]);
        let (out, err) = (text(&answer.stdout), text(&answer.stderr));
        match repo.resolve(&config, symbol.as_bytes()) {
            Ok(Resolved::Rev(rev)) => assert_eq!((out, err), (rev.to_string(), String::new()), "{symbol}"),
            Ok(Resolved::Null) => assert_eq!((out, err), ("-1".to_owned(), String::new()), "{symbol}"),
            Ok(Resolved::WorkingCopy) => assert_eq!((out, err), (WDIR_REV.to_string(), String::new()), "{symbol}"),
            Err(Stop::Abort(abort)) => assert_eq!(err, format!("abort: {}\n", text(&abort.message)), "{symbol}"),
            Err(Stop::Unsupported(stop)) => match stop.reason {
                Reason::RevisionHidden => assert!(err.starts_with("abort: hidden revision"), "{symbol}: {out} {err}"),
                Reason::RevisionExpression => {
                    assert!(
                        symbol.contains([':', '(', '-', ' ', '\'']) || symbol == "and",
                        "{symbol} is no expression"
                    );
                }
                _ => panic!("{symbol}: {stop}, legacy says {out}{err}"),
            },
        }
    }
}

fn split<'a>(bytes: &'a [u8], by: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let now = rest?;
        match now.windows(by.len()).position(|w| w == by) {
            Some(at) => {
                rest = Some(&now[at + by.len()..]);
                Some(&now[..at])
            }
            None => {
                rest = None;
                (!now.is_empty()).then_some(now)
            }
        }
    })
}
