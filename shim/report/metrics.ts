// The journal as OpenTelemetry metrics: how often who answered, what native took, and what comparisons found. Each is what
// came since the last export (delta temporality), so that a collector can add up many machines.
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { group } from "../journal/group.ts";
import type { Journal } from "../journal/read.ts";

/** Upper bounds in seconds; what native takes is mostly among the first. */
const bounds = [0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** The metrics of what was journalled between `from` and `to`, in milliseconds since 1970. Flags are not among them. */
export function metricsOf(journal: Journal, from: number, to: number, version: string): ResourceMetrics {
  const span = { startTime: hrTime(from), endTime: hrTime(to) };
  const { entries, comparisons, damaged } = journal;
  const count = <T>(items: readonly T[], attributes: (item: T) => Record<string, string>): DataPoint<number>[] =>
    byAttributes(items, attributes).map(([same, all]) => ({ ...span, attributes: same, value: all.length }));
  const native = entries.filter(({ answer }) => answer === "native");
  const metrics: MetricData[] = [
    sum(
      "amalgam.invocations",
      "{invocation}",
      "Invocations of hg, by who answered and why it was not native.",
      count(entries, ({ command = "?", answer, reason }) => ({ command, answer, ...(reason && { reason }) })),
    ),
    {
      descriptor: {
        name: "amalgam.native.duration",
        description: "How long native answers took.",
        unit: "s",
        valueType: 1,
      },
      aggregationTemporality: AggregationTemporality.DELTA,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: byAttributes(native, ({ command = "?" }) => ({ command })).map(([attributes, all]) => ({
        ...span,
        attributes,
        value: histogram(all.map(({ us }) => us)),
      })),
    },
    sum(
      "amalgam.comparisons",
      "{comparison}",
      "Comparisons of native's and Python's answers behind a command, by outcome.",
      count(comparisons, ({ command = "?", compared, kind }) => ({ command, outcome: compared, kind })),
    ),
    sum(
      "amalgam.journal.damaged",
      "{line}",
      "Lines of the journal that cannot be read.",
      damaged > 0 ? [{ ...span, attributes: {}, value: damaged }] : [],
    ),
  ];
  return {
    resource: resourceFromAttributes({ "service.name": "amalgam", "service.version": version }),
    scopeMetrics: [
      { scope: { name: "amalgam", version }, metrics: metrics.filter(({ dataPoints }) => dataPoints.length > 0) },
    ],
  };
}

function sum(name: string, unit: string, description: string, dataPoints: DataPoint<number>[]): MetricData {
  return {
    descriptor: { name, description, unit, valueType: 0 },
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints,
  };
}

function byAttributes<T>(
  items: readonly T[],
  attributes: (item: T) => Record<string, string>,
): [Record<string, string>, T[]][] {
  const groups = group(items, (item) => JSON.stringify(attributes(item)));
  return [...groups].map(([text, all]) => [JSON.parse(text) as Record<string, string>, [...all]]);
}

/** Of microseconds, in seconds. */
function histogram(values: readonly number[]): Histogram {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of values) {
    const at = bounds.findIndex((bound) => value <= bound * 1e6);
    const bucket = at < 0 ? bounds.length : at;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return {
    buckets: { boundaries: bounds, counts },
    count: values.length,
    sum: values.reduce((total, value) => total + value, 0) / 1e6,
    min: values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY) / 1e6,
    max: values.reduce((most, value) => Math.max(most, value), 0) / 1e6,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1000), (ms % 1000) * 1e6];
}
