// What a person reads: each failure with its difference, a table per command, the closing lines.
import type { Judged } from "./outcome.ts";
import type { Report } from "./report.ts";
import type { CommandSummary } from "./summary.ts";

const indent = (text: string, by: string): string => text.replace(/^/gm, by);

/** One failure, with the difference and how to see it by hand. */
export function failureText(result: Judged): string {
  const parts = result.differences.map(({ what, text }) => `  ${what}\n${indent(text, "    ")}`);
  const how = result.reproduce ? [`  reproduce: --filter ${JSON.stringify(`=${result.id}`)} --scripts FOLDER`] : [];
  return [`FAILED ${result.id} (${result.face})`, ...(result.note ? [`  ${result.note}`] : []), ...parts, ...how].join(
    "\n",
  );
}

/** A case in which the reference differs from itself: `-` its first, `+` its second answer. */
export function nondeterministicText(result: Judged): string {
  const parts = (result.nondeterministic ?? []).map(({ what, text }) => `  ${what}\n${indent(text, "    ")}`);
  return [`NONDETERMINISTIC ${result.id}: the reference answers differently the second time`, ...parts].join("\n");
}

/** The table per command. */
export function summaryTable(summary: readonly CommandSummary[]): string {
  const rows = summary.map((one) => [
    one.command,
    String(one.cases),
    String(one.identical),
    `${one.native} (${one.cases === 0 ? 0 : Math.floor((100 * one.native) / one.cases)} %)`,
    one.reasons
      .slice(0, 4)
      .map(({ reason, cases }) => `${reason} ${cases}`)
      .join(", "),
  ]);
  const all = [["command", "cases", "identical", "native", "reasons of the others"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, i) => (i === 4 ? cell : i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The last lines; the very last one is the count that others read. */
export function closingLines(report: Report): string[] {
  const { legacy, results, seconds, known, nondeterministic, notRun, rates } = report;
  const notes = [
    `Mercurial ${legacy.version} (${legacy.build})`,
    `${new Set(results.map(({ id }) => id)).size} cases`,
    `${seconds.toFixed(1)} s`,
    ...Object.entries(rates).map(([face, rate]) => `${face} ${rate} a second and worker`),
    ...(known > 0 ? [`${known} known differences`] : []),
    ...(nondeterministic > 0 ? [`${nondeterministic} nondeterministic in the reference itself`] : []),
    ...(notRun > 0 ? [`stopped early: ${notRun} cases did not run`] : []),
  ];
  return ["", notes.join(", "), `${report.passed} passed, ${report.failed} failed`];
}
