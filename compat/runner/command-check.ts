// `parity check`: reads the case files and the ledger as a run would, and reports every mistake in them.
import { basename } from "node:path";
import { type FillIns, fillInNames } from "./fill-ins.ts";
import { fixtureNames } from "./fixtures.ts";
import type { Options } from "./options.ts";
import { readCases, readLedger } from "./sources.ts";

/** Returns the exit code; mistakes are thrown. */
export function checkFiles(options: Options): number {
  const known = Object.keys(fillInNames).map((name) => [name, [Buffer.from(name)]]);
  const values: FillIns = Object.fromEntries(known);
  const repositories = new Map(options.repositories.map((path) => [basename(path), values]));
  const places = { fixtures: fixtureNames(), ...(repositories.size > 0 ? { repositories } : {}) };
  const cases = readCases(options, places);
  const ledger = readLedger(options);
  process.stdout.write(`${cases.length} cases and ${ledger.size} known differences, without a mistake\n`);
  return 0;
}
