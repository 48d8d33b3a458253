// Runs many cases: the cases of one fixture follow each other in one place, different places run in parallel.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AnswerCache } from "./answers.ts";
import { type Case, caseNumber } from "./cases.ts";
import { compareCase, notJudged, type Result } from "./compare.ts";
import type { EnvironmentOf } from "./environment.ts";
import type { Answer } from "./execute.ts";
import { placeExtensions } from "./extensions.ts";
import type { Fixture, FixtureCache } from "./fixtures.ts";
import type { Legacy } from "./legacy.ts";
import { Oracle, OraclePool } from "./oracle.ts";
import { type Asking, askReference, calibrate, type Reference, recheck } from "./reference.ts";
import { reproduction } from "./reproduce.ts";
import { baseSettings, Slot } from "./slot.ts";
import type { Subject } from "./subject.ts";

export interface Plan {
  legacy: Legacy;
  subjects: Subject[];
  cases: Case[];
  fixtures: FixtureCache;
  /** Which cases a subject gets. */
  takes: (subject: Subject, one: Case) => boolean;
  cache: string;
  work: string;
  workers: number;
  /** Ask the reference twice before comparing with it. */
  calibrate: boolean;
  /** Nothing of the user's is in force, so that answers may be kept and a server may be asked. */
  hermetic: boolean;
  environment: EnvironmentOf;
  /** Settings that every case has besides its own: enabled extensions. */
  settings?: string;
  timeoutMs: number;
  fallsBack: (one: Case) => boolean;
  /** Ask a fresh process for every answer and keep none, which is faster where there are only a few. */
  unserved?: boolean;
  /** Keep them after all, in a folder of this name. */
  keptApart?: string;
  /** What of an answer is compared; all of it by default. */
  compared?: (answer: Answer) => Answer;
  /** In how many places the cases of one fixture run; a kept answer belongs to a place. */
  lanes?: number;
  /** Told each result; returns true to stop. */
  progress: (result: Result) => boolean;
}

const usualLanes = 4;
/** How often a reference that has agreed with itself once is asked again about a difference. */
const furtherAnswers = 3;

/** Runs the plan and returns results in the order of the cases. */
export async function runCases(plan: Plan): Promise<Result[]> {
  const { lanes = usualLanes } = plan;
  const groups = new Map<string, Case[]>();
  for (const one of plan.cases) {
    const key = `${caseNumber(one.id) % lanes}/${one.fixture}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  const queue = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const run = new Run(plan);
  const worker = async (): Promise<void> => {
    const oracle = new Oracle();
    try {
      for (let next = queue.shift(); next && !run.stopped; next = queue.shift()) {
        await run.group(next[0].split("/")[0] ?? "0", next[1], oracle);
      }
    } finally {
      oracle.stop();
    }
  };
  try {
    await Promise.all(Array.from({ length: plan.workers }, worker));
  } finally {
    await run.pool?.stop();
  }
  return plan.cases.flatMap((one) => run.results.get(one.id) ?? []);
}

/** What the workers share. */
class Run {
  readonly results = new Map<string, Result[]>();
  readonly pool: OraclePool | undefined;
  readonly #plan: Plan;
  readonly #home: string;
  readonly #commonRc: string;
  readonly #settings: string;
  stopped = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#home = join(plan.work, "amalgam-home");
    mkdirSync(this.#home, { recursive: true });
    this.#commonRc = join(plan.work, "hgrc");
    this.#settings = placeExtensions(plan.settings ?? "", plan.work);
    writeFileSync(this.#commonRc, baseSettings + this.#settings);
    if (!plan.hermetic || plan.unserved) return;
    const environment = plan.environment(plan.work, this.#commonRc);
    this.pool = new OraclePool(plan.legacy, join(plan.work, "servers"), environment);
  }

  /** Runs the cases of one fixture in one lane. */
  async group(laneName: string, cases: readonly Case[], oracle: Oracle): Promise<void> {
    const { fixtures, legacy, cache, hermetic, unserved, keptApart, environment, timeoutMs, compared } = this.#plan;
    let fixture: Fixture;
    try {
      fixture = await fixtures.get(cases[0]?.fixture ?? "");
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      for (const one of cases) this.#add(one, notJudged(one, "none", { what: "fixture", text }));
      return;
    }
    const lane = join(this.#plan.work, laneName);
    mkdirSync(lane, { recursive: true });
    const slot = new Slot(fixture, lane, {
      ...{ commonRc: this.#commonRc, environment, timeoutMs, compared },
      settings: this.#settings,
    });
    const keeps = hermetic && (keptApart !== undefined || !unserved);
    const kept = join(cache, keptApart ?? "answers");
    const answers = keeps ? new AnswerCache(kept, legacy, fixture, slot.world, this.#settings) : undefined;
    const asking = { legacy, answers, oracle, pool: this.pool, slot };
    try {
      const first = new Map<Case, Reference>();
      // All first answers come before the second ones, so that there is time between the two.
      if (this.#plan.calibrate) {
        for (const one of cases) if (!this.stopped) first.set(one, await askReference(one, asking));
      }
      for (const one of cases) {
        if (this.stopped) break;
        await this.#case(one, fixture, first.get(one), asking);
      }
    } finally {
      await this.pool?.leave(slot.repository);
      slot.dispose();
    }
  }

  async #case(one: Case, fixture: Fixture, first: Reference | undefined, asking: Asking): Promise<void> {
    const { legacy, subjects, takes, fallsBack, hermetic, unserved } = this.#plan;
    const setting = { legacy, home: this.#home, slot: asking.slot, fallsBack };
    let reference = first ? await calibrate(one, first, asking) : await askReference(one, asking);
    for (const subject of subjects.filter((candidate) => takes(candidate, one))) {
      let result = await compareCase(one, subject, reference, setting);
      // A kept answer may have been true on another day only; and two ways to legacy take different times, so that
      // one may note the time of a file that it has just written and the other not yet.
      const isKept = reference.askedAt === undefined;
      if (result.differences.length > 0 && (isKept || (unserved && !reference.calibrated))) {
        reference = await (isKept ? recheck : calibrate)(one, reference, asking);
        if (reference.again !== undefined) result = await compareCase(one, subject, reference, setting);
      }
      // An order that comes from a hash seed may be the same twice.
      for (
        let times = 0;
        times < furtherAnswers && result.differences.length > 0 && reference.again === undefined;
        times += 1
      ) {
        reference = await recheck(one, reference, asking);
        if (reference.again !== undefined) result = await compareCase(one, subject, reference, setting);
      }
      if (result.differences.length > 0)
        result.reproduce = reproduction(one, fixture, asking.slot.world, {
          ...{ legacy, subject, hermetic, settings: this.#settings },
        });
      this.#add(one, result);
    }
  }

  #add(one: Case, result: Result): void {
    this.results.set(one.id, [...(this.results.get(one.id) ?? []), result]);
    if (this.#plan.progress(result)) this.stopped = true;
  }
}
