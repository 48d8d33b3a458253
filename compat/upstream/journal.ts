// What the launcher wrote of each invocation (AMALGAM_JOURNAL), as `native status` or `command.unknown commit`.

/** How often each outcome and command stand in a journal, the most frequent first. */
export function countLines(text: string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split("\n")) {
    const name = outcomeOf(line);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** How many invocations a command server answered. */
export function countWarm(text: string): number {
  return text.split('"answer":"warm"').length - 1;
}

/** A test may break a line in two by filling the disk or by killing: that one is left out. */
function outcomeOf(line: string): string | undefined {
  try {
    const { answer, reason, command = "-" } = JSON.parse(line);
    if (answer === "native") return `native ${command}`;
    return typeof reason === "string" ? `${reason} ${command}` : undefined;
  } catch {
    return undefined;
  }
}

/** Adds up several counts by a part of the line; lines for which `key` gives nothing are left out. */
export function sumBy(
  all: readonly Record<string, number>[],
  key: (who: string, command: string) => string | undefined,
): [string, number][] {
  const sums = new Map<string, number>();
  for (const counts of all) {
    for (const [line, times] of Object.entries(counts)) {
      const [who = "", command = ""] = line.split(" ");
      const name = key(who, command);
      if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + times);
    }
  }
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** How many invocations were native, and how many there were. */
export function nativeShare(all: readonly Record<string, number>[]): { native: number; total: number } {
  const sums = sumBy(all, (who) => (who === "native" ? "native" : "other"));
  const of = (name: string): number => sums.find(([key]) => key === name)?.[1] ?? 0;
  return { native: of("native"), total: of("native") + of("other") };
}
