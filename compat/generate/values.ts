// Values for flags and arguments: sensible ones, and some that are not.
import { type ByteText, bytesOf } from "./bytes.ts";
import { type FilesetSubjects, fileset } from "./filesets.ts";
import { branchNames } from "./names.ts";
import { commonKeys, expressions, globs, keysOf, kinds, templates } from "./pools.ts";
import type { Random } from "./random.ts";
import type { GeneratedRepository } from "./repository.ts";
import { expression } from "./revsets.ts";
import { template } from "./templates.ts";
import { extensionWords } from "./traces.ts";

/** What a line is made for. */
export interface Place {
  random: Random;
  repository: GeneratedRepository;
  nodes: readonly string[];
}

const word = (random: Random): string =>
  random.pick(["", "a", "x", "1", "0", "-1", "é", "tip", "*", "no such", "true", "\\n", "a=b", "2147483648", "'"]);

/** What a flag or argument that takes revisions is given: mostly one by its name, and of `log` mostly an expression. */
export function revisions(place: Place, command: string): string {
  const { random, repository, nodes } = place;
  const extended = extensionWords(repository.extensions, "revisions");
  if (extended.length > 0 && random.percent(8)) return random.pick(extended) ?? ".";
  if (random.percent(command === "log" ? 25 : 82)) return revision(place);
  const subjects = {
    revision: () => revision(place),
    pattern: () => Buffer.from(pattern(place), "latin1").toString(),
    names: repository.names,
    revisions: nodes.length,
  };
  return expression(random, subjects, 1 + random.below(3));
}

/** A revision: a name, number, hash or prefix. */
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
  return base;
}

/** Globs, and names that can be written down. */
function subjectsOf(files: readonly ByteText[], random: Random): FilesetSubjects {
  const plain = files.map((file) => Buffer.from(file, "latin1").toString()).filter((file) => /^[\w./ -]+$/.test(file));
  return {
    name: () => (random.percent(40) ? random.pick(globs) : (random.pick(plain) ?? "a")),
    revision: () => random.pick(["0", "1", "2", ".", "tip", "null"]),
  };
}

/** A file pattern, or the name of a file that is, was or never will be. */
export function pattern({ random, repository }: Place): ByteText {
  const kind = random.pick(kinds);
  if (/glob|^$/.test(kind) && (kind !== "" || random.percent(10))) return bytesOf(kind + random.pick(globs));
  if (kind.includes("re:")) return bytesOf(kind + random.pick(expressions));
  if (kind === "set:") return bytesOf(kind + fileset(random, subjectsOf(repository.files, random), random.below(4)));
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
  if (/^(rev|change|from|to|prune|base|source|dest|r|id)$/.test(long)) return bytesOf(revisions(place, command));
  if (/^(include|exclude)$/.test(long)) return pattern(place);
  switch (long) {
    case "template": {
      const extended = extensionWords(place.repository.extensions, "templates");
      if (extended.length > 0 && random.percent(8)) return text(...(extended as [string]));
      return bytesOf(random.percent(25) ? random.pick(templates) : template(random));
    }
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
