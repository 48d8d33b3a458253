// Random repositories times random command lines, as cases for the runner.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "../runner/cases.ts";
import type { Fixture } from "../runner/fixtures.ts";
import { type GeneratedLine, generateLine, lineText } from "./lines.ts";
import { Random } from "./random.ts";
import type { GeneratedRepository } from "./repository.ts";
import type { CommandTable } from "./table.ts";

/** A generated case with what it was made of, for shrinking. */
export interface GeneratedCase {
  line: GeneratedLine;
  repository: GeneratedRepository;
  cwd: string;
}

/** The case of a line. */
export function lineCase({ line, repository, cwd }: GeneratedCase, fixture = repository.name): Case {
  const env = Object.entries(line.env).map(([name, value]) => `${name}=${value} `);
  return {
    id: `generated/${fixture}/${cwd}: ${env.join("")}${lineText(line)}`,
    command: line.command,
    fixture,
    cwd,
    args: line.parts.flat(),
    shell: undefined,
    env: line.env,
    userrc: "",
    hgrc: "",
    stdin: undefined,
    tty: undefined,
    native: "allowed",
    legacy: undefined,
    root: undefined,
    tier: "quick",
  };
}

/** The lines for one repository once it is built, by case id. */
export function generateCases(
  repository: GeneratedRepository,
  fixture: Fixture,
  nodes: readonly string[],
  table: CommandTable,
  seed: number,
  count: number,
): Map<string, GeneratedCase> {
  const random = new Random(seed ^ 0x5bd1e995);
  const below = folders(fixture.world);
  const cases = new Map<string, GeneratedCase>();
  for (let tries = 0; cases.size < count && tries < 3 * count; tries += 1) {
    const line = generateLine({ random, repository, nodes }, table);
    const cwd = random.percent(75) ? "repo" : random.percent(4) ? "home" : (random.pick(below) ?? "repo");
    const one = { line, repository, cwd };
    cases.set(lineCase(one).id, one);
  }
  return cases;
}

/** Folders of the working copy that a line may start in: those whose name is text. */
function folders(world: string): string[] {
  const visit = (folder: string, depth: number): string[] =>
    readdirSync(join(world, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== ".hg" && !entry.name.includes("\ufffd"))
      .flatMap((entry) => {
        const path = `${folder}/${entry.name}`;
        return depth > 1 ? [path] : [path, ...visit(path, depth + 1)];
      });
  return visit("repo", 0).sort();
}
