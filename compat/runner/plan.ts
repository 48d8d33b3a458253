// Writes the figures of a run into migration-plan.md: only what stands between the two markers is replaced.
import { readFileSync, writeFileSync } from "node:fs";
import type { CommandSummary } from "./summary.ts";

export const planStart = "<!-- parity figures: npm run compat -- --plan migration-plan.md -->";
export const planEnd = "<!-- end of parity figures -->";

/** The figures as a Markdown table. */
export function planTable(summary: readonly CommandSummary[], version: string, build: string): string {
  const percent = (part: number, whole: number): string =>
    whole === 0 ? "-" : `${Math.floor((100 * part) / whole)} %`;
  const rows = summary.map(({ command, cases, identical, native, reasons }) => {
    const missing = reasons.slice(0, 5).map(({ reason, cases: times }) => `\`${reason}\` ${times}`);
    return `| ${command} | ${cases} | ${identical} | ${native} (${percent(native, cases)}) | ${missing.join(", ") || "-"} |`;
  });
  return [
    `Compared with Mercurial ${version} (${build} build).`,
    "",
    "| command | cases | identical | answered natively | why the others were not |",
    "|---|---:|---:|---:|---|",
    ...rows,
  ].join("\n");
}

/** `text` with the figures between its markers replaced; throws when it has no markers. */
export function withPlanTable(text: string, table: string): string {
  const start = text.indexOf(planStart);
  const end = text.indexOf(planEnd);
  if (start < 0 || end < start) throw new Error(`the plan needs the lines ${planStart} and ${planEnd}`);
  return `${text.slice(0, start + planStart.length)}\n${table}\n${text.slice(end)}`;
}

/** Rewrites the file at `path`. */
export function writePlan(path: string, table: string): void {
  writeFileSync(path, withPlanTable(readFileSync(path, "utf8"), table));
}
