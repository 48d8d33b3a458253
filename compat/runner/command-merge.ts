// `parity merge`: one report of the shards' reports.
import { finish } from "./finish.ts";
import { mergeReports } from "./merge.ts";
import type { Options } from "./options.ts";
import { readReport } from "./report.ts";

export function mergeCommand(options: Options): number {
  const named = options.reports.map((path) => ({ path, report: readReport(path) }));
  const { report, missing } = mergeReports(named);
  if (missing.length > 0) throw new Error(`merge: no report of shard ${missing.join(", ")}`);
  return finish(report, options);
}
