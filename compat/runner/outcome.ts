// What a result counts as once the ledger has been asked.
import type { Result } from "./compare.ts";
import type { LedgerEntry } from "./ledger.ts";

export interface Judged extends Result {
  /** Passed, failed, or differing as the ledger says. */
  verdict: "passed" | "failed" | "known";
  /** Why it counts so, where that is not plain. */
  note: string | undefined;
}

/** Ends the id of an entry that is about the TypeScript front end alone. */
const faceMark = " (face)";

/** Weighs results against the ledger, in both directions. `complete` is false when only some cases ran. */
export function weigh(
  results: readonly Result[],
  ledger: ReadonlyMap<string, LedgerEntry>,
  allIds: ReadonlySet<string>,
): { judged: Judged[]; stale: string[] } {
  const judged = results.map((result): Judged => {
    const entry = (result.face === "face" ? ledger.get(`${result.id}${faceMark}`) : undefined) ?? ledger.get(result.id);
    const differs = result.differences.length > 0;
    if (!entry) return { ...result, verdict: differs ? "failed" : "passed", note: undefined };
    if (differs) return { ...result, verdict: "known", note: `${entry.kind}: ${entry.reason}` };
    const ofOther = result.face === "face" && !ledger.has(`${result.id}${faceMark}`);
    if (entry.kind === "flaky" || ofOther) return { ...result, verdict: "passed", note: undefined };
    return { ...result, verdict: "failed", note: `no longer differs: strike it out of ${entry.file}` };
  });
  const stale = [...ledger]
    .filter(([id]) => !allIds.has(id.endsWith(faceMark) ? id.slice(0, -faceMark.length) : id))
    .map(([id, entry]) => `${entry.file}: no such case: ${id}`);
  return { judged, stale };
}
