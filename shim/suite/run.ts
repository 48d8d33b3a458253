// The only place that starts the parity runner. It is a program of its own that knows executables only, so it is
// started like one and gets this process's own streams.
import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { packageRoot } from "../engine/package-root.ts";

/** The runner is not there. */
export class NoSuite extends Error {}

/** Runs the parity runner and waits for its end; returns its exit code. */
export async function runSuite(args: readonly string[]): Promise<number> {
  const runner = path.join(packageRoot(), "compat", "runner", "main.ts");
  if (!existsSync(runner)) throw new NoSuite(`the parity runner ${runner} does not exist`);
  const child = execa(process.execPath, [runner, ...args], { stdio: "inherit", reject: false, buffer: false });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  // A terminal sends its signals to both; the runner clears up and decides when to end.
  const ignore = () => {};
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, ignore);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, forward);
  try {
    const { exitCode, signal, originalMessage } = await child;
    if (exitCode !== undefined) return exitCode;
    if (signal !== undefined) return 130;
    throw new NoSuite(`the parity runner could not be started: ${originalMessage}`);
  } finally {
    for (const signal of ["SIGINT", "SIGQUIT"] as const) process.removeListener(signal, ignore);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.removeListener(signal, forward);
  }
}
