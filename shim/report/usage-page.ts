// The report of a journal as one HTML file that loads nothing and runs nothing.
import type { Summary } from "../journal/summary.ts";
import { adviceFor, sentenceOf } from "./advice.ts";
import { commandsChart, daysChart, reasonsChart } from "./charts.ts";
import { duration, percent } from "./usage.ts";

const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0; --good: #1a7f37; --other: #bf8700; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #3d444d; --good: #3fb950; --other: #d29922; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem 1.5rem 3rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; } h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
p { margin: 0.25rem 0; } .quiet { color: var(--quiet); }
figure { margin: 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
`;

/** The page; `made` is when, for its foot. */
export function usagePage(summary: Summary, made: Date): string {
  const { total, native, from, to, damaged, commands, reasons, slow, days } = summary;
  const day = (at: number | undefined): string => (at === undefined ? "" : new Date(at).toISOString().slice(0, 10));
  const body =
    total === 0
      ? "<p>The journal has no entry yet.</p>"
      : `<p>${total} invocations of hg from ${day(from)} to ${day(to)}. At least ${duration(summary.savedMs)} saved: starting Python takes ${summary.legacyMs.toFixed(0)} ms here.</p>
<h2>Day by day</h2><figure>${daysChart(days)}</figure>
<h2>Commands</h2><figure>${commandsChart(commands)}</figure>
${rows(
  ["command", "calls#", "native#", "median ms#"],
  commands.map((one) => [
    one.command,
    String(one.total),
    percent(one.native, one.total),
    one.medianMs?.toFixed(1) ?? "",
  ]),
)}
${
  reasons.length === 0
    ? ""
    : `<h2>Why Python answered</h2><figure>${reasonsChart(reasons)}</figure>
${rows(
  ["reason", "calls#", "lost#", "at", "what would remove it"],
  reasons.map(({ reason, detail, calls, lostMs, commands: met }) => [
    `${reason}${detail === undefined ? "" : ` ${detail}`}: ${sentenceOf(reason)}`,
    ...[String(calls), duration(lostMs), met.slice(0, 4).join(" "), adviceFor(reason)],
  ]),
)}`
}
${
  slow.length === 0
    ? ""
    : `<h2>Slow native answers</h2>${rows(
        ["when", "command", "ms#"],
        slow.map((one) => [
          new Date(one.at).toISOString(),
          [one.command, ...one.flags.map((flag) => `--${flag}`)].join(" "),
          one.ms.toFixed(1),
        ]),
      )}`
}`;
  const notes = damaged > 0 ? `<p class="quiet">${damaged} damaged lines of the journal are left out.</p>` : "";
  const title = total === 0 ? "amalgam" : `amalgam: ${percent(native, total)} native`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${forHtml(title)}</title><style>${style}</style></head>
<body><h1>${forHtml(title)}</h1>
${body}
${notes}<p class="quiet">Made by amalgam report, ${made.toISOString().slice(0, 16).replace("T", " ")} UTC.</p>
</body></html>
`;
}

/** A table; a title that ends in # is of numbers. */
function rows(titles: readonly string[], cells: readonly (readonly string[])[]): string {
  const kind = (index: number): string => (titles[index]?.endsWith("#") ? ' class="number"' : "");
  const head = titles.map((title, index) => `<th${kind(index)}>${forHtml(title.replace(/#$/, ""))}</th>`).join("");
  const lines = cells.map(
    (row) => `<tr>${row.map((cell, index) => `<td${kind(index)}>${forHtml(cell)}</td>`).join("")}</tr>`,
  );
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${lines.join("\n")}</tbody></table></div>`;
}

/** Text for HTML. */
function forHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
