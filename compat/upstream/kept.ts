// What runs gave, one small file per test variant, so that an interrupted run goes on where it stopped and the
// reference runs once per version.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestRun } from "./harness.ts";

const layout = "kept 1";

/** A short name for contents. */
export function shortHash(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256").update(layout);
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 12);
}

export class KeptRuns {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** What a variant gave; undefined when it has not run, or its file cannot be read. */
  get(test: string): TestRun | undefined {
    try {
      return JSON.parse(readFileSync(this.#file(test), "utf8"));
    } catch {
      return undefined;
    }
  }

  put(test: string, run: TestRun): void {
    const fresh = `${this.#file(test)}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(run)}\n`);
    renameSync(fresh, this.#file(test));
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
  }

  #file(test: string): string {
    return join(this.#folder, `${test.replaceAll("#", "+")}.json`);
  }
}
