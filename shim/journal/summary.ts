// What a journal amounts to: how much was native, which reasons cost most, what was slow, day by day.
import { group, median } from "./group.ts";
import { type Comparison, type Entry, isDifference, type Journal } from "./read.ts";

export interface Share {
  total: number;
  native: number;
}

export interface CommandSummary extends Share {
  /** `-` for what no command was named by. */
  command: string;
  /** Of the native answers; undefined where there was none. */
  medianMs: number | undefined;
}

export interface ReasonSummary {
  reason: string;
  detail: string | undefined;
  calls: number;
  /** What these calls would have saved by being native: legacy's start for each. */
  lostMs: number;
  /** The commands it met, the most frequent first. */
  commands: string[];
}

export interface CompareSummary {
  command: string;
  same: number;
  /** Different answers, crashes, and answers that did not come. */
  different: number;
  /** Thrown away: something changed meanwhile, or legacy did not answer. */
  notCounted: number;
}

export interface Slow {
  at: number;
  command: string;
  flags: string[];
  ms: number;
}

export interface Summary extends Share {
  /** Milliseconds since 1970 of the first and last entry; undefined where there is none. */
  from: number | undefined;
  to: number | undefined;
  damaged: number;
  /** What starting legacy takes here, in milliseconds. */
  legacyMs: number;
  /** What native answers took less than starting legacy would have: a lower bound, its work not counted. */
  savedMs: number;
  commands: CommandSummary[];
  reasons: ReasonSummary[];
  /** What shadow and verify compared, by command; those with differences first. */
  compared: CompareSummary[];
  /** Native answers far from their command's usual time, the slowest first. */
  slow: Slow[];
  days: (Share & { day: string })[];
}

/** A native answer is slow when it took this many times its command's median, and longer than `slowestUsualMs`. */
const slowFactor = 10;
const slowestUsualMs = 20;
const mostSlow = 10;

/** Sums up the entries of a journal; `legacyMs` is what a start of legacy takes. */
export function summarize({ entries, comparisons, damaged }: Journal, legacyMs: number): Summary {
  const native = entries.filter((one) => one.answer === "native");
  const groups = group(entries, commandOf);
  const commands = [...groups].map(([command, all]): CommandSummary => {
    const times = all.filter((one) => one.answer === "native").map((one) => one.us / 1000);
    return { command, total: all.length, native: times.length, medianMs: median(times) };
  });
  const medians = new Map(commands.map((one) => [one.command, one.medianMs ?? 0]));
  return {
    ...span(entries),
    ...{ total: entries.length, native: native.length, damaged, legacyMs },
    savedMs: native.reduce((sum, one) => sum + Math.max(0, legacyMs - one.us / 1000), 0),
    commands: commands.sort((a, b) => b.total - a.total || compare(a.command, b.command)),
    reasons: reasonsOf(entries, legacyMs),
    compared: comparedOf(comparisons),
    slow: native
      .map((one) => ({ at: one.at, command: commandOf(one), flags: one.flags, ms: one.us / 1000 }))
      .filter(({ command, ms }) => ms > slowestUsualMs && ms > slowFactor * (medians.get(command) ?? 0))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, mostSlow),
    days: [...group(entries, (one) => new Date(one.at).toISOString().slice(0, 10))]
      .map(([day, all]) => ({ day, total: all.length, native: all.filter((one) => one.answer === "native").length }))
      .sort((a, b) => compare(a.day, b.day)),
  };
}

function reasonsOf(entries: readonly Entry[], legacyMs: number): ReasonSummary[] {
  const fallen = entries.filter((one) => one.reason !== undefined);
  const key = ({ reason, detail, command }: Entry): string =>
    // What is unknown is the command itself.
    `${reason}\0${reason === "command.unknown" ? (command ?? "") : (detail ?? "")}`;
  return [...group(fallen, key)]
    .map(([name, all]) => {
      const [reason = "", detail = ""] = name.split("\0");
      const commands = [...group(all, commandOf)].sort((a, b) => b[1].length - a[1].length || compare(a[0], b[0]));
      return {
        reason,
        detail: detail === "" ? undefined : detail,
        calls: all.length,
        lostMs: all.length * legacyMs,
        commands: commands.map(([command]) => command),
      };
    })
    .sort((a, b) => b.calls - a.calls || compare(a.reason, b.reason));
}

function comparedOf(comparisons: readonly Comparison[]): CompareSummary[] {
  return [...group(comparisons, (one) => one.command ?? "-")]
    .map(([command, all]) => {
      const same = all.filter(({ compared }) => compared === "same").length;
      const different = all.filter(isDifference).length;
      return { command, same, different, notCounted: all.length - same - different };
    })
    .sort((a, b) => b.different - a.different || b.same - a.same || compare(a.command, b.command));
}

/** The first and last moment. */
function span(entries: readonly Entry[]): Pick<Summary, "from" | "to"> {
  let [from, to] = [entries[0]?.at, entries[0]?.at];
  for (const { at } of entries) {
    if (from === undefined || at < from) from = at;
    if (to === undefined || at > to) to = at;
  }
  return { from, to };
}

const commandOf = (one: Entry): string => one.command ?? "-";
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
