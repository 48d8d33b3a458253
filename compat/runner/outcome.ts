// What a result counts as once the ledger has been asked, and what became of the ledger's entries.
import type { Result } from "./compare.ts";
import type { LedgerEntry } from "./ledger.ts";

export interface Judged extends Result {
  /** Passed, failed, differing as the ledger says, or not to be judged because the reference differs from itself. */
  verdict: "passed" | "failed" | "known" | "nondeterministic";
  /** Why it counts so, where that is not plain. */
  note: string | undefined;
}

/** What became of one entry. */
export interface LedgerState extends LedgerEntry {
  id: string;
  state: "shown" | "gone" | "quiet" | "not run" | "no such case";
}

/** Ends the id of an entry that is about the TypeScript front end alone. */
const faceMark = " (face)";

/** The case that an entry is about. */
export const entryCase = (id: string): string => (id.endsWith(faceMark) ? id.slice(0, -faceMark.length) : id);

/** Weighs results against the ledger, in both directions. `exists` says whether there is such a case at all. */
export function weigh(
  results: readonly Result[],
  ledger: ReadonlyMap<string, LedgerEntry>,
  exists: (id: string) => boolean,
): { judged: Judged[]; ledger: LedgerState[] } {
  const states = new Map<string, LedgerState["state"]>();
  const judged = results.map((result): Judged => {
    const own = `${result.id}${faceMark}`;
    const key = result.face === "face" && ledger.has(own) ? own : result.id;
    const entry = ledger.get(key);
    const differs = result.differences.length > 0;
    const wavers = result.nondeterministic !== undefined;
    if (!entry) {
      return { ...result, verdict: differs ? "failed" : wavers ? "nondeterministic" : "passed", note: undefined };
    }
    const beyond = result.differences.filter(({ what }) => entry.parts?.includes(what) === false);
    if (beyond.length > 0) {
      states.set(key, "shown");
      const note = `${entry.file} knows only of a difference in ${entry.parts?.join(", ")}`;
      return { ...result, verdict: "failed", note };
    }
    if (differs) {
      states.set(key, "shown");
      return { ...result, verdict: "known", note: `${entry.kind}: ${entry.reason}` };
    }
    // The front end may be right where the launcher is not; the entry is about the launcher then.
    const ofOther = result.face === "face" && key !== own;
    if (!ofOther && states.get(key) !== "shown") states.set(key, entry.kind === "flaky" || wavers ? "quiet" : "gone");
    if (wavers) return { ...result, verdict: "nondeterministic", note: undefined };
    if (entry.kind === "flaky" || ofOther) return { ...result, verdict: "passed", note: undefined };
    return { ...result, verdict: "failed", note: `no longer differs: strike it out of ${entry.file}` };
  });
  return {
    judged,
    ledger: [...ledger].map(([id, entry]) => ({
      ...entry,
      id,
      state: states.get(id) ?? (exists(entryCase(id)) ? "not run" : "no such case"),
    })),
  };
}

/** The entries that name no case, as lines; a run of only some cases cannot tell. */
export function staleLines(ledger: readonly LedgerState[], whole: boolean): string[] {
  return whole
    ? ledger.filter(({ state }) => state === "no such case").map(({ file, id }) => `${file}: no such case: ${id}`)
    : [];
}
