// The command servers of a private AMALGAM_HOME: which there are, and ending them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Their processes. */
export function serversOf(home: string): number[] {
  const folder = join(home, "run");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const abouts = names.map((name) => join(folder, name, "about")).filter((file) => existsSync(file));
  return abouts.map((file) => Number.parseInt(readFileSync(file, "utf8"), 10)).filter((process) => process > 1);
}

/** Ends them, once the commands that they serve have ended. */
export function stopServers(home: string): void {
  for (const server of serversOf(home)) {
    try {
      process.kill(server, "SIGTERM");
    } catch {
      // It has ended.
    }
  }
}
