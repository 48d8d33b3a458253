//! Expressions of every kind, compared with what the installed Mercurial selects.

mod common;

use common::{Built, rich};

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().collect()
}

#[test]
fn operators_and_ranges() {
    let built = &mut rich(&[]);
    built.same(&lines(include_str!("expressions/operators.txt")));
    built.same(&["4 +\n3", " 3 "]);
    built.same_all(&["5", "1:3", "2"]);
    built.same_all(&["reverse(0:4)", "x-y", "author(bob)"]);
    built.same_all(&["null", "2"]);
    built.same_all(&["2", "null"]);
}

#[test]
fn predicates() {
    let built = &mut rich(&[]);
    built.same(&lines(include_str!("expressions/predicates.txt")));
}

#[test]
fn sorting() {
    let built = &mut rich(&[]);
    for keys in [
        "rev",
        "-rev",
        "branch",
        "-branch",
        "desc",
        "-desc",
        "user",
        "author",
        "-user",
        "date",
        "-date",
        "node",
        "-node",
        "branch -rev",
        "user date",
        "-branch user -date",
        "topo",
        "-topo",
        "",
        "nosuch",
        "topo rev",
        "- x",
    ] {
        let all = format!("sort(all(), '{keys}')");
        built.same(&[&all, &format!("reverse(sort(12:2, '{keys}'))"), &format!("2:9 & {all}")]);
    }
    built.same(&lines(include_str!("expressions/sorting.txt")));
}

#[test]
fn errors() {
    let built = &mut rich(&[]);
    built.same_or_left(&lines(include_str!("expressions/errors.txt")));
    let certain = [
        "nosuch",
        "1 +",
        "(1",
        "1)",
        "1 2",
        "'a",
        "limit()",
        "date('foo')",
        "author()",
        "1^3",
        "(1,2)",
        "::",
        "2:nosuch",
    ];
    built.same(&certain);
}

#[test]
fn aliases() {
    let settings = [
        "revsetalias.mine=author(alice)",
        "revsetalias.d($1)=draft() and $1",
        "revsetalias.two(a, b)=a + reverse(b)",
        "revsetalias.loop=loop2",
        "revsetalias.loop2=loop + 1",
        "revsetalias.tip=0",
        "revsetalias.none()=all()",
        "revsetalias.nested(x)=two(x, two(x, 0:2))",
        "revsetalias.b=branch($$ ## x)".trim_end_matches("($$ ## x)"),
        "revsetalias.j(x)=branch('st' ## x)",
    ];
    let built = &mut rich(&settings);
    built.same(&lines(include_str!("expressions/aliases.txt")));
}

#[test]
fn an_empty_repository() {
    let mut built = Built::new(&[]);
    built.same(&lines(include_str!("expressions/empty.txt")));
    built.same_or_left(&[":", "0:", "null:"]);
}

#[test]
fn hidden_changesets() {
    let mut built = Built::new(&["experimental.evolution=all"]);
    for (name, parents) in [("a", &[][..]), ("b", &[0]), ("c", &[1]), ("d", &[2]), ("e", &[2]), ("f", &[1])] {
        built.commit(name, parents, &[]);
    }
    built.server.ok(&["update", "-q", "-C", "5"]);
    let node = |built: &mut Built, rev: &str| {
        String::from_utf8(built.server.ok(&["log", "-r", rev, "-T", "{node}"])).expect("hex")
    };
    let (two, three, five) = (node(&mut built, "2"), node(&mut built, "3"), node(&mut built, "5"));
    built.server.ok(&["debugobsolete", &two, &five]);
    built.server.ok(&["debugobsolete", &three]);
    built.same(&lines(include_str!("expressions/hidden.txt")));
    built.same_or_left(&["3", "1:3", "phasedivergent()", "successors(2)", "unstable()"]);
}

#[test]
fn a_bisection() {
    let mut built = rich(&[]);
    built.server.ok(&["bisect", "-q", "--noupdate", "--good", "1"]);
    built.server.ok(&["bisect", "-q", "--noupdate", "--bad", "8"]);
    built.server.ok(&["bisect", "-q", "--noupdate", "--skip", "3"]);
    for status in ["good", "bad", "skip", "current", "goods", "bads", "range", "pruned", "untested", "ignored", "GOOD"]
    {
        built.same(&[&format!("bisect({status})")]);
    }
}
