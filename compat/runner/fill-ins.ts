// Case lines that fit any repository: a fill-in such as ${file} stands for what the repository holds. Each line
// becomes one case per value; a line whose fill-in has no value there is left out.
import { shellQuote } from "./words.ts";

export const fillInNames = {
  file: "tracked files, spread over the manifest, and the one with the oddest name",
  folder: "folders with tracked files",
  ext: "the commonest ending of a file name, without its dot",
  rev: "the first, the middle and the last revision, by number",
  node: "the last revision and the middle one, by whole hash",
  short: "the last revision by the first twelve digits of its hash",
  branch: "branch names",
  tag: "tags",
  bookmark: "bookmarks",
} as const;

export type FillIns = Readonly<Record<keyof typeof fillInNames, readonly Buffer[]>>;

const pattern = /\$\{(\w+)\}/g;

/** How a value is written: as a word of a case line, of shell text, or as it is, in the name of a folder. */
export type Writing = "word" | "shell" | "path";

/** The texts that `text` stands for. Throws on a fill-in that does not exist. */
export function fillIn(text: string, values: FillIns, writing: Writing): string[] {
  const names = [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))];
  let texts = [text];
  for (const name of names) {
    if (!(name in values)) {
      // In shell text it may be a variable of the shell's.
      if (writing === "shell") continue;
      throw new Error(`no fill-in \${${name}}; allowed are ${Object.keys(fillInNames).join(", ")}`);
    }
    const written = values[name as keyof FillIns].flatMap((value) => write(value, writing));
    texts = texts.flatMap((one) => written.map((value) => one.replaceAll(`\${${name}}`, () => value)));
  }
  return texts;
}

/** Only a word can hold every byte; elsewhere a value that cannot be written is left out. */
function write(value: Buffer, writing: Writing): string[] {
  const text = value.toString("utf8");
  if (Buffer.from(text).equals(value) && !/\p{Cc}/u.test(text)) {
    return [writing === "path" ? text : shellQuote(value).toString("utf8")];
  }
  if (writing !== "word") return [];
  const escaped = value
    .toString("latin1")
    .replace(/[^\x20-\x7e]|['\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return [`$'${escaped}'`];
}
