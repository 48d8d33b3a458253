// What a person reads: each failure with its difference, a table per command, one closing line.
import type { Judged } from "./outcome.ts";
import type { CommandSummary } from "./summary.ts";

/** One failure, with the difference and how to see it by hand. */
export function failureText(result: Judged): string {
  const parts = result.differences.map(({ what, text }) => `  ${what}\n${text.replace(/^/gm, "    ")}`);
  const how = result.reproduce
    ? [`  reproduce: npm run compat -- --filter ${JSON.stringify(`=${result.id}`)} --scripts FOLDER`]
    : [];
  return [`FAILED ${result.id} (${result.face})`, ...(result.note ? [`  ${result.note}`] : []), ...parts, ...how].join(
    "\n",
  );
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
