// What a journal's summaries are made with.

/** What has the same key, in the order of the first of each. */
export function group<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = key(one);
    const members = groups.get(name);
    if (members) members.push(one);
    else groups.set(name, [one]);
  }
  return groups;
}

/** The middle of values; the upper one of two. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
