// What programs read: JSON with everything, JUnit XML for continuous integration, and reproducing scripts.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import junit, { type Builder } from "junit-report-builder";
import type { Judged } from "./outcome.ts";
import type { Report } from "./report.ts";

/** Writes the JSON report. */
export function writeJson(path: string, report: Report): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, undefined, 1)}\n`);
}

/** Writes the JUnit report: a suite per command, a test per case and face. */
export function writeJunit(path: string, { results, stale }: Report): void {
  // The package's types describe its default export one level too deep.
  const builder = (junit as unknown as Builder).newBuilder();
  // XML 1.0 cannot hold most control characters.
  const plain = (text: string): string => text.replace(/(?![\n\t])\p{Cc}|[\ufffe\uffff]/gu, "?");
  for (const command of new Set(results.map((result) => result.command))) {
    const suite = builder.testSuite().name(command);
    for (const result of results.filter((one) => one.command === command)) {
      const test = suite.testCase().className(`compat.${result.face}`).name(plain(result.id));
      if (result.verdict === "failed")
        test.failure(
          plain(
            [result.note, ...result.differences.map(({ what, text }) => `${what}\n${text}`)].filter(Boolean).join("\n"),
          ),
        );
      if (result.verdict === "known") test.skipped();
      if (result.verdict === "nondeterministic") {
        const parts = result.nondeterministic?.map(({ what, text }) => `${what}\n${text}`) ?? [];
        test.standardOutput(plain(["nondeterministic in the reference itself", ...parts].join("\n")));
      }
    }
  }
  if (stale.length > 0) {
    const suite = builder.testSuite().name("ledger");
    for (const line of stale) suite.testCase().className("compat.ledger").name(plain(line)).failure(plain(line));
  }
  mkdirSync(dirname(path), { recursive: true });
  builder.writeTo(path);
}

/** Writes one shell script per failure and returns how many. */
export function writeScripts(folder: string, results: readonly Judged[]): number {
  mkdirSync(folder, { recursive: true });
  const failed = results.filter(({ verdict, reproduce }) => verdict === "failed" && reproduce !== "");
  failed.forEach((result, index) => {
    writeFileSync(
      join(folder, `${String(index + 1).padStart(4, "0")}.sh`),
      `#!/bin/bash\n# ${result.id.replaceAll("\n", " ")}\n${result.reproduce}\n`,
    );
  });
  return failed.length;
}
