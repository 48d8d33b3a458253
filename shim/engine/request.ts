// Describes this very process to the engine. Node decodes arguments, variables and the working directory as
// UTF-8 and loses what is not; where that happened, the kernel's own copy is read instead.
import { readFileSync, readlinkSync } from "node:fs";
import { isatty, WriteStream } from "node:tty";
import type { Request } from "./types.ts";

const replacement = "\uFFFD";

/** The last `count` arguments of this process, as bytes. */
export function rawArguments(args: readonly string[]): Buffer[] {
  if (!args.some((arg) => arg.includes(replacement))) return args.map((arg) => Buffer.from(arg));
  const all = splitZero(readKernel("/proc/self/cmdline"));
  return all.length >= args.length ? all.slice(all.length - args.length) : args.map((arg) => Buffer.from(arg));
}

/** The environment as bytes. */
export function rawEnvironment(env: NodeJS.ProcessEnv): [Buffer, Buffer][] {
  const entries = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const damaged = entries.filter(([name, value]) => name.includes(replacement) || value.includes(replacement));
  if (damaged.length === 0) return entries.map(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  const kernel = splitZero(readKernel("/proc/self/environ")).flatMap((line): [Buffer, Buffer][] => {
    const at = line.indexOf("=");
    return at > 0 ? [[line.subarray(0, at), line.subarray(at + 1)]] : [];
  });
  // Names that Node got right keep Node's value, which may have been changed since the start.
  const intact = entries.filter((entry) => !damaged.includes(entry));
  const known = new Set(intact.map(([name]) => name));
  const lost = kernel.filter(([name]) => !known.has(name.toString("latin1")) && !known.has(name.toString("utf8")));
  return [...intact.map(([name, value]): [Buffer, Buffer] => [Buffer.from(name), Buffer.from(value)]), ...lost];
}

/** The working directory as bytes. */
export function rawWorkingDirectory(): Buffer {
  const cwd = process.cwd();
  if (!cwd.includes(replacement)) return Buffer.from(cwd);
  try {
    return readlinkSync("/proc/self/cwd", { encoding: "buffer" });
  } catch {
    return Buffer.from(cwd);
  }
}

/** The invocation `hg ARGS` in this process's surroundings. */
export function currentRequest(args: readonly string[]): Request {
  // Not process.stdin and its like: creating those streams may change the descriptors that legacy inherits.
  const [stdinTty, stdoutTty, stderrTty] = [isatty(0), isatty(1), isatty(2)];
  const columns = terminalWidth([stderrTty && 2, stdoutTty && 1, stdinTty && 0]);
  return {
    args: rawArguments(args),
    cwd: rawWorkingDirectory(),
    env: rawEnvironment(process.env),
    stdinTty,
    stdoutTty,
    stderrTty,
    ...(columns !== undefined && { columns }),
  };
}

/** The width of the first terminal, asked in legacy's order. */
function terminalWidth(descriptors: (number | false)[]): number | undefined {
  for (const fd of descriptors) {
    if (fd === false) continue;
    const columns = new WriteStream(fd).columns;
    if (columns > 0) return columns;
  }
  return undefined;
}

function readKernel(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

function splitZero(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = bytes.indexOf(0); at !== -1; at = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return parts;
}
