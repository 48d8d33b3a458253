// What the two runs of one test mean, and what the ledger says to it.
import type { LedgerEntry } from "../runner/ledger.ts";
import type { TestRun } from "./harness.ts";

/** `legacy-fails`: the test fails here with Mercurial itself, and amalgam gives the same transcript. */
export type Verdict = "same" | "differs" | "legacy-fails" | "skipped";

export interface TestResult {
  verdict: Verdict;
  /** A difference that a second run of amalgam did not show. */
  unstable?: true;
  /** Amalgam gave the transcript that the release expects; Mercurial itself was not asked. */
  assumed?: true;
  /** Why it is skipped. */
  why?: string;
  journal: Record<string, number>;
  /** How many invocations a command server answered. */
  warm?: number;
}

/** Compares by what the test shows, never by counts of failures. */
export function judge(legacy: TestRun, amalgam: TestRun): Verdict {
  const alike = legacy.result === amalgam.result && legacy.detail === amalgam.detail;
  if (!alike || amalgam.result === "error") return "differs";
  if (legacy.result === "success") return "same";
  return legacy.result === "skip" ? "skipped" : "legacy-fails";
}

/** The findings of a run: differences that nobody knows of, and ledger entries whose difference has gone. */
export function findings(results: ReadonlyMap<string, TestResult>, ledger: ReadonlyMap<string, LedgerEntry>): string[] {
  const found: string[] = [];
  for (const [test, { verdict }] of results) {
    const entry = ledger.get(test);
    if (verdict === "differs" && entry === undefined) found.push(`${test} differs`);
    if (verdict !== "differs" && entry !== undefined && entry.kind !== "flaky") {
      found.push(`${test} no longer differs: strike it out of ${entry.file}`);
    }
  }
  return found;
}
