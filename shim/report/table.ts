// A plain table: aligned columns that fit the width, one of which gives way when they don't.
import stringWidth from "string-width";

export interface Column {
  title: string;
  align?: "left" | "right";
  /** This column is cut when the table is too wide. */
  shrinks?: boolean;
}

const gap = "  ";

/** The lines of a table. Cells may carry colour. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, i) => Math.max(...[titles, ...rows].map((row) => stringWidth(row[i] ?? ""))));
  const total = widths.reduce((sum, w) => sum + w, 0) + gap.length * (columns.length - 1);
  const elastic = columns.findIndex((column) => column.shrinks);
  if (total > width && elastic !== -1) {
    const least = Math.max(8, stringWidth(titles[elastic] ?? ""));
    widths[elastic] = Math.max(least, (widths[elastic] ?? 0) - (total - width));
  }
  const line = (row: readonly string[]) =>
    columns
      .map((column, i) => pad(row[i] ?? "", widths[i] ?? 0, column.align ?? "left"))
      .join(gap)
      .trimEnd();
  return [line(titles), widths.map((w) => "─".repeat(w)).join(gap), ...rows.map(line)];
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const cut = stringWidth(text) > width ? shorten(text, width) : text;
  const padding = " ".repeat(Math.max(0, width - stringWidth(cut)));
  return align === "right" ? padding + cut : cut + padding;
}

/** Cuts plain text to `width` columns, with an ellipsis. */
export function shorten(text: string, width: number): string {
  let kept = "";
  for (const character of text) {
    if (stringWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
