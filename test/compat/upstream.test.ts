// The parts of `npm run compat:upstream` that judge: options, choice of tests, reading reports, verdicts and pages.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../compat/runner/ledger.ts";
import { readReport, type TestRun } from "../../compat/upstream/harness.ts";
import { countLines, nativeShare, sumBy } from "../../compat/upstream/journal.ts";
import { KeptRuns } from "../../compat/upstream/kept.ts";
import { readOptions, shard, testName } from "../../compat/upstream/options.ts";
import { jsonText, markdown, readResults } from "../../compat/upstream/results.ts";
import { choose, loadScope, part, pattern } from "../../compat/upstream/scope.ts";
import { provideSource } from "../../compat/upstream/source.ts";
import { findings, judge, type TestResult } from "../../compat/upstream/verdict.ts";

const folder = mkdtempSync(path.join(tmpdir(), "amalgam-upstream-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (result: TestRun["result"], detail = ""): TestRun => ({ result, detail, seconds: 1, journal: {} });
const entry = (kind: LedgerEntry["kind"]): LedgerEntry => ({ kind, reason: "because", file: "ledger.yaml" });

describe("options", () => {
  it("names tests as people write them", () => {
    for (const given of ["status", "test-status", "status.t", "tests/test-status.t"])
      expect(testName(given)).toBe("test-status.t");
    expect(testName("dirstate.t#v2#rust")).toBe("test-dirstate.t#v2#rust");
    expect(() => testName("")).toThrow("names no test");
  });
  it.each(["0/2", "3/2", "1", "1/0", "a/b"])("refuses the shard %s", (text) => {
    expect(() => shard(text)).toThrow("--shard");
  });
  it("refuses what contradicts itself", () => {
    expect(() => readOptions(["--all", "status"])).toThrow("exclude each other");
    expect(() => readOptions(["--jobs", "0"])).toThrow("--jobs");
    expect(() => readOptions(["--transport", "hot"])).toThrow("exec or warm");
    expect([readOptions([]).transport, readOptions(["--transport", "warm"]).transport]).toEqual(["exec", "warm"]);
    expect(() => readOptions(["--nonesuch"])).toThrow();
    expect(readOptions(["--shard", "2/3"]).shard).toEqual({ index: 2, total: 3 });
  });
});

describe("the choice of tests", () => {
  const tests = path.join(folder, "tests");
  mkdirSync(tests);
  for (const [name, size] of [
    ["test-b.t", 1],
    ["test-a.t", 9],
    ["test-lfs-x.t", 3],
    ["test-c.py", 1],
  ] as const)
    writeFileSync(path.join(tests, name), "x".repeat(size));
  const scope = { curated: ["test-a.t", "test-gone.t"], leftOut: [pattern("lfs*")] };

  it("takes what the release holds, the shortest first", () => {
    expect(choose(tests, scope, { all: true, tests: [] })).toEqual(["test-b.t", "test-a.t"]);
    expect(choose(tests, scope, { all: false, tests: [] })).toEqual(["test-a.t"]);
    expect(choose(tests, scope, { all: false, tests: ["test-lfs-x.t#one"] })).toEqual(["test-lfs-x.t#one"]);
    expect(() => choose(tests, scope, { all: false, tests: ["test-d.t"] })).toThrow("test-d.t");
  });
  it("splits without loss", () => {
    const parts = [1, 2, 3].map((index) => part(["a", "b", "c", "d"], { index, total: 3 }));
    expect(parts).toEqual([["a", "d"], ["b"], ["c"]]);
  });
  it("is read from a file that says nothing twice", () => {
    expect(loadScope().curated.length).toBeGreaterThan(50);
    const file = path.join(folder, "scope.yaml");
    writeFileSync(file, "curated: [a, b, a]\nleft_out: []\n");
    expect(() => loadScope(file)).toThrow("listed twice: a");
    writeFileSync(file, "curated: ['a b']\n");
    expect(() => loadScope(file)).toThrow(/scope\.yaml:1:11: .*\n.*left_out/);
  });
  it("wants a source that has tests", async () => {
    await expect(provideSource(tests, "1.0", folder, "python3")).rejects.toThrow("no tests/run-tests.py");
    await expect(provideSource(undefined, "7.2+abc", folder, "python3")).rejects.toThrow("is not a release");
  });
});

describe("reports of the harness", () => {
  const report = (value: object) => `testreport =${JSON.stringify({ "test-a.t": value })}`;
  it("are read per result", () => {
    expect(readReport(report({ result: "success" }), "")).toEqual({ result: "success", detail: "" });
    expect(readReport(report({ result: "skip" }), "Skipped test-a.t: missing feature: x\n")).toEqual({
      result: "skip",
      detail: "missing feature: x",
    });
    const diff = "--- /s/tests/test-a.t\n+++ /tmp/o1/test-a.t.err\n@@ -1 +1 @@\n+  /tmp/hgtests.ab_1/x\n";
    expect(readReport(report({ result: "failure", diff }), "")?.detail).toBe("@@ -1 +1 @@\n+  /tmp/hgtests.X/x\n");
    expect(readReport(report({ result: "failure" }), "Failed test-a.t: timed out\n")?.detail).toBe("timed out");
  });
  it("may be missing or broken", () => {
    for (const text of ["testreport ={}", "", "testreport ={", report({ result: "new" })])
      expect(readReport(text, "")).toBeUndefined();
  });
});

describe("verdicts", () => {
  it("go by the transcript", () => {
    expect(judge(run("success"), run("success"))).toBe("same");
    expect(judge(run("failure", "x"), run("failure", "x"))).toBe("legacy-fails");
    expect(judge(run("failure", "x"), run("failure", "y"))).toBe("differs");
    expect(judge(run("failure", "x"), run("success"))).toBe("differs");
    expect(judge(run("skip", "x"), run("skip", "x"))).toBe("skipped");
    expect(judge(run("success"), run("skip", "x"))).toBe("differs");
    expect(judge(run("error", "x"), run("error", "x"))).toBe("differs");
  });
  it("meet the ledger in both directions", () => {
    const of = (verdict: TestResult["verdict"]): TestResult => ({ verdict, journal: {} });
    const results = new Map([
      ["a", of("differs")],
      ["b", of("same")],
      ["c", of("same")],
      ["d", of("differs")],
    ]);
    const ledger = new Map([
      ["b", entry("never")],
      ["c", entry("flaky")],
      ["d", entry("not-yet")],
    ]);
    expect(findings(results, ledger)).toEqual(["a differs", "b no longer differs: strike it out of ledger.yaml"]);
  });
});

describe("journals", () => {
  const counts = countLines(
    ['{"answer":"native","command":"status"}', '{"answer":"exec","reason":"command.unknown","command":"commit"}']
      .concat(['{"answer":"native","command":"status"}', '{"answer":"exec","reason":"usage.error"}', '{"answer":"na'])
      .join("\n"),
  );
  it("are counted by whole lines", () => {
    expect(counts).toEqual({ "native status": 2, "command.unknown commit": 1, "usage.error -": 1 });
    expect(countLines("native\n{}\n[1]\nnull\n")).toEqual({});
    expect(nativeShare([counts, {}])).toEqual({ native: 2, total: 4 });
    expect(sumBy([counts, counts], (who, command) => (who === "native" ? undefined : command))).toEqual([
      ["-", 2],
      ["commit", 2],
    ]);
  });
});

describe("kept runs and results", () => {
  it("survive, and a broken file is as if absent", () => {
    const kept = new KeptRuns(path.join(folder, "kept"));
    kept.put("test-a.t#one", run("success"));
    expect(kept.get("test-a.t#one")).toEqual(run("success"));
    writeFileSync(path.join(folder, "kept", "test-b.t.json"), "{");
    expect(kept.get("test-b.t")).toBeUndefined();
    kept.forget();
    expect(kept.get("test-a.t#one")).toBeUndefined();
  });
  it("are one line per test, and a page", () => {
    const tests: Record<string, TestResult> = {
      "test-b.t": { verdict: "differs", journal: { "command.unknown commit": 3 } },
      "test-a.t": { verdict: "skipped", why: "missing | x", journal: { "native status": 1 } },
    };
    const text = jsonText({ version: "7.2.4", build: "c", tests });
    expect(text.split("\n").filter((line) => line.includes("test-"))).toHaveLength(2);
    const file = path.join(folder, "7.json");
    writeFileSync(file, text);
    expect(readResults(file, "x", "x").tests).toEqual(tests);
    const page = markdown(readResults(file, "", ""), new Map([["test-b.t", entry("never")]]));
    expect(page).toContain("4 invocations of `hg`, 1 answered natively (25 %).");
    expect(page).toContain("| test-a.t | skipped | 1/1 | - | missing \\| x |");
    expect(page).toContain("| test-b.t | differs | 0/3 | `command.unknown` 3 | never: because |");
    expect(page).toContain("| `commit` | 3 | 75 % |");
  });
});
