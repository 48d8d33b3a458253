// Where policies are, and how several become one: the user's routes come before the system's, so that the
// first match is the user's.
import { homedir } from "node:os";
import path from "node:path";
import { primaryName } from "./names.ts";
import type { PolicyProblem } from "./problem.ts";
import { readPolicyFile } from "./read.ts";
import type { modes, PolicyFile, PolicyRoute, Transport } from "./schema.ts";

export interface Layer {
  scope: "system" | "user";
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
  mode: (typeof modes)[number];
  canary?: { percent: number; by: string[]; otherwise: string };
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

/** One set of rules of all layers; undefined where there is no policy at all, and the built-in default holds. */
export function combine(layers: readonly Layer[]): Rules | undefined {
  const present = layers.filter((layer) => layer.policy !== undefined);
  if (present.length === 0) return undefined;
  const strongestFirst = [...present].reverse();
  const executable = strongestFirst
    .map((layer) => layer.policy?.legacy?.executable)
    .find((value) => value !== undefined);
  const transport = strongestFirst.map((layer) => layer.policy?.legacy?.transport).find((value) => value !== undefined);
  return {
    sources: present.map((layer) => layer.file),
    ...(executable !== undefined && executable !== "auto" && { legacy: expandHome(executable) }),
    ...(transport !== undefined && { transport }),
    routes: strongestFirst.flatMap((layer) => (layer.policy?.routes ?? []).map(routeRule)),
  };
}

function routeRule({
  command,
  flags,
  mode,
  percent = 0,
  bucketBy,
  else: otherwise = "python",
}: PolicyRoute): RouteRule {
  return {
    commands: (Array.isArray(command) ? command : [command]).map(primaryName),
    ...(flags !== undefined && { flags: flags.map((flag) => flag.replace(/^--/, "")) }),
    mode,
    ...(mode === "canary" && { canary: { percent, by: [...(bucketBy ?? ["user", "repository"])], otherwise } }),
  };
}

function pick(policy: PolicyFile | undefined): { policy?: PolicyFile } {
  return policy === undefined ? {} : { policy };
}

function expandHome(file: string): string {
  return file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : file;
}
