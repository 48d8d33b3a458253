// Finds the allowed word that somebody probably meant.

/** How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other. */
export function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = cell(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? cell(i - 2, j - 2) + 1 : replaced;
      row.push(Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, replaced, swapped));
    }
  }
  return cell(from.length, to.length);
}

/** The closest of `allowed`, when it is close enough to be what was meant. */
export function suggest(found: string, allowed: readonly string[]): string | undefined {
  if (found.length < 2) return undefined;
  const limit = found.length <= 3 ? 1 : 2;
  let best: { word: string; distance: number } | undefined;
  for (const word of allowed) {
    if (Math.abs(word.length - found.length) > limit) continue;
    const distance = editDistance(found.toLowerCase(), word.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? limit + 1)) best = { word, distance };
  }
  return best?.word;
}
