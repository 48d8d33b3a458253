// What GitHub Actions shows: an annotation per failure, at the case's line where the file is in the checkout, and
// the table on the page of the job.
import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Judged } from "./outcome.ts";
import type { Report } from "./report.ts";
import { closingLines } from "./report-terminal.ts";

/** A step shows no more than these. */
const mostErrors = 10;

/** Percent-escapes what a workflow command reads as its own; properties have two characters more. */
const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** The annotations, one line each. */
export function githubLines(report: Report, checkout = process.env.GITHUB_WORKSPACE ?? process.cwd()): string[] {
  const failed = report.results.filter(({ verdict }) => verdict === "failed");
  const more = failed.length - mostErrors;
  return [
    ...failed.slice(0, mostErrors).map((result) => annotation(result, checkout)),
    ...report.stale.map((line) => `::error title=${property("stale entry")}::${data(line)}`),
    ...(more > 0 ? [`::warning title=parity::${more} more cases differ; see the report`] : []),
    ...(report.nondeterministic > 0
      ? [`::notice title=parity::${report.nondeterministic} cases are nondeterministic in Mercurial itself`]
      : []),
  ];
}

function annotation(result: Judged, checkout: string): string {
  const place = result.source && relative(checkout, result.source.file);
  const inside = place !== undefined && place !== "" && !place.startsWith("..");
  const where = inside ? `file=${property(place)},line=${result.source?.line},` : "";
  const text = [result.note, ...result.differences.map(({ what, text }) => `${what}\n${text}`)].filter(Boolean);
  return `::error ${where}title=${property(`${result.id} (${result.face})`)}::${data(text.join("\n"))}`;
}

/** Appends a table to the job's summary, where there is one. */
export function writeGithubSummary(report: Report, path = process.env.GITHUB_STEP_SUMMARY): void {
  if (!path) return;
  const rows = report.summary.map((one) => `| ${one.command} | ${one.cases} | ${one.identical} | ${one.native} |`);
  const lines = [
    `### Parity: ${report.passed} passed, ${report.failed} failed`,
    "",
    "| command | cases | identical | native |",
    "|---|---:|---:|---:|",
    ...rows,
    ...closingLines(report).slice(0, 2),
  ];
  appendFileSync(path, `${lines.join("\n")}\n`);
}
