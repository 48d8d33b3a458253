// Lines up two texts: rows of a left and a right line, with what differs within a line marked, and long stretches
// of equal lines left out.
import { diffArrays, diffChars } from "diff";

/** Pieces of a line; marked ones differ. */
export type Piece = [text: string, marked?: 1];
/** `=` equal, `!` different, `.` a number of equal lines that are left out. */
export type Row = ["=", string] | ["!", Piece[] | null, Piece[] | null] | [".", number];

const context = 3;
/** Texts of so few lines are shown whole. */
const shortest = 12;
/** Beyond these a line-by-line or letter-by-letter comparison takes longer than it tells. */
const mostLines = 4000;
const mostLetters = 400;

const split = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** The rows of two texts. */
export function sideBySide(left: string, right: string): readonly Row[] {
  const [a, b] = [split(left), split(right)];
  if (a.length + b.length > mostLines) return pairUp(a, b);
  const rows: Row[] = [];
  let removed: string[] = [];
  for (const change of diffArrays(a, b)) {
    if (change.removed) {
      removed = change.value;
    } else if (change.added) {
      rows.push(...pairUp(removed, change.value));
      removed = [];
    } else {
      rows.push(...pairUp(removed, []));
      removed = [];
      rows.push(...change.value.map((line): Row => ["=", line]));
    }
  }
  rows.push(...pairUp(removed, []));
  if (a.length > 0 && b.length > 0 && left.endsWith("\n") !== right.endsWith("\n")) {
    const end = (text: string): Piece[] | null => (text.endsWith("\n") ? null : [["\\ no newline at the end", 1]]);
    rows.push(["!", end(left), end(right)]);
  }
  return shorten(rows);
}

function pairUp(left: readonly string[], right: readonly string[]): Row[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index): Row => {
    const [a, b] = [left[index], right[index]];
    if (a !== undefined && a === b) return ["=", a];
    if (a === undefined || b === undefined || a.length + b.length > mostLetters) {
      return ["!", a === undefined ? null : [[a, 1]], b === undefined ? null : [[b, 1]]];
    }
    const parts = diffChars(a, b);
    const side = (other: "added" | "removed"): Piece[] =>
      parts
        .filter((part) => !part[other])
        .map(({ value, added, removed }): Piece => (added || removed ? [value, 1] : [value]));
    return ["!", side("added"), side("removed")];
  });
}

/** Leaves out equal lines that are far from a difference. */
function shorten(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= shortest) return rows;
  const near = rows.map((_, index) =>
    rows.slice(Math.max(0, index - context), index + context + 1).some(([kind]) => kind === "!"),
  );
  const short: Row[] = [];
  for (const [index, row] of rows.entries()) {
    const last = short.at(-1);
    if (near[index]) short.push(row);
    else if (last?.[0] === ".") last[1] += 1;
    else short.push([".", 1]);
  }
  return short;
}
