// The policy as a whole: the files of all layers, the route table that they compile to, and whether the table
// that the launcher reads is that one.
import { readFileSync, rmSync } from "node:fs";
import { currentRequest, engine } from "../engine/index.ts";
import { combine, type Layer, type Rules, readLayers } from "../policy/layers.ts";
import type { PolicyProblem } from "../policy/problem.ts";
import { replaceFile } from "./replace-file.ts";

/** none: there is no policy, so no table is needed. outdated: what the launcher reads is not what the policy says. */
export type TableState = "none" | "current" | "missing" | "outdated" | "leftover";

export interface PolicyState {
  layers: Layer[];
  problems: PolicyProblem[];
  /** Absent where there is no policy, or where it has errors. */
  rules?: Rules;
  /** Absent where the environment names no place for it. */
  tableFile?: string;
  table: TableState;
}

/** Reads everything and changes nothing. */
export function readPolicy(): PolicyState {
  const { home, routeTable } = engine().layout(currentRequest([]));
  const layers = readLayers(home);
  const problems = layers.flatMap((layer) => layer.problems);
  const broken = problems.some((problem) => problem.severity === "error");
  const rules = broken ? undefined : combine(layers);
  const present = layers.some((layer) => layer.exists);
  return {
    layers,
    problems,
    ...(rules && { rules }),
    ...(routeTable !== undefined && { tableFile: routeTable }),
    table: tableState(present, rules, routeTable),
  };
}

export type CompileResult =
  | { kind: "written" | "unchanged" | "removed" | "none"; tableFile?: string }
  | { kind: "refused"; message: string };

/** Makes the launcher's table what the policy says. With errors in the policy nothing is changed. */
export function compilePolicy(state: PolicyState): CompileResult {
  const { rules, tableFile } = state;
  if (state.problems.some((problem) => problem.severity === "error")) {
    return { kind: "refused", message: "the policy has errors" };
  }
  if (tableFile === undefined)
    return { kind: "refused", message: "neither HOME nor AMALGAM_HOME says where to put it" };
  if (rules === undefined) {
    if (state.table === "none") return { kind: "none", tableFile };
    rmSync(tableFile, { force: true });
    return { kind: "removed", tableFile };
  }
  const compiled = engine().compileRouteTable(rules);
  if (compiled.kind === "invalid") return { kind: "refused", message: compiled.message };
  if (state.table === "current") return { kind: "unchanged", tableFile };
  replaceFile(tableFile, compiled.text);
  return { kind: "written", tableFile };
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
