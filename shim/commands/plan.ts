// `amalgam plan`: writes the tables of migration-plan.md from the committed results of parity runs.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Plan, PlanProblem, readPlan } from "../api/plan.ts";
import { done, type Ending, finding, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "plan",
    "Writes the tables of migration-plan.md from the results that parity runs have recorded. With --check it writes nothing, and exit code 1 says that the file is stale.",
    "amalgam plan --check",
  )
    .option("--file <file>", "the plan to write (default: migration-plan.md of this copy)")
    .option("--check", "only say whether the file is as it would be written")
    .option("--json", "print the recorded results as JSON");
  return parse(command, args, async () => {
    const { file, check, json } = command.opts<{ file?: string; check?: true; json?: true }>();
    const plan = load(file && path.resolve(file));
    if (json) {
      process.stdout.write(
        `${JSON.stringify({ file: plan.file, stale: plan.current !== plan.wanted, proofs: plan.proofs }, null, 2)}\n`,
      );
      return done;
    }
    if (plan.current === plan.wanted) {
      process.stdout.write(`${plan.file} is up to date\n`);
      return done;
    }
    if (check) {
      process.stdout.write(`${plan.file} is stale: run amalgam plan (or npm run plan)\n`);
      return finding;
    }
    writeFileSync(plan.file, plan.wanted);
    process.stdout.write(`wrote ${plan.file}\n`);
    return done;
  });
}

function load(file: string | undefined): Plan {
  try {
    return readPlan(file);
  } catch (error) {
    if (error instanceof PlanProblem) throw new Mistake(error.message);
    throw error;
  }
}
