// The known differences. An entry is not a licence: the cases still run, and an entry whose difference has gone
// fails the run until it is struck out. `never` says why it will stay, `not-yet` what is owed, `flaky` may do either.
import { ledgerSchema } from "./schema.ts";
import { readYamlFile } from "./yaml-file.ts";
import { readAll, yamlFiles } from "./yaml-files.ts";

export interface LedgerEntry {
  kind: "never" | "not-yet" | "flaky";
  reason: string;
  file: string;
  /** Only these may differ. */
  parts?: readonly string[] | undefined;
}

/** Reads every ledger file of a folder, or one file; keys are case ids. */
export function loadLedger(place: string): Map<string, LedgerEntry> {
  const ledger = new Map<string, LedgerEntry>();
  readAll(yamlFiles(place), ({ path, shown }, mistakes) => {
    const file = readYamlFile(path, shown, ledgerSchema);
    for (const [index, entry] of file.value.entries.entries()) {
      for (const [number, id] of entry.ids.entries()) {
        const where = file.at(["entries", index, "ids", number]);
        if (ledger.has(id)) mistakes.push(`${where}: listed twice: ${id}`);
        const { kind, reason, parts } = entry;
        ledger.set(id, { kind, reason, file: shown, ...(parts ? { parts } : {}) });
      }
    }
  });
  return ledger;
}

/** The entries for these cases: one with * becomes one per case that fits, or stays as it is where none does. */
export function entriesFor(ledger: ReadonlyMap<string, LedgerEntry>, ids: readonly string[]): Map<string, LedgerEntry> {
  const result = new Map<string, LedgerEntry>();
  for (const [id, entry] of ledger) {
    if (!id.includes("*") || ids.includes(id)) {
      result.set(id, entry);
      continue;
    }
    const parts = id.split("*").map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`^${parts.join(".*")}$`, "s");
    const fitting = ids.filter((one) => pattern.test(one));
    if (fitting.length === 0) result.set(id, entry);
    // What is named in full goes before what fits a pattern.
    for (const one of fitting) if (!ledger.has(one)) result.set(one, entry);
  }
  return result;
}
