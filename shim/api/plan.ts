// Reads what migration-plan.md's tables are written from: the committed results of full parity runs, and notes.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../engine/package-root.ts";
import { type Notes, type Proof, planSections, withSections } from "../report/plan.ts";

/** The committed files cannot be used; the message names the file. */
export class PlanProblem extends Error {}

const count = z.int().nonnegative();
const figures = z.strictObject({
  cases: count,
  identical: count,
  known: count,
  native: count,
  reasons: z.record(z.string(), count),
});
const proofSchema = z.strictObject({
  version: z.string(),
  build: z.string(),
  date: z.iso.date(),
  tier: z.enum(["quick", "full"]),
  commands: z.record(z.string(), figures),
});
const notesSchema = z.record(
  z.string(),
  z.strictObject({ answers: z.string().optional(), missing: z.string().optional() }),
);

export interface Plan {
  file: string;
  /** As the file is. */
  current: string;
  /** As it should be. */
  wanted: string;
  proofs: Proof[];
}

/** What the file should be. `folder` is the tree, `file` the plan in it. */
export function readPlan(file?: string, folder = packageRoot()): Plan {
  const plan = file ?? path.join(folder, "migration-plan.md");
  const results = path.join(folder, "compat", "results");
  const proofs = attempt(results, () => readdirSync(results))
    .filter((name) => name.endsWith(".json"))
    .map((name) => read(path.join(results, name), JSON.parse, proofSchema))
    .sort(newestFirst);
  const notes: Notes = read(path.join(results, "notes.yaml"), parse, notesSchema);
  const current = attempt(plan, () => readFileSync(plan, "utf8"));
  const wanted = attempt(plan, () => withSections(current, planSections(proofs, notes)));
  return { file: plan, current, wanted, proofs };
}

/** By version, newest first; the C build, which most people have, before others. */
function newestFirst(a: Proof, b: Proof): number {
  const version = b.version.localeCompare(a.version, "en", { numeric: true });
  return version || a.build.localeCompare(b.build, "en");
}

function read<T>(file: string, decode: (text: string) => unknown, schema: z.ZodType<T>): T {
  const value = attempt(file, () => decode(readFileSync(file, "utf8")));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PlanProblem(`${file}: ${z.prettifyError(result.error)}`);
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new PlanProblem(`${file}: ${(error as Error).message}`);
  }
}
