// Values for flags and arguments: sensible ones, and some that are not.
import { type ByteText, bytesOf } from "./bytes.ts";
import { branchNames } from "./names.ts";
import type { Random } from "./random.ts";
import type { GeneratedRepository } from "./repository.ts";

/** What a line is made for. */
export interface Place {
  random: Random;
  repository: GeneratedRepository;
  nodes: readonly string[];
}

const kinds = [
  ...["", "", "", "", "", "", "path:", "glob:", "re:", "relpath:", "rootfilesin:", "relglob:", "rootglob:"],
  ...["filepath:", "relre:", "set:", "listfile:", "include:", "nosuch:"],
] as const;
const globs = [
  ...["**", "*", "*.txt", "**.txt", "dir/*", "*/*", "[a-m]*", "{a,b}*", "?", "src/**/er/*", "*.{o,c}", "dir/**"],
  ...["[!a]*", "*[", "{a", "\\*", ".*", "**/a", "", "é*", "[^b-]?", "a/../b*", "/a"],
] as const;
const expressions = [
  ...[".*txt$", "a", "dir/", ".*[^a-z]", "(a|b)", "\\w+\\.o", ".{1,3}$", "é", "^a", "(?i)A", "[[:alpha:]]", "a{,2}"],
  ...["(?=a)", "\\bdir", "a\\Z", "(", "\\d+", "x*+", "(?:b|B)", "."],
] as const;
const templates = [
  ...[
    "json",
    "{path}\\n",
    "{status} {path}\\n",
    "{rev}:{node|short} {desc|firstline}\\n",
    "{path|basename}\\n",
    "{flags}{size}",
  ],
  ...[
    "status",
    "compact",
    "changelog",
    "debug",
    "pickle",
    "cbor",
    "nosuch",
    "{",
    "{nosuch}",
    "{name}={value}\\n",
    "mytpl",
  ],
  ...["{reporoot}", "{files % '{file} '}\\n", "{ver}\\n", "\\t{abspath}\\0", ""],
] as const;

const word = (random: Random): string =>
  random.pick(["", "a", "x", "1", "0", "-1", "é", "tip", "*", "no such", "true", "\\n", "a=b", "2147483648", "'"]);

/** A revision: a name, number, hash or prefix, or an expression. */
export function revision({ random, repository, nodes }: Place): string {
  const node = random.pick(nodes) ?? "0".repeat(40);
  const number = (): string => String(random.below(nodes.length + 2));
  const name = (): string => random.pick(repository.names) ?? "tag1";
  const atom = random.weighted<() => string>([
    [8, number],
    [2, () => `-${1 + random.below(nodes.length + 1)}`],
    [4, () => random.pick(["tip", ".", "null", "wdir()", "default", "stable", "with space", "x-1", "ünï"])],
    [2, () => node],
    [2, () => node.slice(0, 12)],
    [2, () => node.slice(0, 1 + random.below(6))],
    [5, name],
    [
      1,
      () =>
        random.pick(["", "nosuch", "f".repeat(40), "ffff", "0".repeat(40), "2147483647", "-0", "00", "+1", "1 ", "x"]),
    ],
  ]);
  const base = (atom ?? number)();
  if (random.percent(88)) return base;
  const other = number();
  return random.pick([
    ...[
      `${base}:${other}`,
      `${base}::`,
      `${base}^`,
      `${base}~1`,
      `p1(${base})`,
      `${base} + ${other}`,
      "all()",
      "head()",
    ],
    ...[
      `${other}:`,
      `:${other}`,
      `not ${base}`,
      `"${base}"`,
      `rev(${other})`,
      `branch(${base})`,
      "(",
      "parents()",
      "..",
      ":",
    ],
    ...[
      `max(${base}:${other})`,
      "first(all())",
      `${base} and ${other}`,
      `ancestors(${base})`,
      "heads(all())",
      "none()",
    ],
    ...["user('Zoë')", "draft()", "bookmark()", "tag()", "merge()", "closed()", "desc('change')", "file('**.txt')"],
  ] as [string, ...string[]]);
}

/** A file pattern, or the name of a file that is, was or never will be. */
export function pattern({ random, repository }: Place): ByteText {
  const kind = random.pick(kinds);
  if (/glob|^$/.test(kind) && (kind !== "" || random.percent(10))) return bytesOf(kind + random.pick(globs));
  if (kind.includes("re:")) return bytesOf(kind + random.pick(expressions));
  if (kind === "set:")
    return bytesOf(kind + random.pick(["added()", "**.txt", "binary()", "modified() or unknown()", "("]));
  if (kind === "listfile:" || kind === "include:") return bytesOf(kind + random.pick([".hgignore", "nosuch", "a"]));
  const name = random.percent(70)
    ? (random.pick(repository.files) ?? "a")
    : random.percent(75)
      ? (random.pick(repository.folders) ?? "dir")
      : random.pick([
          "",
          ".",
          "..",
          "nosuch",
          "dir/../a",
          "./b",
          "dir/",
          "/",
          ".hg",
          "../repo/a",
          "a/b/c",
          "dir//sub",
          "$W/repo/a",
        ]);
  return bytesOf(kind) + name;
}

const keysOf: Record<string, readonly [string, ...string[]]> = {
  status: [
    ...(["commands.status.relative=yes", "commands.status.relative=no", "commands.status.verbose=1"] as const),
    ...[
      "commands.status.terse=mu",
      "commands.status.skipstates=merge",
      "ui.statuscopies=yes",
      "ui.ignore=$W/repo/.hgignore",
    ],
    ...["ui.relative-paths=yes", "ui.relative-paths=legacy", "ui.slash=yes", "commands.status.relative=maybe"],
  ],
  cat: ["encode.**=cat", "decode.**=tr a b", "ui.relative-paths=yes"],
  config: ["sec.new=1", "ui.username=Me", "sec.a=\\n", "é.ü=ö"],
  paths: ["paths.default=/x", "paths.new=a/b", "paths.default:pushurl=y", "paths.new=https://u:p@h/"],
};
const commonKeys = [
  ...[
    "ui.quiet=yes",
    "ui.verbose=yes",
    "ui.color=always",
    "ui.color=never",
    "color.status.modified=green",
    "ui.paginate=no",
  ],
  ...[
    "ui.tweakdefaults=yes",
    "ui.strict=yes",
    "ui.detailed-exit-code=yes",
    "ui.relative-paths=yes",
    "ui.formatted=yes",
  ],
  ...["alias.st=status -q", "defaults.status=-q", "hooks.pre-status=true", "extensions.rebase=", "extensions.nosuch="],
  ...["experimental.evolution=all", "experimental.evolution=", "experimental.directaccess=yes", "ui.timeout=3"],
  ...[
    "templates.t={rev}",
    "devel.all-warnings=yes",
    "ui.fallbackencoding=latin-1",
    "nosection",
    "a.b",
    ".x=1",
    "x=1",
    "ui.debug=yes",
  ],
  ...["diff.git=yes", "format.use-dirstate-v2=yes", "pager.pager=cat", "pager.attend-status=no", "ui.ignore=nosuch"],
] as [string, ...string[]];

/** A setting for --config, often one that matters to the command. */
export function setting(random: Random, command: string): string {
  const own = keysOf[command];
  return own !== undefined && random.percent(60) ? random.pick(own) : random.pick(commonKeys);
}

/** A key for `hg config`. */
export function configKey(random: Random): string {
  return random.pick([
    ...[
      "ui",
      "sec",
      "sec.a",
      "sec.b",
      "sec.c",
      "ui.username",
      "paths",
      "paths.default",
      "extensions",
      "nosuch",
      "nosuch.x",
    ],
    ...[
      "alias",
      "defaults",
      "ui.",
      ".",
      "",
      "sec.list",
      "sec.é",
      "storage",
      "experimental",
      "hooks",
      "a.b.c",
      "templates",
    ],
  ] as [string, ...string[]]);
}

/** A value for a flag, by what its name says that it takes. */
export function flagValue(place: Place, command: string, long: string): ByteText {
  const { random } = place;
  if (random.percent(3)) return bytesOf(word(random));
  const text = (...choices: [string, ...string[]]): ByteText => bytesOf(random.pick(choices));
  if (/^(rev|change|from|to|prune|base|source|dest|r|id)$/.test(long)) return bytesOf(revision(place));
  if (/^(include|exclude)$/.test(long)) return pattern(place);
  switch (long) {
    case "template":
      return bytesOf(random.pick(templates));
    case "style":
      return text("compact", "default", "changelog", "xml", "nosuch", "phases", "status");
    case "output":
      return text("%s.out", "$W/%b-%H", "-", "out/%d/%p", "", "%%", "%q");
    case "color":
      return text("always", "never", "auto", "debug", "yes", "no", "bogus", "");
    case "config":
      return bytesOf(setting(random, command));
    case "config-file":
      return text("$W/repo/.hg/hgrc", "$W/nosuch");
    case "cwd":
      return text("$W/repo", "dir", "..", ".", "nosuch", "$W");
    case "repository":
      return text("$W/repo", ".", "$W/nosuch", "..", "$W/source", "default", "up", "bundle:x", "https://localhost:1/");
    case "pager":
      return text("no", "never", "auto", "on", "bogus");
    case "encoding":
      return text("utf-8", "latin-1", "ascii", "nosuch");
    case "encodingmode":
      return text("strict", "replace", "ignore", "bogus");
    case "branch":
    case "only-branch":
      return bytesOf(random.pick(branchNames));
    case "bookmark":
    case "name":
      return bytesOf(random.pick(place.repository.names) ?? "tag1");
    case "user":
      return text("Test", "Zoë", "test@example.org", "re:^T", "literal:x", "nobody");
    case "keyword":
      return text("change", "a", "merge", "é", "");
    case "date":
      return text(
        "2020",
        ">2020-09-13",
        "<2030",
        "-7",
        "2020-09-13 to 2020-09-14",
        "1600000000 0",
        "today",
        "bogus",
        "",
      );
    case "limit":
    case "unified":
      return text("0", "1", "2", "3", "10", "-1", "x", "");
    case "terse":
      return text("mu", "i", "mardcui", "x", "");
    default:
      return bytesOf(word(random));
  }
}
