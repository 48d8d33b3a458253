//! Random expressions over random histories, compared with what the installed Mercurial selects.

mod common;

use common::Built;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

const CHANGESETS: usize = 14;
const EXPRESSIONS: usize = 220;

/// For each changeset, which earlier ones are its parents; for some a branch, a bookmark, a user.
fn history() -> impl Strategy<Value = Vec<(usize, usize, u8)>> {
    proptest::collection::vec((0usize..40, 0usize..40, any::<u8>()), CHANGESETS)
}

fn build(plan: &[(usize, usize, u8)]) -> Built {
    let mut built = Built::new(&["revsetalias.mine($1)=$1 and author(ann)", "revsetalias.few=limit(all(), 3)"]);
    let mut branch = "default";
    for (at, &(first, second, flavour)) in plan.iter().enumerate() {
        let mut parents = Vec::new();
        if at > 0 && first % 8 != 0 {
            parents.push(at - 1 - first % at.min(4));
            let other = at - 1 - second % at;
            if second % 3 == 0 && !parents.contains(&other) {
                parents.push(other);
            }
        }
        let wanted = ["default", "default", "side", "b-c"][usize::from(flavour % 4)];
        if wanted != branch {
            built.server.ok(&["branch", "-q", "-f", wanted]);
            branch = wanted;
        }
        let user = ["ann", "bob"][usize::from(flavour / 4 % 2)];
        let date = format!("{} 0", 1_000_000_000 + u64::from(flavour / 8 % 4) * 86_400);
        built.commit(&format!("f{at}"), &parents, &["-u", user, "-d", &date]);
    }
    built.server.ok(&["phase", "-q", "--public", "-r", "3"]);
    built.server.ok(&["bookmark", "-q", "-r", "5", "mark"]);
    built.server.ok(&["bookmark", "-q", "-r", "2", "x-y"]);
    built.server.ok(&["tag", "-q", "--local", "-r", "7", "v1"]);
    built
}

fn expression() -> impl Strategy<Value = String> {
    let number = (0..CHANGESETS + 1).prop_map(|n| n.to_string());
    let leaf = prop_oneof![
        6 => number,
        4 => proptest::sample::select(vec![
            "all()", "tip", ".", "null", "mark", "x-y", "v1", "none()", "head()", "merge()", "draft()", "public()", "not public()",
            "author(ann)", "user('re:B')", "date('2001-09-10')", "branch(side)", "branch('b-c')", "branchpoint()", "few", "-2", "nosuch",
            "desc(f1)", "file('f*')", "p1()", "parents()", "bookmark()", "tag()", "closed()", ":", "keyword(f)", "adds('f1*')",
        ]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let one = inner.clone();
        let functions = proptest::sample::select(vec![
            "reverse",
            "first",
            "last",
            "heads",
            "roots",
            "parents",
            "p1",
            "p2",
            "children",
            "ancestors",
            "descendants",
            "max",
            "min",
            "sort",
            "present",
            "only",
            "branch",
            "commonancestors",
            "ancestor",
            "mine",
            "revset",
            "not",
            "limit",
            "matching",
        ]);
        let shapes = proptest::sample::select(vec![
            "limit({}, 2)",
            "last({}, 3)",
            "limit({}, 2, 1)",
            "ancestors({}, 1)",
            "descendants({}, 2)",
            "sort({}, -rev)",
            "sort({}, user)",
            "sort({}, 'branch -date')",
            "sort({}, topo)",
            "({})^",
            "({})^2",
            "({})~1",
            "({})~2",
            "::({})",
            "({})::",
            ":({})",
            "({}):",
            "({})#g[-1:1]",
            "({})%",
            "heads(commonancestors({}))",
            "not ({})",
            "({})~-1",
        ]);
        let operators = proptest::sample::select(vec![
            " + ",
            " or ",
            " & ",
            " and ",
            " - ",
            " and not ",
            "::",
            ":",
            " % ",
            " & reverse(all()) & ",
            " - ::",
        ]);
        prop_oneof![
            3 => (functions, one.clone()).prop_map(|(f, x)| format!("{f}({x})")),
            3 => (shapes, one.clone()).prop_map(|(shape, x)| shape.replace("{}", &x)),
            5 => (operators, one.clone(), one.clone()).prop_map(|(op, a, b)| format!("({a}){op}({b})")),
            1 => (one.clone(), one).prop_map(|(a, b)| format!("only({a}, {b})")),
        ]
    })
}

#[test]
fn the_same_revisions_in_the_same_order() {
    let mut runner = TestRunner::new(Config::default());
    let expressions = expression();
    for _ in 0..3 {
        let plan = history().new_tree(&mut runner).expect("a history").current();
        let mut built = build(&plan);
        let specs: Vec<String> =
            (0..EXPRESSIONS).map(|_| expressions.new_tree(&mut runner).expect("an expression").current()).collect();
        let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
        let answered = built.same_or_left(&specs);
        assert!(answered * 10 > EXPRESSIONS * 9, "native left {} expressions of {plan:?}", EXPRESSIONS - answered);
    }
}
