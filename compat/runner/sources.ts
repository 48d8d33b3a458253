// The cases and the ledger that a run's options name.
import { join } from "node:path";
import { type Case, loadCases, type Places } from "./cases.ts";
import type { Fixture } from "./fixtures.ts";
import { type LedgerEntry, loadLedger } from "./ledger.ts";
import { type Options, projectRoot } from "./options.ts";
import { readRecorded } from "./recorded.ts";
import { FileMistakes } from "./yaml-file.ts";

type Sources = Pick<Options, "cases" | "recorded" | "ledger" | "repositories">;

/** All cases of the files named, or of ours. `copies` are the repositories of the user's. */
export function readCases(options: Sources, places: Places, copies: readonly Fixture[] = []): Case[] {
  const ours = join(projectRoot, "compat", options.repositories.length > 0 ? "general" : "cases");
  const found: Case[] = [];
  const mistakes: string[] = [];
  for (const file of options.recorded ?? []) found.push(...readRecorded(file, copies));
  for (const place of options.cases ?? (options.recorded === undefined ? [ours] : [])) {
    try {
      found.push(...loadCases(place, places));
    } catch (error) {
      if (!(error instanceof FileMistakes)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  const seen = new Set<string>();
  for (const { id, source } of found) {
    if (seen.has(id)) mistakes.push(`${source?.file}:${source?.line}: a case of the same id is in another file: ${id}`);
    seen.add(id);
  }
  if (mistakes.length > 0) throw new FileMistakes(mistakes);
  return found;
}

/** The ledger: as named, or ours for our own lines. */
export function readLedger(options: Sources): Map<string, LedgerEntry> {
  if (options.ledger !== undefined) return loadLedger(options.ledger);
  if (options.cases !== undefined || options.recorded !== undefined) return new Map();
  return loadLedger(join(projectRoot, "compat", options.repositories.length > 0 ? "general-ledger" : "ledger"));
}
