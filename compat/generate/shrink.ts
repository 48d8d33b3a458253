// Makes a differing line and its repository small: delta debugging, with the comparison itself as the judge.
// First the line, on the repository that exists; then the steps of the repository, each trial built anew; then the
// line once more. Reference: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (ddmin).
import type { Step } from "./draft.ts";
import type { GeneratedCase } from "./generate.ts";
import type { GeneratedLine } from "./lines.ts";

/** Whether the two programs still differ. */
export type Judge = (one: GeneratedCase, steps: readonly Step[]) => Promise<boolean>;

/** A short list of items, in their order, for which `fails` still holds; it holds for all of them. */
export async function minimise<T>(items: readonly T[], fails: (some: readonly T[]) => Promise<boolean>): Promise<T[]> {
  let kept = [...items];
  let chunks = 2;
  while (kept.length > 0) {
    const size = Math.ceil(kept.length / chunks);
    let smaller: T[] | undefined;
    for (let start = 0; start < kept.length && smaller === undefined; start += size) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await fails(rest)) smaller = rest;
    }
    if (smaller !== undefined) {
      kept = smaller;
      chunks = Math.max(2, Math.min(chunks - 1, kept.length));
    } else if (size === 1) return kept;
    else chunks = Math.min(kept.length, chunks * 2);
  }
  return kept;
}

/** What can be left out of a line: a part, a variable, or the folder that it starts in. */
type Piece = { part: number } | { variable: string } | { folder: string };

/** A shorter line that still differs on the same repository. */
export async function shrinkLine(one: GeneratedCase, judge: (one: GeneratedCase) => Promise<boolean>) {
  const pieces: Piece[] = [
    ...Object.keys(one.line.env).map((variable) => ({ variable })),
    ...(one.cwd === "repo" ? [] : [{ folder: one.cwd }]),
    ...one.line.parts.flatMap((_, part) => (part === one.line.word ? [] : [{ part }])),
  ];
  const kept = await minimise(pieces, (some) => judge(withPieces(one, some)));
  return shrinkSwitches(withPieces(one, kept), judge);
}

function withPieces(one: GeneratedCase, pieces: readonly Piece[]): GeneratedCase {
  const { parts, word, env } = one.line;
  const keep = new Set(pieces.flatMap((piece) => ("part" in piece ? [piece.part] : [])));
  const names = new Set(pieces.flatMap((piece) => ("variable" in piece ? [piece.variable] : [])));
  const line: GeneratedLine = {
    ...one.line,
    parts: parts.filter((_, index) => index === word || keep.has(index)),
    word: parts.filter((_, index) => index < word && keep.has(index)).length,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name))),
  };
  return { ...one, line, cwd: pieces.some((piece) => "folder" in piece) ? one.cwd : "repo" };
}

/** Takes letters out of combined switches. */
async function shrinkSwitches(one: GeneratedCase, judge: (one: GeneratedCase) => Promise<boolean>) {
  let best = one;
  for (const [index, part] of one.line.parts.entries()) {
    const text = part[0]?.toString("latin1") ?? "";
    if (!/^-\w{2,}$/.test(text)) continue;
    const replace = (letters: readonly string[]): GeneratedCase => {
      const parts = [...best.line.parts];
      parts[index] = [Buffer.from(`-${letters.join("")}`, "latin1"), ...part.slice(1)];
      return { ...best, line: { ...best.line, parts } };
    };
    const letters = await minimise([...text.slice(1)], async (some) => some.length > 0 && judge(replace(some)));
    best = replace(letters);
  }
  return best;
}

/** The smallest line and repository that were found to differ. */
export async function shrink(one: GeneratedCase, judge: Judge): Promise<{ one: GeneratedCase; steps: Step[] }> {
  const short = await shrinkLine(one, (candidate) => judge(candidate, one.repository.steps));
  const steps = await minimise(one.repository.steps, (some) => judge(short, some));
  return { one: await shrinkLine(short, (candidate) => judge(candidate, steps)), steps };
}
