// Mercurial's run-tests.py as a program: which variants a test has, and what one variant gives with one `hg`.
// Each variant is a run of its own, so that an interruption loses one test and each has a journal of its own.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { stopServers } from "../runner/servers.ts";
import { countLines, countWarm } from "./journal.ts";

/** What one variant gave. */
export interface TestRun {
  result: "success" | "failure" | "skip" | "error";
  /** How the transcript differs from the one that the release expects; for a skipped test, why. */
  detail: string;
  seconds: number;
  /** Lines of the launcher's journal and how often each was written. */
  journal: Record<string, number>;
  /** How many invocations a command server answered. */
  warm?: number;
}

export interface Harness {
  /** The `tests` folder of the release. */
  tests: string;
  /** The interpreter of the reference. */
  python: string;
  home: string;
}

/** Seconds after which the harness gives a test up. */
const patience = 1200;

function environment(harness: Harness, extra: Record<string, string>): Record<string, string> {
  // A hash seed of its own per run would be another environment for the launcher's facts each time.
  // Scripts of the tests import Mercurial: their `python3` is the reference's, whichever `hg` stands before it.
  const path = `${dirname(harness.python)}:/usr/local/bin:/usr/bin:/bin`;
  return { PATH: path, HOME: harness.home, LANG: "C.UTF-8", PYTHONHASHSEED: "0", ...extra };
}

/** The variants of tests, as the harness names them. */
export async function listVariants(harness: Harness, hg: string, tests: string[]): Promise<string[]> {
  const args = ["run-tests.py", "--with-hg", hg, "--list-tests", ...tests];
  const { stdout } = await execa(harness.python, args, {
    cwd: harness.tests,
    env: environment(harness, {}),
    extendEnv: false,
  });
  const variants = stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^test-\S+\.t(#\S+)?$/.test(line));
  // The harness has an order of its own.
  const files = tests.map((test) => test.split("#")[0]);
  const place = (variant: string): number => files.indexOf(variant.split("#")[0]);
  return variants.sort((a, b) => place(a) - place(b));
}

/**
 * Runs one variant with `hg`; `port` starts a range of eight that no other run uses. `home` is amalgam's, of which each
 * run has a copy, so that its command servers are its own and can be ended.
 */
export async function runVariant(
  harness: Harness,
  hg: string,
  test: string,
  port: number,
  extra: Record<string, string>,
  home?: string,
): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), "amalgam-upstream-"));
  const journal = join(folder, "journal");
  // The paths of sockets are short.
  const own = join(folder, "h");
  const begun = performance.now();
  try {
    if (home !== undefined) cpSync(home, own, { recursive: true, preserveTimestamps: true });
    const amalgam = home === undefined ? {} : { AMALGAM_HOME: own, AMALGAM_JOURNAL: journal };
    const options = ["--json", "--jobs", "1", "--timeout", String(patience), "--slowtimeout", String(patience)];
    const args = ["run-tests.py", "--with-hg", hg, ...options, "--port", String(port), "--outputdir", folder, test];
    const { all } = await execa(harness.python, args, {
      cwd: harness.tests,
      env: environment(harness, { ...extra, ...amalgam }),
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      cleanup: true,
    });
    const report = join(folder, "report.json");
    const run = existsSync(report) ? readReport(readFileSync(report, "utf8"), all) : undefined;
    const lines = existsSync(journal) ? readFileSync(journal, "latin1") : "";
    const warm = countWarm(lines);
    return {
      ...(run ?? { result: "error", detail: all.slice(-2000) }),
      seconds: Math.round((performance.now() - begun) / 100) / 10,
      journal: countLines(lines),
      ...(warm > 0 ? { warm } : {}),
    };
  } finally {
    stopServers(own);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The one test of the harness's report; undefined when there is none. */
export function readReport(text: string, printed: string): Pick<TestRun, "result" | "detail"> | undefined {
  let entry: { result?: string; diff?: string } | undefined;
  try {
    entry = Object.values<typeof entry>(JSON.parse(text.replace(/^testreport =/, "")))[0];
  } catch {
    return undefined;
  }
  switch (entry?.result) {
    case "success":
      return { result: "success", detail: "" };
    case "skip": {
      const reason = /^Skipped \S+: (.*)$/m.exec(printed)?.[1];
      return { result: "skip", detail: reason ?? "" };
    }
    case "failure": {
      // The two lines that name the files say where they are; a failure without a difference says what happened.
      const diff = (entry.diff ?? "").split("\n").filter((line) => !/^(---|\+\+\+) \//.test(line));
      const words = /^Failed \S+: (.*)$/m.exec(printed)?.[1] ?? "failed";
      // The harness's own folder has another name in each run.
      const detail = entry.diff ? diff.join("\n").replaceAll(/\bhgtests\.\w+/g, "hgtests.X") : words;
      return { result: "failure", detail };
    }
    default:
      return undefined;
  }
}
