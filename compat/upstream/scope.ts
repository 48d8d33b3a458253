// Which of Mercurial's tests a run takes: the curated set and the patterns of scope.yaml, applied to what the
// release holds, so that tests of a newer release come in by themselves.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FileMistakes, readYamlFile } from "../runner/yaml-file.ts";

const word = z.string().regex(/^[a-zA-Z0-9_*-]+$/);
const scopeSchema = z.strictObject({
  curated: z.array(word).min(1),
  left_out: z.array(z.strictObject({ why: z.string().min(1), tests: z.array(word).min(1) })),
});

export interface Scope {
  curated: string[];
  leftOut: RegExp[];
}

/** Reads scope.yaml. */
export function loadScope(path = join(import.meta.dirname, "scope.yaml")): Scope {
  const read = readYamlFile(path, "compat/upstream/scope.yaml", scopeSchema).value;
  const twice = read.curated.filter((name, at) => read.curated.indexOf(name) !== at);
  if (twice.length > 0)
    throw new FileMistakes(twice.map((name) => `compat/upstream/scope.yaml: listed twice: ${name}`));
  return {
    curated: read.curated.map((name) => `test-${name}.t`),
    leftOut: read.left_out.flatMap(({ tests }) => tests.map(pattern)),
  };
}

/** `lfs*` as a pattern for the names of test files. */
export function pattern(glob: string): RegExp {
  return new RegExp(`^test-${glob.replaceAll("*", ".*")}\\.t$`);
}

/** The tests of the folder that a run takes, the shortest first, so that an interrupted run has done many. Throws when a name has no test. */
export function choose(folder: string, scope: Scope, wanted: { all: boolean; tests: string[] }): string[] {
  const present = readdirSync(folder).filter((name) => /^test-.*\.t$/.test(name));
  const size = (name: string): number => statSync(join(folder, name.split("#")[0] ?? "")).size;
  const bySize = (names: string[]): string[] => [...names].sort((a, b) => size(a) - size(b) || (a < b ? -1 : 1));
  if (wanted.all) return bySize(present.filter((name) => !scope.leftOut.some((pattern) => pattern.test(name))));
  const names = wanted.tests.length > 0 ? wanted.tests : scope.curated.filter((name) => present.includes(name));
  const missing = names.filter((name) => !present.includes(name.split("#")[0] ?? ""));
  if (missing.length > 0) throw new Error(`no such test in this release: ${missing.join(", ")}`);
  return bySize(names);
}

/** One part of a list, interleaved, so that parts take about equally long. */
export function part<T>(all: readonly T[], { index, total }: { index: number; total: number }): T[] {
  return all.filter((_, at) => at % total === index - 1);
}
