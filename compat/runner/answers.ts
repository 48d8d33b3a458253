// Keeps the reference's answers between runs: it takes 200 ms for each, and it says the same every time.
// One file per fixture, one JSON line per answer; a line that cannot be read is as if it were absent.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import type { Fixture } from "./fixtures.ts";
import type { Legacy } from "./legacy.ts";
import type { Reference } from "./reference.ts";
import type { Outcome } from "./slot.ts";

const layout = "answers 2";

export class AnswerCache {
  readonly #file: string;
  readonly #known = new Map<string, string>();
  readonly #seed: string;

  constructor(folder: string, legacy: Legacy, fixture: Fixture, world: string, settings: string) {
    mkdirSync(folder, { recursive: true });
    this.#seed = [layout, legacy.key, fixture.key, world, ...(settings === "" ? [] : [settings])].join("\0");
    this.#file = join(folder, `${fixture.name}-${legacy.key}.jsonl`);
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, "utf8").split("\n")) {
      const at = line.indexOf(" ");
      if (at > 0) this.#known.set(line.slice(0, at), line.slice(at + 1));
    }
  }

  get(one: Case): Reference | undefined {
    const line = this.#known.get(this.#key(one));
    if (line === undefined) return undefined;
    try {
      const { first, again, calibrated } = JSON.parse(line);
      return {
        outcome: decode(first),
        calibrated: calibrated === true,
        ...(again === undefined ? {} : { again: decode(again) }),
      };
    } catch {
      return undefined;
    }
  }

  /** The last line for a case counts. */
  put(one: Case, { outcome, again, calibrated }: Reference): void {
    const value = { first: encode(outcome), again: again && encode(again), calibrated };
    appendFileSync(this.#file, `${this.#key(one)} ${JSON.stringify(value)}\n`);
  }

  #key(one: Case): string {
    const args = one.args?.map((word) => word.toString("latin1"));
    const parts = [
      one.cwd,
      args,
      one.shell,
      one.env,
      one.userrc,
      one.hgrc,
      one.stdin,
      one.tty && [one.tty, "terminal 2"],
      one.umask,
    ];
    return createHash("sha256")
      .update(`${this.#seed}\0${JSON.stringify(parts)}`)
      .digest("hex")
      .slice(0, 32);
  }
}

function encode({ answer, changes }: Outcome): object {
  const { stdout, stderr, code } = answer;
  return { stdout: stdout.toString("base64"), stderr: stderr.toString("base64"), code, changes };
}

function decode(value: {
  stdout: string;
  stderr: string;
  code: number | string;
  changes: Outcome["changes"];
}): Outcome {
  const { stdout, stderr, code, changes } = value;
  return {
    answer: { stdout: Buffer.from(stdout, "base64"), stderr: Buffer.from(stderr, "base64"), code },
    changes,
  };
}
