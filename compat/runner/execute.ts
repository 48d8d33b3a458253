// Runs one program for one case and keeps everything that it said.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
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
  /** Folder outside the compared tree for files that the run itself needs. */
  scratch: string;
  timeoutMs: number;
}

const ptyHelper = join(import.meta.dirname, "terminal.py");
const python = process.env.AMALGAM_PYTHON ?? "python3";

/** Runs to the end, or to the time limit. */
export function execute(invocation: Invocation): Promise<Answer> {
  const { program, args } = command(invocation);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: invocation.cwd,
      env: invocation.env,
      stdio: [invocation.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, invocation.timeoutMs);
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(invocation.stdin);
    const finish = (code: number | string): void => {
      clearTimeout(timer);
      resolve({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), code });
    };
    child.on("error", (error) => finish(`cannot run: ${error.message}`));
    child.on("close", (code, signal) =>
      finish(late ? `no end after ${invocation.timeoutMs} ms` : (code ?? signal ?? "lost")),
    );
  });
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
