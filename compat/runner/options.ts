// The command line of the runner.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { readShard } from "./choose.ts";
import { extensionSettings } from "./extensions.ts";
import { transports } from "./transports.ts";
import { readVariants } from "./variants.ts";

const root = join(import.meta.dirname, "..", "..");

export const actions = ["run", "merge", "check"] as const;
export type Action = (typeof actions)[number];
export type Options = ReturnType<typeof readOptions>;

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean", default: false } as const;

const reporting = {
  json: text,
  junit: text,
  html: text,
  scripts: text,
  "max-failures": { type: "string", default: "40" },
  github: flag,
  record: flag,
  help: { type: "boolean", short: "h", default: false },
} as const;

const running = {
  repository: texts,
  "user-config": flag,
  cases: texts,
  recorded: texts,
  ledger: text,
  variants: text,
  extensions: text,
  filter: texts,
  retest: text,
  shard: text,
  tier: text,
  generate: text,
  repositories: text,
  seed: text,
  shrink: text,
  list: flag,
  legacy: text,
  subject: text,
  transport: text,
  calibrate: { type: "boolean" },
  jobs: text,
  timeout: { type: "string", default: "120" },
  work: text,
  bail: flag,
  prove: flag,
  "native-only": flag,
  fresh: flag,
} as const;

/** What chooses among cases that are written down. */
const choosing = ["repository", "cases", "recorded", "ledger", "variants", "filter", "retest", "shard", "list", "bail"];

/** Parses arguments; throws with a plain message on a mistake. */
export function readOptions(args: string[]) {
  const first = actions.find((name) => name === args[0]);
  if (first === undefined && args[0] !== undefined && !args[0].startsWith("-")) {
    throw new Error(`there is no parity ${args[0]}; there are ${actions.join(", ")}`);
  }
  const action = first ?? "run";
  const { values, positionals } = parseArgs({
    args: first ? args.slice(1) : args,
    options: { ...reporting, ...running },
    allowPositionals: action === "merge",
    allowNegative: true,
  });
  if (action === "merge") refuse(values, Object.keys(running), "merge");
  const repositories = values.repository ?? [];
  const notOurs = [...repositories, ...(values.cases ?? []), values.variants].some((value) => value !== undefined);
  if (values.generate !== undefined) refuse(values, choosing, "--generate");
  if (values.recorded !== undefined && repositories.length === 0) {
    throw new Error("--recorded: name the repository that the lines were typed in with --repository PATH");
  }
  if (values.extensions !== undefined && (values.prove || values["user-config"])) {
    throw new Error("--extensions takes neither --prove nor --user-config");
  }
  if (values.prove && notOurs) throw new Error("--prove: only our own cases prove, as they are");
  const tier = values.tier ?? (repositories.length > 0 ? "full" : "quick");
  if (tier !== "quick" && tier !== "full") throw new Error(`--tier: quick or full, not ${tier}`);
  const transport = transports.find((name) => name === values.transport);
  if (values.transport !== undefined && !transport) throw new Error(`--transport: ${transports.join(" or ")}`);
  if (transport !== undefined && values.prove) throw new Error("--transport proves nothing about native answers");
  const timeout = count("timeout", values.timeout ?? "120");
  if (timeout === 0) throw new Error("--timeout: at least a second");
  return {
    ...values,
    action,
    reports: positionals,
    repositories,
    generatedRepositories: values.repositories,
    tier: tier as "quick" | "full",
    filters: values.filter ?? [],
    variants: readVariants(values.variants),
    settings: extensionSettings(values.extensions),
    transport,
    shard: readShard(values.shard),
    calibrate: values.calibrate ?? repositories.length > 0,
    timeoutMs: timeout * 1000,
    github: values.github || process.env.GITHUB_ACTIONS === "true",
    maxFailures: count("max-failures", values["max-failures"] ?? "40"),
  };
}

/** What says nothing beside something else is a mistake. */
function refuse(values: Record<string, unknown>, names: readonly string[], by: string): void {
  const given = names.filter(
    (name) => values[name] !== undefined && values[name] !== false && !(name === "timeout" && values[name] === "120"),
  );
  if (given.length > 0) throw new Error(`${by} takes no --${given.join(", --")}`);
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
