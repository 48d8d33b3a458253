// The whole of a run as data: what the reporters write from, and what --retest and merge read again.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Judged, type LedgerState, staleLines } from "./outcome.ts";
import { type CommandSummary, summarise } from "./summary.ts";

export const reportFormat = "amalgam parity 1";

export interface Report {
  format: typeof reportFormat;
  legacy: { version: string; build: string };
  tier: string;
  /** `i/n` for a part of a run. */
  shard: string | undefined;
  /** Whether every case of the tier was chosen, shards apart, so that the ledger can be judged as a whole. */
  complete: boolean;
  variants: readonly string[];
  /** What --extensions says. */
  extensions: string;
  repositories: readonly string[];
  seconds: number;
  passed: number;
  failed: number;
  known: number;
  nondeterministic: number;
  /** Cases that were left when the run stopped early. */
  notRun: number;
  /** Entries of the ledger that name no case; each counts as a failure. */
  stale: string[];
  /** Results per second of one worker, by face. */
  rates: Record<string, number>;
  summary: CommandSummary[];
  ledger: LedgerState[];
  results: Judged[];
}

/** Counts up a run. */
export function makeReport(
  about: Pick<
    Report,
    "legacy" | "tier" | "shard" | "complete" | "variants" | "extensions" | "repositories" | "seconds" | "notRun"
  >,
  results: Judged[],
  ledger: LedgerState[],
): Report {
  const number = (verdict: Judged["verdict"]): number => results.filter((one) => one.verdict === verdict).length;
  const stale = staleLines(ledger, about.complete && about.shard === undefined && about.notRun === 0);
  return {
    format: reportFormat,
    ...about,
    passed: number("passed"),
    failed: number("failed") + stale.length,
    known: number("known"),
    nondeterministic: number("nondeterministic"),
    stale,
    rates: ratesOf(results),
    summary: summarise(results),
    ledger,
    results,
  };
}

function ratesOf(results: readonly Judged[]): Record<string, number> {
  const spent = new Map<string, { cases: number; milliseconds: number }>();
  for (const { face, milliseconds } of results) {
    if (milliseconds === undefined) continue;
    const sum = spent.get(face) ?? { cases: 0, milliseconds: 0 };
    spent.set(face, { cases: sum.cases + 1, milliseconds: sum.milliseconds + milliseconds });
  }
  return Object.fromEntries(
    [...spent].map(([face, sum]) => [face, Math.round((10_000 * sum.cases) / Math.max(1, sum.milliseconds)) / 10]),
  );
}

/** What a report needs to have to be read again; the rest is taken on trust. */
const shape = z.looseObject({
  format: z.literal(reportFormat),
  legacy: z.looseObject({ version: z.string(), build: z.string() }),
  tier: z.string(),
  results: z.array(z.looseObject({ id: z.string(), face: z.string(), command: z.string(), verdict: z.string() })),
  ledger: z.array(z.looseObject({ id: z.string(), kind: z.string(), reason: z.string(), file: z.string() })),
});

/** Reads a JSON report; throws a plain message when it is none. */
export function readReport(path: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: cannot be read as a report: ${(error as Error).message}`);
  }
  const result = shape.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(`${path}: is no report of this version: ${issue?.path.join(".") || "file"}: ${issue?.message}`);
  }
  return value as Report;
}
