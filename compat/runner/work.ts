// The folder in which runs take place, owned by one runner at a time: answers hold its path, so it has a fixed name.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Takes the folder; throws when another live runner has it. Returns what gives it back, emptied. */
export function exclusiveFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const lock = join(folder, "owner");
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch {
    const owner = Number(readFileSync(lock, "utf8"));
    if (isAlive(owner)) throw new Error(`another run (process ${owner}) is using ${folder}; wait for it, or end it`);
    writeFileSync(lock, String(process.pid));
  }
  return () => rmSync(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
