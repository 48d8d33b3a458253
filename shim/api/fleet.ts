// What a team's own migration plan should be: journals, the policy in force here, and what is proven against the Mercurial
// here.
import { existsSync, readFileSync } from "node:fs";
import { currentRequest, engine } from "../engine/index.ts";
import { commands } from "../generated/commands.ts";
import type { Summary } from "../journal/summary.ts";
import { fleetSections, newPlan, startOf } from "../report/fleet.ts";
import { withSections } from "../report/plan.ts";
import { PlanProblem } from "./plan.ts";
import { readPolicy } from "./policy.ts";
import { usualComparisons } from "./promote.ts";

export interface FleetPlan {
  file: string;
  /** As the file is; empty where it is not there yet. */
  current: string;
  /** As it should be. */
  wanted: string;
}

/** The time of a start of Python, in milliseconds, that a plan reckons with; undefined where there is none yet. */
export function startInPlan(file: string): number | undefined {
  return existsSync(file) ? startOf(readFileSync(file, "utf8")) : undefined;
}

/** What `file` should be for a fleet whose journals amount to `summary`. */
export function planFleet(file: string, summary: Summary, journals: number): FleetPlan {
  const facts = engine().gatherFacts(currentRequest([]));
  const proven = engine()
    .proven()
    .filter(({ version, build }) => version === facts.version && build === facts.build)
    .flatMap((one) => one.commands);
  const held = engine()
    .demotions(currentRequest([]))
    .entries.filter(({ state }) => state !== "counting")
    .map(({ cell }) => cell.split(" ")[0] ?? "");
  const sections = fleetSections({
    ...{ summary, journals, routes: readPolicy().rules?.routes, wanted: usualComparisons },
    legacy: facts.version === undefined ? "(none here)" : `${facts.version} (${facts.build} build)`,
    known: new Set(commands.flatMap(({ names }) => names[0] ?? [])),
    proven: new Set(proven),
    demoted: new Set(held),
  });
  const current = existsSync(file) ? readFileSync(file, "utf8") : "";
  try {
    return { file, current, wanted: withSections(current === "" ? newPlan : current, sections) };
  } catch (error) {
    throw new PlanProblem(`${file}: ${(error as Error).message}`);
  }
}
