// The command line of the runner.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";

export const usage = `usage: npm run compat -- [options]

Runs command lines on the installed Mercurial and on amalgam and compares every byte.

  --filter TEXT     only cases whose id contains TEXT (=ID: exactly this case); may be repeated
  --tier quick|full quick (default): a fixed sample of the cases, fewer by the TypeScript front end; full: all
                    (--filter alone runs all that fit)
  --legacy PATH     the reference (default: AMALGAM_LEGACY_HG, .venv/bin/hg, hg on PATH)
  --subject PATH    the program under test (default: bin/hg and bin/amalgam)
  --calibrate       the reference against itself
  --json FILE       write the whole report
  --junit FILE      write JUnit XML
  --plan FILE       put the figures per command between the markers of this file (migration-plan.md)
  --scripts FOLDER  write a reproducing shell script per failure
  --jobs N          runs at once (default: number of processors)
  --max-failures N  show at most N failures (default 40)
  --prove           enter what passed and failed into compat/proven.json, from which native's table of proven
                    releases is made (needs a build afterwards)
  --native-only     leave out the runs that fall back, which only start the reference again
  --fresh           forget kept answers of the reference
  --list            print the case ids and stop
  --generate N      N random command lines on random repositories instead of the cases
  --repositories M  for --generate: on M of them (default: one for each 100 lines)
  --seed S          for --generate (default: random, and printed)
  --shrink K        for --generate: make K unlike differences small, and write a script, a fixture and a case for each
                    to the folder of --scripts (default 5, to .cache/compat/reproducers)

Example: npm run compat -- --filter status/ --tier full`;

const root = join(import.meta.dirname, "..", "..");

export type Options = ReturnType<typeof readOptions>;

/** Parses arguments; throws with a plain message on a mistake. */
export function readOptions(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      filter: { type: "string", multiple: true },
      tier: { type: "string", default: "quick" },
      legacy: text,
      subject: text,
      json: text,
      junit: text,
      plan: text,
      scripts: text,
      jobs: text,
      generate: text,
      seed: text,
      repositories: text,
      shrink: { type: "string", default: "5" },
      "max-failures": { type: "string", default: "40" },
      calibrate: flag,
      prove: flag,
      fresh: flag,
      "native-only": flag,
      list: flag,
      help: flag,
    },
  });
  if (values.tier !== "quick" && values.tier !== "full") throw new Error(`--tier: quick or full, not ${values.tier}`);
  return { ...values, filters: values.filter ?? [], maxFailures: count("max-failures", values["max-failures"]) };
}

/** A whole number from an option. */
export function count(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`--${name}: a whole number, not ${value}`);
  return Number(value);
}

/** The reference: as given, else from the environment, the private installation, or PATH. */
export function findLegacy(given: string | undefined): string {
  const named = given ?? process.env.AMALGAM_LEGACY_HG;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`the reference ${named} does not exist`);
    return named;
  }
  const folders = [join(root, ".venv/bin"), ...(process.env.PATH ?? "").split(delimiter)];
  const found = folders
    .map((folder) => join(folder, "hg"))
    .find((path) => path !== join(root, "bin/hg") && existsSync(path));
  if (found === undefined) throw new Error("no Mercurial found: run npm run setup, or name one with --legacy PATH");
  return found;
}

export { root as projectRoot };
