// `amalgam plan`: writes the tables of migration-plan.md, from the committed results of parity runs or from the journals
// of a team.
import path from "node:path";
import { planFleet, startInPlan } from "../api/fleet.ts";
import { PlanProblem, readPlan } from "../api/plan.ts";
import { replaceFile } from "../api/replace-file.ts";
import { ownJournal } from "../api/report.ts";
import { done, type Ending, finding, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";
import { noJournal, readMs, readSince, summed } from "./report.ts";

interface Options {
  file?: string;
  fleet?: true | string[];
  since?: string;
  legacyMs?: string;
  check?: true;
  json?: true;
}

/** A plan as it is and as it should be. */
interface Plan {
  file: string;
  current: string;
  wanted: string;
}

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "plan",
    "Writes the tables of a migration plan: of amalgam's own, from the results that parity runs have recorded, or with --fleet of yours, from journals and the policy. What people wrote around the tables stays. With --check it writes nothing, and exit code 1 says that the file is stale.",
    "amalgam plan --fleet --file hg-plan.md",
  )
    .option(
      "--file <file>",
      "the plan to write (default: migration-plan.md, of this copy or with --fleet of this folder)",
    )
    .option("--fleet [journals...]", "a plan of your own, from these journals of people or machines, or from yours")
    .option("--since <when>", "with --fleet: only what is younger: 7d, 12h, or a date such as 2026-01-31")
    .option("--legacy-ms <ms>", "with --fleet: what a start of Python takes (default: as in the plan, or measured)")
    .option("--check", "only say whether the file is as it would be written")
    .option("--json", "print the recorded results as JSON");
  return parse(command, args, async () => {
    const options = command.opts<Options>();
    const { fleet, since, file, json } = options;
    if (fleet === undefined && since !== undefined) throw new Mistake("--since belongs to --fleet");
    if (fleet === undefined && options.legacyMs !== undefined) throw new Mistake("--legacy-ms belongs to --fleet");
    if (fleet !== undefined) {
      if (json) throw new Mistake("--fleet and --json exclude each other", ["amalgam report --json has the figures."]);
      const own = fleet === true ? ownJournal() : undefined;
      if (own?.files.length === 0) return noJournal(own.file, false);
      const files = fleet === true ? (own?.files ?? []) : fleet;
      const after = since === undefined ? undefined : readSince(since, Date.now());
      const target = path.resolve(file ?? "migration-plan.md");
      const legacyMs = readMs(options.legacyMs) ?? startInPlan(target);
      const summary = await summed({ files, since: after, legacyMs });
      const people = fleet === true ? 1 : files.length;
      return settle(
        attempt(() => planFleet(target, summary, people)),
        options,
      );
    }
    const plan = attempt(() => readPlan(file && path.resolve(file)));
    if (json) {
      process.stdout.write(
        `${JSON.stringify({ file: plan.file, stale: plan.current !== plan.wanted, proofs: plan.proofs }, null, 2)}\n`,
      );
      return done;
    }
    return settle(plan, options);
  });
}

function settle({ file, current, wanted }: Plan, { check, fleet }: Options): Ending {
  if (current === wanted) {
    process.stdout.write(`${file} is up to date\n`);
    return done;
  }
  if (check) {
    const how = fleet === undefined ? "amalgam plan (or npm run plan)" : "amalgam plan --fleet";
    process.stdout.write(`${file} is stale: run ${how}\n`);
    return finding;
  }
  replaceFile(file, wanted);
  process.stdout.write(`wrote ${file}\n`);
  return done;
}

function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof PlanProblem) throw new Mistake(error.message);
    throw error;
  }
}
