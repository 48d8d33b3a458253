// Names and contents that repositories have and that programs stumble over.
import { type ByteText, bytesOf } from "./bytes.ts";
import type { Random } from "./random.ts";

const folders = [
  ...["dir", "dir/sub", "src", "src/deep/er", "sp ace", "Dir", "DIR/Sub", "ünï", "build", "a.d", "x.i", ".x", "aux"],
  ...["dir.hg", "a", "tail.", "__", "~b", "com1.d", "[br]", "日本/語"],
] as const;
const stems = [
  ...["a", "b", "B", "read me", "é", "日本", "-dash", "it's", "star*", "x.i", "y.d", "#h", "q?", "[br]", "UP", "re:x"],
  ...["~", ".dot", " lead", "trail ", "tail.", "aux", "con", "nul.x", "com1", "LPT9", "a_b", "A_B", "under__", "set:x"],
  ...["{a,b}", "back\\slash", "do$lar", "per%cent", "e\u0301", "ﬁ", "Straße", "ǅ", "🜊", "tab\t", "--rev", "!x", "a:b"],
] as const;
const endings = ["", "", ".txt", ".o", ".c", ".tmp", ".TXT", ".i", ".d", ".hg"] as const;
/** Bytes that are no UTF-8. */
const odd: readonly [ByteText, ...ByteText[]] = [
  "b\xffad",
  "\xe9t\xe9.txt",
  "\xc3(",
  "\xed\xa0\x80x",
  "\x7fdel",
  "\x01c",
];

/** Content as an argument of printf. */
const contents = [
  ...["one\\n", "two\\nlines\\n", "no newline", "crlf\\r\\nline\\r\\n", "bin\\000ary\\n", "", "\\001\\nmeta\\001\\n"],
  ...[
    "same\\n",
    "same\\n",
    "\\377\\376 bytes\\n",
    "\\357\\273\\277bom\\n",
    "$Id$\\n",
    "\\n\\n\\n",
    "a\\rb\\rc",
    "caf\\303\\251\\n",
  ],
] as const;
/** Content as a command: long lines, and sizes past what storage inlines, delta-chains and buffers at once. */
const large = [
  "head -c 70000 /dev/zero | tr '\\000' x",
  "seq 1 9000",
  "{ head -c 300 /dev/zero | tr '\\000' 'é'; seq 1 500; }",
  "{ printf 'bin\\000'; seq 1 20000; }",
] as const;
const huge = "seq 1 200000";

/** A path in the working copy. */
export function newPath(random: Random): ByteText {
  if (random.percent(3)) return longPath(random);
  const name = random.percent(5) ? random.pick(odd) : bytesOf(`${random.pick(stems)}${random.pick(endings)}`);
  return random.percent(45) ? name : `${bytesOf(random.pick(folders))}/${name}`;
}

/** One that the store hashes: more than 120 bytes once it is encoded, capitals counting twice. */
function longPath(random: Random): ByteText {
  const part = (length: number): string =>
    Array.from({ length }, () => random.pick(["a", "b", "X", "_", ".", " ", "0", "é"])).join("");
  const parts = Array.from({ length: 1 + random.below(5) }, () => `l${part(8 + random.below(50))}z`);
  return bytesOf(`${parts.join("/")}${random.pick(endings)}`);
}

/** A command that writes a file's content to its standard output. */
export function contentCommand(random: Random): string {
  if (random.percent(1)) return huge;
  return random.percent(4) ? random.pick(large) : `printf ${quoted(random.pick(contents))}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Folders that lines may name whether or not they exist. */
export const folderNames: readonly ByteText[] = folders.map(bytesOf);

export const branchNames = ["default", "stable", "with space", "ünï", "x-1", "12ab", "tip2", "a:b-"] as const;

/** A name for a tag or a bookmark: some look like numbers, hashes or expressions. */
export function newName(random: Random): string {
  const stem = random.pick(["tag", "v", "a-b", "x y", "beef", "12ab", "ünï", "a..b", "and", "x'q", "rel/1.0", "f"]);
  return `${stem}${random.below(4)}`;
}

export const ignoreLines = [
  ...["\\.o$", "^build/", "syntax: glob", "*.tmp", "syntax: regexp", "src/.*\\.c$", "rootglob:a*", "re:[0-9]+$"],
  ...["glob:*.TXT", "# comment", "(^|/)x\\.i", "relglob:*.d", "^dir", "dir/sub", "a # not", "back\\\\slash", "é"],
  ...["syntax: rootglob", "src", "include:.more-ignored", "subinclude:dir/.hgignore", "**/a", "[a-c].txt", "x{1,2}"],
  ...["(?i)UP", "path:dir", "  lead", "trail  ", "~", "\\#h", "syntax: nosuch", "^\\.x/", "\\w+\\.c$", ".{3}"],
] as const;
