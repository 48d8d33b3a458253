// Sends what is new in the user's journal to a collector, over OTLP/HTTP. Never on a command's path: whoever wants it has it
// run now and then. What was sent is noted after the collector has taken it, so that nothing is lost and hardly anything
// is sent twice.
import path from "node:path";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { currentRequest, engine } from "../engine/index.ts";
import { readBehind, readPlace } from "../journal/tail.ts";
import { metricsOf } from "../report/metrics.ts";
import { packageVersion } from "./package.ts";
import { replaceFile } from "./replace-file.ts";
import { ownJournal } from "./report.ts";

export interface Exported {
  invocations: number;
  comparisons: number;
  damaged: number;
}

/** The collector did not take it. */
export class NotTaken extends Error {}

/**
 * Sends to `url`, or where the OTEL_EXPORTER_OTLP_ variables say; undefined where there is no journal. Throws NotTaken, and
 * then the same is sent the next time.
 */
export async function exportMetrics(url: string | undefined, now: number): Promise<Exported | undefined> {
  const { files } = ownJournal();
  const { state } = engine().layout(currentRequest([]));
  if (files.length === 0 || state === undefined) return undefined;
  const placeFile = path.join(state, "exported.json");
  const from = readPlace(placeFile);
  const { journal, to } = readBehind(files, from, now);
  const counts = {
    invocations: journal.entries.length,
    comparisons: journal.comparisons.length,
    damaged: journal.damaged,
  };
  if (counts.invocations + counts.comparisons + counts.damaged > 0) {
    const first = Math.min(now, ...[...journal.entries, ...journal.comparisons].slice(0, 1).map(({ at }) => at));
    const metrics = metricsOf(journal, Math.min(from?.at ?? first, now), now, packageVersion());
    const exporter = new OTLPMetricExporter({ ...(url !== undefined && { url }), timeoutMillis: 10_000 });
    const result = await new Promise<{ code: number; error?: Error }>((resolve) => exporter.export(metrics, resolve));
    await exporter.shutdown();
    if (result.code !== 0) throw new NotTaken(result.error?.message || "the collector did not take it");
  }
  replaceFile(placeFile, `${JSON.stringify(to)}\n`);
  return counts;
}
