// Keeps track of every process that a run starts, so that none outlives it: not one that hangs, not one that went
// into a session of its own, and not after Ctrl-C. On Linux each carries a mark in its environment by which the
// ones that left their group are found again.
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";

const running = new Set<ChildProcess>();
const folders = new Set<string>();

/** Has a folder removed should the run end before it could do so itself; returns what removes it now. */
export function temporaryFolder(path: string): () => void {
  folders.add(path);
  return () => {
    rmSync(path, { recursive: true, force: true });
    folders.delete(path);
  };
}

/** The variable that marks what this runner started; both sides see it. */
export const markName = "AMALGAM_PARITY_RUN";
export const mark = `${process.pid}-${Date.now().toString(36)}`;

/** Remembers a child that leads a process group of its own until it has ended. */
export function track(child: ChildProcess): void {
  running.add(child);
  const forget = (): boolean => running.delete(child);
  child.on("exit", forget);
  child.on("error", forget);
}

/** A folder that is finished is kept after all. */
export function keepFolder(path: string): void {
  folders.delete(path);
}

/** Ends a child with its whole group. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** What may follow a mark: the end of the variable, or a number below it. */
const ends = new Set([undefined, 0, "-".charCodeAt(0)]);

/** Ends what carries `value`, or a mark below it, wherever it went, and returns how many that were. */
export function sweep(value: string = mark): number {
  const wanted = Buffer.from(`${markName}=${value}`);
  let ended = 0;
  for (const pid of processIds()) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`);
      const at = environment.indexOf(wanted);
      if (at < 0 || !ends.has(environment[at + wanted.length])) continue;
      process.kill(pid, "SIGKILL");
      ended += 1;
    } catch {
      // It has ended meanwhile, or is somebody else's.
    }
  }
  return ended;
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

/** Ends everything at once and removes what only this run needed. */
export function endAll(): void {
  for (const child of running) killGroup(child, "SIGKILL");
  sweep();
  for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
