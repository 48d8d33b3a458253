// Turns case files into single comparisons: one command line, in one folder of one fixture, under one variant.
import { createHash } from "node:crypto";
import { type FillIns, fillIn, type Writing } from "./fill-ins.ts";
import { type CaseEntry, type CaseFile, caseFileSchema, type NativeRule } from "./schema.ts";
import { splitWords } from "./words.ts";
import { readYamlFile } from "./yaml-file.ts";
import { readAll, yamlFiles } from "./yaml-files.ts";

/** One comparison. */
export interface Case {
  id: string;
  command: string;
  fixture: string;
  /** Folder below the fixture. */
  cwd: string;
  /** Arguments after `hg`, or undefined for shell text. */
  args: Buffer[] | undefined;
  shell: string | undefined;
  env: Record<string, string | null>;
  userrc: string;
  hgrc: string;
  stdin: string | undefined;
  tty: { columns: number; rows: number } | undefined;
  native: NativeRule;
  legacy: "c" | "rust" | undefined;
  root: boolean | undefined;
  tier: "quick" | "full" | "sampled";
  /** Octal text; only a variant of the environment sets it. */
  umask?: string | undefined;
  /** Where the case is written. */
  source?: { file: string; line: number } | undefined;
}

/** A stable number for a case, so that it always runs in the same folder and its kept answer stays valid. */
export function caseNumber(id: string): number {
  return createHash("sha256").update(id).digest().readUInt32BE(0);
}

const list = <T>(value: T | T[] | undefined, otherwise: T[]): T[] =>
  value === undefined ? otherwise : Array.isArray(value) ? value : [value];

/** The command lines of a case: one per line of a text, or as a list. */
const lines = (run: string | string[]): string[] =>
  Array.isArray(run) ? run : run.split("\n").filter((line) => line.trim() !== "");

/** Where cases may run. */
export interface Places {
  fixtures: ReadonlySet<string>;
  /** Repositories of the user's by name, with what their fill-ins stand for: then fixtures are left out. */
  repositories?: ReadonlyMap<string, FillIns>;
}

/** Reads every case file of a folder, or one file. Throws `FileMistakes` with all mistakes of all files. */
export function loadCases(place: string, places: Places): Case[] {
  const cases: Case[] = [];
  const seen = new Set<string>();
  readAll(yamlFiles(place), ({ path, shown, name }, mistakes) => {
    const file = readYamlFile(path, shown, caseFileSchema);
    for (const [index, entry] of file.value.cases.entries()) {
      const at = (key: string): string => `${file.at(["cases", index, key])}: case ${entry.name}`;
      const { repos, mistake } = reposOf(entry, places);
      if (mistake !== undefined) mistakes.push(`${at("repos")}: ${mistake}`);
      try {
        for (const one of expand(name, file.value, entry, repos, places)) {
          if (seen.has(one.id)) mistakes.push(`${at("run")}: listed twice: ${one.id}`);
          seen.add(one.id);
          cases.push({ ...one, source: { file: path, line: file.line(["cases", index]) } });
        }
      } catch (error) {
        mistakes.push(`${at("run")}: ${(error as Error).message}`);
      }
    }
  });
  return cases;
}

/** The repositories that an entry runs in. */
function reposOf(entry: CaseEntry, { fixtures, repositories }: Places): { repos: string[]; mistake?: string } {
  const named = list(entry.repos, [...(repositories?.keys() ?? [])]);
  const unknown = named.filter((name) => !fixtures.has(name) && !repositories?.has(name));
  if (unknown.length > 0) {
    const allowed = [...(repositories?.keys() ?? fixtures)].sort().join(", ");
    return { repos: [], mistake: `no repository named ${unknown.join(", ")}; allowed are ${allowed}` };
  }
  if (named.length === 0) return { repos: [], mistake: "needs repos: without --repository there is no other" };
  return { repos: repositories ? named.filter((name) => repositories.has(name)) : named };
}

function* expand(
  group: string,
  file: CaseFile,
  entry: CaseEntry,
  repos: readonly string[],
  { repositories }: Places,
): Generator<Case> {
  const variants = Object.entries(entry.variants ?? { "": {} });
  for (const repo of repos) {
    const values = repositories?.get(repo);
    const fill = (text: string, writing: Writing): string[] => (values ? fillIn(text, values, writing) : [text]);
    for (const cwd of list(entry.cwd, ["repo"]).flatMap((folder) => fill(folder, "path"))) {
      for (const [variantName, variant] of variants) {
        for (const line of lines(entry.run).flatMap((text) => fill(text, entry.shell ? "shell" : "word"))) {
          const where = cwd === "repo" ? repo : `${repo}:${cwd}`;
          const terminal = variant.tty ?? entry.tty ?? false;
          const config = [...(entry.config ?? []), ...(variant.config ?? [])];
          const prefix = config.flatMap((value) => [Buffer.from("--config"), Buffer.from(value)]);
          yield {
            id: `${group}/${entry.name}${variantName && `@${variantName}`}/${where}: ${line}`,
            command: file.command ?? line.split(" ")[0] ?? "",
            fixture: repo,
            cwd,
            args: entry.shell ? undefined : [...prefix, ...splitWords(line)],
            shell: entry.shell ? line : undefined,
            env: { ...entry.env, ...variant.env },
            userrc: [entry.userrc, variant.userrc].filter(Boolean).join("\n"),
            hgrc: [entry.hgrc, variant.hgrc].filter(Boolean).join("\n"),
            stdin: variant.stdin ?? entry.stdin,
            tty: terminal === true ? { columns: 80, rows: 24 } : terminal || undefined,
            native: variant.native ?? entry.native ?? file.native,
            legacy: entry.legacy,
            root: entry.root,
            tier: entry.tier ?? "sampled",
          };
        }
      }
    }
  }
}
