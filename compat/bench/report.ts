// The table of a benchmark, and whether the budgets hold.
import type { Role } from "./contenders.ts";
import type { Figure, Measured } from "./measure.ts";

const roles: Role[] = ["amalgam", "exec", "legacy", "legacy-rust", "rhg", "chg", "git"];

export interface Verdict {
  text: string;
  holds: boolean;
}

/** The budgets of a workload against its figures. */
export function verdicts({ workload, figures }: Measured): Verdict[] {
  const time = (role: Role): number | undefined =>
    figures.find((figure) => figure.role === role && figure.runs > 0)?.milliseconds;
  const own = time("amalgam");
  if (own === undefined) return [{ text: "amalgam: no time", holds: false }];
  const result: Verdict[] = [];
  for (const [role, share] of Object.entries(workload.budgets ?? {}) as [Role, number][]) {
    const other = time(role);
    if (other !== undefined)
      result.push({ text: `${(own / other).toFixed(2)}x ${role} (at most ${share}x)`, holds: own / other <= share });
  }
  if (workload.milliseconds !== undefined)
    result.push({
      text: `${own.toFixed(2)} ms (at most ${workload.milliseconds} ms)`,
      holds: own <= workload.milliseconds,
    });
  const legacy = time("legacy");
  if (workload.addedMilliseconds !== undefined && legacy !== undefined) {
    const added = own - legacy;
    result.push({
      text: `${added >= 0 ? "+" : ""}${added.toFixed(2)} ms on legacy (at most +${workload.addedMilliseconds})`,
      holds: added <= workload.addedMilliseconds,
    });
  }
  return result;
}

/** One workload as lines of text. */
export function workloadText(measured: Measured): string {
  const { workload, figures } = measured;
  const own = figures.find(({ role, runs }) => role === "amalgam" && runs > 0)?.milliseconds;
  const line = (figure: Figure): string => {
    const name = `  ${figure.role.padEnd(12)}`;
    if (figure.runs === 0) return `${name}${figure.note ?? ""}`;
    const spread = `${figure.quartiles[0].toFixed(2)}-${figure.quartiles[1].toFixed(2)}`;
    const ratio =
      own === undefined || figure.role === "amalgam"
        ? ""
        : `${(figure.milliseconds / own).toFixed(2)}x of amalgam's time`;
    return `${name}${figure.milliseconds.toFixed(2).padStart(9)} ms  ${spread.padStart(17)}  ${String(figure.runs).padStart(4)} runs  ${ratio}`.trimEnd();
  };
  const sorted = roles.flatMap((role) => figures.filter((figure) => figure.role === role));
  const budgets = verdicts(measured).map(({ text, holds }) => `  ${holds ? "holds" : "MISSED"}: ${text}`);
  return [`${workload.repository}: ${workload.name}`, ...sorted.map(line), ...budgets].join("\n");
}
