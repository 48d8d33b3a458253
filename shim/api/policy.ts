// The policy as a whole: the files of all layers, the route tables that they compile to, and whether the tables
// that the launcher reads are those.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { currentRequest, engine } from "../engine/index.ts";
import {
  combine,
  combineRepository,
  type Layer,
  type Rules,
  readLayers,
  readRepositoryLayer,
} from "../policy/layers.ts";
import type { PolicyProblem } from "../policy/problem.ts";
import { frontEndPath } from "./package.ts";
import { replaceFile } from "./replace-file.ts";

/** none: there is no policy, so no table is needed. outdated: what the launcher reads is not what the policy says. */
export type TableState = "none" | "current" | "missing" | "outdated" | "leftover";

/** What compiles to one table. */
export interface PolicyPart {
  layers: Layer[];
  problems: PolicyProblem[];
  /** Absent where there is no policy, or where it has errors. */
  rules?: Rules;
  /** Absent where the environment names no place for it. */
  tableFile?: string;
  table: TableState;
}

/** The machine's and the user's policy; that of the repository is a part of its own, because it is compiled alone. */
export interface PolicyState extends PolicyPart {
  /** Absent outside of repositories. */
  repository?: PolicyPart;
}

/** Reads everything and changes nothing. */
export function readPolicy(): PolicyState {
  const request = currentRequest([]);
  const { home, routeTable } = engine().layout(request);
  const own = readPart(readLayers(home), combine, routeTable);
  const place = engine().repositoryPolicy(request);
  if (place === null) return own;
  const repository = readPart(
    [readRepositoryLayer(place.policy)],
    ([layer]) => layer && combineRepository(layer),
    place.table,
  );
  return { ...own, repository };
}

/** All layers, weakest first. */
export function allLayers({ layers, repository }: PolicyState): Layer[] {
  return [...layers, ...(repository?.layers ?? [])];
}

/** The problems of all layers. */
export function allProblems({ problems, repository }: PolicyState): PolicyProblem[] {
  return [...problems, ...(repository?.problems ?? [])];
}

function readPart(
  layers: Layer[],
  combineLayers: (layers: Layer[]) => Rules | undefined,
  tableFile: string | undefined,
): PolicyPart {
  const problems = layers.flatMap((layer) => layer.problems);
  const rules = hasErrors(problems) ? undefined : combineLayers(layers);
  const present = layers.some((layer) => layer.exists);
  return {
    layers,
    problems,
    ...(rules && { rules }),
    ...(tableFile !== undefined && { tableFile }),
    table: tableState(present, rules, tableFile),
  };
}

export type CompileResult =
  | { kind: "written" | "unchanged" | "removed" | "none" | "kept"; tableFile?: string; message?: string }
  | { kind: "refused"; message: string };

/**
 * Makes the launcher's table what the policy says. With errors in the policy nothing is changed; with `keep`, the table
 * that is in force is marked as good for the policy as it stands now.
 */
export function compilePolicy(part: PolicyPart, keep = false): CompileResult {
  const { rules, tableFile } = part;
  if (hasErrors(part.problems)) return keep ? keepTable(part) : { kind: "refused", message: "the policy has errors" };
  if (tableFile === undefined)
    return { kind: "refused", message: "neither HOME nor AMALGAM_HOME says where to put it" };
  if (rules === undefined) {
    if (part.table === "none") return { kind: "none", tableFile };
    rmSync(tableFile, { force: true });
    return { kind: "removed", tableFile };
  }
  const compiled = engine().compileRouteTable(rules);
  if (compiled.kind === "invalid") return { kind: "refused", message: compiled.message };
  if (part.table === "current") return { kind: "unchanged", tableFile };
  replaceFile(tableFile, compiled.text);
  return { kind: "written", tableFile };
}

/** A policy that somebody broke does not undo the one before it. */
function keepTable({ layers, tableFile }: PolicyPart): CompileResult {
  const old = tableFile === undefined ? undefined : readBytes(tableFile);
  if (tableFile === undefined || old === undefined) {
    return { kind: "refused", message: "the policy has errors, and there is none from before" };
  }
  const sources = layers.filter(({ exists }) => exists).map(({ file }) => file);
  const kept = engine().restampRouteTable(old, sources);
  if (kept.kind === "invalid") return { kind: "refused", message: kept.message };
  if (!kept.text.equals(old)) replaceFile(tableFile, kept.text);
  return { kind: "kept", tableFile, message: "the policy has errors; what was in force before stays" };
}

/** Tells the launcher what to start when a policy has changed. Where it cannot be told, people compile by hand. */
export function noteCompiler(): void {
  const { compiler } = engine().layout(currentRequest([]));
  if (compiler === undefined) return;
  const note = engine().compilerNote([frontEndPath()]);
  try {
    if (readBytes(compiler)?.equals(note)) return;
    mkdirSync(path.dirname(compiler), { recursive: true, mode: 0o700 });
    replaceFile(compiler, note);
  } catch {}
}

function hasErrors(problems: readonly PolicyProblem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}

function tableState(present: boolean, rules: Rules | undefined, file: string | undefined): TableState {
  const text = file === undefined ? undefined : readBytes(file);
  if (!present) return text === undefined ? "none" : "leftover";
  if (text === undefined) return "missing";
  const compiled = rules && engine().compileRouteTable(rules);
  return compiled?.kind === "table" && compiled.text.equals(text) ? "current" : "outdated";
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : Buffer.alloc(0);
  }
}
