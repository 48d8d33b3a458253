// Per command: how many cases, how many identical, how many native, and what the others were missing.
import type { Judged } from "./outcome.ts";

export interface CommandSummary {
  command: string;
  cases: number;
  identical: number;
  /** Differing as the ledger says. */
  known: number;
  native: number;
  reasons: { reason: string; cases: number }[];
}

/** Sums up launcher results (or those of the only subject) per command. */
export function summarise(results: readonly Judged[]): CommandSummary[] {
  const commands = new Map<string, Judged[]>();
  for (const result of results) {
    if (result.face === "face") continue;
    commands.set(result.command, [...(commands.get(result.command) ?? []), result]);
  }
  return [...commands]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([command, all]) => {
      const reasons = new Map<string, number>();
      for (const { reason } of all) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      return {
        command,
        cases: all.length,
        identical: all.filter(({ differences }) => differences.every(({ what }) => what === "fallback")).length,
        known: all.filter(({ verdict }) => verdict === "known").length,
        native: all.filter(({ native }) => native === true).length,
        reasons: [...reasons]
          .map(([reason, cases]) => ({ reason, cases }))
          .sort((a, b) => b.cases - a.cases || (a.reason < b.reason ? -1 : 1)),
      };
    });
}
