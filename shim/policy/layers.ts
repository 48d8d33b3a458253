// Where policies are, and how several become one: the user's routes come before the system's, so that the
// first match is the user's.
import path from "node:path";
import { type Condition, conditionsOf } from "./conditions.ts";
import { expandHome } from "./home.ts";
import { primaryName } from "./names.ts";
import type { PolicyProblem } from "./problem.ts";
import { readPolicyFile } from "./read.ts";
import type { modes, PolicyFile, PolicyRoute, Transport } from "./schema.ts";

export interface Layer {
  scope: "system" | "user" | "repository";
  file: string;
  exists: boolean;
  problems: PolicyProblem[];
  policy?: PolicyFile;
}

/** One route: what it covers and how it decides. */
export interface RouteRule {
  commands: string[];
  /** Long names without dashes, one of which must be given; absent for any command line. */
  flags?: string[];
  /** What else has to hold. */
  conditions?: Condition[];
  mode: (typeof modes)[number];
  canary?: { percent: number; by: string[]; otherwise: string };
  /** The share, in percent, of native answers that are compared. */
  verify?: number;
}

/** What the route table is compiled from. */
export interface Rules {
  /** The files that were read; the table is stale once one of them changes. */
  sources: string[];
  /** The Python hg; absent for `auto`. */
  legacy?: string;
  /** How it is reached; absent where no layer says. */
  transport?: Transport;
  /** In order; the first match wins. */
  routes: RouteRule[];
  /** Bytes after which a journal is put aside; 0 for none; absent where no layer says. */
  journalBytes?: number;
  /** When a cell is demoted, and when it returns. */
  breaker?: { mismatches: number; cooldownSeconds: number; clean: number };
  /** How answers are compared behind a command. */
  compare?: { atOnce: number; seconds: number; keep: string; inCi: boolean; onBattery: boolean };
  /** What extensions change that nobody can look at; absent where no layer says. */
  extensions?: { extension: string; commands: string[] }[];
}

const systemFile = "/etc/amalgam/policy.yaml";

/** The policy files, weakest first. `home` is the user's own folder of amalgam, where there can be one. */
export function readLayers(home: string | undefined, system: string = systemFile): Layer[] {
  const files: Pick<Layer, "scope" | "file">[] = [{ scope: "system", file: system }];
  if (home !== undefined) files.push({ scope: "user", file: path.join(home, "policy.yaml") });
  return files.map(({ scope, file }) => {
    const read = readPolicyFile(file);
    return { scope, file, exists: read !== undefined, problems: read?.problems ?? [], ...pick(read?.policy) };
  });
}

/** The policy of a repository, which is `file`. */
export function readRepositoryLayer(file: string): Layer {
  const read = readPolicyFile(file, "repository");
  return {
    scope: "repository",
    file,
    exists: read !== undefined,
    problems: read?.problems ?? [],
    ...pick(read?.policy),
  };
}

/** One set of rules of all layers; undefined where there is no policy at all, and the built-in default holds. */
export function combine(layers: readonly Layer[]): Rules | undefined {
  const present = layers.filter((layer) => layer.policy !== undefined);
  if (present.length === 0) return undefined;
  const strongestFirst = [...present].reverse();
  const strongest = <T>(pick: (policy: PolicyFile) => T | undefined): T | undefined =>
    strongestFirst.map(({ policy }) => policy && pick(policy)).find((value) => value !== undefined);
  const executable = strongest((policy) => policy.legacy?.executable);
  const transport = strongest((policy) => policy.legacy?.transport);
  const journal = strongest((policy) => policy.journal);
  const breaker = strongest((policy) => policy.breaker);
  const compare = strongest((policy) => policy.compare);
  return {
    sources: present.map((layer) => layer.file),
    ...(executable !== undefined && executable !== "auto" && { legacy: expandHome(executable) }),
    ...(transport !== undefined && { transport }),
    ...(journal && { journalBytes: journal.enabled ? journal.maxSize : 0 }),
    ...(breaker && {
      breaker: { mismatches: breaker.mismatches, cooldownSeconds: breaker.cooldown, clean: breaker.clean },
    }),
    ...(compare && {
      compare: {
        ...{ atOnce: compare.atOnce, seconds: compare.timeout, keep: compare.evidence },
        ...{ inCi: compare.ci, onBattery: compare.battery },
      },
    }),
    ...extensionsOf(present),
    routes: strongestFirst.flatMap((layer) => (layer.policy?.routes ?? []).map(routeRule)),
  };
}

/** The rules of a repository's own policy, which can only narrow; undefined where there is none. */
export function combineRepository({ file, policy }: Layer): Rules | undefined {
  return policy && { sources: [file], routes: (policy.routes ?? []).map(routeRule) };
}

/** Every layer's word counts: one that says more of an extension than another narrows it. */
function extensionsOf(layers: readonly Layer[]): Pick<Rules, "extensions"> {
  const known = new Map<string, Set<string>>();
  for (const { policy } of layers) {
    for (const [extension, { affects }] of Object.entries(policy?.extensions ?? {})) {
      const commands = known.get(extension) ?? new Set();
      for (const name of affects) commands.add(primaryName(name));
      known.set(extension, commands);
    }
  }
  if (known.size === 0) return {};
  return { extensions: [...known].map(([extension, commands]) => ({ extension, commands: [...commands] })) };
}

function routeRule({
  command,
  flags,
  when,
  mode,
  percent = 0,
  bucketBy,
  else: otherwise = "python",
  verify,
}: PolicyRoute): RouteRule {
  return {
    commands: (Array.isArray(command) ? command : [command]).map(primaryName),
    ...(flags !== undefined && { flags: flags.map((flag) => flag.replace(/^--/, "")) }),
    ...(when !== undefined && { conditions: conditionsOf(when) }),
    mode,
    ...(verify !== undefined && { verify }),
    ...(mode === "canary" && { canary: { percent, by: [...(bucketBy ?? ["user", "repository"])], otherwise } }),
  };
}

function pick(policy: PolicyFile | undefined): { policy?: PolicyFile } {
  return policy === undefined ? {} : { policy };
}
