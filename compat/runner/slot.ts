// The place where one fixture is used: a private copy that is put back as it was whenever a run touched it.
// Both sides run in the same folder one after the other, because absolute paths are part of answers.
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { processEnvironment, withChanges } from "./environment.ts";
import { type Answer, execute } from "./execute.ts";
import { copyWorld, type Fixture, restore } from "./fixtures.ts";
import type { Oracle, OraclePool } from "./oracle.ts";
import {
  type Changes,
  changesSince,
  describeTree,
  type Stamps,
  sameStamps,
  stampTree,
  touchedPaths,
} from "./snapshot.ts";

/** An answer and what the run left behind. */
export interface Outcome {
  answer: Answer;
  changes: Changes;
}

/** The user configuration of a case that brings none. The working directory has a fixed date: `diff` shows it. */
export const baseSettings = `[ui]
username = Test User <test@example.org>
[devel]
default-date = 0 0
`;

export class Slot {
  readonly world: string;
  readonly #fixture: Fixture;
  readonly #scratch: string;
  #stamps: Stamps = new Map();
  #pristine = new Map<string, string>();
  #clean = false;
  #copied = false;
  #touched: string[] = [];
  #settings = "";

  readonly #commonRc: string;

  /** `commonRc` is the user configuration of cases that bring none of their own. */
  constructor(fixture: Fixture, folder: string, commonRc: string) {
    this.#commonRc = commonRc;
    this.#fixture = fixture;
    this.world = join(folder, fixture.name);
    this.#scratch = `${this.world}.run`;
    rmSync(this.#scratch, { recursive: true, force: true });
    mkdirSync(this.#scratch, { recursive: true });
  }

  /** The user configuration file of a case. */
  #rc(one: Case): string {
    return one.userrc === "" ? this.#commonRc : join(this.#scratch, "hgrc");
  }

  /** Asks the reference's server, from the pristine state; undefined when it cannot say. */
  async ask(one: Case, oracle: Oracle, pool: OraclePool): Promise<Outcome | undefined> {
    this.#prepare(one);
    const address = await pool.address(one.env, this.#hasOwnCommands() ? this.repository : undefined);
    if (address === undefined) return undefined;
    const env = withChanges(processEnvironment(this.world, this.#rc(one)), one.env, this.world);
    const args = (one.args ?? []).map((word) => replaceWorld(word, this.world));
    const answer = await oracle.ask(address, args, join(this.world, one.cwd), { ...env, CHGHG: pool.program });
    const changes = this.#changes();
    // The frames of a traceback show the server's own stack; it reads settings, and warns of them, once more.
    if (answer === undefined || /Traceback \(most recent|not trusting file/.test(answer.stderr.toString("latin1")))
      return undefined;
    return { answer, changes };
  }

  /** Whether the repository's settings change the command table, which a server reads only once. */
  #hasOwnCommands(): boolean {
    try {
      return /extensions|alias/.test(readFileSync(join(this.repository, ".hg/hgrc"), "latin1"));
    } catch {
      return false;
    }
  }

  /** Runs `program` on a case from the pristine state. */
  async run(one: Case, program: string[], extraEnv: Record<string, string>): Promise<Outcome> {
    this.#prepare(one);
    const env = { ...withChanges(processEnvironment(this.world, this.#rc(one)), one.env, this.world), ...extraEnv };
    const answer = await execute({
      program,
      args: one.args?.map((word) => replaceWorld(word, this.world)),
      shell: one.shell?.replaceAll("$W", this.world),
      cwd: join(this.world, one.cwd),
      env,
      stdin: one.stdin,
      tty: one.tty,
      scratch: this.#scratch,
      timeoutMs: one.tty === undefined ? 120_000 : 20_000,
    });
    return { answer, changes: this.#changes() };
  }

  #changes(): Changes {
    const after = stampTree(this.world);
    if (sameStamps(this.#stamps, after)) return {};
    this.#clean = false;
    this.#touched = touchedPaths(this.#stamps, after);
    return changesSince(this.world, this.#stamps, this.#pristine, after);
  }

  #prepare(one: Case): void {
    if (one.userrc !== "") writeFileSync(this.#rc(one), settingsText(one, this.world));
    if (this.#clean && this.#settings === one.hgrc) return;
    if (this.#copied && this.#settings === one.hgrc && restore(this.#fixture, this.world, this.#touched)) {
      this.#stamps = stampTree(this.world);
      this.#clean = true;
      return;
    }
    copyWorld(this.#fixture, this.world);
    this.#copied = true;
    mkdirSync(join(this.world, "home"), { recursive: true });
    if (one.hgrc !== "") {
      const path = join(this.world, "repo/.hg/hgrc");
      appendFileSync(path, `${one.hgrc.replaceAll("$W", this.world)}\n`);
    }
    this.#settings = one.hgrc;
    this.#stamps = stampTree(this.world);
    this.#pristine = describeTree(this.world, this.#stamps);
    this.#clean = true;
  }

  get repository(): string {
    return join(this.world, "repo");
  }

  dispose(): void {
    for (const folder of [this.world, this.#scratch]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function replaceWorld(word: Buffer, world: string): Buffer {
  const text = word.toString("latin1");
  return text.includes("$W") ? Buffer.from(text.replaceAll("$W", world), "latin1") : word;
}

/** The text of the user configuration, for reproducing a case. */
export function settingsText(one: Case, world: string): string {
  return one.userrc === "" ? baseSettings : `${baseSettings}${one.userrc.replaceAll("$W", world)}\n`;
}
