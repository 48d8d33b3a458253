//! Everything that native reads of a repository, compared with what the installed Mercurial prints.

mod common;

use amalgam_config::{Config, LegacyPaths};
use amalgam_repo::{Repository, Resolved, UnfinishedState};
use amalgam_testkit::{Sandbox, Server};
use amalgam_types::{LegacyBuild, LegacyFacts, Reason, Stop};
use common::fixtures::{self, Built};
use common::oracle;

fn compare(built: &Built, symbols: &[&str]) {
    let repo = common::open(&built.sandbox, built.sandbox.root());
    let hg = &mut built.server();
    oracle::changesets(built, &repo, hg);
    oracle::files(&repo, hg);
    oracle::names(built, &repo, hg);
    oracle::symbols(built, &repo, hg, symbols);
}

#[test]
fn today_s_format() {
    compare(&fixtures::rich(&[]), &[]);
}

#[test]
fn zlib_and_flat_deltas() {
    compare(&fixtures::rich(&["format.revlog-compression=zlib", "format.sparse-revlog=no"]), &[]);
}

#[test]
fn without_general_delta() {
    compare(
        &fixtures::rich(&["format.usegeneraldelta=no", "format.sparse-revlog=no", "format.use-share-safe=no"]),
        &[],
    );
}

#[test]
fn with_nodemap_dirstate_v2_and_delta_notes() {
    let built = fixtures::rich(&[
        "format.use-persistent-nodemap=yes",
        "format.use-dirstate-v2=yes",
        "format.use-delta-info-flags=yes",
        "format.use-internal-phase=yes",
        "format.bookmarks-in-store=yes",
        "format.use-dirstate-tracked-hint=yes",
    ]);
    for name in ["persistent-nodemap", "dirstate-v2", "delta-info-revlog", "bookmarksinstore"] {
        let repo = common::open(&built.sandbox, built.sandbox.root());
        assert!(repo.requirements().has(name), "{name}");
    }
    compare(&built, &[]);
}

#[test]
fn long_delta_chains() {
    compare(&fixtures::long(&[], 40), &[]);
}

#[test]
fn long_delta_chains_without_general_delta() {
    compare(&fixtures::long(&["format.usegeneraldelta=no", "format.sparse-revlog=no"], 40), &[]);
}

#[test]
fn a_long_history_with_a_nodemap() {
    let built = fixtures::long(&["format.use-persistent-nodemap=yes"], 70);
    assert!(built.sandbox.path(".hg/store/00changelog.n").exists());
    // Changesets after the nodemap's tip, and a nodemap that no longer fits.
    let docket = built.sandbox.read(".hg/store/00changelog.n");
    built.sandbox.commit("more", "x", "more");
    built.sandbox.write(".hg/store/00changelog.n", &docket);
    let hg = &mut built.server();
    let repo = common::open(&built.sandbox, built.sandbox.root());
    oracle::changesets(&built, &repo, hg);
    oracle::symbols(&built, &repo, hg, &[]);
    built.sandbox.hg_ok(["--config", "extensions.strip=", "strip", "-q", "--no-backup", "-r", "60"]);
    built.sandbox.write(".hg/store/00changelog.n", &docket);
    compare(&built, &[]);
}

const EVOLUTION: [&str; 1] = ["experimental.evolution=all"];

#[test]
fn rewritten_changesets() {
    let built = fixtures::rewritten(&EVOLUTION);
    compare(&built, &[]);
    for rev in ["5", "7", "9"] {
        built.sandbox.hg_ok(["update", "-q", "--hidden", "-r", rev, "--config", EVOLUTION[0]]);
        compare(&built, &[]);
    }
}

#[test]
fn markers_without_evolution_are_a_stop() {
    let built = fixtures::rewritten(&EVOLUTION);
    let repo = common::open(&built.sandbox, built.sandbox.root());
    let config = common::config(&built.sandbox, &[]);
    let Err(Stop::Unsupported(stop)) = repo.resolve(&config, b"1") else { panic!("legacy warns here") };
    assert_eq!(stop.reason, Reason::ObsolescencePresent);
    assert_eq!(repo.resolve(&config, b"."), Ok(Resolved::Rev(0)));
}

#[test]
fn an_unfinished_merge_pins_both_sides() {
    let built = fixtures::rewritten(&EVOLUTION);
    let hg = &mut built.server();
    for (name, from) in [("left", "1"), ("right", "1")] {
        hg.ok(&["update", "-q", "-C", from]);
        built.sandbox.write("conflict", name);
        hg.ok(&["commit", "-q", "-A", "-m", name]);
    }
    hg.ok(&["update", "-q", "-r", "desc(left)"]);
    let answer = hg.run(&["merge", "-q", "-r", "desc(right)", "--config", "ui.merge=:fail"]);
    assert_eq!(answer.code, 1);
    let nodes = hg.ok(&["log", "-r", "desc(right)", "-T", "{node}"]);
    hg.ok(&["debugobsolete", std::str::from_utf8(&nodes).expect("hex")]);
    let repo = common::open(&built.sandbox, built.sandbox.root());
    assert_eq!(repo.unfinished_states(), Ok(vec![UnfinishedState::Merge]));
    assert_eq!(repo.merge_state().expect("a merge").unresolved().collect::<Vec<_>>(), [b"conflict"]);
    compare(&built, &[]);
}

#[test]
fn an_empty_repository() {
    let built = Built::new(&[], &[]);
    let repo = common::open(&built.sandbox, built.sandbox.root());
    assert!(repo.changelog().expect("a history").is_empty());
    assert!(repo.manifest_of(-1).expect("empty").is_empty());
    oracle::symbols(&built, &repo, &mut built.server(), &["0", "00", "-1", "-2"]);
    oracle::names(&built, &repo, &mut built.server());
}

#[test]
fn shares() {
    let built = fixtures::rich(&[]);
    for (name, more) in [("plain", &[][..]), ("relative", &["--relative"]), ("marks", &["-B"])] {
        let target = built.sandbox.base().join(name);
        let mut args = vec!["share", "-q", "--config", "extensions.share=", ".", target.to_str().expect("UTF-8")];
        args.extend(more);
        built.sandbox.hg_ok(args);
        let settings = if name == "marks" { vec!["extensions.share="] } else { vec![] };
        let built = Built { sandbox: Sandbox::new(), settings };
        let mut config: Vec<&str> = common::SETTINGS.to_vec();
        config.extend(&built.settings);
        let hg = &mut Server::start(&built.sandbox, &target, &config);
        let repo = common::open(&built.sandbox, &target);
        assert!(repo.is_share());
        assert_eq!(repo.config_files().share_source_hgrc, Some(repo.shared_dot_hg().join("hgrc")));
        oracle::changesets(&built, &repo, hg);
        oracle::names(&built, &repo, hg);
        oracle::files(&repo, hg);
        oracle::symbols(&built, &repo, hg, &[]);
    }
}

#[test]
fn tags_and_branches_without_caches_are_the_same() {
    let built = fixtures::rich(&[]);
    let hg = &mut built.server();
    hg.ok(&["tags", "-q"]);
    hg.ok(&["branches", "-q"]);
    oracle::names(&built, &common::open(&built.sandbox, built.sandbox.root()), hg);
    for name in
        ["branch2-served", "branch2-base", "branch2-visible", "branch2-immutable", "tags2-visible", "rbc-revs-v2"]
    {
        let _ = std::fs::remove_file(built.sandbox.path(format!(".hg/cache/{name}")));
        oracle::names(&built, &common::open(&built.sandbox, built.sandbox.root()), hg);
        std::fs::remove_dir_all(built.sandbox.path(".hg/cache")).expect("a cache folder");
        std::fs::create_dir(built.sandbox.path(".hg/cache")).expect("a cache folder");
        let repo = common::open(&built.sandbox, built.sandbox.root());
        let config = built.config();
        assert!(repo.tags(&config).is_ok() && repo.branches(&config).is_ok());
        oracle::names(&built, &repo, hg);
    }
}

#[test]
fn requirements_that_native_does_not_read() {
    for format in [
        "format.exp-use-changelog-v2=enable-unstable-format-and-corrupt-my-data",
        "experimental.treemanifest=yes",
        "format.usefncache=no",
        "format.dotencode=no",
        "format.usestore=no",
        "format.use-fileindex-v1=yes",
        "format.exp-archived-phase=yes",
    ] {
        let sandbox = Sandbox::init_with(&[format, "storage.all-slow-path=allow"]);
        let Err(Stop::Unsupported(stop)) = Repository::open(sandbox.root(), &sandbox.environment()) else {
            panic!("{format} is read");
        };
        assert_eq!(stop.reason, Reason::RequirementUnknown, "{format}");
    }
}

#[test]
fn formats_that_the_plain_build_refuses() {
    let built = Built::new(&["format.use-dirstate-v2=yes"], &[]);
    let repo = common::open(&built.sandbox, built.sandbox.root());
    let facts = |build| LegacyFacts { build, ..LegacyFacts::default() };
    let user = |value: &str| {
        let mut config = Config::load_user(&built.sandbox.environment(), &LegacyPaths::default()).expect("settings");
        config.add_command_line(&[format!("storage.all-slow-path={value}").into_bytes()]).expect("a setting");
        config
    };
    assert_eq!(repo.check_build(&facts(LegacyBuild::C), &user("allow")), Ok(()));
    assert_eq!(repo.check_build(&facts(LegacyBuild::Rust), &user("abort")), Ok(()));
    assert!(repo.check_build(&facts(LegacyBuild::C), &user("abort")).is_err());
    assert!(repo.check_build(&facts(LegacyBuild::C), &user("warn")).is_err());
    assert!(repo.check_build(&facts(LegacyBuild::Rust), &user("other")).is_err());
}

#[test]
fn a_mismatch_between_a_share_and_its_source_is_a_stop() {
    let built = fixtures::long(&[], 2);
    let target = built.sandbox.base().join("share");
    built.sandbox.hg_ok(["share", "-q", "--config", "extensions.share=", ".", target.to_str().expect("UTF-8")]);
    built.sandbox.hg_ok(["debugupgraderepo", "-q", "--run", "--no-backup", "--config", "format.use-share-safe=no"]);
    let Err(Stop::Unsupported(stop)) = Repository::open(&target, &built.sandbox.environment()) else {
        panic!("legacy resolves this");
    };
    assert_eq!(stop.reason, Reason::RepositoryShare);
}

#[test]
fn unknown_working_parents_are_a_stop() {
    let built = fixtures::long(&[], 2);
    let mut dirstate = built.sandbox.read(".hg/dirstate");
    dirstate[0] ^= 1;
    built.sandbox.write(".hg/dirstate", dirstate);
    let repo = common::open(&built.sandbox, built.sandbox.root());
    let Err(Stop::Unsupported(stop)) = repo.working_parents() else { panic!("legacy warns here") };
    assert_eq!(stop.reason, Reason::WarningExpected);
}

#[test]
fn malformed_bookmarks_are_a_stop() {
    let built = fixtures::rich(&[]);
    built.sandbox.write(".hg/bookmarks", "junk\n");
    let repo = common::open(&built.sandbox, built.sandbox.root());
    let Err(Stop::Unsupported(stop)) = repo.resolve(&built.config(), b"mark") else { panic!("legacy warns here") };
    assert_eq!(stop.reason, Reason::WarningExpected);
    assert!(repo.resolve(&built.config(), b"0").is_ok());
}

#[test]
fn censored_revisions_are_a_stop() {
    let built = Built::new(&[], &["extensions.censor="]);
    let hg = &mut built.server();
    for text in ["secret\n", "public\n"] {
        built.sandbox.write("f", text);
        hg.ok(&["commit", "-q", "-A", "-m", text]);
    }
    hg.ok(&["censor", "-q", "-r", "0", "f"]);
    let repo = common::open(&built.sandbox, built.sandbox.root());
    let node =
        |rev| repo.manifest_of(rev).expect("a manifest").get(b"f").expect("a line").expect("f").node().expect("an id");
    let Err(Stop::Unsupported(stop)) = repo.file_content(b"f", &node(0)) else { panic!("it is censored") };
    assert_eq!(stop.reason, Reason::RepositoryDamaged);
    assert!(repo.file_size(b"f", &node(0)).is_err());
    assert_eq!(repo.file_content(b"f", &node(1)), Ok(b"public\n".to_vec()));
}

#[test]
fn subrepositories_are_seen() {
    let built = Built::new(&[], &[]);
    built.sandbox.commit("a", "a", "no");
    built.sandbox.commit(".hgsubstate", "", "yes");
    let repo = common::open(&built.sandbox, built.sandbox.root());
    assert_eq!((repo.has_subrepositories(0), repo.has_subrepositories(1)), (Ok(false), Ok(true)));
}
