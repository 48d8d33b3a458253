// Makes one report of those of a run's shards: nothing may be missing or there twice, and only the whole can say
// which entries of the ledger are stale.
import type { LedgerEntry } from "./ledger.ts";
import { type Judged, weigh } from "./outcome.ts";
import { makeReport, type Report } from "./report.ts";

export interface Named {
  path: string;
  report: Report;
}

/** Merges; throws a plain message when the reports do not belong together. */
export function mergeReports(named: readonly Named[]): { report: Report; missing: string[] } {
  const first = named[0]?.report;
  if (first === undefined) throw new Error("merge: name the reports to merge");
  for (const { path, report } of named) {
    const same = (key: (of: Report) => unknown): boolean => JSON.stringify(key(report)) === JSON.stringify(key(first));
    const unlike = [
      ["another Mercurial", (of: Report) => of.legacy],
      ["another tier", (of: Report) => of.tier],
      ["other variants", (of: Report) => of.variants],
      ["other extensions", (of: Report) => of.extensions],
    ] as const;
    for (const [what, key] of unlike) if (!same(key)) throw new Error(`${path}: is of ${what} than ${named[0]?.path}`);
  }
  const results = withoutDoubles(named);
  const ledger = new Map<string, LedgerEntry>();
  const unknown = new Map<string, boolean>();
  for (const { report } of named) {
    for (const { id, kind, reason, file, parts, state } of report.ledger) {
      ledger.set(id, { kind, reason, file, parts });
      unknown.set(id, (unknown.get(id) ?? true) && state === "no such case");
    }
  }
  const exists = new Set([...ledger.keys()].filter((id) => !unknown.get(id)).map((id) => id.replace(/ \(face\)$/, "")));
  const { judged, ledger: states } = weigh(results, ledger, (id) => exists.has(id));
  const missing = missingShards(named);
  const about = {
    legacy: first.legacy,
    tier: first.tier,
    shard: undefined,
    complete: missing.length === 0 && named.every(({ report }) => report.complete),
    variants: first.variants,
    extensions: first.extensions,
    repositories: [...new Set(named.flatMap(({ report }) => report.repositories))],
    seconds: Math.max(...named.map(({ report }) => report.seconds)),
    notRun: named.reduce((sum, { report }) => sum + report.notRun, 0),
  };
  return { report: makeReport(about, judged, states), missing };
}

function withoutDoubles(named: readonly Named[]): Judged[] {
  const from = new Map<string, string>();
  return named.flatMap(({ path, report }) => {
    for (const { id, face } of report.results) {
      const key = `${id}\0${face}`;
      const other = from.get(key);
      if (other !== undefined) throw new Error(`${path}: holds a case that is in ${other} too: ${id} (${face})`);
      from.set(key, path);
    }
    return report.results;
  });
}

/** The shards that no report is of. */
function missingShards(named: readonly Named[]): string[] {
  const shards = named.flatMap(({ report }) => report.shard ?? []);
  const counts = new Set(shards.map((shard) => shard.split("/")[1]));
  if (counts.size > 1) throw new Error(`merge: shards of different runs: ${shards.join(", ")}`);
  const count = Number([...counts][0] ?? 0);
  return Array.from({ length: count }, (_, index) => `${index + 1}/${count}`).filter(
    (shard) => !shards.includes(shard),
  );
}
