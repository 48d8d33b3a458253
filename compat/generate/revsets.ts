// Random revset expressions: the whole grammar, with every predicate that needs no network, nested a few levels deep,
// and now and then something that no parser takes.
import { branchNames } from "./names.ts";
import type { Random } from "./random.ts";

/** What an expression may speak of. */
export interface Subjects {
  /** A revision by any of its names. */
  revision: () => string;
  /** A file pattern. */
  pattern: () => string;
  /** Tags, bookmarks, branches. */
  names: readonly string[];
  revisions: number;
}

type Maker = (random: Random, subjects: Subjects, depth: number) => string;

const quoted = (text: string): string => (/['\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `'${text}'`);
const small = (random: Random): string => String(random.below(5));

/** Predicates without an argument. */
const plain: readonly [string, ...string[]] = [
  ...(["all", "merge", "closed", "draft", "public", "secret", "head", "hidden", "obsolete", "none", "tag"] as const),
  ...["bookmark", "branchpoint", "extinct", "unstable", "orphan", "phasedivergent", "contentdivergent", "tagged"],
  ...["parents", "p1", "p2", "stack", "nosuch", "wdir", "follow", "converted", "origin", "destination", "bumped"],
];

/** Predicates of one set. */
const ofSet: readonly [string, ...string[]] = [
  ...(["ancestors", "descendants", "heads", "roots", "parents", "children", "p1", "p2", "max", "min"] as const),
  ...["reverse", "branch", "only", "ancestor", "first", "last", "sort", "present", "successors", "predecessors"],
  ...["commonancestors", "divergent", "origin", "destination", "rev", "allsuccessors", "connected", "_notpublic"],
];

const dates: readonly [string, ...string[]] = [
  ...([
    "2020",
    ">2020-09-13",
    "<2020-09-14 12:00",
    "2020-09-13 to 2020-09-14",
    "sep 13 2020",
    "-7",
    "1600000000 0",
  ] as const),
  ...["> 1600010000 -7200", "", "bogus", "2020-13-01", "<now", "today", "sunday", "12:00", "2020-09"],
];

const makers: readonly (readonly [weight: number, maker: Maker])[] = [
  [6, (_, { revision }) => quoted(revision())],
  [10, (_, { revision }) => revision()],
  [8, (random) => `${random.pick(plain)}()`],
  [12, (random, subjects, depth) => `${random.pick(ofSet)}(${expression(random, subjects, depth - 1)})`],
  [
    10,
    (random, subjects, depth) => {
      const operator = random.pick([
        " and ",
        " or ",
        " - ",
        " + ",
        "::",
        ":",
        "&",
        "|",
        "..",
        " and not ",
        " % ",
        "##",
      ]);
      return `${expression(random, subjects, depth - 1)}${operator}${expression(random, subjects, depth - 1)}`;
    },
  ],
  [3, (random, subjects, depth) => `(${expression(random, subjects, depth - 1)})`],
  [
    3,
    (random, subjects, depth) =>
      `${random.pick(["not ", "::", ":", "..", "-"])}${expression(random, subjects, depth - 1)}`,
  ],
  [
    4,
    (random, subjects, depth) => {
      const operand = expression(random, subjects, depth - 1);
      return `${/^[\w.]+$/.test(operand) ? operand : `(${operand})`}${random.pick(["^", "~1", "~2", "^2", "^0", "::", ":", "^1", "~-1", "^3"])}`;
    },
  ],
  [
    3,
    (random, subjects, depth) =>
      `${random.pick(["ancestors", "descendants"])}(${expression(random, subjects, depth - 1)}, ${random.pick(["depth=", "startdepth=", ""])}${small(random)})`,
  ],
  [
    4,
    (random, subjects, depth) => {
      const set = expression(random, subjects, depth - 1);
      const text = random.pick(["first", "last", "limit"]);
      return `${text}(${set}, ${small(random)}${text === "limit" && random.percent(40) ? `, ${small(random)}` : ""})`;
    },
  ],
  [
    4,
    (random, subjects, depth) =>
      `sort(${expression(random, subjects, depth - 1)}, ${quoted(random.pick(["-rev", "rev", "branch", "-user desc", "date", "-date rev", "author", "topo", "-topo", "node", "nosuch", ""]))})`,
  ],
  [
    2,
    (random, subjects) =>
      `sort(all(), topo, topo.firstbranch=${subjects.revision()}${random.percent(5) ? ", x=1" : ""})`,
  ],
  [
    5,
    (random) =>
      `${random.pick(["author", "user", "desc", "keyword", "grep", "date"])}(${quoted(random.pick(["test", "Zoë", "re:^T", "change", "literal:merge", "1", "re:[0-9]$", "", "é", "(", "head"]))})`,
  ],
  [3, (random) => `date(${quoted(random.pick(dates))})`],
  [
    5,
    (random, { pattern }) =>
      `${random.pick(["file", "adds", "modifies", "removes", "filelog", "contains", "follow"])}(${quoted(pattern())})`,
  ],
  [
    5,
    (random, { names }) =>
      `${random.pick(["tag", "bookmark", "branch", "named", "id"])}(${quoted(random.pick([random.pick(names) ?? "tag1", random.pick(branchNames), "re:.", "literal:default", "nosuch", "beef", "tags", "bookmarks"]))})`,
  ],
  [2, (random, { revisions }) => `rev(${random.below(revisions + 3) - 1})`],
  [
    2,
    (random) =>
      `extra(${quoted(random.pick(["branch", "close", "source", "nosuch"]))}${random.percent(40) ? `, ${quoted(random.pick(["re:d", "stable", "1"]))}` : ""})`,
  ],
  [
    2,
    (random, subjects, depth) =>
      `${random.pick(["only", "ancestor", "roots"])}(${expression(random, subjects, depth - 1)}, ${expression(random, subjects, depth - 1)})`,
  ],
  [
    2,
    (random, { revision }) =>
      `matching(${revision()}${random.percent(70) ? `, ${quoted(random.pick(["user", "date branch", "files", "phase", "metadata", "description", "summary", "parents", "diff", "user diff", "x"]))}` : ""})`,
  ],
  [
    2,
    (random) =>
      `diffcontains(${quoted(random.pick(["a", "1", "re:^l", "re:[0-9]$", "literal:e", "é", "", "(", "."]))})`,
  ],
  [
    2,
    (random, { pattern, revision }) =>
      `followlines(${quoted(pattern())}, ${random.below(4)}:${random.below(6)}${random.percent(40) ? `, startrev=${revision()}` : ""}${random.percent(30) ? ", descend=1" : ""})`,
  ],
  [
    1,
    (random) =>
      `bisect(${random.pick(["good", "bad", "range", "pruned", "current", "untested", "ignored", "goods", "x"])})`,
  ],
  [
    1,
    (random, subjects, depth) =>
      `reachableroots(${expression(random, subjects, depth - 1)}, ${expression(random, subjects, depth - 1)})`,
  ],
  [1, (random, subjects, depth) => `generationsrel(${expression(random, subjects, depth - 1)})`],
  [1, (random, subjects) => `branch(${subjects.revision()}) - ${quoted(random.pick(["default", "stable"]))}`],
  [
    1,
    (random) =>
      random.pick([
        "(",
        ")",
        "a b",
        "1 +",
        "::",
        "all(",
        "heads()",
        "first(all(), x)",
        "#",
        "1..",
        "'",
        "a:b:c",
        "$1",
        "p1(1, 2, 3)",
      ]),
  ],
];

/** An expression of at most `depth` levels. */
export function expression(random: Random, subjects: Subjects, depth: number): string {
  if (depth <= 0) return random.percent(70) ? subjects.revision() : `${random.pick(plain)}()`;
  return random.weighted(makers)?.(random, subjects, depth) ?? "all()";
}
