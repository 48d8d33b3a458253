// Runs one program for one case and keeps everything that it said.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { killGroup, mark, markName, sweep, track } from "./processes.ts";
import { isUtf8, shellQuote } from "./words.ts";

export interface Answer {
  stdout: Buffer;
  stderr: Buffer;
  /** Exit code, or the name of the signal, or what kept it from running. */
  code: number | string;
}

export interface Invocation {
  program: string[];
  args: Buffer[] | undefined;
  shell: string | undefined;
  cwd: string;
  env: Record<string, string>;
  stdin: string | undefined;
  tty: { columns: number; rows: number } | undefined;
  /** Octal text; the runner's own where undefined. */
  umask?: string | undefined;
  /** Folder outside the compared tree for files that the run itself needs. */
  scratch: string;
  timeoutMs: number;
}

const ptyHelper = join(import.meta.dirname, "terminal.py");
const python = process.env.AMALGAM_PYTHON ?? "python3";
/** More than any answer: a program that says this much does not stop by itself. */
const mostBytes = 256 * 1024 * 1024;
/** How long the streams of a killed program may stay open, held by whoever inherited them. */
const graceMs = 500;

let serial = 0;

/** Runs to the end, or to the time limit. */
export function execute(invocation: Invocation): Promise<Answer> {
  const { program, args } = command(invocation);
  const own = `${mark}-${++serial}`;
  return new Promise((resolve) => {
    const child = start(invocation, program, args, own);
    const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    let size = 0;
    let stopped: string | undefined;
    let ended = false;
    const finish = (code: number | string): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      resolve({ stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr), code });
    };
    const stop = (why: string): void => {
      if (stopped !== undefined) return;
      stopped = why;
      killGroup(child, "SIGKILL");
      sweep(own);
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        finish(why);
      }, graceMs).unref();
    };
    const timer = setTimeout(() => stop(`no end after ${invocation.timeoutMs / 1000} s`), invocation.timeoutMs);
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) stop(`more than ${mostBytes} bytes of output`);
        else chunks[stream].push(chunk);
      });
    }
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(invocation.stdin);
    child.on("error", (error) => finish(`cannot run: ${error.message}`));
    child.on("close", (code, signal) => finish(stopped ?? code ?? signal ?? "lost"));
  });
}

/** Starts the program in a process group of its own. */
function start(invocation: Invocation, program: string, args: string[], own: string): ChildProcess {
  // Spawning is done when spawn returns, so the mask of this process is only borrowed.
  const before = invocation.umask === undefined ? undefined : process.umask(Number.parseInt(invocation.umask, 8));
  try {
    const child = spawn(program, args, {
      cwd: invocation.cwd,
      env: { ...invocation.env, [markName]: own },
      stdio: [invocation.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    track(child);
    return child;
  } finally {
    if (before !== undefined) process.umask(before);
  }
}

function command(invocation: Invocation): { program: string; args: string[] } {
  const size = invocation.tty;
  const wrap = (words: string[]): { program: string; args: string[] } => {
    const all = size ? [python, "-B", "-I", ptyHelper, String(size.columns), String(size.rows), ...words] : words;
    return { program: all[0] ?? "", args: all.slice(1) };
  };
  if (invocation.shell === undefined && (invocation.args ?? []).every(isUtf8)) {
    const words = [...invocation.program, ...(invocation.args ?? []).map(String)];
    if (size && !(words[0] ?? "").startsWith("/")) return wrap(["/usr/bin/env", ...words]);
    return wrap(words);
  }
  const script = join(invocation.scratch, "command.sh");
  writeFileSync(script, scriptText(invocation));
  return wrap(["/bin/sh", script]);
}

function scriptText(invocation: Invocation): Buffer {
  const program = invocation.program.map((word) => shellQuote(Buffer.from(word)));
  const space = Buffer.from(" ");
  const join = (words: Buffer[]): Buffer => Buffer.concat(words.flatMap((word) => [word, space]));
  if (invocation.shell === undefined) {
    return Buffer.concat([Buffer.from("exec "), join([...program, ...(invocation.args ?? []).map(shellQuote)])]);
  }
  return Buffer.concat([Buffer.from("hg() { "), join(program), Buffer.from(`"$@"; }\n${invocation.shell}\n`)]);
}
