// `amalgam report --otlp` against a receiver that takes OTLP/HTTP with JSON, refuses, or is not there.
import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { amalgam, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
const state = path.join(sandbox.folder, "amalgam", "state");
const journal = path.join(state, "journal.jsonl");

interface Point {
  attributes: { key: string; value: { stringValue: string } }[];
  startTimeUnixNano: string;
  timeUnixNano: string;
  asInt?: number | string;
  asDouble?: number;
  count?: number;
  sum?: number;
  bucketCounts?: number[];
  explicitBounds?: number[];
}
interface Metric {
  name: string;
  unit: string;
  sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: Point[] };
  histogram?: { aggregationTemporality: number; dataPoints: Point[] };
}

let server: Server;
let status = 200;
let received: Metric[][] = [];
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;

beforeAll(async () => {
  mkdirSync(sandbox.repository, { recursive: true });
  mkdirSync(state, { recursive: true });
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString());
      expect([request.method, request.url]).toEqual(["POST", "/v1/metrics"]);
      expect(body.resourceMetrics[0].resource.attributes[0]).toMatchObject({ key: "service.name" });
      if (status === 200) received.push(body.resourceMetrics[0].scopeMetrics[0].metrics);
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  sandbox.remove();
});
beforeEach(() => writeFileSync(journal, ""));
afterEach(() => {
  status = 200;
  received = [];
});

/** Runs beside the receiver. */
function report(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { env } = sandbox;
  return new Promise((resolve) => {
    execFile(amalgam, ["report", ...args], { cwd: sandbox.repository, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

const line = (fields: object) => `${JSON.stringify({ v: 1, at: 1_700_000_000_000, us: 1500, ...fields })}\n`;
const attributes = (point: Point | undefined) =>
  Object.fromEntries((point?.attributes ?? []).map(({ key, value }) => [key, value.stringValue]));
const found = (name: string, at = 0) => received[at]?.find((metric) => metric.name === name);

test("sends what is new, once, as counters and a histogram of deltas", async () => {
  appendFileSync(journal, line({ command: "log", answer: "native", code: 0, flags: ["rev"] }).repeat(2));
  appendFileSync(journal, line({ command: "log", answer: "native", code: 0, us: 40_000 }));
  appendFileSync(journal, line({ command: "commit", answer: "exec", reason: "command.unknown" }));
  appendFileSync(journal, line({ command: "log", compared: "different", kind: "verify", legacyUs: 9 }));
  appendFileSync(journal, "nonsense\n");
  appendFileSync(journal, '{"v":1,"at":17');
  const first = await report("--otlp", url());
  expect(first).toEqual({
    code: 0,
    stdout: "sent 4 invocations and 1 comparisons, and 1 damaged lines were counted\n",
    stderr: "",
  });
  const calls = found("amalgam.invocations");
  expect(calls?.sum).toMatchObject({ aggregationTemporality: 1, isMonotonic: true });
  expect(calls?.sum?.dataPoints.map((point) => [attributes(point), Number(point.asInt)])).toEqual([
    [{ command: "log", answer: "native" }, 3],
    [{ command: "commit", answer: "exec", reason: "command.unknown" }, 1],
  ]);
  expect(calls?.sum?.dataPoints[0]?.startTimeUnixNano).toBe("1700000000000000000");
  const [took] = found("amalgam.native.duration")?.histogram?.dataPoints ?? [];
  expect(took).toMatchObject({ count: 3, sum: 0.043 });
  expect(took?.bucketCounts?.map(Number).reduce((sum, one) => sum + one, 0)).toBe(3);
  expect(took?.bucketCounts).toHaveLength((took?.explicitBounds?.length ?? 0) + 1);
  expect(attributes(found("amalgam.comparisons")?.sum?.dataPoints[0])).toEqual({
    command: "log",
    outcome: "different",
    kind: "verify",
  });
  expect(found("amalgam.journal.damaged")?.sum?.dataPoints[0]?.asInt).toBe(1);
  // The line that was torn is whole later, and a journal that was put aside goes on where it was.
  appendFileSync(journal, '00000000000,"us":1,"command":"tip","answer":"native"}\n');
  renameSync(journal, path.join(state, "journal.1.jsonl"));
  writeFileSync(journal, line({ command: "heads", answer: "warm", reason: "flag.unsupported" }));
  expect((await report("--otlp", url(), "--json")).stdout).toBe('{"invocations":2,"comparisons":0,"damaged":0}\n');
  expect(found("amalgam.invocations", 1)?.sum?.dataPoints.map((point) => attributes(point).command)).toEqual([
    "tip",
    "heads",
  ]);
  expect((await report("--otlp", url())).stdout).toBe("sent 0 invocations and 0 comparisons\n");
  expect(received).toHaveLength(2);
}, 60_000);

test("what a collector does not take is sent the next time", async () => {
  appendFileSync(journal, line({ command: "log", answer: "native", code: 0 }));
  status = 400;
  const refused = await report("--otlp", url());
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain("the collector did not take the metrics");
  status = 200;
  expect((await report("--otlp", url())).stdout).toBe("sent 1 invocations and 0 comparisons\n");
}, 60_000);

test("mistakes", async () => {
  for (const [args, said] of [
    [["--otlp", "localhost:4318"], "not an address such as http://localhost:4318/v1/metrics"],
    [["--otlp", "http://127.0.0.1:1/v1/metrics", "--since", "1d"], "--otlp and --since exclude each other"],
  ] as const) {
    const { code, stderr } = await report(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  }
});
