// What the demo prints: the table, what it adds up to, and how to go on.
import { reasons } from "../shim/generated/reasons.ts";
import type { Style } from "../shim/report/style.ts";
import { table } from "../shim/report/table.ts";
import type { Row } from "./measure.ts";

export function tableLines(rows: readonly Row[], style: Style, width: number): string[] {
  const cells = rows.map((row) => [
    `hg ${row.args.join(" ")}`,
    row.reason === undefined ? style.good("native") : style.warn(row.reason),
    row.identical ? "yes" : style.bad("NO"),
    row.legacy.toFixed(0),
    row.amalgam.toFixed(1),
    times(row, style),
  ]);
  const columns = [
    { title: "command", shrinks: true },
    { title: "route" },
    { title: "identical" },
    { title: "hg ms", align: "right" as const },
    { title: "amalgam ms", align: "right" as const },
    { title: "faster", align: "right" as const },
  ];
  return table(columns, cells, width);
}

/** One sentence for each reason in the table. */
export function reasonLines(rows: readonly Row[], style: Style): string[] {
  const used = [...new Set(rows.flatMap((row) => row.reason ?? []))];
  return used.map((id) => `${style.warn(id)}  ${sentence(id)} Python answers it, as without amalgam.`);
}

export function summaryLine(rows: readonly Row[], style: Style): string {
  const native = rows.filter((row) => row.reason === undefined);
  const differing = rows.filter((row) => !row.identical).length;
  const ratios = native.map((row) => row.legacy / row.amalgam).sort((a, b) => a - b);
  const typical = ratios[Math.floor(ratios.length / 2)];
  const speed = typical === undefined ? "" : `, typically ${typical.toFixed(0)}x faster`;
  const same = differing === 0 ? style.good("every answer identical") : style.bad(`${differing} answers DIFFER`);
  return `${native.length} of ${rows.length} commands native${speed}; ${same}`;
}

function times(row: Row, style: Style): string {
  const ratio = row.legacy / row.amalgam;
  const text = `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}x`;
  return ratio >= 2 ? style.good(text) : style.dim(text);
}

function sentence(id: string): string {
  return reasons.find((reason) => reason.id === id)?.sentence ?? "";
}
