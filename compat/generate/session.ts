// A run of generated cases from start to end: repositories in batches, their lines, and what differed made small.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Case } from "../runner/cases.ts";
import type { Result } from "../runner/compare.ts";
import { buildEnvironment, FixtureCache } from "../runner/fixtures.ts";
import type { Legacy } from "../runner/legacy.ts";
import { OracleServer } from "../runner/oracle.ts";
import type { Judged } from "../runner/outcome.ts";
import type { Subject } from "../runner/subject.ts";
import type { Step } from "./draft.ts";
import { provideEvolve } from "./evolve.ts";
import { type GeneratedCase, generateCases, lineCase } from "./generate.ts";
import { type GeneratedRepository, generateRepository, repositoryScript } from "./repository.ts";
import { writeReproducer } from "./reproducer.ts";
import { shrink } from "./shrink.ts";
import { readTable } from "./table.ts";
import { enabledExtensions } from "./traces.ts";

/** Differences named while the run goes on, of each batch. */
const shownDifferences = 10;

export interface SessionPlan {
  legacy: Legacy;
  seed: number;
  lines: number;
  repositories: number;
  /** The front end, which knows the command table. */
  table: string;
  cache: string;
  work: string;
  /** What every line has besides, with the extensions that it enables. */
  settings: string;
  workers: number;
  say: (text: string) => void;
  /** Compares cases; `keep` says whether the reference's answers are worth keeping. */
  run: (cases: Case[], fixtures: FixtureCache, keep: boolean) => Promise<Result[]>;
}

export class Session {
  readonly #plan: SessionPlan;
  readonly #made = new Map<string, GeneratedCase>();
  readonly #server: OracleServer | undefined;
  readonly #fixtures: FixtureCache;
  #trials = 0;

  private constructor(plan: SessionPlan, server: OracleServer | undefined, evolve: string | undefined) {
    this.#plan = plan;
    this.#server = server;
    const variables = evolve === undefined ? {} : { EVOLVE: evolve };
    this.#fixtures = new FixtureCache(join(plan.cache, "generated"), plan.legacy, server?.address, variables);
  }

  static async start(plan: SessionPlan): Promise<Session> {
    const env = buildEnvironment(join(plan.cache, "generated"), plan.legacy);
    const evolve = await provideEvolve(join(plan.cache, "extensions"), plan.legacy, plan.say);
    return new Session(plan, await OracleServer.start(plan.legacy, join(plan.work, "builder"), env), evolve);
  }

  /** Builds the repositories and compares all lines. */
  async run(): Promise<Result[]> {
    const { seed, lines, repositories, say, workers } = this.#plan;
    const extensions = enabledExtensions(this.#plan.settings);
    const table = readTable(this.#plan.table);
    const results: Result[] = [];
    let failed = 0;
    const batch = 4 * workers;
    for (let start = 0; start < repositories; start += batch) {
      const numbers = Array.from({ length: Math.min(batch, repositories - start) }, (_, index) => start + index);
      const cases: Case[] = [];
      const build = async (): Promise<void> => {
        for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
          const repository = generateRepository(seed + number, extensions);
          const count = Math.floor(((number + 1) * lines) / repositories) - Math.floor((number * lines) / repositories);
          const fixture = await this.#build(repository.name, repository, repository.steps);
          const nodes = readNodes(fixture.world);
          const made = generateCases(repository, fixture, nodes, table, seed + number, count);
          for (const [id, one] of made) this.#made.set(id, one);
          cases.push(...[...made.values()].map((one) => lineCase(one)));
        }
      };
      await Promise.all(Array.from({ length: workers }, build));
      const fresh = await this.#plan.run(cases, this.#fixtures, true);
      results.push(...fresh);
      // A long run is not waited for to its end.
      const differing = fresh.filter(({ differences }) => differences.length > 0);
      for (const { id, face } of differing.slice(0, shownDifferences)) say(`  differs: ${id} [${face}]`);
      failed += differing.length;
      say(
        `  ${Math.min(start + batch, repositories)} repositories, ${results.length} comparisons, ${failed} differences`,
      );
    }
    return results;
  }

  #build(name: string, repository: GeneratedRepository, steps: readonly Step[]) {
    this.#fixtures.add(name, repositoryScript(repository, steps));
    return this.#fixtures.get(name);
  }

  /** Makes up to `limit` unlike failures small and writes what reproduces them. */
  async shrink(failed: readonly Judged[], limit: number, folder: string, subject: Subject): Promise<void> {
    for (const result of representatives(failed).slice(0, limit)) {
      const one = this.#made.get(result.id);
      if (one === undefined) continue;
      const whats = new Set(result.differences.map(({ what }) => what));
      const small = await shrink(one, (candidate, steps) => this.#differs(candidate, steps, whats));
      const name = `${one.line.command}-${one.repository.name}`;
      const script = writeReproducer(folder, name, small, {
        ...{ legacy: this.#plan.legacy, subject: subject.program, settings: this.#plan.settings },
      });
      this.#plan.say(`${result.id}\n  shrunk to ${lineCase(small.one).id} and ${small.steps.length} steps: ${script}`);
    }
  }

  /** Whether a candidate still differs in one of the ways that it did. */
  async #differs(one: GeneratedCase, steps: readonly Step[], whats: ReadonlySet<string>): Promise<boolean> {
    const whole = steps === one.repository.steps;
    this.#trials += 1;
    const name = whole ? one.repository.name : `trial-${this.#trials}`;
    const fixture = await this.#build(name, one.repository, steps);
    try {
      if (!existsSync(join(fixture.world, one.cwd))) return false;
      const results = await this.#plan.run([lineCase(one, name)], this.#fixtures, false);
      return results.some(({ differences }) => differences.some(({ what }) => whats.has(what)));
    } finally {
      if (!whole) rmSync(dirname(fixture.world), { recursive: true, force: true });
    }
  }

  stop(): void {
    this.#server?.stop();
  }
}

/** One failure of each sort: the same command that differs in the same things in the same way. */
function representatives(failed: readonly Judged[]): Judged[] {
  const sorts = new Map<string, Judged>();
  for (const result of failed) {
    const signs = result.differences.map(({ what, text }) => `${what} ${text.replace(/[^\n+-]+/g, ".").slice(0, 8)}`);
    const key = `${result.command} ${signs.join(" ")}`;
    const known = sorts.get(key);
    if (known === undefined || result.id.length < known.id.length) sorts.set(key, result);
  }
  return [...sorts.values()];
}

function readNodes(world: string): string[] {
  const path = join(world, "nodes");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}
