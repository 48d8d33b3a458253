// Measures one workload on all its programs in one go, after checking that they give the same answer.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Contender, Role } from "./contenders.ts";
import { gitFolder } from "./repositories.ts";
import type { Workload } from "./workloads.ts";

export interface Figure {
  role: Role;
  /** Median of the wall time. */
  milliseconds: number;
  /** Half of the runs lie between these. */
  quartiles: [number, number];
  runs: number;
  /** Why there is no time, or what was odd. */
  note?: string;
}

export interface Measured {
  workload: Workload;
  figures: Figure[];
}

interface Command {
  role: Role;
  argv: string[];
  cwd: string;
  env: Record<string, string>;
}

/** Runs the workload; `seconds` bounds the time it may take. */
export function measure(
  workload: Workload,
  contenders: Contender[],
  cwd: string,
  base: Record<string, string>,
  seconds: number,
): Measured {
  const figures: Figure[] = [];
  const commands: Command[] = [];
  let expected: Buffer | undefined;
  for (const contender of contenders.filter(({ role }) => workload.roles.includes(role))) {
    const command = commandFor(workload, contender, cwd, base);
    if (command === undefined) continue;
    const note = preflight(command, contender.role === "git" ? undefined : expected);
    if (note.problem !== undefined) {
      figures.push({
        role: contender.role,
        milliseconds: Number.NaN,
        quartiles: [Number.NaN, Number.NaN],
        runs: 0,
        note: note.problem,
      });
      continue;
    }
    if (contender.role === "legacy" || (contender.role === "legacy-rust" && expected === undefined))
      expected = note.stdout;
    commands.push(command);
  }
  const reply = spawnSync("python3", [join(import.meta.dirname, "timer.py")], {
    input: JSON.stringify({ rounds: 400, warmups: 2, budgetSeconds: seconds, commands }),
    maxBuffer: 1 << 26,
  });
  if (reply.status !== 0) throw new Error(`the timer failed: ${reply.stderr}`);
  const { times } = JSON.parse(reply.stdout.toString()) as { times: number[][] };
  commands.forEach(({ role }, index) => {
    const sorted = (times[index] ?? []).map((time) => time / 1e6).sort((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    figures.push({ role, milliseconds: at(0.5), quartiles: [at(0.25), at(0.75)], runs: sorted.length });
  });
  return { workload, figures };
}

function commandFor(
  workload: Workload,
  contender: Contender,
  cwd: string,
  base: Record<string, string>,
): Command | undefined {
  const { role, path } = contender;
  const env = { ...base, ...contender.env };
  if (role === "chg") mkdirSync(dirname(env.CHGSOCKNAME ?? ""), { recursive: true, mode: 0o700 });
  if (role === "amalgam" && (workload.warm || workload.addedMilliseconds !== undefined)) {
    env.AMALGAM_ON_UNSUPPORTED = "fallback";
    env.AMALGAM_MODE = "python";
  }
  if (role === "amalgam" && workload.warm) env.AMALGAM_TRANSPORT = "warm";
  if (role !== "git") return { role, argv: [path, ...workload.args], cwd, env };
  if (workload.git === undefined) return undefined;
  if (workload.repository === "none") return { role, argv: [path, ...workload.git], cwd, env };
  return {
    role,
    argv: [path, ...workload.git],
    cwd,
    env: { ...env, GIT_DIR: gitFolder(cwd, path, env), GIT_WORK_TREE: cwd },
  };
}

function preflight(command: Command, expected: Buffer | undefined): { problem?: string; stdout: Buffer } {
  const [program = "", ...args] = command.argv;
  const run = () => spawnSync(program, args, { cwd: command.cwd, env: command.env, maxBuffer: 1 << 28 });
  run();
  const { status, stdout, stderr } = run();
  const said = stderr.toString().trim().split("\n")[0] ?? "";
  if (status === 252) return { problem: said.replace(/^.*?unsupported:?\s*/, "not native: ").slice(0, 60), stdout };
  if (status !== 0) return { problem: `exit code ${status}: ${said}`.slice(0, 60), stdout };
  if (expected !== undefined && !expected.equals(stdout)) return { problem: "gives another answer", stdout };
  return { stdout };
}
