// What the breaker holds, for people.
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** What this report shows of the breaker. */
interface Shown {
  file?: string;
  broken?: string;
  entries: { cell: string; state: string; until?: number; mismatches: number; clean: number; why: string }[];
}

export function demotionLines({ file, broken, entries }: Shown, style: Style, width: number, now: Date): string[] {
  if (broken !== undefined)
    return [style.bad(`${file} is ${broken}: everything goes to Python until it is removed or written anew`)];
  if (entries.length === 0) return ["nothing is demoted"];
  const rows = entries.map((entry) => [entry.cell, standing(entry, now), String(entry.mismatches), entry.why]);
  const columns = [{ title: "cell" }, { title: "state" }, { title: "mismatches", align: "right" as const }];
  return [
    ...table([...columns, { title: "why", shrinks: true }], rows, width),
    style.dim(
      "A cell is command, flags, @repository format, +extensions; evidence is in the folder beside the journal.",
    ),
  ];
}

function standing({ state, until, clean }: Shown["entries"][number], now: Date): string {
  switch (state) {
    case "hand":
      return "Python, by hand";
    case "demoted":
      return `Python for ${left((until ?? 0) - now.getTime())}`;
    case "probation":
      return `Python, ${clean} clean comparisons`;
    default:
      return "native, counting";
  }
}

function left(ms: number): string {
  const hours = Math.max(1, Math.ceil(ms / 3_600_000));
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}
