// Runs many cases: the cases of one fixture follow each other in one place, different places run in parallel.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AnswerCache } from "./answers.ts";
import type { Case } from "./cases.ts";
import { compareCase, type Result } from "./compare.ts";
import { processEnvironment } from "./environment.ts";
import type { Fixture, FixtureCache } from "./fixtures.ts";
import type { Legacy } from "./legacy.ts";
import { Oracle, OraclePool } from "./oracle.ts";
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
  /** Compare the reference with itself: its kept answers are left alone. */
  calibrate: boolean;
  fallsBack: (one: Case) => boolean;
  /** Ask a fresh process for every answer, which is faster where there are only a few. */
  unserved?: boolean;
  /** In how many places the cases of one fixture run; a kept answer belongs to a place. */
  lanes?: number;
  progress: (done: number, result: Result) => void;
}

const usualLanes = 4;

/** A stable number for a case, so that it always runs in the same folder and its kept answer stays valid. */
export function caseNumber(id: string): number {
  return createHash("sha256").update(id).digest().readUInt32BE(0);
}

/** A failure for a case whose fixture could not be built. */
function notRun(one: Case, text: string): Result {
  const differences = [{ what: "fixture" as const, text }];
  return {
    id: one.id,
    command: one.command,
    fixture: one.fixture,
    face: "none",
    native: undefined,
    reason: undefined,
    differences,
    reproduce: "",
  };
}

/** Runs the plan and returns results in the order of the cases. */
export async function runCases(plan: Plan): Promise<Result[]> {
  const { fixtures, lanes = usualLanes } = plan;
  const groups = new Map<string, Case[]>();
  for (const one of plan.cases) {
    const key = `${caseNumber(one.id) % lanes}/${one.fixture}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const queue = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const results = new Map<string, Result[]>();
  let done = 0;
  const home = join(plan.work, "amalgam-home");
  mkdirSync(home, { recursive: true });
  const commonRc = join(plan.work, "hgrc");
  writeFileSync(commonRc, baseSettings);
  const pool = new OraclePool(plan.legacy, join(plan.work, "servers"), processEnvironment(plan.work, commonRc));
  const worker = async (): Promise<void> => {
    const oracle = new Oracle();
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [key, cases] = next;
        let fixture: Fixture;
        try {
          fixture = await fixtures.get(cases[0]?.fixture ?? "");
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          for (const one of cases) results.set(one.id, [notRun(one, text)]);
          continue;
        }
        const lane = join(plan.work, key.split("/")[0] ?? "0");
        mkdirSync(lane, { recursive: true });
        const slot = new Slot(fixture, lane, commonRc);
        const answers = plan.calibrate
          ? undefined
          : new AnswerCache(join(plan.cache, "answers"), plan.legacy, fixture, slot.world);
        for (const one of cases) {
          for (const subject of plan.subjects.filter((candidate) => plan.takes(candidate, one))) {
            const result = await compareCase(one, subject, {
              legacy: plan.legacy,
              home,
              answers,
              oracle,
              pool: plan.unserved ? undefined : pool,
              slot,
              fallsBack: plan.fallsBack,
            });
            if (result.differences.length > 0)
              result.reproduce = reproduction(one, fixture, slot.world, plan.legacy, subject);
            results.set(one.id, [...(results.get(one.id) ?? []), result]);
            done += 1;
            plan.progress(done, result);
          }
        }
        await pool.leave(slot.repository);
        slot.dispose();
      }
    } finally {
      oracle.stop();
    }
  };
  const onSignal = (): void => {
    void pool.stop().finally(() => process.exit(130));
  };
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    await Promise.all(Array.from({ length: plan.workers }, worker));
  } finally {
    await pool.stop();
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
  }
  return plan.cases.flatMap((one) => results.get(one.id) ?? []);
}
