// Whether a command has earned to be native here, and making it so: what is proven for the installed Mercurial, what
// shadow comparisons found, and what the breaker holds against it.
import { existsSync, readFileSync } from "node:fs";
import { currentRequest, engine } from "../engine/index.ts";
import { isDifference, readJournals } from "../journal/read.ts";
import { promoteIn } from "../policy/edit.ts";
import { type CompileResult, compilePolicy, type PolicyState, readPolicy } from "./policy.ts";
import { replaceFile } from "./replace-file.ts";
import { ownJournal } from "./report.ts";

/** Comparisons without a difference that are wanted where nobody says how many. */
export const usualComparisons = 20;

export interface Evidence {
  /** Mercurial's version and build, and whether the parity suite has proven the command against it. */
  legacy: string;
  proven: boolean;
  /** Comparisons without a difference since the last difference, and how many are wanted. */
  clean: number;
  wanted: number;
  /** When the last difference was, in milliseconds since 1970. */
  lastDifference?: number;
  /** What the breaker holds against cells of the command, other than by hand. */
  demoted: { cell: string; why: string }[];
  /** In words; empty where nothing is missing. */
  missing: string[];
}

/** What speaks for and against `command`, a primary name. */
export function evidenceFor(command: string, wanted: number): Evidence {
  const request = currentRequest([]);
  const facts = engine().gatherFacts(request);
  const legacy = facts.version === undefined ? "none" : `${facts.version} (${facts.build})`;
  const proven = engine()
    .proven()
    .some(
      ({ version, build, commands }) =>
        version === facts.version && build === facts.build && (commands.includes("*") || commands.includes(command)),
    );
  const compared = readJournals(ownJournal().files).comparisons.filter((one) => one.command === command);
  const lastDifference = compared.findLast(isDifference)?.at;
  const clean = compared.filter(({ at, compared }) => compared === "same" && at > (lastDifference ?? 0)).length;
  const demoted = engine()
    .demotions(request)
    .entries.filter(({ cell, state }) => cell.split(" ")[0] === command && state !== "hand")
    .map(({ cell, why }) => ({ cell, why }));
  const missing = [
    ...(proven ? [] : [`the parity suite has not proven ${command} against Mercurial ${legacy}`]),
    ...(clean >= wanted
      ? []
      : [`${clean} of ${wanted} comparisons without a difference so far (mode: shadow makes them)`]),
    ...demoted.map(({ cell, why }) => `the breaker holds against it: ${cell}: ${why}`),
  ];
  return {
    ...{ legacy, proven, clean, wanted, demoted, missing },
    ...(lastDifference !== undefined && { lastDifference }),
  };
}

export type Promotion =
  | { kind: "already"; file: string }
  /** There is no policy, and so everything is native. */
  | { kind: "no-policy" }
  | { kind: "broken" }
  | { kind: "change"; file: string; before: string; after: string };

/** What making `command` native changes, in the user's own policy. Nothing is written. */
export function planPromotion(command: string): Promotion {
  const state: PolicyState = readPolicy();
  if (state.problems.some(({ severity }) => severity === "error")) return { kind: "broken" };
  if (state.rules === undefined) return { kind: "no-policy" };
  const file = state.layers.find(({ scope }) => scope === "user")?.file;
  if (file === undefined) return { kind: "no-policy" };
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const edited = promoteIn(before, command);
  if (edited.kind === "already") return { kind: "already", file };
  return { kind: "change", file, before, after: edited.text };
}

/** Writes the changed policy, compiles it, and strikes out what was held against the command by hand. */
export function carryOut(promotion: Extract<Promotion, { kind: "change" }>, command: string): CompileResult {
  replaceFile(promotion.file, promotion.after);
  engine().restore(currentRequest([]), command);
  return compilePolicy(readPolicy());
}
