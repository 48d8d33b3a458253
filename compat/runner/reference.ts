// The reference's answer to a case: kept from an earlier run or asked for, asked twice where it is to be calibrated
// (what differs between the two is not deterministic, and no difference of the subject's), and looked at critically:
// a reference that hangs, dies or leaves a lock behind is no reference.
import type { AnswerCache } from "./answers.ts";
import type { Case } from "./cases.ts";
import { compareOutcomes, type Difference } from "./judge.ts";
import type { Legacy } from "./legacy.ts";
import { isServed, type Oracle, type OraclePool } from "./oracle.ts";
import type { Outcome, Slot } from "./slot.ts";

export interface Reference {
  outcome: Outcome;
  /** The second answer, where it differed. */
  again?: Outcome;
  calibrated: boolean;
  /** When it was asked for; undefined for an answer that was kept. */
  askedAt?: number;
  /** Why it is not fit to be compared with. */
  trouble?: string;
}

export interface Asking {
  legacy: Legacy;
  answers: AnswerCache | undefined;
  oracle: Oracle;
  /** The servers to ask; without them every answer comes from a fresh process. */
  pool: OraclePool | undefined;
  slot: Slot;
}

/** Two answers within one second may agree on a time that is shown by the second. */
const apartMs = 1100;

/** The first answer. */
export async function askReference(one: Case, asking: Asking): Promise<Reference> {
  const kept = asking.answers?.get(one);
  if (kept) return kept;
  const { slot, legacy, oracle, pool } = asking;
  const served = pool && isServed(one) ? await slot.ask(one, oracle, pool) : undefined;
  const outcome = served ?? (await slot.run(one, [legacy.path], {}));
  const trouble = troubleOf(outcome);
  const reference = { outcome, calibrated: false, askedAt: Date.now(), ...(trouble === undefined ? {} : { trouble }) };
  // What went wrong once may go well the next time.
  if (trouble === undefined) asking.answers?.put(one, reference);
  return reference;
}

/** Asks a second time, always a fresh process, and says what differed. */
export async function calibrate(one: Case, first: Reference, asking: Asking): Promise<Reference> {
  if (first.calibrated || first.trouble !== undefined) return first;
  const wait = apartMs - (Date.now() - (first.askedAt ?? 0));
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  return recheck(one, first, asking);
}

/** The same without a look at whether that was done before. */
export async function recheck(one: Case, first: Reference, asking: Asking): Promise<Reference> {
  const second = await asking.slot.run(one, [asking.legacy.path], {});
  const trouble = troubleOf(second);
  if (trouble !== undefined) return { ...first, trouble: `the second time, ${trouble}` };
  const differs = compareOutcomes(first.outcome, second).length > 0;
  const reference = { ...first, askedAt: Date.now(), calibrated: true, ...(differs ? { again: second } : {}) };
  asking.answers?.put(one, reference);
  return reference;
}

/** What the reference did differently the second time. */
export function unstable({ outcome, again }: Reference): Difference[] {
  return again === undefined ? [] : compareOutcomes(outcome, again);
}

const lock = /\/\.hg\/(?:wlock|store\/lock)$/;

function troubleOf({ answer, changes }: Outcome): string | undefined {
  const { code } = answer;
  if (typeof code === "string") {
    if (code.startsWith("SIG")) return `the reference was ended by ${code}`;
    return `the reference: ${code}`;
  }
  const left = Object.entries(changes).filter(([path, now]) => now !== null && lock.test(`/${path}`));
  if (left.length === 0) return undefined;
  return `the reference left a lock behind: ${left.map(([path, now]) => `${path} (${now})`).join(", ")}`;
}
