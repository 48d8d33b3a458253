// Runs one command line both ways: whose answer it is, whether the bytes are the same, and how long each took.
import { spawn } from "node:child_process";

export interface Answer {
  stdout: Buffer;
  stderr: Buffer;
  /** The exit code, or the name of the signal. */
  end: string;
  milliseconds: number;
}

export interface Row {
  args: string[];
  /** Why legacy answered; undefined when native did. */
  reason: string | undefined;
  identical: boolean;
  legacy: number;
  amalgam: number;
}

export interface Setting {
  launcher: string;
  legacy: string;
  repository: string;
}

/** How long one command may be repeated, and how often at least and at most. */
const budget = { milliseconds: 900, least: 2, most: 9 };
/** A server of legacy's would stay behind. */
export const byExec = { AMALGAM_TRANSPORT: "exec" };
const unsupportedExit = "252";

export async function compare(setting: Setting, args: string[]): Promise<Row> {
  const { launcher, legacy, repository } = setting;
  const asked = await run(launcher, args, repository, { AMALGAM_ON_UNSUPPORTED: "abort" });
  const reason = asked.end === unsupportedExit ? unsupportedReason(asked.stderr) : undefined;
  const begun = Date.now();
  const times = { legacy: [] as number[], amalgam: [] as number[] };
  let identical = true;
  for (let n = 0; n < budget.least || (n < budget.most && Date.now() - begun < budget.milliseconds); n += 1) {
    const expected = await run(legacy, args, repository, {});
    const actual = await run(launcher, args, repository, byExec);
    identical &&= isSame(expected, actual);
    times.legacy.push(expected.milliseconds);
    times.amalgam.push(actual.milliseconds);
  }
  return { args, reason, identical, legacy: median(times.legacy), amalgam: median(times.amalgam) };
}

/** Runs a program to its end; its output is kept as bytes. */
export function run(file: string, args: string[], cwd: string, extra: NodeJS.ProcessEnv): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(file, args, { cwd, env: { ...process.env, ...extra }, stdio: ["ignore", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
        end: String(code ?? signal),
        milliseconds: performance.now() - begun,
      }),
    );
  });
}

export function isSame(a: Answer, b: Answer): boolean {
  return a.end === b.end && a.stdout.equals(b.stdout) && a.stderr.equals(b.stderr);
}

/** The identifier in `unsupported: REASON`. */
export function unsupportedReason(stderr: Buffer): string {
  return /unsupported: ([\w.-]+)/.exec(stderr.toString("utf8"))?.[1] ?? "unknown";
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
