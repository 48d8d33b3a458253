// The command line of the run of Mercurial's own tests.
import { parseArgs } from "node:util";
import { count } from "../runner/options.ts";
import { type Transport, transports } from "../runner/transports.ts";

export const usage = `usage: npm run compat:upstream -- [options] [TEST...]

Runs Mercurial's own tests with amalgam standing as hg, and compares each with what Mercurial itself gives here.
Without names: the curated set of compat/upstream/scope.yaml.

  --all             the working-copy and history tests instead of the curated set
  --shard I/N       only the I-th of N parts
  --legacy PATH     the reference (default: AMALGAM_LEGACY_HG, .venv/bin/hg, hg on PATH)
  --source FOLDER   its unpacked source release (default: AMALGAM_UPSTREAM_SOURCE, otherwise fetched with pip)
  --transport WAY   how amalgam reaches Mercurial: exec (default), or warm, by command servers; each has its results
  --jobs N          tests at once (default: number of processors)
  --lazy            run Mercurial itself only where amalgam does not give the transcript that the release expects
  --rerun           run amalgam again where its answers of an interrupted or earlier run are kept
  --fresh           forget what Mercurial itself gave, too
  --no-save         leave compat/upstream/results/ as it is
  --diff            print the differences
  --list            print the tests and stop

Example: npm run compat:upstream -- test-status.t test-hgignore.t --diff`;

export interface Options {
  tests: string[];
  all: boolean;
  shard: { index: number; total: number };
  legacy: string | undefined;
  source: string | undefined;
  transport: Transport;
  jobs: number | undefined;
  lazy: boolean;
  rerun: boolean;
  fresh: boolean;
  save: boolean;
  diff: boolean;
  list: boolean;
  help: boolean;
}

/** Parses arguments; throws with a plain message on a mistake. */
export function readOptions(args: string[]): Options {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      all: flag,
      shard: text,
      legacy: text,
      source: text,
      transport: { type: "string", default: "exec" },
      jobs: text,
      lazy: flag,
      rerun: flag,
      fresh: flag,
      "no-save": flag,
      diff: flag,
      list: flag,
      help: flag,
    },
  });
  if (values.all && positionals.length > 0) throw new Error("--all and names exclude each other");
  const transport = transports.find((one) => one === values.transport);
  if (transport === undefined) throw new Error(`--transport: ${transports.join(" or ")}, not ${values.transport}`);
  const jobs = values.jobs === undefined ? undefined : count("jobs", values.jobs);
  if (jobs === 0) throw new Error("--jobs: at least 1");
  return {
    tests: positionals.map(testName),
    all: values.all,
    shard: shard(values.shard ?? "1/1"),
    legacy: values.legacy,
    source: values.source,
    transport,
    jobs,
    lazy: values.lazy,
    rerun: values.rerun,
    fresh: values.fresh,
    save: !values["no-save"],
    diff: values.diff,
    list: values.list,
    help: values.help,
  };
}

/** `status`, `test-status.t` and a path to it name the same test; a variant follows a `#`. */
export function testName(given: string): string {
  const [file = "", ...variant] = (given.split("/").at(-1) ?? "").split("#");
  const base = file.replace(/^test-/, "").replace(/\.t$/, "");
  if (base === "") throw new Error(`${given || "an empty word"} names no test`);
  return [`test-${base}.t`, ...variant].join("#");
}

/** `2/4`: the second of four parts. */
export function shard(text: string): { index: number; total: number } {
  const [, index = 0, total = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > total) throw new Error(`--shard: I/N with I from 1 to N, not ${text}`);
  return { index, total };
}
