// How a subcommand ends: 0 done, 1 a finding, 2 a mistake in usage or configuration; or, for `amalgam hg`, as
// legacy ended.
import type { Ending } from "../legacy/run.ts";

export type { Ending };

export const done: Ending = { kind: "exit", code: 0 };
export const finding: Ending = { kind: "exit", code: 1 };
export const mistake: Ending = { kind: "exit", code: 2 };

/** Something that the person can mend: its message is all that they need. */
export class Mistake extends Error {
  /** What to do about it, one line each. */
  readonly advice: readonly string[];

  constructor(message: string, advice: readonly string[] = []) {
    super(message);
    this.name = "Mistake";
    this.advice = advice;
  }
}
