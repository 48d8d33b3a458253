// The known differences. An entry is not a licence: the cases still run, and an entry whose difference has gone
// fails the run until it is struck out. `never` says why it will stay, `not-yet` what is owed, `flaky` may do either.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { ledgerSchema } from "./schema.ts";
import { FileMistakes, readYamlFile } from "./yaml-file.ts";

const root = join(import.meta.dirname, "..", "..");

export interface LedgerEntry {
  kind: "never" | "not-yet" | "flaky";
  reason: string;
  file: string;
}

/** Reads every ledger file of a folder; keys are case ids. */
export function loadLedger(folder: string): Map<string, LedgerEntry> {
  const ledger = new Map<string, LedgerEntry>();
  const mistakes: string[] = [];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()) {
    const file = relative(root, join(folder, name));
    try {
      for (const entry of readYamlFile(join(folder, name), file, ledgerSchema).entries) {
        for (const id of entry.ids) {
          if (ledger.has(id)) mistakes.push(`${file}: listed twice: ${id}`);
          ledger.set(id, { kind: entry.kind, reason: entry.reason, file });
        }
      }
    } catch (error) {
      if (!(error instanceof FileMistakes)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new FileMistakes(mistakes);
  return ledger;
}
