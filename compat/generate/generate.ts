// Random repositories times random command lines, as cases for the runner.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "../runner/cases.ts";
import type { Fixture } from "../runner/fixtures.ts";
import { splitWords } from "../runner/words.ts";
import { generateLine } from "./lines.ts";
import { Random } from "./random.ts";
import { type GeneratedRepository, generateRepository } from "./repository.ts";

/** Command lines per repository: building one takes as long as some dozen answers. */
const linesEach = 40;

/** The repositories that `count` command lines need. */
export function generateRepositories(count: number, seed: number): GeneratedRepository[] {
  return Array.from({ length: Math.ceil(count / linesEach) }, (_, index) => generateRepository(seed + index));
}

/** The command lines for one repository once it is built. */
export function generateCases(repository: GeneratedRepository, fixture: Fixture, seed: number, count: number): Case[] {
  const random = new Random(seed ^ 0x5bd1e995);
  const nodes = readFileSync(join(fixture.world, "nodes"), "utf8").split("\n").filter(Boolean);
  const below = readdirSync(join(fixture.world, "repo"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== ".hg")
    .map((entry) => `repo/${entry.name}`);
  const cases = new Map<string, Case>();
  for (let index = 0; index < count; index += 1) {
    const line = generateLine(random, repository, nodes);
    const cwd = random.percent(75) ? "repo" : (random.pick(below) ?? "repo");
    const id = `generated/${repository.name}/${cwd}: ${line}`;
    cases.set(id, {
      id,
      command: line.split(" ")[0] ?? "",
      fixture: repository.name,
      cwd,
      args: splitWords(line),
      shell: undefined,
      env: {},
      userrc: "",
      hgrc: "",
      stdin: undefined,
      tty: undefined,
      native: "allowed",
      legacy: undefined,
      root: undefined,
      tier: "quick",
    });
  }
  return [...cases.values()];
}

/** How many lines the repository at `index` gets. */
export function share(count: number, index: number): number {
  return Math.min(linesEach, count - index * linesEach);
}
