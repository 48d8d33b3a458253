// Random fileset expressions: every predicate and operator, nested a few levels deep, and now and then something that
// no parser takes.
import type { Random } from "./random.ts";

/** What an expression may speak of. */
export interface FilesetSubjects {
  /** The name of a file or folder, or a glob. */
  name: () => string;
  /** A revision by its number. */
  revision: () => string;
}

type Maker = (random: Random, subjects: FilesetSubjects, depth: number) => string;

const quoted = (text: string): string => (/['\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `'${text}'`);

const plain: readonly [string, ...string[]] = [
  ...(["added", "modified", "removed", "deleted", "missing", "clean", "unknown", "ignored", "tracked"] as const),
  ...["binary", "exec", "symlink", "copied", "hgignore", "portable", "resolved", "unresolved", "subrepo"],
];
const sizes = ["0", "1", "< 5", "<= 1k", "> 3", ">= .5k", "1k", "2 - 1kb", "4.8k", "1b", "x"] as const;
const expressions = ["a", "^a", "[0-9]+$", "(?i)A", ".", "\\\\n", "\\\\x00", "b|c", "("] as const;
const styles = ["dos", "unix", "mac", "win", "nosuch"] as const;
const encodings = ["ascii", "'utf-8'", "utf8", "latin1", "'utf-16'"] as const;

const makers: readonly (readonly [weight: number, maker: Maker])[] = [
  [20, (random) => `${random.pick(plain)}()`],
  [8, (_, { name }) => quoted(name())],
  [3, (_, { name }) => name()],
  [6, (random, { name }) => `${random.pick(["path", "glob", "relglob", "rootglob", "re"])}:${quoted(name())}`],
  [4, (random) => `size(${quoted(random.pick(sizes))})`],
  [4, (random) => `grep(${quoted(random.pick(expressions))})`],
  [3, (random) => `eol(${random.pick(styles)})`],
  [2, (random) => `encoding(${random.pick(encodings)})`],
  [3, (random, subjects, depth) => `revs(${subjects.revision()}, ${fileset(random, subjects, depth - 1)})`],
  [
    3,
    (random, subjects, depth) =>
      `status(${subjects.revision()}, ${subjects.revision()}, ${fileset(random, subjects, depth - 1)})`,
  ],
  [6, (random, subjects, depth) => `${random.pick(["not ", "!"])}${fileset(random, subjects, depth - 1)}`],
  [4, (random, subjects, depth) => `(${fileset(random, subjects, depth - 1)})`],
  [
    24,
    (random, subjects, depth) =>
      fileset(random, subjects, depth - 1) +
      random.pick([" and ", " & ", " or ", " | ", " + ", " - ", "-", ", "]) +
      fileset(random, subjects, depth - 1),
  ],
  [1, (random) => random.pick(["nosuch()", "added(x)", "(", "'a", "a b", "", "size()", "-a"])],
];

/** An expression of at most so many levels. */
export function fileset(random: Random, subjects: FilesetSubjects, depth: number): string {
  const usable = depth > 0 ? makers : makers.slice(0, 8);
  return random.weighted<Maker>([...usable])?.(random, subjects, depth) ?? "added()";
}
