// Random templates: keywords, filters, functions and maps nested in each other, which share too little with one
// another for a list of examples to cover.
import type { Random } from "./random.ts";

type Maker = (random: Random, depth: number) => string;

/** Keywords of changesets that are text or a number. */
const scalars: readonly [string, ...string[]] = [
  ...([
    "rev",
    "node",
    "desc",
    "author",
    "branch",
    "date",
    "phase",
    "phaseidx",
    "graphnode",
    "index",
    "bisect",
  ] as const),
  ...["p1rev", "p1node", "p2rev", "p2node", "changessincelatesttag", "latesttagdistance", "diffstat", "activebookmark"],
  ...["obsolete", "status", "termwidth", "verbosity", "reporoot", "subrepos", "onelinesummary", "obsfate", "nosuch"],
  ...["p1.rev", "p2.node|short", "latesttag", "peerurls", "currentbookmark", "whyunstable"],
];
/** Keywords that are lists. */
const lists: readonly [string, ...string[]] = [
  ...([
    "parents",
    "children",
    "tags",
    "bookmarks",
    "branches",
    "files",
    "file_adds",
    "file_mods",
    "file_dels",
  ] as const),
  ...["file_copies", "file_copies_switch", "extras", "namespaces", "successorssets", "predecessors", "instabilities"],
  ...["latesttag", "manifest", "desc|splitlines", "files|reverse", "succsandmarkers", "negrev"],
];
const filters: readonly [string, ...string[]] = [
  ...(["short", "firstline", "user", "person", "email", "domain", "isodate", "isodatesec", "rfc822date"] as const),
  ...["hgdate", "shortdate", "localdate", "json", "xmlescape", "escape", "urlescape", "addbreaks", "strip", "upper"],
  ...["lower", "tabindent", "stringify", "stringescape", "count", "basename", "dirname", "emailuser", "nonempty"],
  ...["permissions", "revescape", "shortbisect", "slashpath", "splitlines", "stripdir", "utf8", "obfuscate", "fill68"],
  ...["fill76", "rfc3339date", "reverse", "hex", "bisect", "websub", "cbor", "dirname", "nosuch", "age", "commondir"],
];
const words: readonly [string, ...string[]] = [
  "",
  "a",
  "e",
  " ",
  "\\n",
  "change",
  "é",
  "0",
  "default",
  "日本",
  "x\\ty",
];
const literal = (random: Random): string => {
  const word = random.pick(words);
  return random.pick([`"${word}"`, `'${word}'`, `r'${word}'`]);
};
const number = (random: Random): string => random.pick(["0", "1", "2", "3", "10", "40", "-1", "-3"]);

/** What stands between braces. */
const expressions: readonly (readonly [weight: number, maker: Maker])[] = [
  [14, (random) => random.pick(scalars)],
  [8, (random) => random.pick(lists)],
  [12, (random, depth) => `${expression(random, depth - 1)}|${random.pick(filters)}`],
  [3, literal],
  [2, number],
  [5, (random, depth) => `${random.pick(lists)} % ${body(random, depth - 1, true)}`],
  [4, (random) => `join(${random.pick(lists)}${random.percent(70) ? `, ${literal(random)}` : ""})`],
  [
    5,
    (random, depth) =>
      `if(${expression(random, depth - 1)}, ${value(random, depth)}${random.percent(60) ? `, ${value(random, depth)}` : ""})`,
  ],
  [
    3,
    (random, depth) =>
      `ifeq(${expression(random, depth - 1)}, ${value(random, depth)}, ${value(random, depth)}, ${value(random, depth)})`,
  ],
  [
    2,
    (random, depth) =>
      `ifcontains(${value(random, depth)}, ${random.pick(lists)}, ${value(random, depth)}, ${literal(random)})`,
  ],
  [
    3,
    (random, depth) =>
      `pad(${value(random, depth)}, ${number(random)}${random.percent(50) ? `, ${random.pick(["' '", "'.'", "'xy'", "''"])}` : ""}${random.percent(40) ? `, ${random.pick(["left=True", "truncate=yes", "1", "left=0"])}` : ""})`,
  ],
  [2, (random, depth) => `fill(${value(random, depth)}, ${number(random)}${random.percent(50) ? ", '> ', '  '" : ""})`],
  [
    2,
    (random, depth) =>
      `indent(${value(random, depth)}, ${literal(random)}${random.percent(40) ? `, ${literal(random)}` : ""})`,
  ],
  [2, (random, depth) => `label(${random.pick(["'log.node'", "'red'", "phase", "'x'"])}, ${value(random, depth)})`],
  [
    2,
    (random) =>
      `date(date${random.percent(70) ? `, ${random.pick(["'%Y-%m-%d'", "'%s %z'", "'%a %b'", "'%%'", "'%1 %2'", "'%j%U'", "''"])}` : ""})`,
  ],
  [1, (random) => `localdate(date, ${random.pick(["'UTC'", "'+0200'", "3600", "'nosuch'"])})|isodate`],
  [
    2,
    (random, depth) =>
      `sub(${random.pick(["'e'", "'[a-c]+'", "'(.)'", "'('", "'^'"])}, ${literal(random)}, ${value(random, depth)})`,
  ],
  [
    2,
    (random, depth) =>
      `search(${random.pick(["'e'", "'([a-z])(\\\\d)?'", "'(?P<x>.)'", "'('"])}, ${value(random, depth)})`,
  ],
  [
    2,
    (random) =>
      `revset(${random.pick(["'.'", "'%d', rev", "'parents(%d)', rev", "'nosuch'", "'tip'", "'all()'"])})${random.percent(40) ? " % '{node|short} '" : ""}`,
  ],
  [1, (random, depth) => `startswith(${literal(random)}, ${value(random, depth)})`],
  [1, (random, depth) => `strip(${value(random, depth)}${random.percent(50) ? `, ${literal(random)}` : ""})`],
  [
    1,
    (random, depth) =>
      `word(${number(random)}, ${value(random, depth)}${random.percent(30) ? `, ${literal(random)}` : ""})`,
  ],
  [
    2,
    (random, depth) =>
      `separate(${literal(random)}, ${value(random, depth)}, ${value(random, depth)}, ${value(random, depth)})`,
  ],
  [
    2,
    (random) =>
      `get(${random.pick(["extras", "namespaces", "dict(a=rev)", "p1"])}, ${random.pick(["'branch'", "'tags'", "'a'", "'rev'", literal(random)])})`,
  ],
  [
    1,
    (random, depth) =>
      `dict(a=${expression(random, depth - 1)}, ${random.pick(scalars)})${random.percent(50) ? "|json" : ""}`,
  ],
  [
    2,
    (random, depth) =>
      `${random.pick(["min", "max", "shortest"])}(${random.pick(["node", random.pick(lists), value(random, depth)])}${random.percent(15) ? `, ${number(random)}` : ""})`,
  ],
  [
    1,
    (random) =>
      `${random.pick(["diff()", "files('**.txt')", "config('ui', 'username')", "configbool('ui', 'quiet')", "configint('a', 'b', 3)", "rstdoc('x', 'minimal')", "latesttag('re:.')", "mailmap(author)", "relpath('a')", "indent(rev)", "filter(files)"])}`,
  ],
  [1, (random) => `rev ${random.pick(["+", "-", "*", "/"])} ${number(random)}`],
  [1, (random) => `mod(rev, ${number(random)})`],
  [
    1,
    (random) =>
      random.pick([
        "rev|",
        "|short",
        "rev(",
        "nosuch()",
        "'",
        "-rev",
        "(rev)",
        "rev.x",
        "p1.nosuch",
        "files.x",
        "shortest",
        "a b",
      ]),
  ],
];

function expression(random: Random, depth: number): string {
  if (depth <= 0) return random.pick(random.percent(75) ? scalars : lists);
  return random.weighted(expressions)?.(random, depth) ?? "rev";
}

const value = (random: Random, depth: number): string => {
  if (random.percent(35)) return literal(random);
  return random.percent(25) ? body(random, depth - 1, false) : expression(random, depth - 1);
};

/** The right side of a map, or a template in quotes. */
function body(random: Random, depth: number, item: boolean): string {
  const inner = item
    ? random.pick([
        "{file}",
        "{tag} ",
        "{rev}:{node|short} ",
        "<{bookmark}>",
        "{key}={value};",
        "{name}->{source},",
        "{name}",
        "{branch}",
        "{namespace}: {names % '{name},'}",
      ])
    : `{${depth > 0 ? random.pick(scalars) : "rev"}}`;
  return `"${inner}${random.percent(20) ? "\\n" : ""}"`;
}

/** A template of one to four pieces of text and expression. */
export function template(random: Random): string {
  let text = "";
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    if (random.percent(50))
      text += random.pick(
        ["", " ", "x: ", "\\n", "\\t", "{", "}", "\\{", "é", "\\x41", "%"].slice(0, random.percent(90) ? 5 : 11) as [
          string,
          ...string[],
        ],
      );
    text += `{${expression(random, 2)}}`;
  }
  return `${text}\\n`;
}
