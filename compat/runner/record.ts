// Keeps the figures of a whole run of a tier in compat/results, one small file per version and build of Mercurial. They
// are committed; the tables of migration-plan.md are written from them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { projectRoot } from "./options.ts";
import type { Report } from "./report.ts";

const mostReasons = 8;

/** Writes the file and returns its name; throws a plain message where the run is not the whole suite. */
export function recordResults(report: Report): string {
  const why = whyNot(report);
  if (why !== undefined) throw new Error(`--record: ${why}`);
  const { version, build } = report.legacy;
  const folder = join(projectRoot, "compat/results");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${version}-${build}.json`);
  writeFileSync(path, compactResults(report, new Date().toISOString().slice(0, 10)));
  return relative(projectRoot, path);
}

/** What keeps a report from being the whole suite's. */
export function whyNot({
  complete,
  shard,
  notRun,
  variants,
  repositories,
}: Omit<Report, "results">): string | undefined {
  if (repositories.length > 0) return "only runs on our own repositories are recorded";
  if (!complete || shard !== undefined) return "only a whole run is recorded, without --filter, --shard or --retest";
  if (variants.length > 0) return "only a run without --variants is recorded";
  return notRun > 0 ? "the run stopped early" : undefined;
}

/** The text of the file: one line per command, so that changes are easy to read. */
export function compactResults(report: Omit<Report, "results">, date: string): string {
  const { version, build } = report.legacy;
  const commands = report.summary.map(({ command, cases, identical, known, native, reasons }) => {
    const counts = Object.fromEntries(reasons.slice(0, mostReasons).map((one) => [one.reason, one.cases]));
    return `    ${JSON.stringify(command)}: ${JSON.stringify({ cases, identical, known, native, reasons: counts })}`;
  });
  const head = { version, build, date, tier: report.tier };
  return `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "commands": {\n${commands.join(",\n")}\n  }\n}\n`;
}
