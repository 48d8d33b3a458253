// `amalgam report`: what the journal says of how much is native, what that saved, and why the rest was not.
import { writeFileSync } from "node:fs";
import { ownJournal, report } from "../api/report.ts";
import type { Summary } from "../journal/summary.ts";
import { styleFor } from "../report/style.ts";
import { usageLines } from "../report/usage.ts";
import { done, type Ending, finding, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

interface Options {
  merge?: string[];
  since?: string;
  legacyMs?: string;
  json?: true;
  html?: string;
  otlp?: true | string;
}

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "report",
    "Sums up the journal: how much was native, what that saved, and the reasons why Python answered, with what would remove each. Exit code 1 when there is no journal.",
    "amalgam report --since 7d --html report.html",
  )
    .option("--since <when>", "only what is younger: 7d, 12h, or a date such as 2026-01-31")
    .option("--merge <file...>", "these journals, of several people or machines, instead of your own")
    .option("--legacy-ms <n>", "what starting Python takes, instead of measuring it")
    .option("--json", "report as JSON")
    .option("--html <file>", "write a page with charts")
    .option(
      "--otlp [url]",
      "send what is new in your journal as OpenTelemetry metrics to a collector (http://localhost:4318/v1/metrics, or where the OTEL_EXPORTER_OTLP_ variables say)",
    );
  return parse(command, args, async () => {
    const options = command.opts<Options>();
    if (options.otlp !== undefined) return send(options);
    const since = options.since === undefined ? undefined : readSince(options.since, Date.now());
    const own = options.merge ? undefined : ownJournal();
    if (own?.files.length === 0) return noJournal(own.file, options.json === true);
    const files = options.merge ?? own?.files ?? [];
    const summary = await summed({ files, since, legacyMs: readMs(options.legacyMs) });
    await show(summary, options);
    return done;
  });
}

/** Sends metrics instead of summing up. */
async function send({ otlp, json, ...others }: Options): Promise<Ending> {
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new Mistake(`--otlp and --${other === "legacyMs" ? "legacy-ms" : other} exclude each other`);
  if (typeof otlp === "string" && !/^https?:\/\/[^/]/.test(otlp))
    throw new Mistake(`--otlp ${otlp}: not an address such as http://localhost:4318/v1/metrics`);
  const { exportMetrics, NotTaken } = await import("../api/export.ts");
  try {
    const sent = await exportMetrics(otlp === true ? undefined : otlp, Date.now());
    if (sent === undefined) return noJournal(ownJournal().file, json === true);
    const { invocations, comparisons, damaged } = sent;
    const lines = damaged > 0 ? `, and ${damaged} damaged lines were counted` : "";
    process.stdout.write(
      json ? `${JSON.stringify(sent)}\n` : `sent ${invocations} invocations and ${comparisons} comparisons${lines}\n`,
    );
    return done;
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
    throw new Mistake(`the collector did not take the metrics: ${error.message}`, ["They are sent the next time."]);
  }
}

/** What journals amount to. */
export async function summed(plan: Parameters<typeof report>[0]): Promise<Summary> {
  try {
    return await report(plan);
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Mistake(`${path ?? "the journal"} cannot be read: ${message}`);
  }
}

async function show(summary: Summary, { json, html }: Options): Promise<void> {
  if (html !== undefined) {
    const { usagePage } = await import("../report/usage-page.ts");
    try {
      writeFileSync(html, usagePage(summary, new Date()));
    } catch (error) {
      throw new Mistake(`${html} cannot be written: ${(error as Error).message}`);
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else if (html !== undefined) process.stdout.write(`wrote ${html}\n`);
  else {
    const lines = usageLines(summary, styleFor(process.stdout), process.stdout.columns ?? 100);
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}

/** Says that there is none, and what makes one. */
export function noJournal(file: string | undefined, json: boolean): Ending {
  const advice =
    file === undefined
      ? "neither HOME nor AMALGAM_HOME says where it would be"
      : `amalgam setup makes its folder, and each invocation of hg then appends a line to ${file}`;
  process.stdout.write(
    json ? `${JSON.stringify({ journal: file ?? null, total: 0 })}\n` : `there is no journal yet: ${advice}\n`,
  );
  return finding;
}

/** Milliseconds since 1970 of a moment that was typed. */
export function readSince(text: string, now: number): number {
  const [, count, unit] = /^(\d+)([dh])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (unit === "d" ? 86_400_000 : 3_600_000);
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date))
    throw new Mistake(`--since ${text}: neither a time such as 7d or 12h nor a date such as 2026-01-31`);
  return date;
}

export function readMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0 && value < 1e6)) throw new Mistake(`--legacy-ms ${text}: a number of milliseconds, such as 190`);
  return value;
}
