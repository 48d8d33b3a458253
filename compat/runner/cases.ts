// Turns case files into single comparisons: one command line, in one folder of one fixture, under one variant.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type CaseEntry, type CaseFile, caseFileSchema, type NativeRule } from "./schema.ts";
import { splitWords } from "./words.ts";
import { FileMistakes, readYamlFile } from "./yaml-file.ts";

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
}

const list = <T>(value: T | T[] | undefined, otherwise: T[]): T[] =>
  value === undefined ? otherwise : Array.isArray(value) ? value : [value];

/** The command lines of a case: one per line of a text, or as a list. */
const lines = (run: string | string[]): string[] =>
  Array.isArray(run) ? run : run.split("\n").filter((line) => line.trim() !== "");

/** Reads every case file of a folder. Throws `FileMistakes` with all mistakes of all files. */
export function loadCases(folder: string, fixtures: ReadonlySet<string>): Case[] {
  const cases: Case[] = [];
  const mistakes: string[] = [];
  const seen = new Set<string>();
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()) {
    const shown = `compat/cases/${name}`;
    try {
      const file = readYamlFile(join(folder, name), shown, caseFileSchema);
      for (const entry of file.cases) {
        for (const repo of list(entry.repos, [])) {
          if (!fixtures.has(repo)) mistakes.push(`${shown}: case ${entry.name}: no fixture named ${repo}`);
        }
        for (const one of expand(name.replace(/\.yaml$/, ""), file, entry)) {
          if (seen.has(one.id)) mistakes.push(`${shown}: case ${entry.name}: listed twice: ${one.id}`);
          seen.add(one.id);
          cases.push(one);
        }
      }
    } catch (error) {
      if (!(error instanceof FileMistakes)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new FileMistakes(mistakes);
  return cases;
}

function* expand(group: string, file: CaseFile, entry: CaseEntry): Generator<Case> {
  const variants = Object.entries(entry.variants ?? { "": {} });
  for (const repo of list(entry.repos, [])) {
    for (const cwd of list(entry.cwd, ["repo"])) {
      for (const [variantName, variant] of variants) {
        for (const line of lines(entry.run)) {
          const where = cwd === "repo" ? repo : `${repo}:${cwd}`;
          const terminal = variant.tty ?? entry.tty ?? false;
          const config = [...(entry.config ?? []), ...(variant.config ?? [])];
          const prefix = config.flatMap((value) => [Buffer.from("--config"), Buffer.from(value)]);
          yield {
            id: `${group}/${entry.name}${variantName && `@${variantName}`}/${where}: ${line}`,
            command: file.command,
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
