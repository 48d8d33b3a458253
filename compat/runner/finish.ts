// The end of a run or a merge: every report that was asked for, and the exit code.
import type { Options } from "./options.ts";
import { recordResults } from "./record.ts";
import type { Report } from "./report.ts";
import { writeJson, writeJunit, writeScripts } from "./report-files.ts";
import { githubLines, writeGithubSummary } from "./report-github.ts";
import { writeHtml } from "./report-html.ts";
import { closingLines, failureText, nondeterministicText, summaryTable } from "./report-terminal.ts";

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** Reports, and returns the exit code. */
export function finish(report: Report, options: Options): number {
  const failed = report.results.filter(({ verdict }) => verdict === "failed");
  for (const result of failed.slice(0, options.maxFailures)) say(`${failureText(result)}\n`);
  if (failed.length > options.maxFailures) say(`... and ${failed.length - options.maxFailures} more failures\n`);
  const wavering = report.results.filter(({ verdict }) => verdict === "nondeterministic");
  for (const result of wavering.slice(0, options.maxFailures)) say(`${nondeterministicText(result)}\n`);
  for (const line of report.stale) say(line);
  if (options.json !== undefined) writeJson(options.json, report);
  if (options.junit !== undefined) writeJunit(options.junit, report);
  if (options.html !== undefined) writeHtml(options.html, report);
  // Generated lines have scripts of their own.
  if (options.scripts !== undefined && options.generate === undefined) {
    say(`${writeScripts(options.scripts, report.results)} scripts in ${options.scripts}`);
  }
  if (options.github) {
    for (const line of githubLines(report)) say(line);
    writeGithubSummary(report);
  }
  if (options.record) say(`recorded in ${recordResults(report)}`);
  say(summaryTable(report.summary));
  for (const line of closingLines(report)) say(line);
  return report.failed === 0 ? 0 : 1;
}
