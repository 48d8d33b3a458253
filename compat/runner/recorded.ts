// Cases from lines that people typed: AMALGAM_RECORD=FILE had the launcher keep them as shell text, one
// `cd FOLDER && NAME=VALUE hg ARGUMENTS` per line. Each different line becomes one case, in the copy of the
// repository that it was typed in; lines typed elsewhere are left out, and counted.
import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import type { Case } from "./cases.ts";
import type { Fixture } from "./fixtures.ts";
import { splitWords } from "./words.ts";
import { FileMistakes } from "./yaml-file.ts";

/** The cases of a file for the copies that it speaks of. Throws `FileMistakes` when lines cannot be read. */
export function readRecorded(file: string, copies: readonly Fixture[]): Case[] {
  const cases = new Map<string, Case>();
  const mistakes: string[] = [];
  let elsewhere = 0;
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    if (line === "") continue;
    try {
      const one = recordedCase(line, copies);
      if (one === undefined) elsewhere += 1;
      else cases.set(one.id, { ...one, source: { file, line: index + 1 } });
    } catch (error) {
      mistakes.push(`${file}:${index + 1}: ${(error as Error).message}`);
    }
  }
  if (mistakes.length > 0) throw new FileMistakes(mistakes);
  if (elsewhere > 0)
    process.stderr.write(`${file}: ${elsewhere} lines were typed in no --repository and are left out\n`);
  return [...cases.values()];
}

function recordedCase(line: string, copies: readonly Fixture[]): Case | undefined {
  const words = splitWords(line);
  const hg = words.findIndex((word, index) => index > 2 && word.equals(Buffer.from("hg")));
  if (words[0]?.toString() !== "cd" || words[2]?.toString() !== "&&" || hg < 0) {
    throw new Error("not a recorded line, which begins with `cd FOLDER && hg`");
  }
  const folder = words[1]?.toString() ?? "";
  const copy = copies.find((one) => below(one, folder) !== undefined);
  const inside = copy && below(copy, folder);
  if (copy?.origin === undefined || inside === undefined) return undefined;
  const origin = Buffer.from(copy.origin);
  const env = Object.fromEntries(
    words.slice(3, hg).map((word) => {
      const [name = "", ...value] = word.toString().split("=");
      return [name, value.join("=")];
    }),
  );
  const args = words.slice(hg + 1).map((word) => relocated(word, origin, "$W/repo"));
  const text = line.slice(line.indexOf(" && ") + 4);
  return {
    id: `recorded/${copy.name}${inside === "" ? "" : `:${inside}`}: ${text}`,
    command: args.find((word) => !word.toString("latin1").startsWith("-"))?.toString() ?? "",
    ...{ fixture: copy.name, cwd: join("repo", inside), args, env },
    ...{ shell: undefined, userrc: "", hgrc: "", stdin: undefined, tty: undefined, native: "allowed" },
    ...{ legacy: undefined, root: undefined, tier: "sampled" },
  };
}

/** The folder below the repository that a copy was made of; "" is its root. */
function below({ origin }: Fixture, folder: string): string | undefined {
  if (origin === undefined) return undefined;
  const path = relative(origin, folder);
  return path === ".." || path.startsWith("../") || isAbsolute(path) ? undefined : path;
}

/** A path of the original, in an argument, is meant in the copy. */
function relocated(word: Buffer, path: Buffer, by: string): Buffer {
  const at = word.indexOf(path);
  const next = word[at + path.length];
  if (at < 0 || (next !== undefined && next !== 0x2f)) return word;
  return Buffer.concat([word.subarray(0, at), Buffer.from(by), word.subarray(at + path.length)]);
}
