// What amalgam records in a folder of its own, for tests: lines of the journal, and comparisons behind commands, which
// come when the machine has nothing else to do.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

const limit = 10 * 60_000;

export interface Line {
  command?: string;
  answer?: string;
  reason?: string;
  compared?: string;
  kind?: string;
}

/** What was recorded. */
export function journal(state: string): Line[] {
  const file = path.join(state, "journal.jsonl");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The comparisons of the journal, once there are as many as are awaited and the last one is over. */
export async function comparisons(state: string, count: number): Promise<Line[]> {
  const end = Date.now() + limit;
  for (;;) {
    const found = journal(state).filter(({ compared }) => compared !== undefined);
    if (found.length >= count) break;
    if (Date.now() > end) throw new Error(`no ${count} comparisons:\n${JSON.stringify(journal(state))}`);
    await sleep(50);
  }
  // The breaker is told after the journal; a comparison holds its place until then.
  const wait = "import fcntl, sys\nfor name in sys.argv[1:]: fcntl.flock(open(name), fcntl.LOCK_EX)";
  const places = readdirSync(state).filter((name) => name.startsWith("comparing."));
  const files = places.map((name) => path.join(state, name));
  const waited = spawnSync("python3", ["-c", wait, ...files], { encoding: "utf8", timeout: limit });
  expect([waited.status, waited.stderr]).toEqual([0, ""]);
  return journal(state).filter(({ compared }) => compared !== undefined);
}
