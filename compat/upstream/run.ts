// Runs test variants on both sides, several at once: the reference where it is not known yet, amalgam always, and
// amalgam once more where it differs, so that a test that is not deterministic is told from a difference.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Transport } from "../runner/transports.ts";
import { type Harness, runVariant, type TestRun } from "./harness.ts";
import type { KeptRuns } from "./kept.ts";
import { judge, type TestResult } from "./verdict.ts";

export interface Plan {
  harness: Harness;
  legacy: string;
  launcher: string;
  transport: Transport;
  /** A folder of the run's own. */
  work: string;
  legacyRuns: KeptRuns;
  amalgamRuns: KeptRuns;
  variants: string[];
  jobs: number;
  /** Do not run the reference where amalgam gives what the release expects. */
  lazy: boolean;
  progress: (test: string, result: TestResult, legacy: TestRun, amalgam: TestRun) => void;
}

/** Prepares what stands as `hg`, with the facts about the reference gathered in the harness's own environment. */
export async function prepareAmalgam(
  plan: Pick<Plan, "harness" | "legacy" | "launcher" | "transport" | "work">,
  port: number,
) {
  const bin = join(plan.work, "bin");
  mkdirSync(bin, { recursive: true });
  const hg = join(bin, "hg");
  copyFileSync(plan.launcher, hg);
  chmodSync(hg, 0o755);
  const home = join(plan.work, "amalgam");
  mkdirSync(home, { recursive: true });
  const env = { AMALGAM_LEGACY_HG: plan.legacy, AMALGAM_TRANSPORT: plan.transport };
  const test = join(plan.work, "test-amalgam-facts.t");
  writeFileSync(test, "  $ AMALGAM_ON_UNSUPPORTED=abort hg version -q > /dev/null\n");
  // This one run writes into the home that the others copy.
  const first = await runVariant(plan.harness, hg, test, port, { ...env, AMALGAM_HOME: home });
  if (first.result !== "success") throw new Error(`amalgam gets no facts about ${plan.legacy}:\n${first.detail}`);
  return { hg, env, home };
}

/** The result per variant, in the order in which they ended. */
export async function runAll(plan: Plan): Promise<Map<string, TestResult>> {
  const results = new Map<string, TestResult>();
  const queue = [...plan.variants];
  const firstPort = 22_000 + (process.pid % 900) * 40;
  const { hg, env, home } = await prepareAmalgam(plan, firstPort);
  const worker = async (slot: number): Promise<void> => {
    const port = firstPort + slot * 8;
    for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
      let amalgam = plan.amalgamRuns.get(test);
      const isKept = amalgam !== undefined;
      amalgam ??= await runVariant(plan.harness, hg, test, port, env, home);
      let legacy = plan.legacyRuns.get(test);
      const assumed = legacy === undefined && plan.lazy && amalgam.result === "success";
      if (legacy === undefined && !assumed) {
        legacy = await runVariant(plan.harness, plan.legacy, test, port, {});
        plan.legacyRuns.put(test, legacy);
      }
      let unstable = false;
      if (!isKept) {
        if (legacy !== undefined && judge(legacy, amalgam) === "differs") {
          const again = await runVariant(plan.harness, hg, test, port, env, home);
          unstable = judge(legacy, again) !== "differs";
          if (unstable) amalgam = again;
        }
        plan.amalgamRuns.put(test, amalgam);
      }
      legacy ??= amalgam;
      const result: TestResult = { verdict: judge(legacy, amalgam), journal: amalgam.journal };
      if (amalgam.warm !== undefined) result.warm = amalgam.warm;
      if (unstable) result.unstable = true;
      if (assumed) result.assumed = true;
      if (result.verdict === "skipped") result.why = amalgam.detail;
      results.set(test, result);
      plan.progress(test, result, legacy, amalgam);
    }
  };
  await Promise.all(Array.from({ length: Math.min(plan.jobs, 4) }, (_, slot) => worker(slot)));
  return results;
}
