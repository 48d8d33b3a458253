// The report of a journal for people at a terminal.
import type { Summary } from "../journal/summary.ts";
import { adviceFor } from "./advice.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const mostCommands = 15;
const mostReasons = 10;
const mostDays = 14;
const barWidth = 24;

/** The lines of the report. */
export function usageLines(summary: Summary, style: Style, width: number): string[] {
  const { total, native, from, to, damaged, commands, reasons, slow, days } = summary;
  if (total === 0 || from === undefined || to === undefined) {
    return [damaged > 0 ? `the journal has no entry, but ${damaged} damaged lines` : "the journal has no entry yet"];
  }
  const lines = [
    style.strong(`${percent(native, total)} of ${total} invocations were native`) +
      `, ${shortDay(from)} to ${shortDay(to)}`,
    `at least ${duration(summary.savedMs)} saved: starting Python takes ${summary.legacyMs.toFixed(0)} ms here`,
    ...(damaged > 0 ? [style.warn(`${damaged} lines of the journal are damaged and left out`)] : []),
    "",
    ...table(
      [{ title: "command" }, right("calls"), right("native"), right(""), right("median ms")],
      commands
        .slice(0, mostCommands)
        .map((one) => [
          one.command,
          String(one.total),
          String(one.native),
          percent(one.native, one.total),
          one.medianMs === undefined ? "" : one.medianMs.toFixed(1),
        ]),
      width,
    ),
    ...more(commands.length, mostCommands, "commands"),
  ];
  if (reasons.length > 0) {
    const rows = reasons
      .slice(0, mostReasons)
      .map(({ reason, detail, calls, lostMs, commands: met }) => [
        String(calls),
        duration(lostMs),
        detail === undefined ? reason : `${reason} ${detail}`,
        reason === "command.unknown" ? "" : met.slice(0, 3).join(" "),
        adviceFor(reason),
      ]);
    const columns = [right("calls"), right("lost"), { title: "why Python answered" }, { title: "at" }];
    lines.push("", ...table([...columns, { title: "what would remove it", shrinks: true }], rows, width));
    lines.push(...more(reasons.length, mostReasons, "reasons"));
  }
  if (summary.compared.length > 0) {
    const rows = summary.compared.map(({ command, same, different, notCounted }) => [
      command,
      String(same),
      different > 0 ? style.bad(String(different)) : "0",
      String(notCounted),
    ]);
    const columns = [{ title: "compared behind" }, right("same"), right("different"), right("not counted")];
    lines.push("", ...table(columns, rows, width));
  }
  if (slow.length > 0) {
    const rows = slow.map((one) => [one.ms.toFixed(1), when(one.at), [one.command, ...flags(one.flags)].join(" ")]);
    lines.push("", ...table([right("ms"), { title: "slow native answers" }, { title: "" }], rows, width));
  }
  if (days.length > 1) {
    const busiest = Math.max(...days.map((one) => one.total));
    const rows = days
      .slice(-mostDays)
      .map((one) => [one.day, String(one.total), percent(one.native, one.total), bar(one, busiest)]);
    lines.push("", ...table([{ title: "day" }, right("calls"), right("native"), { title: "" }], rows, width));
  }
  return lines;
}

const right = (title: string) => ({ title, align: "right" as const });
const flags = (names: readonly string[]): string[] => names.map((name) => `--${name}`);
const more = (count: number, shown: number, what: string): string[] =>
  count > shown ? [`… and ${count - shown} more ${what}`] : [];

/** Whole percent, but never 100 % or 0 % where it is not so. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "";
  const rounded = Math.round((100 * part) / whole);
  const honest = part < whole ? Math.min(99, rounded) : rounded;
  return `${part > 0 ? Math.max(1, honest) : honest} %`;
}

/** Milliseconds for people. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const shortDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
const when = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

function bar({ total, native }: { total: number; native: number }, busiest: number): string {
  const width = (part: number): number => Math.round((barWidth * part) / busiest);
  return "█".repeat(width(native)) + "░".repeat(Math.max(0, width(total) - width(native)));
}
