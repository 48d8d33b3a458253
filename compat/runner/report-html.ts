// A page that stands by itself: style, script and data in one file that works from a folder, with no request to
// anywhere. The script in page/ builds what is seen from the data.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Result } from "./compare.ts";
import type { Judged } from "./outcome.ts";
import type { Report } from "./report.ts";
import type { Shown } from "./shown.ts";
import { type Row, sideBySide } from "./side-by-side.ts";

/** A part of two answers, lined up. */
interface Part {
  what: string;
  left: string;
  right: string;
  rows: readonly Row[];
}

interface PageCase {
  id: string;
  command: string;
  fixture: string;
  face: string;
  verdict: Judged["verdict"];
  native: boolean | undefined;
  reason: string | undefined;
  note: string | undefined;
  /** Said of the case beyond the two answers. */
  said: { what: string; text: string }[];
  parts: Part[];
  reproduce: string;
}

export type PageData = Omit<Report, "results" | "ledger" | "format"> & { cases: PageCase[] };

/** Writes the page. */
export function writeHtml(path: string, report: Report): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, htmlPage(report));
}

/** The text of the page. */
export function htmlPage(report: Report): string {
  const file = (name: string): string => readFileSync(join(import.meta.dirname, "page", name), "utf8");
  const { results, ledger: _ledger, format: _format, ...about } = report;
  const data: PageData = { ...about, cases: results.map(pageCase) };
  // Nothing in the data may end the element that holds it.
  const json = JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const contents: [element: string, content: string][] = [
    ["<style>", file("page.css")],
    ['<script id="data" type="application/json">', json],
    ["<script>", file("page.js")],
  ];
  return contents.reduce(
    (page, [element, content]) => page.replace(element, () => `${element}${content}`),
    file("page.html"),
  );
}

/** What the two answers side by side do not show. */
const beside = new Set(["fallback", "native", "wrote", "fixture", "reference"]);

function pageCase(result: Judged): PageCase {
  const { id, command, fixture, face, verdict, native, reason, note, reproduce, differences } = result;
  const said = differences.filter(({ what }) => beside.has(what));
  return { id, command, fixture, face, verdict, native, reason, note, said, parts: partsOf(result), reproduce };
}

function partsOf({ answers, nondeterministic }: Result): Part[] {
  if (answers === undefined) return [];
  const { legacy, again, subject } = answers;
  return [
    ...(again && nondeterministic ? lineUp(legacy, again, "Mercurial, first", "Mercurial, second", true) : []),
    ...(subject
      ? lineUp(legacy, subject, "Mercurial", "subject", false)
      : lineUp(legacy, legacy, "Mercurial", "", false)),
  ];
}

/** Every stream of two answers; `different` leaves out what is the same. */
function lineUp(a: Shown, b: Shown, left: string, right: string, different: boolean): Part[] {
  return (["stdout", "stderr", "code", "files"] as const)
    .filter((what) => (different ? a[what] !== b[what] : a[what] !== "" || b[what] !== ""))
    .map((what) => ({ what, left, right, rows: sideBySide(a[what], b[what]) }))
    .sort((one, other) => Number(isEqual(one)) - Number(isEqual(other)));
}

const isEqual = ({ rows }: Part): boolean => rows.every(([kind]) => kind !== "!");
